"""Faults in outputs, rows 52 to 55: an output is whole or absent, and what is text stays text."""

import csv
import json
import os
import signal

import openpyxl
import pytest
from fault_runs import forked, hold_files, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from policycls.output.tagged import read_tagged

SUFFIXES = ["jsonl", "csv", "xlsx", "parquet"]
SENTENCE = "推行容缺受理，企业开办一天办结。"
anywhere = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("".join(f"第{n}家企业办理贷款贴息{n}万元。\n" for n in range(800)), "utf-8")
    return path


@pytest.mark.parametrize("suffix", [*SUFFIXES, "html"])
def test_row_52_on_a_full_disk_the_old_file_is_kept(many, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    out.write_text("old", "utf-8")
    before = {x.name for x in tmp_path.iterdir()}
    command = ["report", many, "-o", out] if suffix == "html" else ["tag", many, "-o", out]

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hold_files(4096)()

    result = forked(*command, before=full)
    assert result.status == 6, result.stderr
    assert "no space left to write it; what stood there is kept" in result.stderr
    assert "Traceback" not in result.stderr
    assert out.read_text("utf-8") == "old"
    assert {x.name for x in tmp_path.iterdir()} == before


@pytest.mark.parametrize("command", [["tag", "many.txt"], ["report", "many.txt"], ["extract", "many.txt"]])
def test_row_53_where_nothing_can_be_written_is_told_before_any_work(many, tmp_path, command, monkeypatch):
    def work(*arguments, **keywords):
        raise AssertionError("work was begun")

    monkeypatch.chdir(tmp_path)
    for module in ("streaming", "documents", "extraction"):
        monkeypatch.setattr(f"policycls.{module}.read_documents", work, raising=False)
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    said = {
        "folder.jsonl": "is a folder",
        "pipe.jsonl": "is not a regular file",
        "none/a.jsonl": "does not exist",
    }
    for name, message in said.items():
        result = run(*command, "-o", name)
        assert result.status == 6, result.stderr
        assert f"error: {name}: " in result.stderr
        assert message in result.stderr


STARTS = st.sampled_from(
    ["=", "+", "-", "@", "\t=", "'=", "＝", "=cmd|'/c calc'!A1", "=1+1", "-1+2", "@SUM(A1)"]
)


@anywhere
@given(
    st.lists(st.builds("{}{}".format, STARTS, st.sampled_from(["", "甲", "1", "'"])), min_size=1, max_size=4)
)
def test_row_54_what_looks_like_a_formula_is_text_and_comes_back(tmp_path, cells):
    lines = "".join(json.dumps({"text": SENTENCE, "memo": x}) + "\n" for x in cells)
    (tmp_path / "a.jsonl").write_text(lines, "utf-8")
    for suffix in ("csv", "xlsx"):
        out = tmp_path / f"out.{suffix}"
        assert run("tag", tmp_path / "a.jsonl", "-o", out).status == 0
        found = [unit.fields["memo"] for units in read_tagged(str(out)) for unit in units]
        assert [x.strip() for x in found] == [x.strip() for x in cells]
    for cell in openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows():
        assert all(x.data_type != "f" for x in cell)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            assert row["memo"][:1] not in ("=", "+", "-", "@", "\t")


def test_row_54_raw_csv_leaves_cells_as_they_are(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": SENTENCE, "memo": "=1+1"}) + "\n", "utf-8")
    assert run("tag", tmp_path / "a.jsonl", "-o", tmp_path / "out.csv", "--raw-csv").status == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["memo"] == "=1+1"


HOSTILE = "<script>alert(1)</script>\"'></style></script><img src=x onerror=alert(1)>"


def test_row_55_markup_in_text_names_and_columns_is_shown_as_text(tmp_path):
    name = "<img src=x onerror=alert(1)>.txt"
    (tmp_path / name).write_text(f"{SENTENCE}{HOSTILE}企业贷款贴息。\n", "utf-8")
    (tmp_path / "meta.csv").write_text(f'doc,region\n"{name}","{HOSTILE.replace(chr(34), "")}"\n', "utf-8")
    result = run("report", tmp_path / name, "--meta", tmp_path / "meta.csv", "-o", tmp_path / "r.html")
    assert result.status == 0, result.stderr
    page = html.fromstring((tmp_path / "r.html").read_text("utf-8"))
    assert len(page.cssselect("script")) == 2  # the page's own, and its data
    assert not page.cssselect("img, [onerror]")
    assert "<script>alert(1)</script>" in page.cssselect("#documents")[0].text_content()
    policy = page.cssselect("meta[http-equiv]")[0].get("content")
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
