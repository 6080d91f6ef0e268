import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycls.model import linear
from policycls.model.features import Block
from policycls.model.linear import Scorer

K = 3


def _scorer(own, context, idf):
    return Scorer(own, context, np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.2, 0.3]), idf)


def _block(texts):
    starts = np.concatenate([[0], np.cumsum([len(x) for x in texts])])
    return Block(np.array([row for x in texts for row in x], dtype=np.int32), starts.astype(np.int64))


@given(
    texts=st.lists(st.lists(st.integers(-1, 4), max_size=6), min_size=1, max_size=6),
    seed=st.integers(0, 99),
    much=st.booleans(),
)
def test_the_product_is_its_formula(texts, seed, much):
    """Sum of steps times step over the root of Σ idf², feature by feature; row -1 counts as not there."""
    rng = np.random.default_rng(seed)
    own, context = rng.integers(-32768, 32768, size=(2, 5, K)).astype(np.int16)
    idf = rng.uniform(1, 9, size=5).astype(np.float32)
    scorer = _scorer(own, context, idf)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linear, "_WORTH", -1 if much else 1 << 60)
        found = scorer.score([_block(texts), _block([x[::-1] for x in texts])])
    for scores, rows in zip(found, texts, strict=True):
        known = [row for row in rows if row >= 0] * 2
        said = np.zeros(2 * K)
        for row in known:
            said += np.concatenate([own[row] * [0.5, 1.0, 2.0], context[row] * [0.1, 0.2, 0.3]])
        norm = np.sqrt(sum(float(idf[row]) ** 2 for row in known))
        assert scores == pytest.approx(said / norm if known else said, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("worth", [-1, 1 << 60])
@pytest.mark.parametrize("n", [65_535, 65_536, 200_000])
def test_sums_of_long_texts_do_not_run_over(monkeypatch, n, worth):
    """The largest and the smallest weight, as often as a text of that length can hold them."""
    monkeypatch.setattr(linear, "_WORTH", worth)
    own = np.array([[32767, -32768, 1]], dtype=np.int16)
    context = np.array([[-32768, 32767, -1]], dtype=np.int16)
    scorer = Scorer(own, context, np.ones(K), np.ones(K), np.ones(1, dtype=np.float32))
    scores = scorer.score([_block([[0] * n, [0]])])
    steps = np.array([32767, -32768, 1, -32768, 32767, -1])
    assert scores[0] == pytest.approx(steps * n / np.sqrt(n), rel=1e-14)
    assert scores[1].tolist() == steps.tolist()


def test_nothing_known_scores_nothing():
    scorer = _scorer(np.ones((1, K), dtype=np.int16), np.ones((1, K), dtype=np.int16), np.ones(1, np.float32))
    assert scorer.score([_block([[], [-1, -1]])]).tolist() == [[0.0] * 2 * K] * 2
