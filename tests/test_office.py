"""An office at work: workbooks that people fill in, a workspace beside them, messages in Chinese."""

import os
import shutil

import openpyxl
import pytest
from fake_model import FakeModel
from pages import READMES
from typer.testing import CliRunner

import policycls.model
from policycls.cli import app
from policycls.errors import TooFewExamplesError
from policycls.learning import review_book
from policycls.learning.corpus import load_labelled
from policycls.learning.handout import Handout, Suggestion
from policycls.learning.intake import rows_of
from policycls.learning.workspace import Workspace
from policycls.output.reasons import told
from policycls.output.rows import CHINESE
from policycls.resources import data_path
from policycls.schema import load_label_set


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A folder with a document, in which commands run; the model is quick."""
    monkeypatch.setattr(policycls.model, "load_model", lambda path=None: FakeModel(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("加快审批，或发放贷款。天气好。\n", "utf-8")
    return tmp_path


def _run(*arguments, status=0):
    done = CliRunner().invoke(app, [str(x) for x in arguments], prog_name="policycls")
    assert done.exit_code == status, done.output
    return done


def _fill(path, name, row, value):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == name)
    sheet.cell(row, column).value = value
    book.save(path)


@pytest.mark.parametrize("name", ["改正标签", "备注"])
def test_a_workbook_that_a_person_filled_in_is_not_replaced(office, name):
    command = ("tag", "in", "-o", "结果.xlsx", "--lang", "zh")
    _run(*command)
    _run(*command)  # nothing is lost
    _fill("结果.xlsx", name, 2, "资金支持")
    before = (office / "结果.xlsx").read_bytes()
    said = _run(*command, status=6).stderr
    assert said == (
        "error: 结果.xlsx: holds 1 correction; take them in with 'policycls retrain 结果.xlsx' "
        "or name another file\n"
    )
    assert (office / "结果.xlsx").read_bytes() == before
    _run("tag", "in", "-o", "另一份.xlsx", "--lang", "zh")


def test_a_report_of_a_workbook_knows_what_was_skipped_and_what_is_settled(office):
    (office / "in" / "bad.pdf").write_bytes(b"no PDF")
    _run("tag", "in", "-o", "结果.xlsx", "--lang", "zh", status=8)
    _run("report", "结果.xlsx", "-o", "前.html", "--lang", "zh")
    page = (office / "前.html").read_text("utf-8")
    assert "in/bad.pdf" in page
    assert "全部输入均已读取" not in page
    assert "没有需要复核的句子" not in page
    _fill("结果.xlsx", "改正标签", 2, "资金支持、审批提速")
    _run("report", "结果.xlsx", "-o", "后.html", "--lang", "zh")
    assert "没有需要复核的句子" in (office / "后.html").read_text("utf-8")
    counted = _run("report", "结果.xlsx", "--table", "", "--lang", "zh").stdout
    assert "资金支持,1," in counted
    assert "、" not in counted


def test_a_workspace_may_be_named_after_the_command_and_its_model_is_told(office):
    place = Workspace.create("bureau").root
    tag = ("tag", "in/a.txt", "--workspace", place, "--format", "csv")
    assert "model" not in _run(*tag).stderr  # it uses the one that ships
    shutil.copytree(data_path("models", "default"), place / "models" / "0001-x")
    (place / "models" / "CURRENT").write_text("0001-x", "utf-8")
    assert f"note: using model 0001-x of the workspace {place}\n" in _run(*tag).stderr
    assert f"提示：使用工作区 {place} 的模型 0001-x\n" in _run(*tag, "--lang", "zh").stderr
    assert "0001-x" not in _run(*tag, "--quiet").stderr
    assert "0001-x" not in _run(*tag, "--model", "m").stderr
    _run("explain", "加快审批。", "--workspace", place)
    _run("report", "in/a.txt", "--table", "", "--workspace", place)
    _run("report", "in/a.txt", "--table", "", "--workspace", office / "nowhere", status=5)
    assert "POLICYCLS_WORKSPACE" not in os.environ


def test_lang_zh_tells_in_chinese_what_is_skipped_and_noted(office):
    (office / "in" / "b: c.pdf").write_bytes(b"no PDF")
    (office / "in" / "c.txt").write_bytes(("加强检查，推进审批，发放贷款。" * 20).encode("gb18030"))
    for command in ("tag", "extract"):
        said = _run(command, "in", "--lang", "zh", status=8).stderr.splitlines()
        assert "未处理：in/b: c.pdf：已损坏，或不是 PDF；请打开后重新保存" in said
        assert "提示：in/c.txt：按 gb18030 编码读取" in said
    assert _run("tag", "in", "--lang", "zh", "--quiet", status=8).stderr.startswith("未处理：")


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("note: a.zip: 1 of 2 files inside not read: b", "提示：a.zip：内含 2 个文件中有 1 个未能读取：b"),
        ("skipped: a.csv: line 2: is no JSON object", "未处理：a.csv：第 2 行：不是 JSON 对象"),
        ("note: something new", "提示：something new"),
        ("note: rows without a label, left out: 3", "提示：略去没有标签的行：3"),
        ("note: the same text stands with different labels: 甲: 乙。", "提示：同一句子标签不同：甲: 乙。"),
        (
            "skipped: a.csv: no text column; columns: a, b; name the text column with --text-column",
            "未处理：a.csv：没有文字列；现有列：a, b；请用 --text-column 指定文字列",
        ),
        ("going on: 2 documents", "going on: 2 documents"),
    ],
)
def test_a_line_keeps_its_file_and_what_is_not_known(said, chinese):
    assert told(said, "zh") == chinese
    assert told(said, "en") == said


def test_both_readmes_say_which_columns_there_are_and_how_to_correct_one():
    english, chinese = (page.read_text("utf-8") for page in READMES)
    head = {"doc": "文档、", "unit": "序号、", "label": "标签、"}
    for name, written in CHINESE.items():
        assert f"`{name}`" in english
        assert head.get(name, written) in chinese
    for page, result in ((english, "tagged.xlsx"), (chinese, "标注结果.xlsx")):
        assert f"policycls retrain {result}" in page
        assert "`corrections-….jsonl`" in page
        assert "`--text-column" in page


def test_init_speaks_chinese(office):
    assert "已建立 " in _run("init", "bureau", "--lang", "zh").stderr


@pytest.mark.parametrize(("lang", "column"), [("zh", "改正标签"), ("en", "correction")])
def test_a_workbook_without_corrections_is_told_which_column_to_fill_in(office, lang, column):
    _run("tag", "in", "-o", "tagged.xlsx", "--lang", lang)
    with pytest.raises(TooFewExamplesError, match=f"fill in the column '{column}' first"):
        load_labelled(["tagged.xlsx"], load_label_set())


def test_review_import_knows_what_tag_wrote(office):
    place = Workspace.create("bureau").root
    _run("tag", "in", "-o", "tagged.xlsx", "--lang", "zh")
    said = _run("review", "import", "tagged.xlsx", "--workspace", place, status=5).stderr
    assert "is what 'policycls tag' wrote; take it in with 'policycls retrain tagged.xlsx'" in said


def test_a_corrected_row_keeps_its_remark_its_neighbours_and_its_second_measure(office):
    text = "加快审批。\n天气好。\n发放贷款。\n加强检查。\n"
    (office / "in" / "a.txt").write_text(text, "utf-8")
    (office / "in" / "b.txt").write_text("走访企业。\n", "utf-8")
    _run("tag", "in", "-o", "tagged.xlsx", "--lang", "zh")
    book = openpyxl.load_workbook("tagged.xlsx")
    sheet = book.worksheets[0]
    texts = [row[5].value for row in sheet.iter_rows(min_row=2)]
    assert texts == ["加快审批。", "天气好。", "发放贷款。", "加强检查。", "走访企业。"]
    column = {cell.value: cell.column for cell in sheet[1]}
    for row, label, note in (
        (2, "非措施", None),
        (4, "助企服务、资金支持", "见附件"),
        (5, "监管督查；招商引资", ""),
    ):
        sheet.cell(row, column["改正标签"]).value = label
        sheet.cell(row, column["备注"]).value = note
    book.save("tagged.xlsx")
    place = Workspace.create("bureau")
    rows = rows_of(place, load_labelled(["tagged.xlsx"], place.labels), who="李")
    assert [(x.text, x.labels, x.before, x.after, x.note) for x in rows] == [
        ("加快审批。", (), "", "天气好。", ""),
        ("发放贷款。", ("enterprise_assistance", "financing"), "天气好。", "加强检查。", "见附件"),
        ("加强检查。", ("supervision", "investment_attraction"), "发放贷款。", "", ""),
    ]


def test_the_workbook_for_labelling_is_chinese_in_its_examples_too(office):
    item = Handout("a.txt", 0, "sentence", "", "", "发放贷款。", "", "train")
    review_book.write(
        office / "a.xlsx", [Suggestion(item, "none", 0.5, (), "random")], load_label_set(), "zh"
    )
    examples = [
        row[-1].value or "" for row in openpyxl.load_workbook("a.xlsx")["标签说明"].iter_rows(min_row=2)
    ]
    assert any("→ 审批提速" in x for x in examples)
    assert not [x for x in examples if "→ a" in x or "none" in x or "_" in x]


def test_what_the_page_saves_is_taken_in_either_way(office):
    place = Workspace.create("bureau")
    line = '{"doc": "a.txt", "unit": %d, "text": "贷款。", "label": "%s", "note": "注"%s}\n'
    saved = line % (0, "", "") + line % (1, "financing", ', "labels": ["financing"]')
    (office / "corrections-1.jsonl").write_text(saved, "utf-8")
    (row,) = rows_of(place, load_labelled(["corrections-1.jsonl"], place.labels), who="李")
    assert (row.unit, row.labels, row.note) == (1, ("financing",), "注")
    said = _run("review", "import", "corrections-1.jsonl", "--workspace", place.root)
    assert "1 rows added" in said.stdout
    assert [x.note for x in place.ledger.read()] == ["注"]


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "jsonl", "parquet"])
def test_an_earlier_result_in_a_folder_does_not_count_again(office, suffix):
    alone = _run("tag", "in", "--format", "csv").stdout
    _run("tag", "in", "-o", f"in/结果.{suffix}", "--lang", "zh")
    done = _run("tag", "in", "--format", "csv", "--lang", "zh")
    assert done.stdout.count("\n") == alone.count("\n")
    assert (
        f"提示：in/结果.{suffix}：是 policycls tag 写出的结果，未读；如需读取，请单独写出文件名"
        in done.stderr
    )
    assert "结果" not in _run("extract", "in").stdout
    assert "加快审批" in _run("tag", f"in/结果.{suffix}", "--format", "csv").stdout  # named outright
    (office / "in" / "a.txt").unlink()
    assert "nothing but what 'policycls tag' wrote" in _run("tag", "in", status=3).stderr


def test_a_table_in_a_folder_is_read(office):
    (office / "in" / "b.csv").write_text("doc,text,label\nb,加强检查。,监管督查\n", "utf-8")
    assert "加强检查" in _run("tag", "in", "--format", "csv").stdout
