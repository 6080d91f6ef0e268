"""From decision values to probabilities: vector scaling, softmax(a · d + b).

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2 (a diagonal matrix).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policycls.model.linear import Floats


@dataclass(frozen=True)
class Calibration:
    """Slope and intercept for each class.

    Attributes
    ----------
    slope, intercept : ndarray of float64, (n_classes,)
    """

    slope: Floats
    intercept: Floats

    def __call__(self, decisions: Floats) -> Floats:
        """Return probabilities ``(n, n_classes)``; each row sums to 1."""
        logits = decisions * self.slope + self.intercept
        logits = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        probabilities: Floats = logits / logits.sum(axis=1, keepdims=True)
        return probabilities
