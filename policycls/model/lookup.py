"""From 64-bit keys to row numbers, for many keys at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Odd 64-bit constant of multiplicative hashing (Knuth, TAOCP vol. 3, 6.4): 2^64 divided by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
#: A hash table is worth its making once so many keys were asked for; until then a binary search does.
_WORTH = 50_000


class Lookup:
    """Finds the row of each key, by binary search at first and by a hash table on large inputs.

    Parameters
    ----------
    keys : ndarray of uint64, (n,)
        Distinct. Sorted ones need no sorting here.
    rows : ndarray of int32, (n,)
        Their rows.
    """

    def __init__(self, keys: NDArray[np.uint64], rows: NDArray[np.int32]) -> None:
        if not (keys[1:] > keys[:-1]).all():
            order = np.argsort(keys, kind="stable")
            keys, rows = keys[order], rows[order]
        self._keys, self._rows = keys, rows
        self._asked = 0
        self._table: _HashTable | None = None

    def __call__(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return the row of each key, -1 for unknown ones; ``(n,)``."""
        self._asked += len(keys)
        if self._table is None and self._asked > _WORTH:
            self._table = _HashTable(self._keys, self._rows)
        if self._table is not None:
            return self._table(keys)
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int32)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._rows[at], np.int32(-1))


class _HashTable:
    """Open addressing with linear probing; free places hold key 0 and row -1."""

    def __init__(self, keys: NDArray[np.uint64], rows: NDArray[np.int32]) -> None:
        bits = max(4, int(2 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, dtype=np.uint64)
        self._rows = np.full(1 << bits, -1, dtype=np.int32)
        keys, rows = keys[::-1], rows[::-1]
        slots = self._slots(keys)
        while len(keys):
            free = self._rows[slots] < 0
            # Where several keys want one place the last to be written has it; the others move on. Written
            # from the end, the first of equal keys is found first, as the binary search finds it.
            self._rows[slots[free]] = rows[free]
            won = self._rows[slots] == rows
            self._keys[slots[won]] = keys[won]
            keys, rows, slots = keys[~won], rows[~won], (slots[~won] + 1) & self._mask

    def _slots(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((keys * _GOLDEN) >> self._shift).view(np.int64)

    def __call__(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        slots = self._slots(keys)
        found = self._rows.take(slots)
        waiting = np.flatnonzero((self._keys.take(slots) != keys) & (found >= 0))
        if len(waiting):
            found[waiting] = self._probe(keys[waiting], slots[waiting])
        return found

    def _probe(self, keys: NDArray[np.uint64], slots: NDArray[np.int64]) -> NDArray[np.int32]:
        """Go on from a place that another key holds."""
        found = np.full(len(keys), -1, dtype=np.int32)
        at: NDArray[np.int64] = np.arange(len(keys))
        while len(at):
            slots = (slots + 1) & self._mask
            rows = self._rows.take(slots)
            found[at] = rows
            on = np.flatnonzero((self._keys.take(slots) != keys) & (rows >= 0))
            at, keys, slots = at[on], keys[on], slots[on]
        return found
