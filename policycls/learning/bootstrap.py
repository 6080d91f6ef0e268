"""Intervals by drawing documents again.

Units of a document are alike, so it is documents that are drawn, with replacement, as many as there are.
Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from policycls.learning.metrics import Judged, count, scores
from policycls.model.linear import Floats

DRAWS = 1000
LEVEL = 0.95

_CELLS = 4_000_000  # weights held at a time


@dataclass(frozen=True, slots=True)
class Score:
    """A figure and the ends of its 95 % interval; NaN where one is not defined.

    With fewer than two documents there is no interval.
    """

    value: float
    low: float
    high: float

    def record(self) -> dict[str, float | None]:
        """Return it for JSON, null for NaN."""
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {name: round(x, 6) if np.isfinite(x) else None for name, x in parts.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """Figures of all documents, and of each draw of them ``(draws,)``; no draws of fewer than two."""

    values: Mapping[str, float]
    drawn: Mapping[str, Floats]

    def __sub__(self, other: Sample) -> Sample:
        """Return the differences of the figures that both have, draw by draw."""
        values = {x: self.values[x] - other.values[x] for x in self.values if x in other.values}
        drawn = {x: self.drawn[x] - other.drawn[x] for x in values if x in self.drawn and x in other.drawn}
        return Sample(values, drawn)

    def scores(self) -> dict[str, Score]:
        """Return every figure with its interval."""
        tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
        found = {}
        for name, value in self.values.items():
            drawn = self.drawn.get(name, np.zeros(0))
            drawn = drawn[np.isfinite(drawn)]
            ends = np.percentile(drawn, tails) if len(drawn) and np.isfinite(value) else (np.nan, np.nan)
            found[name] = Score(value, *map(float, ends))
        return found


def resample(
    figures: Callable[[Floats], Mapping[str, Floats]], n_documents: int, draws: int = DRAWS, seed: int = 0
) -> Sample:
    """Compute figures for all documents and for draws of them.

    ``figures`` gives every figure ``(d,)`` for weights ``(d, n_documents)``: how often each document counts.
    Two samples of one seed and as many documents draw the same ones.
    """
    values = {name: float(x[0]) for name, x in figures(np.ones((1, n_documents))).items()}
    if n_documents < 2:
        return Sample(values, {})
    parts = [figures(weights) for weights in draws_of_documents(n_documents, draws, seed)]
    return Sample(values, {name: np.concatenate([part[name] for part in parts]) for name in values})


def draws_of_documents(n_documents: int, n_draws: int, seed: int) -> Iterator[Floats]:
    """Yield how often each document stands in each draw, some draws at a time; ``(_, n_documents)``."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // max(n_documents, 1))
    for start in range(0, n_draws, at_once):
        size = min(at_once, n_draws - start)
        drawn = rng.integers(n_documents, size=(size, n_documents))
        drawn += np.arange(size)[:, None] * n_documents
        weights = np.bincount(drawn.ravel(), minlength=size * n_documents)
        yield weights.reshape(size, n_documents).astype(np.float64)


def intervals(judged: Judged, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Score]:
    """Return every figure with its interval."""
    return sample(judged, draws=draws, seed=seed).scores()


def differences(a: Judged, b: Judged, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Score]:
    """Return every figure of ``a`` minus that of ``b``: the same units, the same documents drawn for both."""
    return (sample(a, draws=draws, seed=seed) - sample(b, draws=draws, seed=seed)).scores()


def gap(a: Judged, b: Judged, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Score]:
    """Return every figure on ``a`` minus that on ``b``: other documents, drawn for each by themselves."""
    return (sample(a, draws=draws, seed=seed) - sample(b, draws=draws, seed=seed + 1)).scores()


def sample(judged: Judged, *, draws: int = DRAWS, seed: int = 0) -> Sample:
    """Compute every figure for all documents and for draws of them.

    The calibration error's bins are those of all units in every draw. Chance differences add to an
    absolute value, so its interval lies a little high.
    """
    counts = count(judged)

    def figures(weights: Floats) -> dict[str, Floats]:
        return scores(counts.drawn(weights), judged.classes)

    return resample(figures, len(counts.squares), draws, seed)
