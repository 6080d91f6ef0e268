"""The linear product: TF-IDF weighted features times weights, for many texts at once.

A text with known features :math:`g` (repeated ones as often as they stand) scores, for label k,

.. math:: s_k = \\frac{\\sum_g v_{gk}}{\\sqrt{\\sum_g \\mathrm{idf}_g^2}}

where :math:`v_{gk}` is what feature g says for label k: its TF-IDF weight times the trained coefficient,
plus what is known about it from the tables of terms and evidence. The length norm runs over all known
features, those without any weight included; unknown ones are no part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policycls.model.features import Block

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """A table with a row for each known feature.

    Attributes
    ----------
    table : ndarray of float64, (n_rows, n_columns + 1)
        What each feature says, and last the square of its idf.
    """

    table: Floats

    def score(self, blocks: Sequence[Block]) -> Floats:
        """Score encoded texts.

        Returns
        -------
        ndarray of float64, (n, n_columns)
            0 for a text without any known feature.
        """
        n = len(blocks[0].starts) - 1
        total = np.zeros((n, self.table.shape[1]))
        for block in blocks:
            filled = np.flatnonzero(np.diff(block.starts))  # reduceat gives nonsense for empty stretches
            if len(filled):
                total[filled] += np.add.reduceat(self.table[block.rows], block.starts[filled], axis=0)
        norm = np.sqrt(total[:, -1:])
        return np.divide(total[:, :-1], norm, out=np.zeros((n, total.shape[1] - 1)), where=norm > 0)
