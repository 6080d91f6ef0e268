"""Drift: unknown words, less certainty and other label shares are seen; like documents are left in peace."""

import pytest

from policycls.errors import TooFewExamplesError
from policycls.learning.drift import Sample, advice, drift, look, reference
from policycls.model import load_model


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def held_out(model):
    return reference(model)


def part(sample, rows):
    rows = list(rows)
    return Sample(
        [sample.texts[i] for i in rows], [sample.headings[i] for i in rows], [sample.docs[i] for i in rows],
        {name: [group[i] for i in rows] for name, group in sample.groups.items()},
    )  # fmt: skip


def plain(*texts):
    return Sample(list(texts), [""] * len(texts), ["x"] * len(texts), {})


def test_halves_of_one_corpus_do_not_drift(model, held_out):
    docs = list(dict.fromkeys(held_out.docs))
    first = [i for i, doc in enumerate(held_out.docs) if docs.index(doc) % 2]
    second = [i for i, doc in enumerate(held_out.docs) if not docs.index(doc) % 2]
    found = drift(look(model, part(held_out, first)), look(model, part(held_out, second)))
    assert found.reasons == []
    assert "the scores hold" in advice(found)
    assert found.new.by["genre"]


def test_other_words_are_seen(model, held_out):
    old = look(model, held_out)
    new = look(model, plain(*["葳蕤葡萄藤蔓爬满篱笆墙垣，蟋蟀鸣叫。", "鹦鹉螺化石埋藏于砂岩罅隙。"] * 10))
    found = drift(new, old)
    assert "unknown" in found.reasons
    assert found.unknown > 0.3
    assert "retrain" in advice(found)
    assert "生词多" in advice(found, "zh")


def test_one_label_alone_differs_in_shares(model, held_out):
    found = drift(look(model, plain(*["推行容缺受理，开办企业一天办结。"] * 20)), look(model, held_out))
    assert "shares" in found.reasons
    assert found.new.shares["approval_streamlining"] == 1


def test_nothing_to_look_at(model):
    with pytest.raises(TooFewExamplesError):
        look(model, plain())
