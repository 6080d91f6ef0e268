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


def coverage_curve(
    decisions: Floats, proba: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Trade coverage against precision.

    Parameters
    ----------
    decisions, proba : ndarray of float64, (n, n_classes)
    labels : ndarray of int, (n,)

    Returns
    -------
    thresholds, coverage, precision : ndarray of float64, (n,)
        For each threshold on the chosen class's probability, the share of units at or above it and the
        share of right labels among them; thresholds fall.
    """
    chosen = decisions.argmax(axis=1)
    confidence = proba[np.arange(len(chosen)), chosen]
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum((chosen == labels)[order])
    so_far = np.arange(1, len(order) + 1)
    return confidence[order], so_far / len(order), right / so_far


def review_thresholds(
    decisions: Floats, proba: Floats, labels: NDArray[np.int64]
) -> tuple[tuple[float, float], ...]:
    """Return for each of :data:`PRECISIONS` the lowest threshold above which labels are right at that rate.

    A precision that is never reached gets 1.0: every unit is to be looked at.
    """
    thresholds, _, reached = coverage_curve(decisions, proba, labels)

    def lowest(precision: float) -> float:
        good = np.flatnonzero(reached >= precision)
        return round(float(thresholds[good[-1]]), 4) if len(good) else 1.0

    return tuple((precision, lowest(precision)) for precision in PRECISIONS)


def secondary_threshold(
    documents: Sequence[LabelledDocument], decisions: Floats, proba: Floats, classes: Sequence[str]
) -> float:
    """Return the threshold at which second labels have the best F1 against those that people gave."""
    measures = [n for n, x in enumerate(classes) if x != NONE]
    units = [unit for document in documents for unit in document.units]
    truth = np.array([[classes[n] in unit.labels[1:] for n in measures] for unit in units])
    chosen = decisions.argmax(axis=1)
    beside = np.array([[n != c and classes[c] != NONE for n in measures] for c in chosen])
    candidates = proba[:, measures]
    best, found = 0.0, 0.5
    for threshold in np.arange(0.05, 0.5, 0.01):
        given = beside & (candidates >= threshold)
        hits = (given & truth).sum()
        f1 = 2 * hits / max(given.sum() + truth.sum(), 1)
        if f1 > best:
            best, found = float(f1), float(threshold)
    return round(found, 2)
