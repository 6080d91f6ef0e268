"""Agreement against an independent implementation and against the textbook's worked figures."""

import math
import re

import numpy as np
import pytest
from judged import document
from sklearn.metrics import cohen_kappa_score

from policycls.errors import CorpusError
from policycls.learning.agreement import agree, alpha, kappa, resolved, strangers
from policycls.schema import LabelSet, load_label_set


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


def test_ids_and_names_of_a_label_are_one():
    shipped = load_label_set()
    ids = [document("x", ("t1", "financing"), ("t2", "none"), ("t3", "绿化"))]
    names = [document("x", ("t1", "资金支持"), ("t2", "非措施"), ("t3", "绿化"))]
    found = agree(*(resolved(x, [LabelSet.of(["绿化"]), shipped]) for x in (ids, names)))
    assert (found.agreed.value, found.kappa.value) == (1, 1)
    assert list(found.labels) == ["financing", "none", "绿化"]
    assert strangers(found) == ""


def test_labels_that_the_other_never_gives_are_told():
    a = [document("x", ("t1", "money"), ("t2", "money"), ("t3", "b"))]
    b = [document("x", ("t1", "cash"), ("t2", "b"), ("t3", "b"))]
    expected = r"most labels of the first file \(money\) are never given in the other, which has b, cash"
    assert re.fullmatch(expected, strangers(agree(a, b)))
    assert "second file (money)" in strangers(agree(b, a))
    assert strangers(agree(b, [document("x", ("t1", "cash"), ("t2", "b"), ("t3", "cash"))])) == ""


def test_of_units_that_are_not_shared_one_of_each_side_is_shown():
    with pytest.raises(CorpusError, match=r"the first has 'x', 0, 't1', the second 'z', 0, 't2'"):
        agree([document("x", ("t1", "a"))], [document("z", ("t2", "a"))])
