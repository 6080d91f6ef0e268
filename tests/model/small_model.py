"""A model small enough to check by hand."""

from __future__ import annotations

import numpy as np

from policycls.model import Model
from policycls.model.calibration import Calibration
from policycls.model.features import Vocabulary
from policycls.model.weights import Quantised, Settings, Weights

CLASSES = ["a", "b", "none"]
# 检 查 贷 款 | 检查 贷款 | 检查 贷款 双随机检查 a | 检查·贷款
VOCABULARY = Vocabulary(
    chars=np.array([0x68C0, 0x67E5, 0x8D37, 0x6B3E], dtype=np.uint32),
    bigrams=np.array([0x68C067E5, 0x8D376B3E], dtype=np.uint64),
    words=("检查", "贷款", "双随机检查", "a"),
    pairs=np.array([1], dtype=np.uint64),
)


def small_weights() -> Weights:
    """Eleven rows: own says the number of the row for "a", its opposite for "b"; context a tenth of it."""
    n = len(VOCABULARY)
    rows = np.arange(1.0, n + 1)
    own = np.stack([rows, -rows, 0 * rows], axis=1)
    return Weights(
        VOCABULARY, ("双随机检查",), Quantised.of(own), Quantised.of(own / 10),
        np.linspace(1, 2, n).astype(np.float32), np.ones(n, dtype=np.uint8),
        np.array([0.0, 0.1, 0.2]), Calibration(np.array([1.0, 2.0, 1.0]), np.array([0.0, 0.0, -1.0])),
    )  # fmt: skip


def small_model(**settings) -> Model:
    return Model(small_weights(), CLASSES, Settings(**{"heading": 0.0, **settings}), model_id="small")
