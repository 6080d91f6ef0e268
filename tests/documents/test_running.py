"""Texts whose line breaks were lost: headings are told from the sentences behind them."""

import pytest

from policycls.documents import breaks, from_text, heads, running, split_units

SENTENCES = (
    "全面推行一窗受理，企业开办时间压缩到一个工作日以内，全年新登记经营主体一万二千户。",
    "围绕重点产业链开展走访，为企业协调解决用工、用电、用地等问题三百余件。",
    "对违法违规收费行为开展专项检查，依法查处典型案例十二起。",
)
HEADS = ("持续优化审批流程", "主动服务重点企业", "切实加强监督检查")


def texts(text):
    return [unit.text for unit in split_units(from_text(text))]


def numbered(marks, heads=HEADS):
    return [
        part for mark, head, said in zip(marks, heads, SENTENCES, strict=True) for part in (mark + head, said)
    ]


@pytest.mark.parametrize(
    "marks", [("一、", "二、", "三、"), ("（一）", "（二）", "（三）"), ("1.", "2.", "3.")]
)
def test_numbered_headings_end_where_their_sentences_begin(marks):
    lines = [
        "近年来，某市把优化营商环境作为一号工程，各项工作取得新的成效。",
        *numbered(marks),
        SENTENCES[0] * 5,
    ]
    wanted = [*lines[:-1], *[SENTENCES[0]] * 5]
    assert texts("".join(lines)) == wanted
    assert texts("\n".join(lines)) == wanted


def test_the_title_and_whom_it_speaks_to_stand_alone():
    lines = [
        "关于进一步优化营商环境有关事项的通知",
        "各县（区）人民政府，市直各部门：",
        "近年来，我市持续深化改革，企业办事更加便利。",
        *[said for said in SENTENCES for _ in range(9)],
    ]
    assert texts("".join(lines)) == lines


def test_notes_and_lead_ins_end_before_the_number_that_is_due():
    lines = [
        "1.压缩审批时限。",
        "（市审批局牵头，市住建局配合）",
        "2.推行容缺受理。",
        "（市审批局负责）",
        "3.开展专项检查。",
        "有下列情形之一的，由主管部门责令改正：",
        "（一）擅自增设许可条件的；",
        "（二）违规收取费用的。",
        *[said for said in SENTENCES for _ in range(3)],
    ]
    assert texts("".join(lines)) == lines


def test_sentences_stay_whole():
    said = [said for said in SENTENCES for _ in range(4)]
    assert texts("".join(said)) == said
    listed = "一、二类企业分别奖励，按季度兑现到位。"
    assert texts("".join([*said, listed])) == [*said, listed]


def test_what_is_no_text_without_breaks_is_left_as_it_is():
    head = "一、持续优化审批流程" + SENTENCES[0]
    assert texts(head) == [head]
    lines = [head, *SENTENCES * 3]
    assert texts("\n".join(lines)) == lines


def test_a_long_paragraph_is_no_text_without_breaks(monkeypatch):
    head = "一、持续优化审批流程" + SENTENCES[0]
    paragraph = head + "".join(SENTENCES * 3)
    assert texts(paragraph)[0] == head
    lost = paragraph + "".join(numbered(("二、", "三、", "四、")))
    assert texts(lost)[:2] == ["一、持续优化审批流程", SENTENCES[0]]
    monkeypatch.setattr(running, "MOST", 100)
    assert texts(lost)[0] == head


def test_a_place_is_weighed_by_what_stands_beside_it():
    text = "持续优化审批流程全面推行一窗受理"
    scores = {end: sum(breaks.weigh(text, 0, end)) for end in range(2, len(text) - 2)}
    assert max(scores, key=scores.get) == len("持续优化审批流程")


def test_no_heading_ends_in_brackets_quotes_or_figures():
    text = "一、实施“一窗受理、集成服务”改革（试行）2025年2月全面推行。"
    places = [end for end, _ in heads.options(text, "first", heads.Habits(text)) if end]
    inside = text[text.index("“") :].index("”") + text.index("“")
    assert not [end for end in places if text.index("“") < end <= inside]
    assert not [end for end in places if text[end - 1].isdigit() and text[end].isdigit()]


def test_siblings_tell_how_long_a_heading_is():
    habits = heads.Habits("")
    found = [
        heads.Stretch(f"（{n}）{head}{said}", "second")
        for n, head, said in zip("一二三", HEADS, SENTENCES, strict=True)
    ]
    for stretch in found:
        stretch.options = heads.options(stretch.text, "second", habits)
    first, _ = breaks.load().rounds
    told = dict(heads.with_siblings(found, first)[0])
    assert told[len("（一）持续优化审批流程")]["same length"] == 1
    assert "same length" not in told[None]
