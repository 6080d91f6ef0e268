r"""The linear product: TF-IDF weighted features times weights, for many texts at once.

A text with known features :math:`g` (repeated ones as often as they stand) scores, for label k,

.. math:: s_k = \frac{\sum_g v_{gk}}{\sqrt{\sum_g \mathrm{idf}_g^2}}

where :math:`v_{gk}` is what feature g says for label k: its TF-IDF weight times the trained coefficient,
plus what is known about it from the tables of terms and evidence. The length norm runs over all known
features, those without any weight included; unknown ones are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from policycls.model.features import Block

Floats = NDArray[np.float64]

_UPPER = 32  # bits of a packed number below its upper half
#: Sums of so many packed numbers do not run over: 65,535 · 32,768 < 2^31.
_HOLDS = 65_535
#: Packing the whole table is worth it once so many rows were asked for.
_WORTH = 100_000


class Scorer:
    """A table with a row for each known feature: what it says about its unit, and about those around.

    It holds whole numbers of steps, as the model file does: their sums are exact in any order. Two of
    them are packed into one 64-bit number, so that one row is 48 bytes for six classes and one addition
    does for both; most rows are not in the cache, and memory decides the speed.

    Parameters
    ----------
    own, context : ndarray of int16, (n_rows, k)
        What each feature says, in steps.
    own_step, context_step : ndarray of float64, (k,)
    idf : ndarray of float32, (n_rows,)
    """

    def __init__(
        self,
        own: NDArray[np.int16],
        context: NDArray[np.int16],
        own_step: Floats,
        context_step: Floats,
        idf: NDArray[np.float32],
    ) -> None:
        self._own, self._context = own, context
        self._step = np.concatenate([own_step, context_step])
        self._square = np.append(idf.astype(np.float64) ** 2, 0.0)
        self._asked = 0
        self._table: NDArray[np.int64] | None = None

    def score(self, blocks: Sequence[Block]) -> Floats:
        """Score encoded texts; features of row -1 count as not there.

        Returns
        -------
        ndarray of float64, (n, 2 k)
            The columns of ``own``, then those of ``context``; 0 for a text without any known feature.
        """
        n = len(blocks[0].starts) - 1
        total = np.zeros((n, len(self._step)), dtype=np.int64)
        square = np.zeros(n)
        for block in blocks:
            sizes = np.diff(block.starts)
            filled = np.flatnonzero(sizes)  # reduceat gives nonsense for empty stretches
            if len(filled):
                starts = block.starts[filled]
                said = self._packed(block.rows)
                if sizes.max() > _HOLDS:
                    total[filled] += np.add.reduceat(_unpack(said), starts, axis=0)
                else:
                    total[filled] += _unpack(np.add.reduceat(said, starts, axis=0))
                square[filled] += np.add.reduceat(self._square.take(block.rows), starts)
        norm = np.sqrt(square)[:, None]
        scores: Floats = np.divide(total * self._step, norm, out=np.zeros(total.shape), where=norm > 0)
        return scores

    def _packed(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        self._asked += len(rows)
        if self._table is None and self._asked > _WORTH:
            self._table = self._pack(np.append(np.arange(len(self._own)), -1))  # row -1 is the last
        return self._pack(rows) if self._table is None else self._table.take(rows, axis=0)

    def _pack(self, rows: NDArray[np.int32] | NDArray[np.int64]) -> NDArray[np.int64]:
        packed = self._context.take(rows, axis=0, mode="clip").astype(np.int64) << _UPPER
        packed += self._own.take(rows, axis=0, mode="clip")
        packed[rows < 0] = 0
        return packed


def _unpack(packed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Part lower and upper halves; ``(n, 2 k)``."""
    lower = packed.astype(np.int32).astype(np.int64)  # the cast keeps the lower bits, sign included
    return np.hstack([lower, (packed - lower) >> _UPPER])


def batches(texts: Sequence[str], most: int) -> Iterator[slice]:
    """Yield slices of texts that have at most so many characters together, or are one text."""
    ends = np.cumsum([len(text) for text in texts])
    start = 0
    while start < len(texts):
        within = (ends[start - 1] if start else 0) + most
        stop = max(start + 1, int(np.searchsorted(ends, within, side="right")))
        yield slice(start, stop)
        start = stop
