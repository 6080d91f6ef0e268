import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_model import small_weights

from policycls.model.calibration import Calibration
from policycls.model.weights import Quantised


@given(arrays(np.float64, (4, 2), elements=st.integers(-(10**6), 10**6).map(lambda x: x / 1e3)))
def test_rounding_is_by_half_a_step_at_most(matrix):
    found = Quantised.of(matrix)
    assert found.values.dtype == np.int16
    assert (np.abs(found.floats - matrix) <= found.step / 2 * (1 + 1e-9)).all()
    assert (found.floats[np.abs(matrix) == 0] == 0).all()


def test_rounding_again_changes_nothing():
    once = Quantised.of(np.random.default_rng(0).normal(size=(50, 3)))
    again = Quantised.of(once.floats)
    assert np.array_equal(again.values, once.values)
    assert np.allclose(again.step, once.step, rtol=1e-15)


def test_nothing_has_no_values():
    assert Quantised.of(np.zeros((0, 2))).floats.shape == (0, 2)


def test_another_calibration_leaves_the_rest():
    weights, other = small_weights(), Calibration(np.full(3, 7.0), np.zeros(3))
    assert weights.calibrated(other).calibration is other
    assert weights.calibrated(other).own is weights.own is not None
