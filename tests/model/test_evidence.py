"""Deciding words: they add up to the decision, stand in the text, and are found for many texts as for one."""

from itertools import pairwise

import numpy as np
import pytest

from policycls.model import load_model
from policycls.model.evidence import _weights as token_weights
from policycls.model.evidence import deciding_words, explainer, unit_words
from policycls.model.features import normalise

TEXTS = [
    "推行“容缺受理”，企业开办一天办结。",
    "ＡＢＣ　 对 新设企业 免费刻章 2.7 万 枚。",
    "会议于9时开始。",
    "",
    "？！",
    "组织银行与企业对接，发放贷款3.2亿元，走访企业48家。",
]


@pytest.fixture(scope="module")
def model():
    return load_model()


def test_all_words_together_are_the_decision_without_bias_and_context(model):
    labels = np.arange(len(TEXTS)) % len(model.classes_)
    normal = normalise(TEXTS)
    weights, lengths = token_weights(model, normal, labels)
    owner = normal.owner[np.cumsum(lengths) - lengths]
    own = model.first_scores(TEXTS)[0]
    for n, label in enumerate(labels):
        assert weights[owner == n].sum() == pytest.approx(own[n, label], abs=1e-9)


def test_words_stand_in_the_text_in_order_and_spoke_for_the_label(model):
    labels = model.predict(TEXTS).tolist()
    found = deciding_words(model, TEXTS, labels)
    assert "容缺受理" in [TEXTS[0][x.start : x.end] for x in found[0]]
    assert found[3] == found[4] == ()
    for words in found:
        assert all(word.weight > 0 for word in words)
        assert all(a.end <= b.start for a, b in pairwise(words))
        assert len(words) <= 5


def test_spaces_and_wide_characters_do_not_shift_the_words(model):
    (words,) = deciding_words(model, [TEXTS[1]], ["approval_streamlining"])
    assert "免费刻章" in [TEXTS[1][x.start : x.end] for x in words] or "刻章" in [
        TEXTS[1][x.start : x.end] for x in words
    ]


def test_many_texts_are_explained_as_each_alone(model):
    labels = model.predict(TEXTS).tolist()
    together = deciding_words(model, TEXTS * 200, labels * 200)
    alone = [deciding_words(model, [text], [label])[0] for text, label in zip(TEXTS, labels, strict=True)]
    for n, words in enumerate(together):
        assert [word[:2] for word in words] == [word[:2] for word in alone[n % len(TEXTS)]]


def test_a_label_that_the_model_does_not_know_has_no_words(model):
    assert deciding_words(model, TEXTS[:1], ["culture"]) == [()]


def test_units_without_a_measure_have_none_and_traditional_text_is_read_simplified(model):
    import policycls

    units = policycls.tag_text("推行容缺受理。會議於九時開始。")
    words = unit_words(model, units)
    assert [bool(x) for x in words] == [unit.label != "none" for unit in units]


def test_a_model_of_another_make_explains_nothing():
    assert explainer(object()) is None
