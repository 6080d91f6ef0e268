"""The lines of a document, their characters cleaned, before they are put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from policycls.documents.markers import START

#: What a reader knows of a line: nothing, a heading, a row of a table, or that it is no part of the body.
Hint = Literal["", "heading", "row", "noise"]

#: Between two cells of a row.
CELL = "\u3000"
#: Behind a row: white space, hence in no unit, that tells the splitter that end marks inside end nothing.
MARK = "\t"

# Full-width spaces inside a line where a page had a new paragraph: "……通知如下：　　一、……".
_INNER_BREAK = re.compile(r"[ \u3000]{2,}")
_SENTENCE = re.compile(r"[^。！？；]{15,}[。！？；]")
_INDENT = re.compile(r"[\u3000\t]|[ \xa0]{2}|\xa0")

# C0 and C1 controls but tab, line ends and the form feed, which marks a page. NEL (U+0085) is a line end.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# All that is looked for below.
_ODD = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x85\u2028\u2029]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")


@dataclass(slots=True)
class Line:
    """One line: its text without white space at its ends, never empty, and its 0-based page."""

    text: str
    page: int = 0
    #: White space that it began with, in full-width characters; 0 where a paragraph does not begin.
    indent: float = 0.0
    #: A blank line or the end of a page stands before it.
    gap: bool = False
    hint: Hint = ""


def clean(text: str) -> tuple[str, list[str]]:
    r"""Remove control characters, repair lone surrogates, bring line ends to ``\n``; tell what was changed.

    Zero-width and bidirectional marks stay: they are for the model to ignore, not for us to drop.

    Examples
    --------
    >>> clean("营商\x00环境\r\n优化")
    ('营商环境\n优化', ['1 control character removed'])
    """
    text = text.removeprefix("\ufeff")
    if text.isprintable() or not _ODD.search(text):
        return text, []
    text = _LINE_ENDS.sub("\n", text)
    text, controls = _CONTROLS.subn("", text)
    text, broken = _SURROGATES.subn("\ufffd", text)
    told = (
        (controls, "control character", "removed"),
        (broken, "broken character", "(lone surrogates) replaced"),
        (len(_PRIVATE.findall(text)), "private-use character", "kept"),
    )
    return text, [f"{count} {what}{'s'[: count > 1]} {done}" for count, what, done in told if count]


def split_lines(text: str) -> list[Line]:
    """Cut one text into lines; a form feed begins a new page."""
    lines: list[Line] = []
    for number, sheet in enumerate(text.split("\f") if "\f" in text else (text,)):
        gap = number > 0
        for raw in sheet.split("\n"):
            bare = raw.strip()
            if not bare:
                gap = True
                continue
            indent = 0.0
            if raw[0] != bare[0] and _INDENT.match(raw):
                lead = raw[: raw.index(bare[0])]
                indent = sum(0.5 if character in " \xa0" else 1.0 for character in lead)
            if "\u3000\u3000" in bare:
                for at, piece in enumerate(inner_paragraphs(bare)):
                    lines.append(Line(piece, number, 2.0 if at else indent, gap and at == 0))
            else:
                lines.append(Line(bare, number, indent, gap))
            gap = False
    return lines


def inner_paragraphs(line: str) -> list[str]:
    """Cut a line at full-width spaces that stood for new paragraphs.

    Examples
    --------
    >>> inner_paragraphs("现就有关事项通知如下：　　一、总体要求"), inner_paragraphs("第一章　　总则")
    (['现就有关事项通知如下：', '一、总体要求'], ['第一章　　总则'])
    """
    pieces: list[str] = []
    at = 0
    for match in _INNER_BREAK.finditer(line):
        if "\u3000\u3000" not in match.group() or match.end() == len(line):
            continue
        piece, rest = line[at : match.start()], line[match.end() :]
        # Spaces behind a number ("第一章　　总则"), in a word ("局　　长") or before a date are layout.
        marker = START.match(piece)
        heading = marker is not None and len(piece) > marker.end() + 1
        if piece[-1] in "：:。！？；”）" or heading or (len(piece) >= 8 and _SENTENCE.match(rest)):
            pieces.append(piece)
            at = match.end()
    pieces.append(line[at:])
    return pieces


def join_cells(cells: Iterable[str]) -> str:
    r"""Join a row's cells to one line.

    Examples
    --------
    >>> join_cells(["企业开办", " 1个\n工作日", ""])
    '企业开办　1个工作日'
    """
    flat = ("".join(part.strip() for part in cell.split("\n")) for cell in cells)
    return CELL.join(cell for cell in flat if cell)
