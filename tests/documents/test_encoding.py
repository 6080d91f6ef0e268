"""Bytes are decoded rightly, or refused with what to do: never turned into other characters silently."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.documents.encoding import decode
from policycls.errors import EncodingError, UsageError

TEXT = "近年来，我市持续优化营商环境，推行一窗受理、并联审批，开办企业的时间压缩至一个工作日。\n" * 3


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_encoding_is_found(codec):
    text, notes = decode(TEXT.encode(codec))
    assert text == TEXT
    assert bool(notes) == (not codec.startswith("utf-8"))


def test_big5_is_told_from_gbk():
    traditional = "近年來，我市持續優化營商環境，推行一窗受理、並聯審批，開辦企業的時間壓縮至一個工作日。" * 3
    assert decode(traditional.encode("big5")) == (traditional, ["read as big5"])


def test_a_short_line_of_gbk_is_found():
    assert decode("优化营商环境，压缩审批时限。".encode("gbk"))[0] == "优化营商环境，压缩审批时限。"


def test_two_encodings_in_one_file_are_refused():
    with pytest.raises(EncodingError, match="encoding changes at byte"):
        decode(TEXT.encode("gbk") + TEXT.encode("utf-8"), "a.txt")
    with pytest.raises(EncodingError, match="encoding changes at byte"):
        decode(TEXT.encode("utf-8") + TEXT.encode("gbk"), "a.txt")


def test_encoding_can_be_said():
    assert decode(TEXT.encode("big5hkscs", "ignore"), encoding="big5hkscs")[1] == []
    with pytest.raises(EncodingError, match=r"a\.txt.*is not utf-8"):
        decode(TEXT.encode("gbk"), "a.txt", "utf-8")
    with pytest.raises(UsageError, match="unknown encoding"):
        decode(b"a", encoding="nonsense")


def test_lone_surrogates_written_as_utf8_are_decoded():
    assert "甲" in decode("甲".encode() + b"\xed\xa0\x80" + "乙".encode())[0]


@given(st.text(st.sampled_from("优化营商环境，的一是。在有和了\n"), min_size=40))
@settings(max_examples=60, deadline=None)
def test_utf16_without_mark_comes_back(text):
    assert decode(text.encode("utf-16-le"))[0] == text


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_text_or_an_encoding_error(data):
    try:
        text, _ = decode(data, "a.txt")
    except EncodingError as error:
        assert error.path == "a.txt" and error.hint
    else:
        assert isinstance(text, str)
    assert codecs.lookup("gb18030")


def test_a_long_run_of_letters_takes_no_time_to_guess(monkeypatch):
    seen = []
    monkeypatch.setattr("chardet.detect", lambda data: seen.append(data) or {"encoding": None})
    with pytest.raises(EncodingError):
        decode(b"a;b\n" + b"i" * 30_000 + b";\xff\xc4 " + b"i" * 30_000)
    assert seen == [b"a;b\n" + b"i" * 100 + b";\xff\xc4 " + b"i" * 100]
