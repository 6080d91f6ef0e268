"""Context: what the units around a unit say about it.

A unit's decision is its own score plus what its neighbours say *as neighbours*: up to
``len(weights)`` units before and after it in the same document, each weighted by its distance. The
neighbours' words have weights of their own for this, so that "检查" next door need not mean what
"检查" means in the unit itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from policycls.model.linear import Floats


def neighbours_sum(values: Floats, documents: NDArray[np.int64], weights: Sequence[float]) -> Floats:
    """Sum the neighbours' values.

    Parameters
    ----------
    values : ndarray of float64, (n, k)
        One row a unit, in reading order.
    documents : ndarray of int64, (n,)
        Number of the document of each unit; units of a document stand together.
    weights : sequence of float
        Weight of the units at distance 1, 2, …

    Returns
    -------
    ndarray of float64, (n, k)
    """
    total = np.zeros_like(values)
    for distance, weight in enumerate(weights, 1):
        same = np.flatnonzero(documents[distance:] == documents[:-distance])
        total[same + distance] += weight * values[same]
        total[same] += weight * values[same + distance]
    return total


def runs(documents: Sequence[object]) -> NDArray[np.int64]:
    """Give each stretch of equal values a number."""
    starts = [i > 0 and documents[i] != documents[i - 1] for i in range(len(documents))]
    return np.cumsum(np.array(starts, dtype=np.int64))
