"""The terminal table: readable at 80 columns, in Chinese widths, without colour, in a GBK console."""

import io

import pytest
from sample_units import LABELS, unit

from policycls.output import Layout
from policycls.output.terminal import TerminalWriter, print_units
from policycls.output.width import width
from policycls.types import Unit

LONG = "区行政审批局推行“一窗受理、集成服务”，将企业开办时限压缩至30分钟（含刻章），全年减少跑动12,345次。"


def _table(units, lang="en", **options):
    stream = io.StringIO()
    writer = TerminalWriter(stream, Layout(LABELS, lang), **options)
    writer.write(units)
    writer.close()
    return stream.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(lang, columns):
    table = _table(
        [unit(LONG, label, doc=f"{LONG}.txt") for label in (*LABELS.ids, "none")], lang, columns=columns
    )
    assert max(map(width, table.splitlines())) <= columns
    assert "\x1b" not in table
    table.encode("gbk")


def test_a_unit_shows_number_label_score_and_its_whole_text():
    table = _table([unit(LONG, "supervision", number=12)])
    rows = table.splitlines()
    assert rows[0] == "a.txt"
    assert rows[2].split()[:3] == ["12", "supervision", "0.75"]
    assert "".join(row[37:] for row in rows[2:]) == LONG


def test_doubt_and_no_measure_are_marked_and_the_marks_explained():
    table = _table([unit("天气好。", "none"), unit("查。", "supervision", review=True)])
    assert "(0.12)" in table.splitlines()[2]
    assert "0.75 ?" in table.splitlines()[3]
    assert table.splitlines()[-2:] == [
        "(0.00) the best measure's score, where there is no measure",
        "?  a person should look",
    ]
    assert "?" not in _table([unit()])


def test_each_document_has_its_name_once():
    table = _table([unit(doc="a.txt"), unit(doc="a.txt", number=1), unit(doc="b.txt")])
    assert table.count("a.txt\n") == table.count("b.txt\n") == 1


def test_a_hostile_document_shows_as_text():
    table = _table([unit("\x1b[31m红\x1b]0;标题\x07\u202e反\n转\r。", doc="a\x1b[2J.txt")])
    assert "\x1b" not in table and "\u202e" not in table and "\r" not in table
    assert "[31m红]0;标题反 转 。" in table


def test_colour_only_dims_and_adds_nothing_else():
    units = [unit("天气好。", "none"), unit()]
    coloured = _table(units, colour=True)
    assert "\x1b[2m" in coloured
    for code in ("\x1b[2m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == _table(units)


def test_extracted_units_are_shown_with_kind_and_page():
    stream = io.StringIO()
    print_units("a.pdf", [Unit(0, "noise", 2, 0, 4, "", "第2页")], stream, lang="zh")
    assert stream.getvalue().splitlines()[1].split() == ["0", "版面", "p2", "第2页"]
