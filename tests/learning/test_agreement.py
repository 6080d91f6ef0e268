"""Agreement against an independent implementation and against the textbook's worked figures."""

import math

import numpy as np
import pytest
from judged import document
from sklearn.metrics import cohen_kappa_score

from policycls.errors import CorpusError
from policycls.learning.agreement import agree, alpha, kappa


def test_kappa_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    for k in (2, 3, 6):
        a, b = rng.integers(k, size=(2, 200))
        b = np.where(rng.random(200) < 0.6, a, b)
        table = np.zeros((k, k))
        np.add.at(table, (a, b), 1)
        assert kappa(table) == pytest.approx(cohen_kappa_score(a, b))


def test_alpha_is_that_of_the_textbook():
    # Krippendorff, Content Analysis, 4th ed., 12.2.1: ten units, two observers, alpha 0.095.
    a, b = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    table = np.zeros((2, 2))
    np.add.at(table, (a, b), 1)
    assert alpha(table) == pytest.approx(0.095, abs=5e-4)


def test_equal_readings_agree_wholly_and_one_label_alone_says_nothing():
    same = [document("x", ("t1", "a"), ("t2", "b")), document("y", ("t3", "a"), ("t4", "none"))]
    found = agree(same, same)
    assert (found.units, found.kappa.value, found.alpha.value, found.conflicts) == (4, 1, 1, [])
    one = [document("x", ("t1", "a"), ("t2", "a"))]
    assert math.isnan(agree(one, one).kappa.value)


def test_units_are_matched_by_document_number_and_text():
    a = [document("x", ("t1", "a"), ("t2", "b"), ("t3", "a"))]
    b = [document("x", ("t1", "a"), ("t2", "a"), ("other", "a"))]
    found = agree(a, b)
    assert (found.units, found.only_a, found.only_b) == (2, 1, 1)
    assert [(doc, x.text, x.label, y.label) for doc, x, y in found.conflicts] == [("x", "t2", "b", "a")]
    assert found.labels["b"][:2] == (1, 0)
    with pytest.raises(CorpusError, match="no unit that both"):
        agree(a, [document("z", ("t1", "a"))])


def test_intervals_come_from_drawing_documents():
    a = [document(f"d{n}", ("t1", "a"), ("t2", "b")) for n in range(8)]
    b = [document(f"d{n}", ("t1", "a"), ("t2", "a" if n < 2 else "b")) for n in range(8)]
    found = agree(a, b)
    assert found.agreed.value == 14 / 16
    assert found.agreed.low < 14 / 16 < found.agreed.high == 1
    assert math.isnan(agree(a[:1], b[:1]).agreed.low)
