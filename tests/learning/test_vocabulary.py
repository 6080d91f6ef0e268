import numpy as np
import pytest
from scipy import sparse

from policycls.learning import vocabulary
from policycls.learning.vocabulary import (
    build_vocabulary,
    count,
    inverse_document_frequency,
    neighbour_matrix,
    weigh,
    with_neighbours,
)
from policycls.model.context import neighbours_sum
from policycls.model.segmentation import make_segmenter

TEXTS = ["开展检查检查", "检查，贷款", "", "查贷"]


@pytest.fixture
def segmenter():
    return make_segmenter(())


def _names(vocab):
    return {vocab.term(row) for row in range(len(vocab))}


def _cell(counts, vocab, text, term):
    (row,) = (row for row in range(len(vocab)) if vocab.term(row) == term)
    return counts[TEXTS.index(text), row]


def test_the_vocabulary_is_what_stands_in_the_texts(segmenter):
    assert segmenter.cut("查贷") == ["查", "贷"]
    assert _names(build_vocabulary(TEXTS, segmenter)) == {
        *(("chars", x) for x in "开展检查贷款"),
        *(("bigrams", x) for x in ("开展", "展检", "检查", "查检", "贷款", "查贷")),
        *(("words", x) for x in ("开展", "检查", "贷款", "查", "贷")),
        *(("pairs", x) for x in ("开展检查", "检查检查", "查贷")),
    }


def test_words_are_numbered_by_frequency_then_alphabet(segmenter):
    words = build_vocabulary(["检查贷款检查", "贷款开展检查"], segmenter).words
    assert words == ("检查", "贷款", "开展")


def test_further_features_are_known_by_name(segmenter):
    found = build_vocabulary(["检查"], segmenter, words=["招商"], bigrams=["容缺"], chars=["税"], pairs=False)
    assert _names(found) >= {("words", "招商"), ("bigrams", "容缺"), ("chars", "税")}
    assert len(found.pairs) == 0
    assert found.rows(["word", "characters", "characters"], ["招商", "容缺", "税"]).min() >= 0


def test_counts_by_hand(segmenter, monkeypatch):
    """Also where a batch holds two texts."""
    vocab = build_vocabulary(TEXTS, segmenter)
    whole = count(TEXTS, vocab, segmenter)
    monkeypatch.setattr(vocabulary, "_BATCH", 2)
    counts = count(TEXTS, vocab, segmenter)
    assert (counts != whole).nnz == 0
    assert counts.shape == (4, len(vocab))
    assert _cell(counts, vocab, "开展检查检查", ("words", "检查")) == 2
    assert _cell(counts, vocab, "开展检查检查", ("pairs", "检查检查")) == 1
    assert _cell(counts, vocab, "检查，贷款", ("bigrams", "查贷")) == 0
    assert _cell(counts, vocab, "查贷", ("bigrams", "查贷")) == 1
    assert counts[2].nnz == 0


def test_no_texts_have_no_rows(segmenter):
    vocab = build_vocabulary(TEXTS, segmenter)
    assert count([], vocab, segmenter).shape == (0, len(vocab))
    assert len(build_vocabulary([], segmenter)) == 0


def test_idf_is_that_of_scikit_learn(segmenter):
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = count(TEXTS, build_vocabulary(TEXTS, segmenter), segmenter)
    expected = TfidfTransformer().fit(counts).idf_
    assert np.allclose(inverse_document_frequency(counts), expected, rtol=1e-6)


def test_weights_are_those_of_scikit_learn_where_nothing_repeats(segmenter):
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = count(TEXTS[1:], build_vocabulary(TEXTS[1:], segmenter), segmenter)
    found = weigh(counts, inverse_document_frequency(counts))
    expected = TfidfTransformer().fit_transform(counts)
    assert np.allclose(found.toarray(), expected.toarray(), atol=1e-6)


def test_a_repeated_feature_counts_for_the_norm_as_often_as_it_stands(segmenter):
    vocab = build_vocabulary(["检查检查"], segmenter)
    row = weigh(count(["检查检查"], vocab, segmenter), np.ones(len(vocab), dtype=np.float32)).toarray()[0]
    # 检 查 检 查, 检查 查检 检查, two words, one pair: ten occurrences
    assert row.max() == pytest.approx(2 / np.sqrt(10))
    assert row.sum() == pytest.approx(10 / np.sqrt(10))


def test_neighbours_are_summed_as_in_tagging():
    documents = ["x", "x", "x", "y", "x", "x"]
    values = np.random.default_rng(0).normal(size=(6, 2))
    runs = np.array([0, 0, 0, 1, 2, 2])
    expected = neighbours_sum(values, runs, (0.3, 0.2))
    assert np.allclose(neighbour_matrix(documents, (0.3, 0.2)) @ values, expected)
    assert neighbour_matrix([], (0.3,)).shape == (0, 0)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_neighbours_beside_values_are_those_of_hstack(monkeypatch, size):
    """Array by array, index type included: what is trained on is the same to the last bit."""
    monkeypatch.setattr(vocabulary, "_BATCH", size)
    values = sparse.random(7, 5, density=0.5, format="csr", random_state=0)
    near = neighbour_matrix([0, 0, 0, 1, 1, 2, 2], (0.3, 0.2))
    found, expected = with_neighbours(values, near), sparse.hstack([values, near @ values], format="csr")
    for name in ("data", "indices", "indptr"):
        one, two = getattr(found, name), getattr(expected, name)
        assert one.dtype == two.dtype
        assert one.tolist() == two.tolist()
    assert with_neighbours(values[:0], near[:0, :0]).shape == (0, 10)
