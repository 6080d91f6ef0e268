"""Intervals: the same in every run, wide where documents differ, and right as often as they say."""

import numpy as np
import pytest
from judged import judged

from policycls.learning.bootstrap import Score, differences, draws_of_documents, gap, intervals
from policycls.learning.metrics import point


def _random(rng, n_documents: int, size: int, accuracy: float):
    truth = rng.choice(list("ab-"), n_documents * size)
    right = rng.random(len(truth)) < accuracy
    guess = np.where(right, truth, np.where(truth == "a", "b", "a"))
    return judged("".join(truth), "".join(guess), list(np.repeat(range(n_documents), size)))


def test_two_runs_give_the_same_and_another_seed_does_not():
    units = _random(np.random.default_rng(0), 20, 5, 0.7)
    assert intervals(units) == intervals(units)
    assert intervals(units)["macro_f1"] != intervals(units, seed=1)["macro_f1"]


def test_intervals_hold_the_figure_itself():
    found = intervals(_random(np.random.default_rng(0), 20, 5, 0.7))
    for name in ("accuracy", "macro_f1", "set_f1", "detection_f1"):
        assert found[name].low < found[name].value < found[name].high


def test_95_of_100_intervals_hold_the_true_accuracy():
    rng = np.random.default_rng(7)
    held = [
        score.low <= 0.8 <= score.high
        for score in (intervals(_random(rng, 60, 4, 0.8), draws=300)["accuracy"] for _ in range(100))
    ]
    assert 88 <= sum(held) <= 100


def test_documents_are_drawn_not_units():
    # Ten documents wholly right or wholly wrong: as uncertain as ten units, however long they are.
    truth, guess = "a" * 200, "a" * 100 + "b" * 100
    by_document = intervals(judged(truth, guess, list(np.repeat(range(10), 20))))["accuracy"]
    by_unit = intervals(judged(truth, guess))["accuracy"]
    assert by_document.high - by_document.low > 3 * (by_unit.high - by_unit.low)


def test_one_document_has_no_interval():
    found = intervals(judged("ab", "ab", [0, 0]))["accuracy"]
    assert found.value == 1
    assert np.isnan([found.low, found.high]).all()
    assert found.record() == {"value": 1.0, "low": None, "high": None}


def test_what_is_not_defined_is_null_in_json():
    assert Score(float("nan"), float("nan"), float("nan")).record()["value"] is None


def test_draws_hold_as_many_documents_as_there_are():
    weights = np.concatenate(list(draws_of_documents(7, 50, 0)))
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_a_difference_is_paired():
    rng = np.random.default_rng(3)
    worse = _random(rng, 40, 5, 0.6)
    same = differences(worse, worse)["macro_f1"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
    # better by a few units in every document: far surer than the two intervals by themselves
    guess = worse.guess.copy()
    for doc in range(40):
        wrong = np.flatnonzero((worse.documents == doc) & (guess != worse.truth))[:1]
        guess[wrong] = worse.truth[wrong]
    better = type(worse)(**{**worse.__dict__, "guess": guess})
    gain = differences(better, worse)["accuracy"]
    assert gain.value == pytest.approx(point(better)["accuracy"] - point(worse)["accuracy"])
    assert gain.low > 0
    alone = intervals(worse)["accuracy"]
    assert gain.high - gain.low < (alone.high - alone.low) / 2


def test_figures_on_other_documents_are_drawn_apart():
    rng = np.random.default_rng(5)
    a, b = _random(rng, 60, 5, 0.9), _random(rng, 30, 5, 0.6)
    found = gap(a, b)["accuracy"]
    assert found.value == pytest.approx(point(a)["accuracy"] - point(b)["accuracy"])
    assert found.low > 0
    same = gap(a, a)["accuracy"]
    assert same.low < 0 == same.value < same.high
