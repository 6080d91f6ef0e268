from hypothesis import given
from hypothesis import strategies as st

from policycls.documents.lines import clean


@given(st.text(st.characters(codec=None)))
def test_no_control_character_and_no_surrogate_is_left(text):
    cleaned, _ = clean(text)
    assert not [
        c
        for c in cleaned
        if (c < " " and c not in "\t\n\f") or "\x7f" <= c < "\xa0" or "\ud800" <= c < "\ue000"
    ]


def test_changes_are_counted():
    assert clean("甲\x00\x01乙")[1] == ["2 control characters removed"]
    assert clean("甲\ud800")[0] == "甲\ufffd"
    assert "1 private-use character kept" in clean("甲\ue000\n")[1]


def test_zero_width_and_bidi_marks_stay_and_line_ends_are_one():
    assert clean("甲\u200b乙\u202e\r\n丙\r丁\u2028") == ("甲\u200b乙\u202e\n丙\n丁\n", [])
