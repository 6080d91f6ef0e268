"""Labelled data: what stands in a file is what is learnt, and what cannot be read is told with its line."""

import json

import pytest

from policycls.errors import (
    CorpusDamagedError,
    CorpusError,
    DocumentError,
    TableError,
    TooFewExamplesError,
    UnknownLabelError,
)
from policycls.learning.corpus import LabelledUnit, fingerprint, load_labelled
from policycls.learning.corrections import mended
from policycls.schema import LabelSet, load_label_set

LABELS = LabelSet.of(["甲", "乙"])


@pytest.fixture
def write(tmp_path):
    def write(name, *rows):
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


def _units(path, labels=None):
    return [(x.doc, unit.text, unit.labels) for x in load_labelled([path], labels) for unit in x.units]


def test_a_line_is_a_unit(write):
    path = write(
        "d.jsonl",
        {"meta": {"doc": "文一", "title": "标题", "year": 2023}},
        {"doc": "文一", "unit": 0, "kind": "heading", "heading": "", "text": "一、总则", "label": "none"},
        {"doc": "文一", "unit": 4, "heading": "一、总则", "text": "放贷。", "labels": ["乙", "甲"]},
        {"doc": "文一", "text": "两可。", "labels": ["甲"], "maybe": ["乙", "none"]},
    )  # fmt: skip
    (document,) = load_labelled([path], LABELS)
    assert (document.doc, document.meta["title"]) == ("文一", "标题")
    assert document.units == (
        LabelledUnit("一、总则", (), "heading", "", (), 0),
        LabelledUnit("放贷。", ("乙", "甲"), "sentence", "一、总则", (), 4),
        LabelledUnit("两可。", ("甲",), "sentence", "", ("乙",), 3),
    )
    assert [unit.label for unit in document.units] == ["none", "乙", "甲"]


@pytest.mark.parametrize(
    ("row", "labels"),
    [
        ({"label": "甲"}, ("甲",)),
        ({"label": "none"}, ()),
        ({"labels": []}, ()),
        ({"labels": ["乙", "甲"]}, ("乙", "甲")),
        ({"label": "甲", "labels": ["乙", "甲"]}, ("甲", "乙")),
        ({"label": "甲", "labels": []}, ("甲",)),
        ({"label": " 甲 ", "labels": None}, ("甲",)),
        ({"labels": "甲|乙"}, ("甲", "乙")),
        ({"labels": "甲，乙"}, ("甲", "乙")),
        ({"labels": '["乙"]'}, ("乙",)),
        ({"label": "甲", "labels": ["甲", "甲"]}, ("甲",)),
    ],
)
def test_either_of_the_label_fields_is_enough(write, row, labels):
    assert _units(write("a.jsonl", {"text": "x", **row}), LABELS) == [("a", "x", labels)]


@pytest.mark.parametrize("row", [{"label": ""}, {"label": None}, {"labels": None}, {"label": float("nan")}])
def test_a_row_without_a_label_is_left_out(write, row):
    path = write("a.jsonl", {"text": "x", **row}, {"text": "y", "label": "甲"})
    assert _units(path) == [("a", "y", ("甲",))]


def test_chinese_columns_and_names(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(
        "文档,正文,标签,标题\nd1,发放贷款。,资金支持,一、融资\nd1,开会。,非措施,\n", encoding="utf-8"
    )
    (document,) = load_labelled([path], load_label_set())
    assert [(x.text, x.label, x.heading) for x in document.units] == [
        ("发放贷款。", "financing", "一、融资"),
        ("开会。", "none", ""),
    ]


def test_without_a_document_each_row_of_a_table_is_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label\n一,甲\n二,乙\n", encoding="utf-8")
    assert [x.doc for x in load_labelled([path])] == ["t.csv#1", "t.csv#2"]


def test_a_correction_counts_more_than_what_the_model_said(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label,correction,second\n一,甲,乙,甲\n二,甲,,\n", encoding="utf-8")
    assert [(text, labels) for _, text, labels in _units(path)] == [("一", ("乙", "甲"))]


def test_a_folder_is_read_file_by_file_and_documents_of_one_name_are_put_together(tmp_path, write):
    write("b.jsonl", {"text": "2", "label": "甲"}, {"doc": "a", "text": "3", "label": "甲"})
    write("a.jsonl", {"text": "1", "label": "甲"})
    write("notes.txt", "nothing")
    assert _units(tmp_path) == [("a", "1", ("甲",)), ("a", "3", ("甲",)), ("b", "2", ("甲",))]


def test_all_unknown_labels_are_told_with_their_lines(write):
    rows = [{"text": "x", "label": label} for label in ("甲", "丙", "乙", "丁")]
    with pytest.raises(UnknownLabelError) as caught:
        load_labelled([write("a.jsonl", *rows)], LABELS)
    message = str(caught.value)
    assert "a.jsonl: line 2: unknown label '丙'" in message
    assert "a.jsonl: line 4: unknown label '丁'" in message
    assert caught.value.exit_code == 5


def test_many_unknown_labels_are_counted(write):
    with pytest.raises(UnknownLabelError, match="and 5 more"):
        load_labelled([write("a.jsonl", *[{"text": "x", "label": f"丙{n}"} for n in range(25)])], LABELS)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", CorpusDamagedError),
        ("[1]", CorpusDamagedError),
        ('{"meta": 3}', CorpusDamagedError),
        ('{"label": "甲"}', TableError),
        ('{"text": "x"}', TableError),
        ('{"text": "  ", "label": "甲"}', CorpusError),
    ],
)
def test_a_bad_line_is_told_with_its_number(write, line, error):
    with pytest.raises(error) as caught:
        load_labelled([write("a.jsonl", {"text": "x", "label": "甲"}, "", line)])
    assert caught.value.line == 3
    assert str(caught.value.path).endswith("a.jsonl")


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusDamagedError, match="UTF-8"):
        load_labelled([tmp_path])


def test_nothing_to_read(tmp_path, write):
    with pytest.raises(DocumentError, match="no such file"):
        load_labelled([tmp_path / "none"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"no \.jsonl file"):
        load_labelled([tmp_path / "empty"])
    with pytest.raises(TooFewExamplesError, match="no labelled unit"):
        load_labelled([write("a.jsonl", {"text": "x", "label": ""})])


def test_the_fingerprint_knows_text_labels_and_documents_and_no_order_of_files(write):
    def of(*rows):
        return fingerprint(load_labelled([write("a.jsonl", *rows)]))

    one, two = {"doc": "a", "text": "x", "label": "甲"}, {"doc": "b", "text": "y", "label": "乙"}
    assert of(one, two) == of(two, one)
    assert len({of(one, two), of(one), of(one, {**two, "text": "z"}), of(one, {**two, "label": "甲"})}) == 4
    assert of(one, {**two, "doc": "c"}) != of(one, two)


def test_labels_are_mended_from_a_table(write, tmp_path):
    rows = [
        {"text": "x", "labels": ["甲", "乙"]},
        {"text": "y", "label": "none"},
        {"text": "z", "label": "乙"},
    ]
    path = write("a.jsonl", *rows)
    documents = load_labelled([path], LABELS)
    table = tmp_path / "mended.tsv"
    table.write_text("# reason\na\t0\t乙\na\t1\t甲\na\t2\tnone\n", encoding="utf-8")
    (document,) = mended(documents, table, LABELS)
    assert [unit.labels for unit in document.units] == [("乙",), ("甲",), ()]


@pytest.mark.parametrize(
    ("line", "error", "match"),
    [
        ("a\t0", CorpusError, "expected document, unit, label"),
        ("a\tx\t甲", CorpusError, "expected document, unit, label"),
        ("a\t9\t甲", CorpusError, "no unit 9 in document 'a'"),
        ("b\t0\t甲", CorpusError, "no unit 0 in document 'b'"),
        ("a\t0\t丙", UnknownLabelError, "unknown label"),
    ],
)
def test_a_table_of_corrections_that_does_not_fit(write, tmp_path, line, error, match):
    documents = load_labelled([write("a.jsonl", {"text": "x", "label": "甲"})], LABELS)
    table = tmp_path / "mended.tsv"
    table.write_text(f"# reason\n{line}\n", encoding="utf-8")
    with pytest.raises(error, match=match) as caught:
        mended(documents, table, LABELS)
    assert caught.value.line == 2
