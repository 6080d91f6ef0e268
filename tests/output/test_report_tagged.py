"""Tagged tables read back: every format and language that is written is read, corrections first."""

import openpyxl
import pytest
from sample_units import LABELS, unit

from policycls.errors import TableError
from policycls.output import Layout, open_output
from policycls.output.tagged import is_tagged, label_set_of, read_tagged

UNITS = [
    unit("加快审批。", doc="a.txt", number=0, page=2, heading="一、审批", fields={"地区": "东"}),
    unit("=1+1", "none", doc="a.txt", number=1, review=True, fields={"地区": "东"}),
    unit("查。", "supervision", doc="b.txt", labels=("supervision", "financing"), fields={"地区": "'西"}),
]


def _write(path, lang="en"):
    with open_output(str(path), path.suffix[1:], Layout(LABELS, lang)) as out:
        out.write(UNITS[:2])
        out.write(UNITS[2:])
    return str(path)


def _read(path):
    return [one for units in read_tagged(path) for one in units]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet"])
def test_what_tag_writes_is_read_back(tmp_path, suffix, lang):
    path = _write(tmp_path / f"tagged.{suffix}", lang)
    assert is_tagged(path)
    assert _read(path) == UNITS
    assert [len(units) for units in read_tagged(path)] == [2, 1]


@pytest.mark.parametrize(("lang", "label"), [("en", "financing"), ("zh", "资金支持")])
def test_a_correction_counts_for_more_than_the_label(tmp_path, lang, label):
    path = _write(tmp_path / "tagged.xlsx", lang)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value in ("correction", "改正标签"))
    sheet.cell(3, column).value = label
    book.save(path)
    assert [one.label for one in _read(path)] == ["approval_streamlining", "financing", "supervision"]


def test_a_corpus_file_and_a_plain_labelled_table_are_read(tmp_path):
    corpus = tmp_path / "c1.jsonl"
    corpus.write_text(
        '{"meta": {"title": "t"}}\n{"unit": 0, "text": "查。", "label": "supervision"}\n', "utf-8"
    )
    assert [(x.doc, x.label, dict(x.scores)) for x in _read(str(corpus))] == [("c1", "supervision", {})]
    table = tmp_path / "t.csv"
    table.write_text("正文,标签\n加快审批。,审批提速\n", "utf-8")
    assert [(x.doc, x.unit, x.label) for x in _read(str(table))] == [("t.csv", 0, "approval_streamlining")]


def test_documents_are_not_taken_for_tagged_tables(tmp_path):
    for name, text in (
        ("a.txt", "text,label\n"),
        ("b.csv", "text,region\n好。,东\n"),
        ("c.jsonl", "{"),
        ("d.csv", ""),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        assert not is_tagged(str(tmp_path / name))
    assert not is_tagged(str(tmp_path / "missing.csv"))
    assert not is_tagged(str(tmp_path))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"text": " ", "label": "none"}', "line 1: a row without text"),
        ('{"text": "a", "label": "none", "unit": "x"}', "line 1: unit is no number: 'x'"),
        ('{"text": "a", "label": "none", "scores": {"financing": "much"}}', "line 1: a score is no number"),
        ("[1]", "line 1: is no JSON object"),
        ("{", "is no table of JSON lines"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, row, message):
    path = tmp_path / "t.jsonl"
    path.write_text(row + "\n", "utf-8")
    with pytest.raises(TableError, match=message):
        _read(str(path))


def test_labels_are_those_that_ship_and_others_by_their_ids():
    assert label_set_of(UNITS) == LABELS
    assert label_set_of([unit("a", "culture", scores={})]).ids == ("culture",)
    assert label_set_of([*UNITS, unit("a", "culture", scores={})]).ids == (*LABELS.ids, "culture")
