"""Broken lines, pages and columns are put together; what is complete stays apart."""

import pytest

from policycls.documents import from_text, split_units
from policycls.documents.columns import unite
from policycls.documents.lines import Line, inner_paragraphs, split_lines
from policycls.documents.markers import level
from policycls.documents.repair import Paragraph, find_wrap, is_ended, is_open, width


def body(text):
    return [unit.text for unit in split_units(from_text(text)) if unit.kind != "noise"]


SENTENCE = (
    "近年来，我市坚持把优化营商环境作为头号工程，持续推行一窗受理、并联审批，"
    "开办企业的时间压缩至一个工作日，企业和群众的满意度不断提高。"
)


@pytest.mark.parametrize("wide", [12, 20, 28, 35])
@pytest.mark.parametrize("indent", ["", "　　", "    "])
def test_hard_wrapped_lines_are_joined(wide, indent):
    paragraphs = [
        "一、审批提速",
        SENTENCE,
        "二、强化监管",
        SENTENCE.replace("近年来", "今年以来"),
        "三、下一步",
    ]
    lines = []
    for text in paragraphs:
        first = wide - (2 if indent else 0)
        lines += [indent + text[:first], *(text[at : at + wide] for at in range(first, len(text), wide))]
    assert body("\n".join([*lines, "抓好落实。"])) == [*paragraphs, "抓好落实。"]


@pytest.mark.parametrize("between", ["\n\n", "\n— 3 —\n", "\n\n- 12 -\n\n", "\f", "\n3\n\n"])
def test_a_page_break_inside_a_lead_in(between):
    text = f"一是压缩审批时限，推行并联审批。二{between}是开展联合检查，强化全过程监管。"
    assert body(text) == ["一是压缩审批时限，推行并联审批。", "二是开展联合检查，强化全过程监管。"]


def test_noise_inside_a_sentence_follows_it():
    document = from_text(
        "推行一窗受理、并联审批，把全市开办企业的平均时间压缩至\n\n— 3 —\n\n一个工作日。推进帮办。"
    )
    assert [(unit.kind, unit.text) for unit in split_units(document)] == [
        ("sentence", "推行一窗受理、并联审批，把全市开办企业的平均时间压缩至一个工作日。"),
        ("sentence", "推进帮办。"),
        ("noise", "— 3 —"),
    ]


def test_headings_stay_apart():
    text = "一、审批提速\n推行一窗受理。\n（一）压缩时限\n企业开办一日办结。\n附则"
    assert body(text)[:4] == text.split("\n")[:4]


def test_a_number_cut_in_two_is_joined():
    assert body("首批企业共拿到银行贷款1\n936万元，平均年利率下降。") == [
        "首批企业共拿到银行贷款1936万元，平均年利率下降。"
    ]


def test_column_halves_are_put_together():
    paragraphs = [
        Paragraph("县里派出专班，逐户上门收集问题，当场能办的当场办，不能办的限", ""),
        Paragraph("图为座谈会。", "noise"),
        Paragraph("近日，某镇举办了银企对接活动。", ""),
        Paragraph("期办结，办结情况向企业反馈。", ""),
    ]
    united = unite(paragraphs)
    assert [item.text for item in united if not item.hint] == [
        "县里派出专班，逐户上门收集问题，当场能办的当场办，不能办的限期办结，办结情况向企业反馈。",
        "近日，某镇举办了银企对接活动。",
    ]


def test_a_half_without_another_is_a_fragment():
    units = split_units(
        from_text("市里派出专班，逐户上门收集问题，当场能办的当场办，\n\n近日，某镇举办了银企对接活动。\n")
    )
    assert [unit.fragment for unit in units] == [True, False]


@pytest.mark.parametrize(
    ("text", "ended", "opened"),
    [
        ("压缩时限。", True, False),
        ("压缩时限。”", True, False),
        ("压缩时限。（市发改委牵头）", True, False),
        ("一、审批提速", False, False),
        ("会议指出：", False, False),
        ("压缩时限。推行一窗受理并联", False, True),
        ("推行一窗受理、", False, True),
        ("第一条　目的", False, False),
        ("二是", False, True),
        ("某市推行“一窗受理", False, True),
    ],
)
def test_what_is_complete_and_what_is_cut(text, ended, opened):
    assert (is_ended(text), is_open(text)) == (ended, opened)


def test_the_width_of_a_page_is_found_and_long_paragraphs_have_none():
    wrapped = [Line("好" * 27 + "的") for _ in range(9)]
    assert find_wrap(wrapped).wide == 28
    assert find_wrap([Line(SENTENCE), Line(SENTENCE + SENTENCE), Line("短")]).wide == 0
    assert width("一2三4") == 3.0


def test_lines_know_page_gap_and_indent():
    lines = split_lines("甲\n\n　　乙\f丙")
    assert [(line.text, line.page, line.gap, line.indent) for line in lines] == [
        ("甲", 0, False, 0.0),
        ("乙", 0, True, 2.0),
        ("丙", 1, True, 0.0),
    ]
    assert inner_paragraphs("局　　长：王某") == ["局　　长：王某"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("第三章　监督", "chapter"),
        ("第 十 二 条 市政府", "article"),
        ("十二、其他", "first"),
        ("（三）压缩", "second"),
        ("3.压缩", "third"),
        ("3.5%的企业", ""),
        ("（3）压缩", "fourth"),
        ("①压缩", "fourth"),
        ("二是压缩", "spoken"),
        ("第三部门", ""),
    ],
)
def test_markers(text, kind):
    assert level(text) == kind
