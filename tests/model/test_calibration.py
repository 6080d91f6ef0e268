import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from policycls.model.calibration import Calibration

DECISIONS = st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=1, max_size=5)


def test_by_hand():
    proba = Calibration(np.array([2.0, 1.0]), np.array([0.0, 1.0]))(np.array([[1.0, 0.0]]))
    e = np.exp([2.0, 1.0])
    assert np.allclose(proba, [e / e.sum()])


@given(decisions=DECISIONS)
def test_rows_sum_to_one_without_overflow(decisions):
    proba = Calibration(np.array([1.0, 0.5, 2.0]), np.array([0.0, -1.0, 1.0]))(np.array(decisions))
    assert np.isfinite(proba).all()
    assert np.allclose(proba.sum(axis=1), 1)


def test_no_rows():
    assert Calibration(np.ones(2), np.zeros(2))(np.zeros((0, 2))).shape == (0, 2)
