"""From units to labels: segmentation, TF-IDF, one linear product, calibrated scores.

The way through: :meth:`Model.tag` → :meth:`Model.decision_function` → :meth:`Scorer.score`, the linear
product itself.
"""

from policycls.model.classifier import Model
from policycls.model.explanation import Explanation
from policycls.model.store import load_model, save_model

__all__ = ["Explanation", "Model", "load_model", "save_model"]
