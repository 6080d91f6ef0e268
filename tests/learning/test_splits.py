import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycls.errors import CorpusDamagedError
from policycls.learning.corpus import LabelledDocument, LabelledUnit, load_labelled
from policycls.learning.splits import SPLITS, digest, falls_to_test, folds, split
from policycls.resources import data_path

#: The frozen test documents; whoever changes them changes what every score before was measured on.
FROZEN = "cd44ae2ac6481fa77140b117450fae9344ea3f4765d9a891a4cfb7877185ae95"


def _documents(names):
    return [LabelledDocument(name, (LabelledUnit("甲", ()),)) for name in names]


def test_the_frozen_test_documents_are_those_that_were_frozen():
    splits = json.loads((data_path("corpus") / SPLITS).read_text(encoding="utf-8"))
    assert splits["test_digest"] == FROZEN == digest(splits["test"])
    assert hashlib.sha256("\n".join(sorted(splits["test"])).encode()).hexdigest() == FROZEN
    assert not set(splits["test"]) & set(splits["train"])


def test_every_document_of_the_corpus_falls_to_one_side():
    documents = load_labelled([data_path("corpus")])
    train, test = split(documents, data_path("corpus"))
    assert {x.doc for x in train} | {x.doc for x in test} == {x.doc for x in documents}
    assert not {x.doc for x in train} & {x.doc for x in test}
    assert 1 / 8 < len(test) / len(documents) < 1 / 4


def test_documents_that_no_list_names_fall_by_their_id(tmp_path):
    listed = {"test": ["a"], "train": ["b"], "test_digest": digest(["a"])}
    (tmp_path / SPLITS).write_text(json.dumps(listed), encoding="utf-8")
    names = ["a", "b", *(f"new{n}" for n in range(60))]
    train, test = split(_documents(names), tmp_path)
    assert [x.doc for x in test] == ["a", *(x for x in names[2:] if falls_to_test(x))]
    assert len(train) + len(test) == len(names)
    assert 3 < len(test) < 20
    # another document beside them changes nothing
    more = split(_documents([*names, "other"]), tmp_path)[1]
    assert [x.doc for x in more if x.doc != "other"] == [x.doc for x in test]


def test_the_hash_is_fixed():
    assert [n for n in range(30) if falls_to_test(f"d{n}")] == [
        n for n in range(30) if int(hashlib.sha256(f"d{n}".encode()).hexdigest(), 16) % 6 == 0
    ]


def test_without_a_list_all_fall_by_their_id(tmp_path):
    documents = _documents([f"d{n}" for n in range(30)])
    assert split(documents, None) == split(documents, tmp_path)


def test_a_changed_list_is_noticed(tmp_path):
    listed = {"test": ["a", "c"], "train": ["b"], "test_digest": digest(["a"])}
    (tmp_path / SPLITS).write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(CorpusDamagedError, match="have changed"):
        split(_documents("abc"), tmp_path)


def test_the_digest_knows_no_order():
    assert digest(["b", "a"]) == digest(["a", "b"]) != digest(["a"])


@given(documents=st.lists(st.integers(0, 7), min_size=1, max_size=40), n=st.integers(2, 6))
def test_folds_keep_documents_together_and_take_every_unit_once(documents, n):
    seen = np.zeros(len(documents), dtype=int)
    for train, test in folds(documents, n):
        assert len(test)
        assert not {documents[i] for i in train} & {documents[i] for i in test}
        assert len(train) + len(test) == len(documents)
        seen[test] += 1
    assert (seen == 1).all()


def test_folds_are_the_same_each_time():
    documents = [n // 3 for n in range(30)]
    one, two = ([x.tolist() for _, x in folds(documents, 5)] for _ in range(2))
    assert one == two
