import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from policycls.model.context import neighbours_sum


def test_neighbours_by_hand():
    values = np.array([[1.0], [10.0], [100.0], [1000.0]])
    found = neighbours_sum(values, np.array([0, 0, 0, 1]), (0.5, 0.25))
    assert found.tolist() == [[0.5 * 10 + 0.25 * 100], [0.5 * 101], [0.5 * 10 + 0.25 * 1], [0.0]]


@given(
    documents=st.lists(st.integers(0, 3), min_size=1, max_size=12).map(sorted),
    weights=st.lists(st.floats(0, 1), max_size=4),
)
def test_sum_is_that_over_units_of_the_same_document_near_by(documents, weights):
    n = len(documents)
    values = np.random.default_rng(0).normal(size=(n, 2))
    expected = np.zeros((n, 2))
    for i in range(n):
        for j in range(n):
            distance = abs(i - j)
            if documents[i] == documents[j] and 1 <= distance <= len(weights):
                expected[i] += weights[distance - 1] * values[j]
    found = neighbours_sum(values, np.array(documents), weights)
    assert np.allclose(found, expected, atol=1e-12)
