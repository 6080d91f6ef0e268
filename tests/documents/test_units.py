"""The unit: what ends one, what does not, and that nothing of a text is lost between them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.documents import from_text, split_units
from policycls.documents.units import LONGEST
from policycls.errors import NoTextError
from policycls.types import Document, Span


def texts(text: str) -> list[str]:
    return [unit.text for unit in split_units(Document("a", text))]


PIECES = st.sampled_from(
    [
        *"优化营商环境一二三是的和与，、；：。！？…“”‘’（）《》()\"'.;!?,:-—|\t 　\n\f\r0123456789aZ\u200b",
        "第一章 ",
        "（一）",
        "1.",
    ]
)


@given(st.lists(PIECES | st.characters(), max_size=120).map("".join))
@settings(max_examples=400, deadline=None)
def test_units_and_gaps_give_the_text_back(raw):
    try:
        document = from_text(raw)
    except NoTextError:
        return
    units = split_units(document)
    at = 0
    for number, unit in enumerate(units):
        assert unit.unit == number
        assert not document.text[at : unit.start].strip()
        assert unit.text == document.text[unit.start : unit.end] and unit.text == unit.text.strip() != ""
        at = unit.end
    assert not document.text[at:].strip()


@given(st.lists(PIECES, max_size=80).map("".join), st.data())
@settings(max_examples=200, deadline=None)
def test_units_are_lossless_whatever_is_marked(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = tuple(Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
    units = split_units(Document("a", text, noise=spans))
    covered = "".join(unit.text for unit in units)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(left.end <= right.start for left, right in itertools.pairwise(units))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("压缩时限。推行一窗；完善！好吗？", ["压缩时限。", "推行一窗；", "完善！", "好吗？"]),
        ("他说：“好办。快办！”随后离开。", ["他说：“好办。", "快办！”", "随后离开。"]),
        ("面对“怎么办？”的追问，他笑了。", ["面对“怎么办？”的追问，他笑了。"]),
        ("“全都办好了。”，没有人反对。", ["“全都办好了。”，没有人反对。"]),
        ("印发《办什么？怎么办！》一书。", ["印发《办什么？怎么办！》一书。"]),
        ("增长10.5%。见http://a.example/x?b=1;c=2。", ["增长10.5%。", "见http://a.example/x?b=1;c=2。"]),
        ("他想了想……还是办了。", ["他想了想……还是办了。"]),
        ("加强监管.增长5%.二是服务.", ["加强监管.", "增长5%.", "二是服务."]),
        ('他说"好."随后走了;再来', ['他说"好."', "随后走了;", "再来"]),
        ("材料齐全（原件；复印件）的，当场办结。", ["材料齐全（原件；复印件）的，当场办结。"]),
        ("一.总体要求.二是服务.", ["一.总体要求.", "二是服务."]),
        (
            "现将情况报告如下：一、总体情况（一）成效。",
            ["现将情况报告如下：", "一、总体情况", "（一）成效。"],
        ),
        ("履行下列职责：（一）受理；（二）办结。", ["履行下列职责：（一）受理；", "（二）办结。"]),
        ("某市条例第一章 总则第一条 本市适用。", ["某市条例", "第一章 总则", "第一条 本市适用。"]),
        ("依照本条例第十二条第（一）项规定办理。", ["依照本条例第十二条第（一）项规定办理。"]),
        ("实现统一、规范、高效办理。", ["实现统一、规范、高效办理。"]),
        ("Made in A Co., Ltd. at 9 a.m. today.", ["Made in A Co., Ltd. at 9 a.m. today."]),
    ],
)
def test_what_ends_a_unit(text, units):
    assert texts(text) == units


def test_headings_and_the_heading_above():
    document = Document(
        "a", "某市意见\n各区人民政府：\n一、总体要求\n压缩时限。\n（市发改委牵头）\n二、怎么办？\n快办。"
    )
    units = split_units(document)
    assert [unit.kind for unit in units] == [
        *("heading", "heading", "heading", "sentence", "sentence", "heading", "sentence"),
    ]
    assert [unit.heading for unit in units][3:] == [
        "一、总体要求",
        "一、总体要求",
        "一、总体要求",
        "二、怎么办？",
    ]


def test_noise_is_numbered_with_the_rest():
    document = Document("a", "甲办好。\n— 3 —\n乙办好。", noise=(Span(5, 10),))
    assert [(unit.unit, unit.kind) for unit in split_units(document)] == [
        (0, "sentence"),
        (1, "noise"),
        (2, "sentence"),
    ]


def test_a_sentence_without_end_is_cut_and_flagged():
    units = split_units(Document("a", "好" * (2 * LONGEST + 5) + "。"))
    assert [len(unit.text) for unit in units] == [LONGEST, LONGEST, 6]
    assert all(unit.fragment for unit in units)


def test_pages_are_one_based():
    units = split_units(Document("a", "甲。\n乙。\n丙。", page_starts=(0, 3, 6)))
    assert [unit.page for unit in units] == [1, 2, 3]


def test_a_row_of_a_table_is_one_unit():
    assert texts("事项　要求。快办。\t\n正文。下一句。") == ["事项　要求。快办。", "正文。", "下一句。"]
