"""Columns joined by document: a row goes to the document it names, or is named itself."""

import pytest
from sample_units import unit

from policycls.errors import PolicyclsError, TableError
from policycls.meta import MetaTable


def _region(table, doc):
    return table.join([unit(doc=doc)])[0].fields.get("region")


def test_a_row_is_found_by_path_then_by_a_file_name_that_is_alone():
    files = ["x/a.txt", "x/b.txt", "y/b.txt", "x/c.txt", "x/d.txt"]
    rows = {"x/a.txt": "path", "b.txt": "two inputs", "c.txt": "name", "p/d.txt": "one", "q/d.txt": "two"}
    table = MetaTable({doc: {"region": region} for doc, region in rows.items()}, files)
    assert _region(table, "x/a.txt") == "path"
    assert _region(table, "x/b.txt") is None
    assert _region(table, "x/c.txt") == "name"
    assert _region(table, "x/d.txt") is None
    assert table.unmatched() == ["b.txt", "p/d.txt", "q/d.txt"]


def test_windows_names_match():
    table = MetaTable({".\\x\\a.txt": {"region": "东"}}, ["x/a.txt"])
    assert _region(table, "x/a.txt") == "东"
    assert table.unmatched() == []


def test_its_columns_stand_over_the_documents_own():
    table = MetaTable({"a.txt": {"region": "meta"}})
    joined = table.join([unit(doc="a.txt", fields={"region": "own", "year": "2024"})])
    assert joined[0].fields == {"region": "meta", "year": "2024"}


@pytest.mark.parametrize("name", ["doc", "文档", "文件名"])
def test_a_table_is_read_as_text(tmp_path, name):
    path = tmp_path / "meta.csv"
    path.write_text(f"{name},code,备注\na.txt,007,NA\n,,\n", encoding="utf-8-sig")
    table = MetaTable.read(str(path))
    assert table.join([unit(doc="a.txt")])[0].fields == {"code": "007", "备注": "NA"}
    assert MetaTable.read(str(path)).digest == table.digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,region\na.txt,东\n", "has no column 'doc'; columns: name, region"),
        ("doc\na.txt\n", "has no column besides 'doc'"),
        ("doc,region\na.txt,东\na.txt,西\n", "line 3: a second row for 'a.txt'; keep one"),
        ("doc,region\na.txt\n", "line 2: 1 fields, header has 2"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(tmp_path, text, message):
    path = tmp_path / "meta.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        MetaTable.read(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "meta.txt"
    path.write_text("关于优化营商环境的通知。", encoding="utf-8")
    with pytest.raises(TableError, match="is no table; give a csv"):
        MetaTable.read(str(path))
    with pytest.raises(PolicyclsError, match="no such file or folder"):
        MetaTable.read(str(tmp_path / "none.csv"))
