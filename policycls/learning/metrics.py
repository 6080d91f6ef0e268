"""Figures of merit, computed from counts by document so that documents can be drawn again at no cost.

Everything that is told about a model is a function of a few sums over documents (:class:`Counts`). A
bootstrap draw is then one row of weights times these sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policycls.model.linear import Floats
from policycls.types import NONE

#: Bins of the calibration error; each holds as many units as the others.
BINS = 10


@dataclass(frozen=True)
class Judged:
    """What people said about n units, and what a model said, as columns."""

    classes: tuple[str, ...]  #: k labels, "none" among them where it occurs
    truth: NDArray[np.int64]  #: column of the primary label, (n,)
    guess: NDArray[np.int64]  #: likewise what the model said
    proba: Floats  #: calibrated, (n, k); nothing is told from the column of "none"
    truth_sets: NDArray[np.bool_]  #: all labels, (n, k), without those left open and "none"
    guess_sets: NDArray[np.bool_]  #: likewise what the model said
    documents: NDArray[np.int64]  #: number of each unit's document, from 0 without gaps

    @property
    def measures(self) -> list[int]:
        """Positions of the classes that are measures."""
        return _measures(self.classes)

    def take(self, rows: NDArray[np.int64]) -> Judged:
        """Return some of the units; their documents are numbered anew."""
        _, documents = np.unique(self.documents[rows], return_inverse=True)
        return Judged(
            self.classes, self.truth[rows], self.guess[rows], self.proba[rows],
            self.truth_sets[rows], self.guess_sets[rows], documents.astype(np.int64),
        )  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Sums over the units of each of d documents, or of each of d bootstrap draws."""

    confusion: Floats  #: units by true and by given primary label, (d, k, k)
    sets: Floats  #: labels given and right, labels given, labels wanted, (d, 3)
    bins: Floats  #: by measure and bin the sum of probability minus truth, (d, m, BINS)
    squares: Floats  #: squared error of the probabilities, averaged over the measures, (d,)

    def drawn(self, weights: Floats) -> Counts:
        """Sum documents by weights ``(draws, d)``: how often each document stands in each draw."""

        def total(part: Floats) -> Floats:
            summed: Floats = weights @ part.reshape(len(part), -1)
            return summed.reshape(len(weights), *part.shape[1:])

        return Counts(total(self.confusion), total(self.sets), total(self.bins), total(self.squares))


def count(judged: Judged) -> Counts:
    """Count by document."""
    k, m = len(judged.classes), judged.measures
    owner = judged.documents
    d = int(owner.max(initial=-1)) + 1
    confusion = np.zeros((d, k, k))
    np.add.at(confusion, (owner, judged.truth, judged.guess), 1)
    wanted, given = judged.truth_sets, judged.guess_sets
    sets = np.zeros((d, 3))
    np.add.at(sets, owner, np.stack([(wanted & given).sum(1), given.sum(1), wanted.sum(1)], axis=1))
    errors = judged.proba[:, m] - (judged.truth[:, None] == np.array(m, dtype=np.int64))
    bins, squares = np.zeros((d, len(m), BINS)), np.zeros(d)
    for at, column in enumerate(m):
        np.add.at(bins[:, at], (owner, equal_bins(judged.proba[:, column])), errors[:, at])
    np.add.at(squares, owner, (errors**2).mean(axis=1) if m else 0)
    return Counts(confusion, sets, bins, squares)


def equal_bins(scores: Floats, n_bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of each score, ``(n,)``: by rank, so that bins hold equally many, the lowest first."""
    bins = np.zeros(len(scores), dtype=np.int64)
    bins[np.argsort(scores, kind="stable")] = np.arange(len(scores)) * n_bins // max(len(scores), 1)
    return bins


def f1(hits: Floats, given: Floats, wanted: Floats) -> Floats:
    """Return 2 · hits / (given + wanted); NaN where nothing was wanted."""
    return np.where(wanted > 0, 2 * hits / np.maximum(given + wanted, 1e-12), np.nan)


def ratio(part: Floats, whole: Floats | NDArray[np.int64]) -> Floats:
    """Return part / whole; NaN where there is nothing."""
    return np.where(whole > 0, part / np.maximum(whole, 1e-12), np.nan)


def scores(counts: Counts, classes: Sequence[str]) -> dict[str, Floats]:
    """Compute every figure from counts.

    Returns
    -------
    dict of str to ndarray of float64, (d,)
        ``accuracy``, the share of right primary labels, "none" included; ``macro_f1``, the mean over the
        labels that occur; ``set_f1``, over all labels of all units together, those left open aside;
        ``detection_f1``, any measure against none; ``label_given_detection``, the share of right labels
        where both see a measure; ``ece``, the mean over the measures of the calibration error (ten bins of
        equal count); ``brier``, likewise the squared error; and ``f1:``, ``precision:``, ``recall:`` with
        each label. NaN where it is not defined. A label that is never given has precision 0.
    """
    c = counts.confusion
    total = np.maximum(c.sum(axis=(1, 2)), 1e-12)
    hits, given, wanted = np.einsum("dii->di", c), c.sum(axis=1), c.sum(axis=2)
    by_label = f1(hits, given, wanted)
    m = _measures(classes)
    both = c[:, m][:, :, m]
    seen = both.sum(axis=(1, 2))
    right = np.einsum("dii->d", both)
    occurs = (wanted > 0).sum(axis=1)
    found = {
        "accuracy": hits.sum(axis=1) / total,
        "macro_f1": ratio(np.nansum(by_label, axis=1), occurs),
        "set_f1": f1(counts.sets[:, 0], counts.sets[:, 1], counts.sets[:, 2]),
        "detection_f1": f1(seen, given[:, m].sum(axis=1), wanted[:, m].sum(axis=1)),
        "label_given_detection": ratio(right, seen),
        "ece": np.abs(counts.bins).sum(axis=2).mean(axis=1) / total,
        "brier": counts.squares / total,
    }
    for n, label in enumerate(classes):
        found[f"f1:{label}"] = by_label[:, n]
        found[f"recall:{label}"] = ratio(hits[:, n], wanted[:, n])
        found[f"precision:{label}"] = np.where(
            wanted[:, n] > 0, hits[:, n] / np.maximum(given[:, n], 1e-12), np.nan
        )
    return found


def point(judged: Judged) -> Mapping[str, float]:
    """Return every figure of :func:`scores` over all units."""
    counts = count(judged)
    every = counts.drawn(np.ones((1, len(counts.squares))))
    return {name: float(value[0]) for name, value in scores(every, judged.classes).items()}


def _measures(classes: Sequence[str]) -> list[int]:
    return [n for n, label in enumerate(classes) if label != NONE]
