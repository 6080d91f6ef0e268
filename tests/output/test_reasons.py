"""Reasons in Chinese: every message that a reader may give is translated, whole or in its parts."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest

import policycls.documents
from policycls.output.reasons import in_chinese

SOURCES = sorted(Path(policycls.documents.__file__).parent.glob("*.py"))


def _texts(node):
    """Texts that an expression may stand for, with 7 for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _told():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error"):
                if ast.unparse(node.func) in {"UsageError", "ValueError", "EOFError"}:
                    continue
                hints = [x.value for x in node.keywords if x.arg == "hint"]
                for part in (*node.args[:1], *hints):
                    yield from ((path.name, x) for x in _texts(part) if x != "7")
            elif isinstance(node, (ast.Assign, ast.Return)) and node.value is not None:
                if isinstance(node, ast.Return):
                    told = path.name in {"files.py", "html.py"}
                else:
                    told = ast.unparse(node.targets[0]) in {"hint", "message", "_HINT"}
                if told:
                    yield from ((path.name, x) for x in _texts(node.value) if " " in x and x[0] != "7")


@pytest.mark.parametrize(("file", "text"), sorted(set(_told())))
def test_what_a_reader_says_is_translated(file, text):
    told = in_chinese(text)
    assert told != text
    assert any("\u4e00" <= x <= "\u9fff" for x in told)


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        ("no text layer (3 pages); it needs OCR", "没有文字层（3 页）；需要先做文字识别（OCR）"),
        ("no text layer (1 page); it needs OCR", "没有文字层（1 页）；需要先做文字识别（OCR）"),
        (
            "line 12: 3 fields, header has 2; quote fields that hold the separator"
            " (the 11 documents before are tagged)",
            "第 12 行：有 3 个字段，表头有 2 个；含分隔符的字段请加引号（此前 11 份文件已标注）",
        ),
        ("column 'a; b' is there twice", "列 'a; b' 出现两次"),
        ("something new", "something new"),
    ],
)
def test_line_parts_and_figures_are_kept(reason, chinese):
    assert in_chinese(reason) == chinese


def test_the_table_has_each_text_once():
    rows = files("policycls.output").joinpath("reasons.tsv").read_text("utf-8").splitlines()
    assert all(row.count("\t") == 1 for row in rows)
    assert len({row.split("\t")[0] for row in rows}) == len(rows)
