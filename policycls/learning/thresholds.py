"""Where to draw lines on calibrated scores: what to look at, what counts as a second label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from policycls.learning.corpus import LabelledDocument
from policycls.model.linear import Floats
from policycls.types import NONE

#: Precision wanted of the labels that nobody needs to look at, unless another is asked for.
WANTED_PRECISION = 0.9
#: Precisions that can be asked for.
PRECISIONS = (0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99)


def review_thresholds(
    chosen: NDArray[np.int64], proba: Floats, labels: NDArray[np.int64]
) -> dict[float, float]:
    """Return for each of :data:`PRECISIONS` the lowest threshold above which labels are right at that rate.

    A precision that is never reached gets 1.0: every unit is to be looked at. ``chosen`` and ``labels`` are
    the columns of the class that was given and of the right one, ``(n,)``; ``proba`` is ``(n, n_classes)``.
    """
    confidence = proba[np.arange(len(chosen)), chosen]
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum((chosen == labels)[order]) / np.arange(1, len(order) + 1)
    found = {}
    for wanted in PRECISIONS:
        reached = np.flatnonzero(precision >= wanted)
        found[wanted] = round(float(confidence[order][reached[-1]]), 4) if len(reached) else 1.0
    return found


def secondary_threshold(
    documents: Sequence[LabelledDocument], chosen: NDArray[np.int64], proba: Floats, classes: Sequence[str]
) -> float:
    """Return the threshold at which second labels have the best F1 against those that people gave."""
    measures = [n for n, x in enumerate(classes) if x != NONE]
    units = [unit for document in documents for unit in document.units]
    truth = np.array([[classes[n] in unit.labels[1:] for n in measures] for unit in units])
    beside = np.isin(chosen, measures)[:, None] & (chosen[:, None] != measures)
    best, found = 0.0, 0.5
    for threshold in np.arange(0.05, 0.5, 0.01):
        given = beside & (proba[:, measures] >= threshold)
        f1 = 2 * (given & truth).sum() / max(given.sum() + truth.sum(), 1)
        if f1 > best:
            best, found = float(f1), float(threshold)
    return round(found, 2)
