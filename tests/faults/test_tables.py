"""Faults in tables, rows 21 to 34: no column is shifted, no row lost, no cell changed, without a word."""

import io
import json
import zipfile

import openpyxl
import pytest
from fault_runs import TEXT, read, refused, run, schema, tag, tagged, write_table
from files_made import make_xlsx, with_part
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SENTENCE = "推行容缺受理，企业开办一天办结。"
CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"), max_size=12
)
anywhere = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _train(table, folder):
    return run("train", table, "-o", folder / "model", "--labels", schema(folder))


def test_row_21_a_missing_column_is_told_with_those_there(tmp_path):
    refused(
        tmp_path, "a.csv", "id,txet\n1,甲。\n".encode(), "no text column; columns: id, txet", "did you mean"
    )
    (tmp_path / "l.csv").write_text("text,lable\n甲。,permit\n", "utf-8")
    result = _train(tmp_path / "l.csv", tmp_path)
    assert result.status == 3
    assert "label" in result.stderr
    assert "lable" in result.stderr
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("id,text,label\n1,甲。,none,x\n2,乙。,none,x\n", "line 2: 4 fields, header has 3"),
        ("id,text,label\n1,甲。,none\n2,乙。,none,x\n3,丙。,none\n", "line 3: 4 fields, header has 3"),
        ("id,text,label\n1,甲。,none\n2,乙。\n3,丙。,none\n", "line 3: 2 fields, header has 3"),
    ],
    ids=["row_22", "row_23", "row_24"],
)
def test_row_22_23_24_rows_that_do_not_fit_the_header_shift_nothing(tmp_path, data, said):
    refused(tmp_path, "a.csv", data.encode(), said)
    result = _train(tmp_path / "in" / "a.csv", tmp_path)
    assert result.status == 3
    assert said in result.stderr
    assert not (tmp_path / "model").exists()


@anywhere
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.integers(0, 4), st.sampled_from(["", ",x"])
)
def test_row_22_any_row_with_more_or_fewer_fields_is_refused_by_line(tmp_path, cells, at, more):
    at %= len(cells)
    lines = [f"{n},甲办好。{more if n == at else ',y'}" for n, _ in enumerate(cells)]
    lines[at] = f"{at},甲办好。" if not more else f"{at},甲办好。,y,z"
    (tmp_path / "a.csv").write_text("\n".join(["id,text,memo", *lines]) + "\n", "utf-8")
    result = tag(tmp_path, tmp_path / "a.csv")
    assert result.status == 3
    assert f"line {at + 2}: " in result.stderr


def test_row_25_a_column_that_is_there_twice_is_refused(tmp_path):
    refused(
        tmp_path, "a.csv", "text,id,text\n甲。,1,乙。\n".encode(), "column 'text' is there twice", "rename"
    )


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_row_26_other_separators_are_found(tmp_path, mark):
    text, _ = read(tmp_path, "a.csv", f"编号{mark}正文\n7{mark}{SENTENCE}\n".encode())
    assert text == SENTENCE
    assert tagged(tmp_path)[0]["编号"] == "7"


def test_row_27_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    read(tmp_path, "a.csv", f"\ufeff编号,text\n7,{SENTENCE}\n".encode())
    assert tagged(tmp_path)[0]["编号"] == "7"


def test_row_28_a_quote_that_is_never_closed_is_told_by_its_line(tmp_path):
    data = f'id,text\n1,{SENTENCE}\n2,"乙。\n3,丙。\n'.encode()
    refused(tmp_path, "a.csv", data, "line 3: a quote is opened here and never closed")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx"])
def test_row_29_30_numbers_and_words_for_nothing_stay_as_written(tmp_path, suffix):
    cells = ["007", "1e5", "12345678901234567890", "NA", "null", "None", "nan", "TRUE", "1.0"]
    columns = [f"c{n}" for n in range(len(cells))]
    if suffix == "csv":
        data = "\n".join([",".join(["text", *columns]), ",".join([SENTENCE, *cells])]).encode()
    elif suffix == "jsonl":
        data = json.dumps({"text": SENTENCE, **dict(zip(columns, cells, strict=True))}).encode()
    else:
        data = make_xlsx(["text", *columns], [SENTENCE, *cells])
    read(tmp_path, f"a.{suffix}", data)
    row = tagged(tmp_path)[0]
    assert [row[x] for x in columns] == cells


@anywhere
@given(st.sampled_from(["NA", "null", "None", "nan", "N/A", "1e5", "007", "0x1F", "TRUE", "-"]))
def test_row_30_a_text_that_looks_like_nothing_is_a_text(tmp_path, cell):
    (tmp_path / "a.csv").write_text(f"id,text\n1,{SENTENCE}\n2,{cell}\n", "utf-8")
    assert tag(tmp_path, tmp_path / "a.csv", options=("--keep-noise",)).status == 0
    assert [row["text"] for row in tagged(tmp_path)] == [SENTENCE, cell]


def test_row_31_a_field_longer_than_pythons_limit_is_read(tmp_path):
    text, _ = read(tmp_path, "a.csv", f"id,text\n1,{SENTENCE * 10_000}\n".encode())
    assert text == SENTENCE * 10_000


def test_row_32_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path):
    data = make_xlsx(["编号", "text"], *[[n, f"第{n}件办好。"] for n in range(1, 201)])
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b'ref="A1:B201"' in xml
    read(tmp_path, "a.xlsx", with_part(data, "xl/worksheets/sheet1.xml", xml.replace(b"A1:B201", b"A1:B5")))
    assert [row["编号"] for row in tagged(tmp_path)] == [str(n) for n in range(1, 201)]


def test_row_33_a_cell_far_away_is_refused_at_once(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["XFD1048576"] = "id", "text", "x"
    buffer = io.BytesIO()
    book.save(buffer)
    refused(tmp_path, "a.xlsx", buffer.getvalue(), "more than 1,000 columns", "delete the empty cells")


def test_row_34_a_text_too_long_for_a_cell_is_marked_there_and_whole_elsewhere(tmp_path):
    long = "长" * 40_000
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": SENTENCE, "memo": long}) + "\n", "utf-8")
    result = run("tag", tmp_path / "a.jsonl", "-o", tmp_path / "out.xlsx")
    assert result.status == 0
    assert "cut" in result.stderr
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    cell = next(x.value for x in sheet[2] if str(x.value).startswith("长长"))
    assert len(cell) <= 32_767
    assert not cell.endswith("长")
    for suffix in ("jsonl", "csv"):
        assert run("tag", tmp_path / "a.jsonl", "-o", tmp_path / f"out.{suffix}").status == 0
        assert long in (tmp_path / f"out.{suffix}").read_text("utf-8")


def test_a_table_that_fits_trains_and_is_tagged(tmp_path):
    """What the tests above break is whole to begin with."""
    rows = [
        [f"d{n}", 0, text, label]
        for n in range(8)
        for text, label in [(f"第{n}窗口受理办结。", "permit"), (f"第{n}笔贷款贴息。", "money")]
    ]
    table = write_table(tmp_path / "a.csv", [[*x[:1], n, *x[2:]] for n, x in enumerate(rows)])
    assert _train(table, tmp_path).status == 0
    assert read(tmp_path, "b.csv", f"text\n{TEXT.splitlines()[1]}\n".encode())[0] == TEXT.splitlines()[1]
