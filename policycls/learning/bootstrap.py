"""Intervals by drawing documents again.

Units of a document are alike, so it is documents that are drawn, with replacement, as many as there are.
Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from policycls.learning.metrics import Judged, count, point, scores
from policycls.model.linear import Floats

DRAWS = 1000
LEVEL = 0.95

_CELLS = 4_000_000  # weights held at a time


@dataclass(frozen=True, slots=True)
class Score:
    """A figure and its interval.

    Attributes
    ----------
    value : float
        NaN where it is not defined.
    low, high : float
        Ends of the 95 % interval; NaN where there are fewer than two documents.
    """

    value: float
    low: float
    high: float

    def record(self) -> dict[str, float | None]:
        """Return it for JSON, null for NaN."""
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {name: round(x, 6) if np.isfinite(x) else None for name, x in parts.items()}


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
    """Return every figure with its interval.

    The calibration error's bins are those of all units in every draw. Chance differences add to an
    absolute value, so its interval lies a little high.
    """
    return _with_intervals(point(judged), _sampled(judged, draws, seed))


def differences(a: Judged, b: Judged, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Score]:
    """Return every figure of ``a`` minus that of ``b``: the same units, the same documents drawn for both."""
    values_a, values_b = point(a), point(b)
    drawn_a, drawn_b = _sampled(a, draws, seed), _sampled(b, draws, seed)
    values = {name: values_a[name] - values_b[name] for name in values_a if name in values_b}
    return _with_intervals(values, {name: drawn_a[name] - drawn_b[name] for name in values if drawn_a})


def gap(a: Judged, b: Judged, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Score]:
    """Return every figure on ``a`` minus that on ``b``: other documents, drawn for each by themselves."""
    values_a, values_b = point(a), point(b)
    drawn_a, drawn_b = _sampled(a, draws, seed), _sampled(b, draws, seed + 1)
    values = {name: values_a[name] - values_b[name] for name in values_a if name in values_b}
    drawn = {name: drawn_a[name] - drawn_b[name] for name in values if name in drawn_a and name in drawn_b}
    return _with_intervals(values, drawn)


def _sampled(judged: Judged, draws: int, seed: int) -> dict[str, Floats]:
    counts = count(judged)
    n = len(counts.squares)
    if n < 2:
        return {}
    parts = [scores(counts.drawn(w), judged.classes) for w in draws_of_documents(n, draws, seed)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _with_intervals(values: Mapping[str, float], sampled: Mapping[str, Floats]) -> dict[str, Score]:
    found = {}
    for name, value in values.items():
        drawn = sampled.get(name, np.zeros(0))
        drawn = drawn[np.isfinite(drawn)]
        tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
        low, high = np.percentile(drawn, tails) if len(drawn) and np.isfinite(value) else (np.nan, np.nan)
        found[name] = Score(value, float(low), float(high))
    return found
