"""JSONL, CSV and Parquet: what is read back is what was tagged."""

import csv
import io
import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_units import LABELS, unit

from policycls.errors import OutputError, UsageError
from policycls.output import Layout, choose_format, open_output, open_stream, record, unguard
from policycls.output.destination import Screen

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "\t=1",
    "'",
    "''",
    "'=1",
    '"',
    "a,b\n=c\r\nd",
    "NA",
    "007",
    "",
]


def _write(path, units, lang="en", **options):
    with open_output(
        str(path), choose_format(str(path), None, terminal=False), Layout(LABELS, lang), **options
    ) as out:
        for one in units:
            out.write([one])
    return path


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_jsonl_lines_are_the_records(tmp_path):
    units = [unit(text, number=n) for n, text in enumerate([*HOSTILE, "一\u2028二\x85三"])]
    path = _write(tmp_path / "a.jsonl", units)
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [record(one) for one in units]
    assert "审批" in _write(path, [unit()]).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_csv_is_what_excel_reads_and_comes_back(tmp_path, lang):
    units = [unit(text, heading=text, number=n, fields={"x": text}) for n, text in enumerate(HOSTILE)]
    path = _write(tmp_path / "a.csv", units, lang)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    text, heading = ("正文", "所属标题") if lang == "zh" else ("text", "heading")
    rows = _rows(path)
    for one, row in zip(units, rows, strict=True):
        assert unguard(row[text]) == unguard(row[heading]) == unguard(row["x"]) == one.text
        assert row[text][:1] not in ("=", "+", "-", "@", "＝", "\t")
    assert list(rows[0])[:-1] == list(Layout(LABELS, lang).columns)


def test_raw_csv_has_the_cells_as_they_are(tmp_path):
    path = _write(tmp_path / "a.csv", [unit(text) for text in HOSTILE], raw=True)
    assert [row["text"] for row in _rows(path)] == HOSTILE


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=4))
def test_csv_round_trip(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    _write(path, [unit(text, fields={"备注": text}) for text in texts])
    cleaned = ["".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text) for text in texts]
    assert [unguard(row["text"]) for row in _rows(path)] == cleaned


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_columns_that_come_in_late_are_kept(tmp_path, suffix):
    """Documents of one run may carry different columns; the header has them all, and no row shifts."""
    units = [
        unit("一。"),
        unit("二。", fields={"地区": "东"}),
        unit("三。"),
        unit("四。", fields={"年份": "2024", "地区": "a,\n=b"}),
    ]
    path = _write(tmp_path / f"a.{suffix}", units)
    if suffix == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    else:
        frame = pd.read_parquet(path)
        frame = frame.assign(地区=frame["地区"].fillna(""), 年份=frame["年份"].fillna(""))
    assert list(frame.columns) == [*Layout(LABELS).columns, "地区", "年份"]
    assert list(frame["text"]) == ["一。", "二。", "三。", "四。"]
    assert list(frame["地区"]) == ["", "东", "", "a,\n=b"]
    assert list(frame["年份"]) == ["", "", "", "2024"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_names_the_columns_that_come_too_late():
    binary = io.BytesIO()
    with open_stream(Screen(binary, io.StringIO()), "csv", Layout(LABELS)) as out:
        out.write([unit("一。", fields={"地区": "东"})])
        out.write([unit("二。", fields={"年份": "2024"})])
    rows = list(csv.DictReader(io.StringIO(binary.getvalue().decode())))
    assert [row["地区"] for row in rows] == ["东", ""]
    assert out.writer.notes == [
        "left out: columns that only later inputs have (年份); -o FILE or JSONL keeps them"
    ]


def test_parquet_is_typed(tmp_path):
    units = [unit(page=2, review=True), unit("无。", "none", number=1, fields={"x": "007"})]
    frame = pd.read_parquet(_write(tmp_path / "a.parquet", units))
    assert frame["unit"].dtype == frame["start"].dtype == "int64"
    assert frame["review"].tolist() == [True, False]
    assert frame["score_financing"].tolist() == [0.125, 0.125]
    assert frame["page"][0] == 2 and math.isnan(frame["page"][1])
    assert frame["labels"].tolist() == ["approval_streamlining", ""]
    assert frame["x"][1] == "007"


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(OutputError, match=r"pip install 'policycls\[parquet\]'"):
        _write(tmp_path / "a.parquet", [unit()])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet", "txt"])
def test_a_failure_in_the_middle_leaves_nothing(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"old")

    def units():
        yield unit()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _write(path, units())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet", "txt"])
def test_no_units_make_a_whole_file_too(tmp_path, suffix):
    path = _write(tmp_path / f"a.{suffix}", [])
    assert path.exists()
    if suffix == "csv":
        assert _rows(path) == []
    elif suffix in ("xlsx", "parquet"):
        read = pd.read_excel if suffix == "xlsx" else pd.read_parquet
        assert len(read(path)) == 0


@pytest.mark.parametrize(
    ("target", "wanted", "terminal", "expected"),
    [
        (None, None, True, "table"),
        (None, None, False, "jsonl"),
        (None, "csv", True, "csv"),
        ("a.CSV", None, True, "csv"),
        ("a.txt", "jsonl", True, "jsonl"),
        ("a.weird", "xlsx", True, "xlsx"),
    ],
)
def test_the_format_follows_wish_then_suffix_then_terminal(target, wanted, terminal, expected):
    assert choose_format(target, wanted, terminal=terminal) == expected


@pytest.mark.parametrize(
    ("target", "wanted", "message"),
    [
        (None, "xlsx", "xlsx cannot go to standard output; use -o FILE.xlsx"),
        ("a.doc", None, "no format is known by the suffix '.doc'"),
        ("a.csv", "excel", "unknown format 'excel'; choose from table, jsonl"),
    ],
)
def test_a_format_that_is_none_is_a_usage_error(target, wanted, message):
    with pytest.raises(UsageError, match=message):
        choose_format(target, wanted, terminal=True)
