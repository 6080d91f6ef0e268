"""What a model has learnt, as arrays, and how it is used, as settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from policycls.model.calibration import Calibration
from policycls.model.features import Vocabulary
from policycls.model.linear import Floats, Scorer

#: Bits of :attr:`Weights.origin`: where a row's weights come from.
TRAINED, EVIDENCE, TERM = 1, 2, 4

_STEPS = 32767  # the largest int16


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is used.

    Attributes
    ----------
    neighbours : tuple of float
        Weight of the units at distance 1, 2, … in the context.
    heading : float
        Weight of the heading above in the context.
    review_below : float
        A unit whose best class has a probability below this should be looked at.
    secondary_above : float
        A measure beside the primary one is a label too where its probability is at least this.
    precisions : tuple of (float, float)
        What ``review_below`` must be for a precision among the units that are not to be looked at, as
        measured on training documents out of fold: precision and threshold, rising.
    """

    neighbours: tuple[float, ...] = (0.3, 0.2)
    heading: float = 0.3
    review_below: float = 0.5
    secondary_above: float = 0.25
    precisions: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Quantised:
    """A matrix of floats in steps, each column with a step of its own.

    Attributes
    ----------
    values : ndarray of int16, (n, k)
    step : ndarray of float64, (k,)
    """

    values: NDArray[np.int16]
    step: Floats

    @classmethod
    def of(cls, matrix: Floats) -> Quantised:
        """Round a matrix ``(n, k)`` to steps of 1/32767 of each column's largest value."""
        largest = np.abs(matrix).max(axis=0, initial=0.0)
        step = np.where(largest > 0, largest, 1.0) / _STEPS
        return cls(np.rint(matrix / step).astype(np.int16), step)

    @cached_property
    def floats(self) -> Floats:
        """The matrix, ``(n, k)``."""
        return self.values * self.step


@dataclass(frozen=True)
class Weights:
    """A trained model.

    Attributes
    ----------
    vocabulary : Vocabulary
        n rows.
    taught : tuple of str
        Words that the segmenter is taught.
    own : Quantised, (n, n_classes)
        What a feature says about the unit in which it stands.
    context : Quantised, (n, n_classes)
        What it says about the units around.
    idf : ndarray of float32, (n,)
    origin : ndarray of uint8, (n,)
        Sum of :data:`TRAINED`, :data:`EVIDENCE`, :data:`TERM`.
    bias : ndarray of float64, (n_classes,)
    calibration : Calibration
    """

    vocabulary: Vocabulary
    taught: tuple[str, ...]
    own: Quantised
    context: Quantised
    idf: NDArray[np.float32]
    origin: NDArray[np.uint8]
    bias: Floats
    calibration: Calibration

    def calibrated(self, calibration: Calibration) -> Weights:
        """Return the same weights with another calibration."""
        return replace(self, calibration=calibration)

    @cached_property
    def scorer(self) -> Scorer:
        """The table of the linear product."""
        own, context = self.own, self.context
        return Scorer(own.values, context.values, own.step, context.step, self.idf)
