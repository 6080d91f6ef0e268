"""Every figure against one computed by hand, and F1 against scikit-learn's."""

import numpy as np
import pytest
from judged import CLASSES, judged
from sklearn.metrics import accuracy_score, f1_score

from policycls.learning.metrics import count, equal_bins, point, scores


def test_figures_of_a_small_example_by_hand():
    found = point(judged("aaab--", "aab-a-"))
    assert found["accuracy"] == pytest.approx(3 / 6)
    assert found["f1:a"] == pytest.approx(2 * 2 / (3 + 3))
    assert found["f1:b"] == 0
    assert found["f1:none"] == pytest.approx(2 * 1 / (2 + 2))
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0 + 1 / 2) / 3)
    assert found["precision:a"] == pytest.approx(2 / 3)
    assert found["recall:b"] == 0
    # 4 measures wanted, 4 given, 3 units in which both see one; 2 of these have the same label
    assert found["detection_f1"] == pytest.approx(2 * 3 / (4 + 4))
    assert found["label_given_detection"] == pytest.approx(2 / 3)


def test_a_label_that_does_not_occur_is_left_out_of_the_mean():
    found = point(judged("aa--", "ab--"))
    assert np.isnan(found["f1:b"])
    assert np.isnan(found["precision:b"])
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)


def test_a_label_never_given_has_precision_0():
    assert point(judged("ab", "aa"))["precision:b"] == 0


def test_sets_count_every_label_of_every_unit():
    units = judged("ab-", "ab-")
    units.truth_sets[0] = [True, True, False]  # two labels wanted, one given
    assert point(units)["set_f1"] == pytest.approx(2 * 2 / (2 + 3))


def test_calibration_error_of_two_units_a_bin_by_hand():
    # Measure a: 0.0 twice a bin in nine bins, never true; in the last bin 0.6 and 1.0, one of them true.
    column = [0.0] * 18 + [0.6, 1.0]
    proba = [[p, 0.0, 1 - p] for p in column]
    found = point(judged("-" * 19 + "a", "-" * 18 + "aa", proba=proba))
    assert found["ece"] == pytest.approx((2 / 20 * abs(0.8 - 0.5) + 0) / 2)
    assert found["brier"] == pytest.approx((0.6**2 / 20 + 0) / 2)


def test_certain_and_right_has_no_error():
    found = point(judged("ab-" * 10, "ab-" * 10))
    assert (found["ece"], found["brier"], found["macro_f1"], found["set_f1"]) == (0, 0, 1, 1)


def test_bins_hold_equally_many_in_order_of_score():
    values = np.random.default_rng(0).random(100)
    bins = equal_bins(values)
    assert np.bincount(bins).tolist() == [10] * 10
    assert values[bins == 3].max() < values[bins == 4].min()
    assert equal_bins(np.zeros(4)).max() < 10


def test_f1_equals_scikit_learns_on_random_labels():
    rng = np.random.default_rng(1)
    truth, guess = ("".join(rng.choice(list("ab-"), 200)) for _ in range(2))
    found = point(judged(truth, guess))
    assert found["macro_f1"] == pytest.approx(f1_score(list(truth), list(guess), average="macro"))
    assert found["accuracy"] == pytest.approx(accuracy_score(list(truth), list(guess)))


def test_a_document_drawn_twice_counts_twice():
    units = judged("aab-", "ab--", documents=[0, 0, 1, 1])
    drawn = scores(count(units).drawn(np.array([[2.0, 1.0]])), CLASSES)
    twice = point(judged("aaaab-", "abab--"))
    assert drawn["macro_f1"][0] == pytest.approx(twice["macro_f1"])
    assert drawn["detection_f1"][0] == pytest.approx(twice["detection_f1"])


def test_some_units_are_taken_with_documents_numbered_anew():
    part = judged("aab-", "ab--", documents=[0, 0, 1, 1]).take(np.array([2, 3]))
    assert part.documents.tolist() == [0, 0]
    assert point(part)["accuracy"] == 0.5
