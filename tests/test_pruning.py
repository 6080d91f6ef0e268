"""Smaller vocabularies for the benchmark: which features keep what."""

from pathlib import Path

import numpy as np
import pytest

from policycls import Model, load_model

TEXTS = ["推行容缺受理，开办企业一天办结。", "会议于9时开始。"]


@pytest.fixture
def pruning(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks"))
    import pruning

    return pruning


def _scores(model, weights):
    return Model(weights, model.classes_.tolist(), model.settings).decision_function(TEXTS)


def test_all_rows_are_the_whole_model(pruning):
    model = load_model()
    whole = model.weights
    np.testing.assert_array_equal(
        _scores(model, pruning.pruned(whole, len(whole.vocabulary))), _scores(model, whole)
    )


def test_what_is_pruned_keeps_its_part_of_the_norm_and_what_is_forgotten_does_not(pruning):
    whole = load_model().weights
    few = pruning.pruned(whole, 100)
    assert few.vocabulary is whole.vocabulary and few.idf is whole.idf
    assert np.count_nonzero(few.own.values.any(axis=1) | few.context.values.any(axis=1)) <= 100
    short = pruning.forgotten(whole, 100)
    assert len(short.vocabulary) == len(short.idf) == len(short.own.values) == 100
    kept = np.flatnonzero(pruning.heaviest(whole, 100))
    assert [short.vocabulary.term(n) for n in range(100)] == [whole.vocabulary.term(n) for n in kept]


def test_the_knee_is_where_nothing_is_lost_from_there_upwards(pruning):
    def size(rows, value, low, high):
        return pruning.Size(pruning.PRUNED, rows, None, 0, 1.0, {}, {"test": pruning.Score(value, low, high)})

    sizes = [
        size(100, 0, 0, 0),
        size(50, 0.001, -0.01, 0.01),
        size(25, -0.02, -0.03, -0.01),
        size(12, 0, -1, 1),
    ]
    assert pruning.knee(sizes).rows == 50
