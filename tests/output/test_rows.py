"""Rows: the contract's columns in both languages, and cells that are safe in any table."""

import dataclasses
import json

from hypothesis import example, given
from hypothesis import strategies as st
from sample_units import LABELS, unit

from policycls.output import Layout, guard, record, unguard
from policycls.output.rows import clean
from policycls.types import TaggedUnit

FIELDS = [field.name for field in dataclasses.fields(TaggedUnit) if field.name != "fields"]


def test_a_record_has_the_fields_of_the_contract_in_order():
    row = record(unit(page=3, labels=("approval_streamlining", "financing")))
    assert list(row) == FIELDS
    assert row["page"] == 3
    assert row["labels"] == ["approval_streamlining", "financing"]
    assert list(row["scores"]) == list(LABELS.ids)
    assert json.loads(json.dumps(row)) == row


def test_tables_have_the_same_columns_with_a_score_each():
    english = Layout(LABELS).columns
    assert [c for c in english if not c.startswith("score_")] == [f for f in FIELDS if f != "scores"]
    assert [c[6:] for c in english if c.startswith("score_")] == list(LABELS.ids)
    chinese = Layout(LABELS, "zh").columns
    assert len(chinese) == len(english) == len(set(chinese))
    assert all(any("\u4e00" <= char <= "\u9fff" for char in column) for column in chinese)


def test_labels_are_joined_and_named():
    two = unit(labels=("approval_streamlining", "financing"), kind="heading")
    row = dict(zip(Layout(LABELS).columns, Layout(LABELS).cells(two), strict=True))
    assert row["labels"] == "approval_streamlining|financing"
    assert row["score_approval_streamlining"] == 0.75
    layout = Layout(LABELS, "zh")
    row = dict(zip(layout.columns, layout.cells(two), strict=True))
    assert (row["类型"], row["标签"], row["全部标签"]) == ("标题", "审批提速", "审批提速|资金支持")


def test_a_carried_column_never_takes_the_place_of_the_contracts():
    row = record(unit(fields={"label": "x", "input_label": "y", "地区": "东"}))
    assert (row["label"], row["地区"]) == ("approval_streamlining", "东")
    assert sorted((row["input_label"], row["input_input_label"])) == ["x", "y"]
    assert Layout(LABELS).carried(["text", "correction", "地区"]) == {
        "text": "input_text",
        "correction": "input_correction",
        "地区": "地区",
    }
    assert Layout(LABELS, "zh").carried(["正文", "text"]) == {"正文": "input_正文", "text": "text"}


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back(text):
    cell = guard(text)
    assert not cell or cell[0] not in "=+-@＝＋－＠\t\r\n\x00"
    assert unguard(cell) == text


@given(st.text())
def test_a_cell_that_was_not_guarded_is_left_alone(text):
    if not text.startswith("'"):
        assert unguard(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=())))
@example("\ud800")
@example("a\udcff.txt")
def test_whatever_a_file_name_holds_can_be_written(text):
    clean(text).encode()
    json.dumps(record(unit(doc=text, fields={text: text})), ensure_ascii=False).encode()
