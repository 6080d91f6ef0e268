"""The commands of a workspace, from making it to going back."""

import csv
import json
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from policycls.cli import app

sys.path.insert(0, str(Path(__file__).parent / "learning"))
from workspaces import SCHEMA, documents, workspace, write_tagged


def run(*arguments):
    return CliRunner().invoke(app, [str(x) for x in arguments], prog_name="policycls")


@pytest.fixture
def bureau(tmp_path, monkeypatch):
    """A new workspace of two labels, in which commands run."""
    (tmp_path / "own.toml").write_text(SCHEMA, encoding="utf-8")
    assert run("init", tmp_path / "bureau", "--labels", tmp_path / "own.toml").exit_code == 0
    monkeypatch.chdir(tmp_path / "bureau")
    return tmp_path / "bureau"


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["文档", "序号", "正文", "标签"])
        for document in documents(12):
            writer.writerows([document.doc, x.unit, x.text, x.label] for x in document.units)
    return path


def test_from_an_empty_workspace_to_a_model_and_back(bureau, labelled, tmp_path):
    result = run("retrain", labelled, "--by", "李华", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert "新增 72 条标注" in result.stderr
    assert "已启用 0001-" in result.stdout
    assert run("models").stdout.splitlines()[2].startswith("* 0001-")
    held = run("models", "--json")
    assert [x["current"] for x in json.loads(held.stdout)["models"]] == [False, True]
    again = run("retrain", labelled, "--by", "李华")
    assert "0 rows added" in again.stderr
    assert "72 were there already" in again.stderr
    result = run("compare", "current", "0001", "--on", labelled, "--json")
    assert json.loads(result.stdout)["difference"]["macro_f1"]["value"] == pytest.approx(0, abs=0.2)
    assert "went back from 0002-" in run("rollback").stderr
    assert run("promote", "0009").exit_code == 4
    assert "is in use" in run("promote", "0002").stderr
    document = tmp_path / "a.txt"
    document.write_text("贷款补贴担保基金贴息奖励。", encoding="utf-8")
    tagged = run("tag", document, "--format", "jsonl")
    assert json.loads(tagged.stdout)["label"] == "money"


@pytest.mark.parametrize(
    ("suffix", "tool"), [("xlsx", "xlsx"), ("json", "label-studio"), ("jsonl", "doccano")]
)
def test_review_there_and_back(bureau, tmp_path, suffix, tool):
    tagged = write_tagged(tmp_path / "tagged.jsonl", documents(12))
    path = tmp_path / f"to-label.{suffix}"
    result = run("review", "export", tagged, "-o", path, "--n", 10, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert f"wrote 10 units to {path}, 2 of them" in result.stderr
    if tool == "xlsx":
        book = openpyxl.load_workbook(path)
        for row in range(2, 12):
            book["label"].cell(row, 5).value = "permit"
        book.save(path)
    elif tool == "label-studio":
        tasks = json.loads(path.read_text(encoding="utf-8"))
        choice = {
            "from_name": "label",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["permit"]},
        }
        path.write_text(
            json.dumps([{**x, "annotations": [{"result": [choice]}]} for x in tasks]), encoding="utf-8"
        )
    else:
        path.write_text(
            path.read_text(encoding="utf-8").replace('"label": []', '"label": ["permit"]'), encoding="utf-8"
        )
    result = run("review", "import", path, "--by", "li")
    assert result.exit_code == 0, result.output
    assert "10 rows added (2 of them kept for testing" in result.stdout
    assert "not learnt from: tag may go on to give them the old label" in result.stdout
    stats = json.loads(run("corpus", "stats", "--json").stdout)
    assert (stats["rows"], stats["people"], stats["train"]["labels"]) == (10, {"li": 10}, {"permit": 8})
    assert run("corpus", "check").stdout == "10 rows, all as they were written\n"


def test_an_exported_workbook_that_is_filled_in_is_not_replaced(bureau, tmp_path):
    tagged = write_tagged(tmp_path / "tagged.jsonl", documents(12))
    path = tmp_path / "label.xlsx"
    command = ("review", "export", tagged, "-o", path, "--n", 5, "--lang", "en")
    run(*command)
    run(*command)  # nothing is lost
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(3, names.index("correction") + 1).value = "permit"
    book.save(path)
    before = path.read_bytes()
    result = run(*command)
    assert result.exit_code == 6
    assert f"holds 1 correction; take them in with 'policycls review import {path}'" in result.stderr
    assert path.read_bytes() == before


def test_people_who_differ_are_told_and_settled(bureau, tmp_path):
    tagged = write_tagged(tmp_path / "tagged.jsonl", documents(12))
    path = tmp_path / "a.jsonl"
    run("review", "export", tagged, "-o", path, "--n", 5)
    blank = path.read_text(encoding="utf-8")
    for who, label in (("li", "permit"), ("wang", "money")):
        path.write_text(blank.replace('"label": []', f'"label": ["{label}"]'), encoding="utf-8")
        result = run("review", "import", path, "--by", who)
    assert "people differ about 5 units" in result.stdout
    settle = tmp_path / "settle.jsonl"
    assert (
        "wrote 5 units"
        in run("review", "export", "-o", settle, "--strategy", "conflicts", "--lang", "en").stderr
    )
    settle.write_text(
        settle.read_text(encoding="utf-8").replace('"label": []', '"label": ["none"]'), encoding="utf-8"
    )
    result = run("review", "import", settle, "--by", "chief", "--settle")
    assert "people differ" not in result.stdout
    assert json.loads(run("corpus", "stats", "--json").stdout)["conflicts"] == 0


def test_a_damaged_row_is_told_and_moved(bureau, labelled):
    run("retrain", labelled)
    file = bureau / "corpus" / "own.jsonl"
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[4] = lines[4].replace("d0", "dX")
    file.write_text("\n".join(lines), encoding="utf-8")
    for command in (("corpus", "check"), ("retrain",)):
        result = run(*command)
        assert result.exit_code == 5
        assert "corpus repair" in result.stderr
    assert "moved 1 damaged lines" in run("corpus", "repair").stderr
    assert run("corpus", "check").exit_code == 0
    assert (bureau / "corpus" / "own.damaged.jsonl").read_text(encoding="utf-8") == lines[4] + "\n"


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (("models", "--workspace", "/nowhere"), 5, "is no workspace"),
        (("promote", "9"), 4, "no model '9' here"),
        (("rollback",), 4, "no earlier model"),
        (("retrain",), 5, "no labelled unit here"),
        (("review", "export", "-o", "x.xlsx"), 2, "nothing to choose from"),
        (("review", "export", "x.jsonl", "-o", "x.docx"), 2, "which tool is it for?"),
        (("review", "import", "no.xlsx"), 3, "no such file"),
        (("init", "."), 6, "is there already"),
    ],
)
def test_what_goes_wrong_is_one_line_with_its_status(bureau, command, status, message):
    result = run(*command)
    assert result.exit_code == status, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_unknown_label_leaves_the_rows_as_they_were(bureau, tmp_path):
    (tmp_path / "bad.csv").write_text("text,label\n甲。,permit\n乙。,permitt\n丙。,mony\n", encoding="utf-8")
    result = run("retrain", tmp_path / "bad.csv")
    assert result.exit_code == 5
    assert "line 3: unknown label 'permitt'; did you mean 'permit'?" in result.stderr
    assert "line 4: unknown label 'mony'" in result.stderr
    assert not (bureau / "corpus" / "own.jsonl").exists()


def test_agree_tells_where_two_people_differ(tmp_path):
    head, rows = (
        "doc,unit,text,label\n",
        [f"d{n % 4},{n},第{n}句。,{'a' if n % 2 else 'none'}\n" for n in range(12)],
    )
    (tmp_path / "a.csv").write_text(head + "".join(rows), encoding="utf-8")
    (tmp_path / "b.csv").write_text(
        head + "".join(rows).replace("第3句。,a", "第3句。,none"), encoding="utf-8"
    )
    found = json.loads(run("agree", tmp_path / "a.csv", tmp_path / "b.csv", "--json").stdout)
    assert found["agreed"]["value"] == pytest.approx(11 / 12, abs=1e-6)
    assert [(x["doc"], x["unit"], x["a"], x["b"]) for x in found["conflicts"]] == [("d3", 3, ["a"], [])]
    assert "they differ about: 1" in run("agree", tmp_path / "a.csv", tmp_path / "b.csv").stdout


def test_agree_takes_ids_and_names_of_labels(tmp_path, bureau):
    rows = [f"d{n % 4},{n},第{n}句。,{{{'ab'[n % 2]}}}" for n in range(12)]
    names = {"a.csv": ("资金支持", "非措施"), "b.csv": ("financing", "none"), "c.csv": ("钱", "无")}
    for name, (a, b) in names.items():
        text = "\n".join(["doc,unit,text,label", *rows]).format(a=a, b=b)
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = run("agree", tmp_path / "a.csv", tmp_path / "b.csv", "--json")
    assert (json.loads(result.stdout)["kappa"]["value"], result.stderr) == (1, "")
    assert "资金支持" in run("agree", tmp_path / "a.csv", tmp_path / "b.csv", "--lang", "zh").stdout
    odd = run("agree", tmp_path / "a.csv", tmp_path / "c.csv")
    assert "are never given in the other, which has 无, 钱" in odd.stderr


def test_an_upgrade_leaves_the_workspace_as_it_is(tmp_path):
    made = workspace(tmp_path, 3)
    before = {x: x.read_bytes() for x in made.root.rglob("*") if x.is_file()}
    assert run("--workspace", made.root, "corpus", "stats").exit_code == 0
    assert {x: x.read_bytes() for x in made.root.rglob("*") if x.is_file()} == before
