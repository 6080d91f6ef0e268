import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_model import small_model
from test_classifier import ODD, PIECES

from policycls.model.features import normalise
from policycls.model.weights import TERM

TEXT = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=20)


def _check(model, text, heading=""):
    found = model.explain(text, heading)
    decision = model.decision_function([text], headings=[heading])[0]
    for label, value in zip(model.classes_, decision, strict=True):
        assert sum(x.weight for x in found.rows if x.label == label) == pytest.approx(value, abs=1e-9)
        assert found.decision[label] == pytest.approx(value, abs=1e-12)
    for row in found.rows:
        if row.kind in ("context", "bias"):
            assert (row.start, row.end, row.term) == (-1, -1, "")
        else:
            assert 0 <= row.start < row.end <= len(text)
            assert normalise([text[row.start : row.end]]).text.removesuffix("\n") == row.term
    (choice,) = model.choose([text], headings=[heading])
    assert found.label == choice.label
    assert found.scores == choice.scores
    return found


@pytest.mark.parametrize("text", [x for x in ODD if len(x) < 100])
def test_rows_sum_to_the_decision_and_name_their_text(shipped, text):
    _check(shipped, text)


def test_rows_of_the_corpus_sum_to_the_decision(shipped, corpus_texts):
    for text, heading in zip(corpus_texts[:60], corpus_texts[60:120], strict=True):
        _check(shipped, text, heading)


@settings(max_examples=60, deadline=None)
@given(text=TEXT, heading=TEXT)
def test_rows_of_anything_sum_to_the_decision(shipped, text, heading):
    _check(shipped, text, heading)


def test_by_hand():
    found = _check(small_model(heading=0.5), "加强检 查。", "贷款")
    rows = [(x.term, x.kind, x.start, x.end) for x in found.rows if x.label == "a"]
    assert rows == [
        ("检", "characters", 2, 3), ("查", "characters", 4, 5), ("检查", "characters", 2, 5),
        ("检查", "word", 2, 5), ("", "bias", -1, -1), ("", "context", -1, -1),
    ]  # fmt: skip


def test_terms_are_called_so(shipped):
    weights = shipped.weights
    row = next(n for n in range(*weights.vocabulary.offsets[2:4]) if weights.origin[n] & TERM)
    term = weights.vocabulary.term(row)[1]
    assert (term, "term") in {(x.term, x.kind) for x in shipped.explain(term).rows}
