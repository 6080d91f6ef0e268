"""What is noise by its look, what by its place, and what looks like it and is not."""

import pytest

from policycls.documents import from_text, split_units
from policycls.documents.noise import is_furniture
from policycls.documents.noise_patterns import ends_sentence


@pytest.mark.parametrize(
    "line",
    [
        *(
            "— 3 —",
            "第3页 共12页",
            "3/12",
            "－１２－",
            "————",
            "IMG_2041.jpg",
            "[图片]",
            "图为办事大厅。",
            "图1：办事大厅",
        ),
        *(
            "工作人员介绍流程。 王某 摄",
            "发布会现场（摄影：王某）",
            "当前位置：首页 > 政务公开",
            "首页>>政务公开>>动态",
            "政务公开 > 通知公告 > 正文",
        ),
        *(
            "责任编辑：王某",
            "责编 王某　版式 李某",
            "本报记者　王某　通讯员　李某",
            "来源：某某网 时间：2024-03-05",
            "新闻热线：000-000",
        ),
        *(
            "索 引 号：AB/2025",
            "〔2022〕第9号",
            "某政办发〔2023〕26号",
            "2019年第46期",
            "内部资料 注意保存",
            "共印120份",
            "抄送：市委办。",
        ),
        *(
            "（下转第三版）",
            "（此件公开发布）",
            "（2021年1月8日某市人大常委会通过）",
            "第一章　总则………………3",
            "版权所有：某某网",
            "2023年5月16日",
        ),
        *("【打印】【关闭】", "上一篇：某地开会", "▲办事窗口"),
    ],
)
def test_lines_that_are_noise_anywhere(line):
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "压缩至3个工作日。",
            "一、审批提速",
            "第三章　监督",
            "记者：请问企业开办需要多长时间、要跑几个地方、交哪些材料，有没有可以一次办完的办法？",
        ),
        *(
            "（市发展改革委牵头，市财政局配合）",
            "2023年工作回顾",
            "各位代表：",
            "联合检查、信息共享",
            "地址变更登记一日办结。",
        ),
        *("发布时间表和路线图。", "100", "（一）编制目录", "图谋发展", "——经济稳定增长。"),
    ],
)
def test_lines_that_only_look_like_it(line):
    assert not is_furniture(line)


def kinds(text):
    return {unit.text: unit.kind for unit in split_units(from_text(text))}


def test_masthead_title_and_signature():
    found = kinds(
        "某县政务信息\n第12期\n某县人民政府办公室　　2024年3月5日\n\n"
        "关于优化营商环境的情况\n——一季度\n\n各乡镇人民政府：\n"
        "推行一窗受理。\n一、问题\n时限偏长。\n\n某县人民政府办公室\n2024年3月5日\n"
    )
    body = [text for text, kind in found.items() if kind != "noise"]
    assert body == [
        *(
            "关于优化营商环境的情况",
            "——一季度",
            "各乡镇人民政府：",
            "推行一窗受理。",
            "一、问题",
            "时限偏长。",
        ),
    ]


def test_a_title_given_three_times_stands_once():
    found = split_units(
        from_text(
            "某地出新招_某某网\n某地出新招\n2024-03-05 来源：某报\n某地出新招\n推行一窗受理，压缩时限。"
        )
    )
    assert [unit.text for unit in found if unit.kind == "heading"] == ["某地出新招"]


def test_notices_with_numbered_items_below_the_text():
    found = kinds(
        "推行一窗受理。\n" * 1 + "压缩时限。\n版权声明：\n1.凡本网注明来源的作品，均属本网。\n2.转载请注明。"
    )
    assert [text for text, kind in found.items() if kind != "noise"] == ["推行一窗受理。", "压缩时限。"]


def test_a_table_of_contents_is_noise_and_its_headings_are_not():
    found = split_units(
        from_text(
            "目录\n一、审批提速\n二、强化监管\n某市办法\n"
            "一、审批提速\n推行一窗受理。\n二、强化监管\n联合检查。"
        )
    )
    body = [unit.text for unit in found if unit.kind != "noise"]
    assert body == ["某市办法", "一、审批提速", "推行一窗受理。", "二、强化监管", "联合检查。"]


def test_running_heads_are_noise():
    page = "某市政协调研材料\n推行一窗受理，压缩审批的时限。\n— {} —\n"
    found = split_units(from_text("".join(page.format(number) for number in (1, 2, 3))))
    assert [unit.text for unit in found if unit.kind != "noise"] == ["推行一窗受理，压缩审批的时限。"] * 3


def test_a_lone_number_in_the_text_is_no_page_number():
    assert (
        "2"
        in from_text("稳健的货币政策，广义货币M\n2\n增长百分之十二。")
        .text.replace("M2", "M 2")
        .split("— ")[0]
    )
    assert not from_text("甲项目总投资为\n2\n亿元，由某公司建设。").noise


def test_a_document_of_headings_only_is_kept():
    assert not from_text("某市通知\n某市人民政府").noise


def test_an_interview_and_a_text_below_a_label_are_body():
    text = "某局谈改革\n记者：跑一趟够吗？\n某局局长：一趟就够，材料由部门之间传递。\n延伸阅读\n{}"
    told = "该局设立于2020年，聘有帮办专员一百三十一名，全部派驻窗口。"
    assert "noise" not in kinds(text.format(told)).values()
    links = kinds(text.format("某地召开推进会\n某地出台新举措"))
    assert [text for text, kind in links.items() if kind == "noise"] == [
        "延伸阅读",
        "某地召开推进会",
        "某地出台新举措",
    ]


def test_a_short_last_sentence_is_body():
    assert kinds("推行一窗受理，压缩时限。\n效果好。")["效果好。"] == "sentence"


def test_a_title_that_ends_like_an_institution_is_kept():
    assert (
        kinds("改革迈出大步伐 发展开新局\n推行一窗受理，压缩时限。")["改革迈出大步伐 发展开新局"] == "heading"
    )
    found = kinds(
        "某市政府工作报告\n——2024年1月8日在某市人大会议上\n来源：某报\n市长 王某\n各位代表：\n现在报告工作。"
    )
    assert found["某市政府工作报告"] == "heading" and found["市长 王某"] == "noise"


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        *(("压缩时限。", True), ("他说：“压缩时限。”", True), ("（压缩时限！）”", True), ("压缩至3%.", True)),
        *(("压缩时限", False), ("“压缩时限”", False), ("。压缩时限”", False), ("共3.", False)),
    ],
)
def test_a_sentence_ends_before_the_quotes_and_brackets_that_close(line, ended):
    assert ends_sentence(line) is ended
