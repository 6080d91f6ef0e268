import numpy as np
import pytest

from policycls.errors import CorpusDamagedError, CorpusError, TooFewExamplesError
from policycls.learning.evidence import count_evidence
from policycls.learning.fit import Recipe, Units
from policycls.learning.knowledge import evidence_text, read_evidence, read_terms, shipped_knowledge
from policycls.schema import load_label_set

CLASSES = ("甲", "乙", "none")
WORDS = ("审批", "贷款", "会议")


def _units(texts_of, n=8):
    rows = [(text, k, f"d{doc}") for doc in range(n) for k in range(3) for text in texts_of(doc, k)]
    texts, labels, documents = zip(*rows, strict=True)
    return Units(list(texts), np.array(labels), list(documents))


BASE = _units(lambda doc, k: [f"推进{WORDS[k]}工作"])
#: "担保" speaks for 乙 here, which the base does not know; "招商" stands in three documents alone.
OTHER = _units(
    lambda doc, k: [f"开展{'担保' if k == 1 else '学习'}工作{'招商' if k == 1 and doc < 3 else ''}"]
)


@pytest.fixture(scope="module")
def evidence():
    return count_evidence(OTHER, BASE, CLASSES, recipe=Recipe(heading=0.0), min_documents=4)


def _own(evidence, text, kind="word"):
    return dict(zip(zip(evidence.kinds, evidence.texts, strict=True), evidence.own, strict=True))[kind, text]


def test_only_words_of_enough_documents_are_told(evidence):
    assert "担保" in evidence.texts
    assert not {x for x in evidence.texts if set(x) & set("招商")}
    assert min(evidence.documents) >= 4
    again = count_evidence(OTHER, BASE, CLASSES, recipe=Recipe(heading=0.0), min_documents=3)
    assert "招商" in again.texts


def test_a_word_in_one_document_many_times_is_in_one_document():
    many = Units(
        [*OTHER.texts, *["私语"] * 50], np.append(OTHER.labels, [0] * 50), [*OTHER.documents, *["d0"] * 50]
    )
    found = count_evidence(many, BASE, CLASSES, recipe=Recipe(heading=0.0), min_documents=2)
    assert not {x for x in found.texts if set(x) & set("私语")}


def test_no_more_than_single_words_and_pairs_of_characters_are_told(evidence):
    for kind, text in zip(evidence.kinds, evidence.texts, strict=True):
        assert kind == "word" or len(text) <= 2
        assert all("\u4e00" <= char <= "\u9fff" for char in text)


def test_words_speak_for_their_label(evidence):
    assert _own(evidence, "担保").argmax() == 1
    assert _own(evidence, "担", "characters").argmax() == 1


def test_no_word_is_frequent_enough():
    with pytest.raises(TooFewExamplesError, match="99 documents"):
        count_evidence(OTHER, BASE, CLASSES, min_documents=99)


def test_the_table_is_read_as_it_was_written(evidence, tmp_path):
    path = tmp_path / "evidence.tsv"
    path.write_text(evidence_text(evidence), encoding="utf-8")
    found = read_evidence(path)
    assert (found.classes, found.kinds, found.texts, found.documents) == (
        evidence.classes, evidence.kinds, evidence.texts, evidence.documents,
    )  # fmt: skip
    assert np.abs(found.own - evidence.own).max() <= 0.005 + 1e-9
    assert np.abs(found.context - evidence.context).max() <= 0.005 + 1e-9
    assert np.abs(found.bias - evidence.bias).max() <= 0.0005 + 1e-9
    assert evidence_text(found) == evidence_text(read_evidence(path))


def test_the_shipped_tables_are_about_the_shipped_labels():
    knowledge, labels = shipped_knowledge(), load_label_set()
    assert set(labels.ids) <= {term.label for term in knowledge.terms} <= {*labels.ids, "none"}
    assert len({(term.text, term.label) for term in knowledge.terms}) == len(knowledge.terms)
    assert set(knowledge.evidence.classes) == {*labels.ids, "none"}
    assert min(knowledge.evidence.documents) >= 5
    longest = max(
        len(x)
        for x, kind in zip(knowledge.evidence.texts, knowledge.evidence.kinds, strict=True)
        if kind != "word"
    )
    assert longest <= 2


@pytest.mark.parametrize("line", ["容缺受理", "容缺受理\t甲", "容缺受理\t甲\t多"])
def test_a_bad_line_of_terms_is_told_with_its_number(tmp_path, line):
    path = tmp_path / "terms.tsv"
    path.write_text(f"# a comment\n检查\t甲\t1\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="term, label, weight") as caught:
        read_terms(path)
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("word\t检查\t5\t1\t2\tx\t4", "numbers"),
        ("word\t检查\tx\t1\t2\t3\t4", "numbers"),
        ("word\t检查\t5\t1\t2\t3", "7 fields"),
        ("term\t检查\t5\t1\t2\t3\t4", "7 fields"),
        ("word\t检查\t5\t1\t2\t3\tnan", "7 fields"),
        ("word", "numbers"),
    ],
)
def test_a_bad_line_of_evidence_is_told_with_its_number(tmp_path, line, match):
    path = tmp_path / "evidence.tsv"
    path.write_text(
        f"kind\ttext\tdocuments\town:甲\town:乙\tcontext:甲\tcontext:乙\n{line}\n", encoding="utf-8"
    )
    with pytest.raises(CorpusDamagedError, match=match) as caught:
        read_evidence(path)
    assert caught.value.line == 2


@pytest.mark.parametrize("header", ["", "kind\ttext\tdocuments", "kind\ttext\tdocuments\town:甲\tcontext:乙"])
def test_another_header_is_refused(tmp_path, header):
    path = tmp_path / "evidence.tsv"
    path.write_text(header, encoding="utf-8")
    with pytest.raises(CorpusError, match="header"):
        read_evidence(path)


@pytest.mark.parametrize("read", [read_terms, read_evidence])
def test_files_that_cannot_be_read(tmp_path, read):
    with pytest.raises(CorpusError):
        read(tmp_path / "none.tsv")
    (tmp_path / "bad.tsv").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(CorpusError, match="UTF-8"):
        read(tmp_path / "bad.tsv")
