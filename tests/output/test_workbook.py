"""The workbook: what a clerk sees, corrects and sends on; nothing in it runs, nothing is lost unsaid."""

import io
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_units import LABELS, unit

from policycls.batch import Job, tag_job
from policycls.documents import Skipped
from policycls.learning.corpus import load_labelled
from policycls.model.evidence import Word
from policycls.output import Layout, open_output
from policycls.output import workbook as module
from policycls.output.destination import Screen


def _write(path, units, lang="en", skipped=()):
    with open_output(str(path), "xlsx", Layout(LABELS, lang)) as out:
        for one in units:
            out.write([one])
        for item in skipped:
            out.skip(item)
    return out.writer


def _book(tmp_path, units, lang="en", skipped=()):
    _write(tmp_path / "a.xlsx", units, lang, skipped)
    return openpyxl.load_workbook(tmp_path / "a.xlsx")


def _rows(sheet):
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_unit_is_a_row_with_the_contracts_columns(tmp_path):
    units = [unit("审批。", number=0, page=2), unit("无。", "none", number=1, fields={"地区": "东"})]
    rows = _rows(_book(tmp_path, units)["units"])
    assert set(rows[0]) == {*Layout(LABELS).columns, "correction", "note", "地区"}
    assert [row["text"] for row in rows] == ["审批。", "无。"]
    assert [row["label"] for row in rows] == ["approval_streamlining", "none"]
    assert [row["地区"] for row in rows] == [None, "东"]
    assert rows[0]["page"] == 2
    assert rows[0]["score_approval_streamlining"] == 0.75


def test_lang_zh_is_chinese_throughout(tmp_path):
    book = _book(tmp_path, [unit(review=True), unit("无。", "none")], "zh", [Skipped("b.pdf", "damaged")])
    assert book.sheetnames == ["句子", "汇总", "标签说明", "未处理"]
    rows = _rows(book["句子"])
    assert [row["标签"] for row in rows] == ["审批提速", "非措施"]
    assert [row["需复核"] for row in rows] == ["是", "否"]
    for sheet in book:
        header = [cell.value for cell in sheet[1] if cell.value]
        assert all(any("\u4e00" <= char <= "\u9fff" for char in name) for name in header)


@pytest.mark.parametrize(("lang", "first"), [("en", "approval_streamlining"), ("zh", "审批提速")])
def test_the_correction_column_offers_the_labels(tmp_path, lang, first):
    book = _book(tmp_path, [unit(number=n) for n in range(3)], lang)
    sheet = book.worksheets[0]
    (rule,) = sheet.data_validations.dataValidation
    correction = next(cell for cell in sheet[1] if cell.value in ("correction", "改正标签"))
    assert str(rule.sqref) == f"{correction.column_letter}2:{correction.column_letter}4"
    name, cells = rule.formula1.split("!")
    choices = [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]
    assert choices[0] == first
    assert len(choices) == 6
    assert rule.errorStyle == "warning"  # two measures may be typed


def test_header_is_frozen_and_filtered_and_labels_are_coloured(tmp_path):
    book = _book(tmp_path, [unit(), unit("查。", "supervision"), unit("无。", "none", review=True)])
    sheet = book["units"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    column = [cell.value for cell in sheet[1]].index("label")
    fills = [row[column].fill.fgColor.rgb for row in sheet.iter_rows(min_row=2)]
    assert len(set(fills)) == 3
    text = [cell.value for cell in sheet[1]].index("text")
    marked = [row[text].fill.fill_type for row in sheet.iter_rows(min_row=2)]
    assert marked == [None, None, "solid"]


def test_nothing_in_it_is_a_formula_or_a_link(tmp_path):
    hostile = ["=1+1", "{=1}", "@x", "https://example.org", "mailto:a@b", "+1", "0123", "TRUE"]
    units = [unit(text, doc=text, heading=text, fields={text: text}) for text in hostile]
    book = _book(tmp_path, units, skipped=[Skipped("=cmd|'/c calc'!A1", "=1+1")])
    texts = [row["text"] for row in _rows(book["units"])]
    assert texts == hostile
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)


def test_the_summary_counts_by_label_and_by_document(tmp_path):
    units = [
        unit(doc="a.txt"),
        unit("查。", "supervision", doc="a.txt", review=True),
        unit("无。", "none", doc="b.txt"),
    ]
    rows = [[cell.value for cell in row] for row in _book(tmp_path, units)["summary"].iter_rows()]
    assert ["supervision", 1, 1 / 3] in [row[:3] for row in rows]
    assert ["total", 3, 1] in [row[:3] for row in rows]
    assert ["a.txt", 2, 1, 0, 0, 1, 0, 0, 1] in rows
    assert ["b.txt", 1, 0, 0, 0, 0, 0, 1, 0] in rows


def test_skipped_inputs_stand_with_their_reasons(tmp_path):
    book = _book(tmp_path, [unit()], skipped=[Skipped("b.pdf", "is encrypted")])
    assert [[cell.value for cell in row] for row in book["skipped"].iter_rows()][1] == [
        "b.pdf",
        "is encrypted",
    ]
    book = _book(tmp_path, [unit()], "zh", skipped=[Skipped("b.pdf", "is encrypted")])
    assert [cell.value for cell in [*book.worksheets[-1].iter_rows()][1]] == ["b.pdf", "已加密"]


def test_a_text_too_long_for_a_cell_is_cut_with_a_mark_and_a_note(tmp_path):
    writer = _write(tmp_path / "a.xlsx", [unit("政" * 32_767), unit("策" * 32_768), unit("😀" * 20_000)])
    texts = [row["text"] for row in _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["units"])]
    assert texts[0] == "政" * 32_767
    for text in texts[1:]:
        assert text.endswith(" [cut here; whole in csv and jsonl]")
        assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert writer.notes[0].startswith("2 cells hold more than 32,767 characters")


def test_more_units_than_a_sheet_holds_go_on_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHEET_ROWS", 12)
    book = _book(tmp_path, [unit(f"{n}。", number=n) for n in range(25)])
    assert [name for name in book.sheetnames if name.startswith("units")] == ["units", "units 2", "units 3"]
    numbers = [row["unit"] for name in book.sheetnames[:3] for row in _rows(book[name])]
    assert numbers == list(range(25))


ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_any_text_makes_a_workbook_that_opens(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("book")
    book = _book(folder, [unit(text, heading=text, doc=text, fields={"备注": text})])
    shown = _rows(book["units"])[0]["text"] or ""
    kept = [c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"]
    assert [c for c in shown if c >= " " and c != "\ufffd"] == [c for c in kept if c != "\ufffd"]


def test_nothing_is_left_beside_it_and_its_parts_are_xml(tmp_path):
    _write(tmp_path / "a.xlsx", [unit()])
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert book.testzip() is None


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (soffice)")
def test_libreoffice_reads_every_row(tmp_path):
    _write(tmp_path / "a.xlsx", [unit(f"第{n}句。", number=n) for n in range(50)], "zh")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76"]
    subprocess.run([*command, "a.xlsx"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 51
    assert "第49句。" in lines[-1]


def test_the_words_that_decided_stand_beside_each_unit(tmp_path):
    explain = lambda units: [[Word(0, 2, 0.5), Word(3, 5, 1.0), Word(6, 8, 0.1)] for _ in units]  # noqa: E731
    with open_output(str(tmp_path / "a.xlsx"), "xlsx", Layout(LABELS, "zh", explain)) as out:
        out.write([unit("审批、提速和审批。"), unit("=1+1，=cmd|审。")])
    rows = _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["句子"])
    assert [row["判断依据"] for row in rows] == ["审批、提速", "=1、1，、cm"]
    assert "evidence" not in _rows(_book(tmp_path, [unit()])["units"])[0]


def test_the_real_model_tells_its_words_in_the_workbook(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("推行容缺受理，企业开办一天办结。\n会议于9时开始。\n", "utf-8")
    screen = Screen(io.BytesIO(), io.StringIO())
    tag_job(Job([str(source)], str(tmp_path / "a.xlsx")), "xlsx", screen, tell=lambda _: None)
    rows = _rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["units"])
    assert "容缺受理" in rows[0]["evidence"].split("、")
    assert rows[1]["evidence"] is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_corrected_workbook_is_labelled_data(tmp_path, lang):
    """What a person chose is learnt from, what the model said is not."""
    book = _book(tmp_path, [unit(f"第{n}句。", number=n, fields={"地区": "东"}) for n in range(4)], lang)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value in ("correction", "改正标签"))
    for row, label in ((3, "supervision"), (4, "none"), (5, "approval_streamlining")):
        sheet.cell(row, column).value = Layout(LABELS, lang).label(label)
    book.save(tmp_path / "a.xlsx")
    (document,) = load_labelled([tmp_path / "a.xlsx"], LABELS)
    assert document.doc == "a.txt"
    assert [(x.text, x.label) for x in document.units] == [
        ("第1句。", "supervision"),
        ("第2句。", "none"),
        ("第3句。", "approval_streamlining"),
    ]
