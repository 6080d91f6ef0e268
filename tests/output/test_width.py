"""Text in a terminal: nothing too wide, nothing lost, nothing that steers it."""

from hypothesis import given
from hypothesis import strategies as st

from policycls.output.width import fit, printable, width, wrap

TEXT = st.text(alphabet=st.characters(codec="gbk") | st.sampled_from("，。、“”（）《》 abc123"), max_size=120)


@given(TEXT, st.integers(8, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text, columns):
    line = printable(text)
    lines = wrap(line, columns)
    assert all(width(part) <= columns for part in lines)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")


@given(TEXT, st.integers(2, 30))
def test_a_cell_is_exactly_as_wide_as_asked(text, columns):
    assert width(fit(printable(text), columns)) == columns


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_a_document_cannot_steer_the_terminal(text):
    shown = printable(text)
    assert not set(shown) & {"\x1b", "\n", "\r", "\x07", "\x9b", "\u202e", "\u2066", "\u200b"}


def test_no_line_begins_with_a_closing_mark():
    text = "全市推行“一窗受理”，办结时限压缩至30分钟；（含线上）、满意度98.5%。" * 8
    for columns in range(20, 60):
        for line in wrap(text, columns)[1:]:
            assert line[0] not in "，。；、）”"
