"""From a string to a document: repaired, noted, nothing invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.documents import from_text, looks_traditional, split_units, to_simplified, traditional
from policycls.errors import NoTextError


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x01", "\f\f"])
def test_no_text_is_an_error(text):
    with pytest.raises(NoTextError, match="no text found"):
        from_text(text, "a.txt")


@given(st.text(st.sampled_from("优化营商环境，。；：\n 　（一）“”1.\f—"), min_size=1, max_size=200))
@settings(max_examples=300, deadline=None)
def test_repair_moves_and_joins_but_loses_and_invents_nothing(text):
    try:
        document = from_text(text)
    except NoTextError:
        return
    assert sorted("".join(document.text.split())) == sorted("".join(text.split()))
    assert all(
        0 <= span.start < span.end <= len(document.text) for span in (*document.noise, *document.fragments)
    )
    assert list(document.page_starts) == sorted(document.page_starts)


def test_control_characters_are_removed_and_counted():
    document = from_text("优化\x00营商环境。")
    assert document.text == "优化营商环境。" and document.notes == ("1 control character removed",)


def test_the_title_is_the_first_line_that_is_no_sentence():
    assert (
        from_text("某市优化营商环境条例\n第一条 为了优化营商环境，制定本条例。").title
        == "某市优化营商环境条例"
    )
    assert from_text("推行一窗受理。").title == ""


def test_full_width_spaces_that_stood_for_paragraphs_part_units():
    text = "现就有关事项通知如下：　　一、总体要求　　推行一窗受理，压缩时限。　　二、监管"
    assert [unit.text for unit in split_units(from_text(text))][:3] == [
        *("现就有关事项通知如下：", "一、总体要求", "推行一窗受理，压缩时限。"),
    ]


def test_traditional_characters():
    pytest.importorskip("opencc")
    text = "持續優化營商環境，壓縮審批時限。"
    assert looks_traditional(text) and not looks_traditional("持续优化营商环境。")
    assert not looks_traditional("持续优化营商环境，设條目对企业开放。")
    assert to_simplified(text) == "持续优化营商环境，压缩审批时限。"
    assert from_text(text).text == text and not from_text(text).notes


def test_traditional_characters_without_opencc(monkeypatch):
    monkeypatch.setattr(traditional, "_converter", lambda: None)
    assert to_simplified("優化") == "優化"
    assert from_text("持續優化營商環境，壓縮審批時限。").notes == (traditional.NOTE,)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_simplified_text_keeps_its_length(text):
    assert len(to_simplified(text)) == len(text)
