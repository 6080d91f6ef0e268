"""Reports from files: documents, folders and tagged tables in, a page or a table of counts out."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from policycls.errors import NoTextError, OutputError, TableError, UsageError
from policycls.reporting import ReportJob, report_job

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
META = "doc,region,year\nbulletin.txt,溪陵区,2023\nnews.txt,云畈市,2022\nother.txt,某县,2022\n"


@pytest.fixture
def folder(tmp_path):
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name in ("bulletin.txt", "news.txt"):
        (inputs / name).write_bytes((EXAMPLES / name).read_bytes())
    (tmp_path / "meta.csv").write_text(META, "utf-8")
    return tmp_path


def _run(folder, *arguments):
    code = "from policycls.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, check=False
    )


def _page(path):
    return html.fromstring(path.read_text("utf-8"))


def test_a_folder_becomes_a_page_with_columns_and_what_was_skipped(folder):
    (folder / "in" / "broken.pdf").write_bytes(b"no PDF")
    done = _run(folder, "report", "in", "--meta", "meta.csv", "-o", "report.html", "--lang", "zh")
    assert done.returncode == 8, done.stderr.decode()
    said = done.stderr.decode()
    assert "未处理：in/broken.pdf：已损坏" in said
    assert "meta: no document for other.txt" in said
    assert done.stdout == b""
    page = _page(folder / "report.html")
    assert [x.text_content() for x in page.cssselect(".doc h3")] == ["in/bulletin.txt", "in/news.txt"]
    assert len(page.cssselect(".panel")) == 10
    assert page.cssselect("mark")
    assert "broken.pdf" in page.cssselect("#read tbody")[0].text_content()
    assert page.cssselect("#read tbody .zh")[0].text == "已损坏，或不是 PDF；请打开后重新保存"
    assert re.search(r"\d{4}-\d\d-\d\d", page.cssselect("#model time")[0].text)


@pytest.mark.parametrize("name", ["tagged.jsonl", "tagged.csv", "tagged.xlsx"])
def test_a_tagged_table_gives_the_page_of_its_documents(folder, name):
    assert _run(folder, "tag", "in", "--meta", "meta.csv", "-o", name, "--lang", "zh").returncode == 0
    report, _ = report_job(ReportJob([str(folder / name)], str(folder / "a.html")))
    report_job(ReportJob([str(folder / "in")], str(folder / "b.html"), meta=str(folder / "meta.csv")))
    first, second = _page(folder / "a.html"), _page(folder / "b.html")
    assert report.documents == 2
    for what in (".heat td", ".panel text", ".u > span", "#model dd"):
        assert [x.text_content() for x in first.cssselect(what)] == [
            x.text_content().replace(f"{folder}/", "") for x in second.cssselect(what)
        ]
    assert not first.cssselect("mark")


def test_tables_and_documents_together(folder):
    assert _run(folder, "tag", "in/news.txt", "-o", "tagged.jsonl").returncode == 0
    paths = [str(folder / "tagged.jsonl"), str(folder / "in" / "bulletin.txt")]
    report, _ = report_job(ReportJob(paths, str(folder / "a.html")))
    assert report.documents == 2


def test_counts_by_columns_go_to_a_file_or_to_standard_output(folder):
    arguments = ("report", "in", "--meta", "meta.csv", "--table", "region,year")
    assert _run(folder, *arguments, "-o", "counts.csv").returncode == 0
    written = (folder / "counts.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert {(row["region"], row["year"]) for row in rows} == {("溪陵区", "2023"), ("云畈市", "2022")}
    assert len(rows) == 12
    printed = _run(folder, *arguments).stdout
    assert printed.decode().splitlines() == written.decode("utf-8-sig").splitlines()


def test_counts_are_wide_and_chinese_on_request(folder):
    done = _run(folder, "report", "in", "--table", "", "--shape", "wide", "--lang", "zh")
    (row,) = csv.DictReader(io.StringIO(done.stdout.decode()))
    assert row["文档数"] == "2"
    assert (
        0 < float(row["占比下限_审批提速"]) <= float(row["占比_审批提速"]) <= float(row["占比上限_审批提速"])
    )


def test_what_cannot_be_done_is_refused_before_any_work(folder):
    with pytest.raises(UsageError, match="a page needs a file"):
        report_job(ReportJob(["in"]))
    with pytest.raises(OutputError, match="its folder does not exist"):
        report_job(ReportJob(["in"], str(folder / "no" / "report.html")))
    with pytest.raises(TableError, match="no column 'city'"):
        report_job(ReportJob([str(folder / "in")], table="city"))
    table = folder / "t.csv"
    table.write_text("doc,text,label\na,查。,supervision\n", "utf-8")
    with pytest.raises(UsageError, match="is input and output"):
        report_job(ReportJob([str(table)], str(table), table=""))
    (folder / "empty").mkdir()
    with pytest.raises(NoTextError):
        report_job(ReportJob([str(folder / "empty")], str(folder / "report.html")))
    assert not (folder / "report.html").exists()


def test_a_page_that_stood_there_is_kept_when_the_new_one_fails(folder):
    (folder / "report.html").write_text("old", "utf-8")
    (folder / "blank.txt").write_text(" \n", "utf-8")
    with pytest.raises(NoTextError):
        report_job(ReportJob([str(folder / "blank.txt")], str(folder / "report.html")))
    assert (folder / "report.html").read_text("utf-8") == "old"


def test_labels_that_the_schema_does_not_have_stand_on_the_page(folder):
    rows = [{"doc": "a", "unit": n, "text": f"第{n}句。", "label": "文化<b>"} for n in range(3)]
    (folder / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    report_job(ReportJob([str(folder / "t.jsonl")], str(folder / "a.html")))
    head = _page(folder / "a.html").cssselect("#labels tbody tr")
    assert "文化<b>" in head[0].text_content()
    assert len(head) == 2


def test_many_sentences_are_held_against_those_of_the_training(folder):
    text = (folder / "in" / "bulletin.txt").read_text("utf-8")
    for n in range(4):
        (folder / "in" / f"again{n}.txt").write_text(text, "utf-8")
    assert _run(folder, "tag", "in", "-o", "tagged.jsonl").returncode == 0
    for what in ("in", "tagged.jsonl"):
        report_job(ReportJob([str(folder / what)], str(folder / "many.html")))
        section = _page(folder / "many.html").cssselect("#likeness")[0]
        labels = [x.text_content() for x in section.cssselect("th[scope=row] bdi")]
        assert any("financing" in x for x in labels) and len(labels) == 6
        shares = [float(x.text.split()[0]) for x in section.cssselect("td.n")]
        assert shares[4:10:2] == sorted(shares[4:10:2])  # percentiles of the probability
        assert sum(shares[10::2]) == pytest.approx(100, abs=0.5)
        assert len(section.cssselect("p .zh")[0].text) > 10
    report_job(ReportJob([str(folder / "in" / "news.txt")], str(folder / "few.html")))
    assert not _page(folder / "few.html").cssselect("#likeness, nav a[href='#likeness']")
