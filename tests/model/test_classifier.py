"""Scores: equal to a plain reference, and of nothing but the text itself, its neighbours and its heading."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import Reference
from small_model import CLASSES, small_model

import policycls
from policycls.documents import from_text
from policycls.errors import UsageError
from policycls.model import Model, classifier, load_model, lookup
from policycls.resources import data_path
from policycls.streaming import tag_files

ODD = [
    "", " ", "\n", "\n\n", "。", "，；。", "一", "a\nb", "\x00\x01", "开展\n双随机检查", "\n开展检查\n",
    "\r\n检查\r", "检\u200b查 贷\u3000款", "\ufeff检查", "\uffff检查", "Ünïcödé 检查", "\ud800检查\udfff",
    "ＡＢＣ１２３审批", "ABC123审批", "😀招商引资🎉", "𠮷野家", "推動企業開辦一日辦結", "優化營商環境",
    "检" * 2000, "检查" * 1000, "a" * 2000, "0" * 2000, "。" * 2000,
]  # fmt: skip

PIECES = [
    "检查",
    "贷款",
    "双随机",
    "容缺受理",
    "招商引资",
    "1",
    "２",
    "。",
    "，",
    "\n",
    " ",
    "　",
    "\u2028",
    "\ud83d",
]
PIECES += ["A", "ｂ", "😀", "開辦", "的", "\x00", "”", "\u200b"]
TEXTS = st.lists(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=20), max_size=8
)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _both(model, texts):
    return np.hstack(model.first_scores(texts))


def test_scores_are_those_of_the_plain_reference(shipped, corpus_texts):
    """scikit-learn, jieba, one text at a time: to 1e-9."""
    texts = corpus_texts[::3] + ODD
    expected = Reference(data_path("models", "default")).scores(texts)
    assert np.abs(_both(shipped, texts) - expected).max() < 1e-9


def test_first_scores_do_not_depend_on_batch_order_or_repetition(shipped, corpus_texts, monkeypatch):
    texts = corpus_texts[:300] + ODD
    expected = _both(shipped, texts)
    order = np.random.default_rng(0).permutation(len(texts))
    assert np.array_equal(_both(shipped, [texts[i] for i in order]), expected[order])
    assert np.array_equal(_both(shipped, texts * 2), np.vstack([expected, expected]))
    assert np.array_equal(np.vstack([_both(shipped, [text]) for text in texts]), expected)
    for size in (1, 100, 5000):
        monkeypatch.setattr(classifier, "_BATCH", size)
        assert np.array_equal(_both(shipped, texts), expected)


@SLOW
@given(texts=TEXTS, seed=st.integers(0, 99))
def test_a_text_has_its_scores_whatever_stands_beside_it(shipped, texts, seed):
    expected = np.vstack([np.zeros((0, 2 * len(shipped.classes_))), *(_both(shipped, [x]) for x in texts)])
    order = np.random.default_rng(seed).permutation(len(texts))
    assert np.array_equal(_both(shipped, [texts[i] for i in order]), expected[order])


def test_little_and_much_are_looked_up_alike(corpus_texts, monkeypatch):
    """A fresh model searches; one that is asked for much makes tables; the scores are the same."""
    texts = corpus_texts[:50] + ODD
    folder = data_path("models", "default")
    monkeypatch.setattr(lookup, "_WORTH", 1 << 60)
    monkeypatch.setattr("policycls.model.linear._WORTH", 1 << 60)
    few = _both(load_model(folder), texts)
    monkeypatch.setattr(lookup, "_WORTH", 0)
    monkeypatch.setattr("policycls.model.linear._WORTH", 0)
    assert np.array_equal(_both(load_model(folder), texts), few)


def test_both_engines_score_alike(shipped, corpus_texts):
    other = Model(shipped.weights, shipped.classes_.tolist(), shipped.settings, engine="jieba")
    texts = corpus_texts[:500] + ODD
    assert np.array_equal(_both(other, texts), _both(shipped, texts))


def test_widths_case_digits_and_blanks_make_no_difference(shipped):
    texts = ["ＡＢ１２审批", "ab34审批", "a b 5 6\u3000审\u200b批"]
    assert len(np.unique(_both(shipped, texts), axis=0)) == 1


def test_a_document_has_its_scores_whatever_else_is_tagged(shipped, corpus_texts):
    documents = [from_text("\n".join(corpus_texts[n * 12 : n * 12 + 12])) for n in range(12)]
    alone = [shipped.tag(document) for document in documents]
    assert list(shipped.tag_many(documents)) == alone
    assert list(shipped.tag_many(documents[::-1])) == alone[::-1]


def test_a_document_has_its_scores_whatever_the_number_of_processes(shipped, corpus_texts, tmp_path):
    for n in range(20):
        text = "\n".join(corpus_texts[n * 9 : n * 9 + 9])
        (tmp_path / f"{n:02}.txt").write_text(text, encoding="utf-8")
    files = sorted(map(str, tmp_path.iterdir()))
    one = list(tag_files(files, shipped))
    assert list(tag_files(files, shipped, jobs=2)) == one
    assert [x.units for x in one] == [policycls.tag_document(file, model=shipped) for file in files]


@SLOW
@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=5), seed=st.integers(0, 9))
def test_context_stops_at_the_document(shipped, corpus_texts, lengths, seed):
    """Documents decided together or apart."""
    rng = np.random.default_rng(seed)
    documents = [[corpus_texts[i] for i in rng.integers(len(corpus_texts), size=n)] for n in lengths]
    texts = [text for document in documents for text in document]
    owner = [n for n, document in enumerate(documents) for _ in document]
    apart = [shipped.decision_function(x, documents=[0] * len(x)) for x in documents]
    assert np.array_equal(shipped.decision_function(texts, documents=owner), np.vstack(apart))


def test_traditional_text_has_the_label_of_the_simplified(shipped):
    pytest.importorskip("opencc")
    simplified = "推行容缺受理和告知承诺，企业开办一日办结，压缩审批时限。"
    traditional = "推行容缺受理和告知承諾，企業開辦一日辦結，壓縮審批時限。"
    (a,), (b,) = (policycls.tag_text(text, model=shipped) for text in (simplified, traditional))
    assert a.scores == b.scores
    assert b.text == traditional


def test_decision_by_hand():
    """ "检查贷款": rows 1 to 8 and 11 without the words that do not stand there, over the root of Σ idf²."""
    model = small_model()
    rows = np.array([0, 1, 2, 3, 4, 5, 6, 7, 10])
    norm = np.sqrt((model.weights.idf[rows].astype(float) ** 2).sum())
    said = (rows + 1).sum() / norm
    expected = np.array([said, -said + 0.1, 0.2])
    assert model.decision_function(["检查贷款"])[0] == pytest.approx(expected, abs=1e-3)
    assert model.decision_function(["无关"])[0].tolist() == [0.0, 0.1, 0.2]


def test_neighbours_and_heading_add_what_they_say_as_context():
    model = small_model(neighbours=(0.5,), heading=0.25)
    own = model.decision_function(["检查", "，"])
    context = model.first_scores(["检查"])[1][0]
    both = model.decision_function(["检查", "，"], documents=["x", "x"], headings=["", "检查"])
    assert both[0] == pytest.approx(own[0])
    assert both[1] == pytest.approx(own[1] + 0.75 * context)


def test_choice_by_hand():
    model = small_model(review_below=0.6, secondary_above=0.2)
    (yes, no) = model.choose(["检查", "，"])
    assert (yes.label, yes.top, yes.labels, yes.review) == ("a", "a", ("a",), False)
    assert (no.label, no.top, no.labels, no.review) == ("none", "b", (), True)
    assert list(no.scores) == ["a", "b"]
    proba = model.predict_proba(["，"])[0]
    assert no.scores == pytest.approx({"a": proba[0], "b": proba[1]}, abs=1e-6)


def test_second_labels_are_likely_measures_in_the_order_of_the_decision(shipped, corpus_texts):
    texts = corpus_texts[:2000]
    decision = shipped.decision_function(texts)
    proba = shipped.weights.calibration(decision)
    classes = shipped.classes_.tolist()
    for choice, values, likely in zip(shipped.choose(texts), decision, proba, strict=True):
        order = [classes[n] for n in np.argsort(-values)]
        assert choice.label == order[0]
        assert choice.top == next(x for x in order if x != "none")
        above = [x for x in order[1:] if x != "none"]
        above = [x for x in above if likely[classes.index(x)] >= shipped.settings.secondary_above]
        assert choice.labels == (() if order[0] == "none" else (order[0], *above[:2]))


def test_probabilities_sum_to_one_and_labels_are_classes(shipped, corpus_texts):
    proba = shipped.predict_proba(corpus_texts[:200] + ODD)
    assert proba.shape == (200 + len(ODD), len(shipped.classes_))
    assert np.abs(proba.sum(axis=1) - 1).max() < 1e-12
    assert set(shipped.predict(ODD)) <= set(shipped.classes_)


def test_no_texts_give_no_rows(shipped):
    assert shipped.predict([]).shape == (0,)
    assert shipped.predict_proba([]).shape == (0, len(shipped.classes_))
    assert shipped.choose([]) == []


def test_a_bare_string_is_refused(shipped):
    with pytest.raises(TypeError, match="for one text write"):
        shipped.predict("检查")


def test_noise_is_left_out_or_kept_without_a_label():
    model = small_model()
    document = from_text(
        "某某日报\n\n检查贷款检查贷款，办好检查的事情。\n\n— 3 —\n\n贷款检查的事情也都办好。"
    )
    kept = model.tag(document, keep_noise=True)
    noise = [unit for unit in kept if unit.kind == "noise"]
    assert noise
    assert {(unit.label, unit.labels, unit.review) for unit in noise} == {("none", (), False)}
    assert model.tag(document) == [unit for unit in kept if unit.kind != "noise"]


def test_a_model_travels_to_another_process_without_its_engine():
    model = small_model()
    model.predict(["检查"])
    copy = pickle.loads(pickle.dumps(model))
    assert "segmenter" not in vars(copy)
    assert np.array_equal(copy.decision_function(["检查"]), model.decision_function(["检查"]))
    assert copy.classes_.tolist() == CLASSES


def test_the_line_for_review_is_moved_to_a_precision():
    model = small_model(review_below=0.5, precisions=((0.9, 0.6), (0.95, 0.8)))
    assert model.at_precision(0.92).settings.review_below == 0.8
    assert model.settings.review_below == 0.5
    with pytest.raises(UsageError, match=r"known are 0.9, 0.95"):
        model.at_precision(0.99)


def test_columns_of_a_table_are_taken_whatever_their_index(shipped):
    texts, groups, index = ["开展检查", "发放贷款", "发放贷款"], ["x", "x", "y"], [7, 0, 7]
    found = shipped.decision_function(
        pd.Series(texts, index=index),
        headings=pd.Series(groups, index=index),
        documents=pd.Series(groups, index=index),
    )
    assert np.array_equal(found, shipped.decision_function(texts, headings=groups, documents=groups))
    arrays = [np.array(x) for x in (texts, groups, groups)]
    assert np.array_equal(
        found, shipped.decision_function(arrays[0], headings=arrays[1], documents=arrays[2])
    )


@pytest.mark.parametrize("wrong", [None, float("nan"), 2023, ["检查"]])
@pytest.mark.parametrize("kind", [list, lambda x: pd.Series(x, dtype=object)])
def test_a_text_that_is_no_string_is_named(shipped, wrong, kind):
    with pytest.raises(TypeError, match=rf"texts\[1\] is {type(wrong).__name__}, not a string; leave it out"):
        shipped.predict(kind(["检查", wrong]))
    with pytest.raises(TypeError, match=r"headings\[0\] is"):
        shipped.predict(["检查"], headings=kind([wrong]))
    with pytest.raises(TypeError, match=f"text is {type(wrong).__name__}, not a string"):
        shipped.explain(wrong)


def test_a_table_is_no_column_of_texts(shipped):
    with pytest.raises(TypeError, match="texts is a table; pass one column of it"):
        shipped.predict(pd.DataFrame({"text": ["检查"]}))


def test_columns_of_different_length_are_refused(shipped):
    with pytest.raises(ValueError, match="2 texts, 1 documents"):
        shipped.predict(["检查", "贷款"], documents=["x"])
    with pytest.raises(ValueError, match="1 texts, 2 headings"):
        shipped.predict(["检查"], headings=["x", "y"])


def test_threads_share_a_model():
    """From its first text on, while the engine and the packed table are still being made."""
    texts = [f"{piece}{n}开展检查发放贷款" for n in range(400) for piece in PIECES[:8]]
    expected = load_model(data_path("models", "default")).decision_function(texts)
    fresh = load_model(data_path("models", "default"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: fresh.decision_function(texts[n::8]), range(8)))
    assert all(np.array_equal(found[n], expected[n::8]) for n in range(8))
