"""Splitting a document's text into units, each an exact slice of it."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter

from policycls.documents.lines import MARK
from policycls.documents.markers import AFTER_COLON, HEADING_LEVELS, MARKED, inner_heads, level
from policycls.documents.running import RUN_ON, cuts, lost_breaks
from policycls.types import Document, Kind, Span, Unit

#: A unit is never longer than this; a longer sentence is cut into pieces, each flagged.
LONGEST = 2_000
#: A line that no full stop ends and that is longer than this is no heading.
LONGEST_HEADING = 80

_CLOSERS = r"[”’」』）)】》〉\]｝}]*"
# What a match may be: a stretch whose inner punctuation ends nothing (a title in 《》, an address on the
# web, an HTML entity), or an end with its closing quotes, whose mark group 1 tells. Every branch begins with
# a character of its own, which lets the search skip all others.
_END = re.compile(
    rf"""《[^《》\n]{{1,120}}(?:《[^》\n]{{1,60}}》[^《》\n]{{0,60}})?》
    |(?:https?://|www\.)[!-~]+
    |&\#?[A-Za-z0-9]{{2,8}};
    |([。！？；｡][。！？；｡!?;…]*
        |[!?;]+
        |[.．](?:(?<=[\u4e00-\u9fff].)(?![.．A-Za-z])|(?<=[）)”"%％].)(?=\s*(?:[\u4e00-\u9fff“（(《"]|$))))
      {_CLOSERS}""",
    re.VERBOSE,
)
_ADDRESS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/=&")
# What follows a closing quote when the quoted words are a part of a longer sentence: “……怎么办？”的疑问.
_GOES_ON = re.compile(
    r"\s*[，、：,:;；。！？]|(?<=[？！?!][”’」』》）)])\s*(?:的|等(?=[的，、。；])|和|与|及|式|这|为主题)"
)
_DOT_MARKER = re.compile(r"\s*[一二三四五六七八九十]{1,3}[.．]$")
_BLANK = re.compile(r"\s*")
# Lines that stand alone and head nothing: a note in brackets, a lead-in, a line cut at a comma.
_NO_HEADING = re.compile(r"[（(].*[）)]$|.*[，,、]$", re.DOTALL)
# Whom a document speaks to ("各位代表：", "各区人民政府，市直各单位："), or who speaks ("某局局长 某某：").
_SALUTATION = re.compile(
    r"(?:各位|尊敬的)[^，。]{1,20}[：:！!]$"
    r"|(?:各|[^，。]{0,16}(?:单位|部门|政府|委员会|局|机构|办公室))[^。]{0,80}"
    r"(?:单位|部门|机构|委员会|政府|局|会|办|处|公司|院)[：:]$"
)
_SPEAKER = re.compile(r"[^，。、]{2,20}[：:]$")
_LEADS_IN = re.compile(
    r".*(?:如下|以下|下列|包括|分别|是|为|要求|指出|强调|提出|表示|工作|措施|条件|职责|问题|方面|内容|材料|情形|行为|原则|任务)[：:]$"
)
_QUESTION = re.compile(r"[^。！？?；;]{2,40}[？?]$")


def split_units(document: Document) -> list[Unit]:
    """Cut ``document.text`` into units in reading order.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of Unit
        Numbered over all units, noise included. ``unit.text == document.text[unit.start:unit.end]``,
        and between two units there is nothing but white space.
    """
    text = document.text
    units: list[Unit] = []
    heading = ""
    for start, end, kind in _pieces(text, document.noise, document.fragments):
        page = bisect_right(document.page_starts, start) if document.page_starts else None
        cut = end - start > LONGEST
        flagged = kind != "noise" and (cut or _overlap(document.fragments, start, end))
        for low, high in _cut(text, start, end) if cut else ((start, end),):
            units.append(Unit(len(units), kind, page, low, high, heading, text[low:high], flagged))
        if kind == "heading":
            heading = text[start:end]
    return units


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a sentence that is too long."""
    for at in range(start, end, LONGEST):
        low, high = _trim(text, at, min(at + LONGEST, end))
        if low < high:
            yield low, high


def _overlap(spans: tuple[Span, ...], start: int, end: int) -> bool:
    """Whether one of ``spans``, which are in order, has a part in a stretch."""
    at = bisect_left(spans, end, key=attrgetter("start"))
    return at > 0 and spans[at - 1].end > start


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the same stretch without white space at its ends."""
    piece = text[start:end]
    bare = piece.lstrip()
    start = end - len(bare)
    return start, start + len(bare.rstrip())


def _pieces(
    text: str, noise: tuple[Span, ...], fragments: tuple[Span, ...]
) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of every unit: the noise as it is marked, the rest line by line."""
    at = 0
    lost = _lost_breaks(text, noise)
    for span in (*noise, Span(len(text), len(text))):
        low, high = max(at, span.start), max(at, span.end)
        while at < low:
            stop = text.find("\n", at, low)
            yield from _line(text, at, low if stop < 0 else stop, fragments, lost)
            at = low if stop < 0 else stop + 1
        start, end = _trim(text, low, high)
        if start < end:
            yield start, end, "noise"
        at = max(at, high)


def _lost_breaks(text: str, noise: tuple[Span, ...]) -> bool:
    """Whether a text's lines are so long that they cannot be its paragraphs."""
    size = len(text) - sum(span.end - span.start for span in noise)
    return size > RUN_ON * max(1, text.count("\n") + 1 - len(noise))


def _line(
    text: str, start: int, end: int, fragments: tuple[Span, ...], lost: bool
) -> Iterator[tuple[int, int, Kind]]:
    """Units of one line."""
    if text[end - 1 : end] == MARK:
        left, right = _trim(text, start, end)
        if left < right:
            yield left, right, "sentence"
        return
    run_on = end - start > RUN_ON
    marked = _may_hold_heads(text, start, end, run_on)
    sentences = [
        (begun, _BLANK.match(text, begun, high).end(), high, ended)  # type: ignore[union-attr]
        for begun, high, ended in _sentences(text, start, end)
    ]
    inside = (
        cuts(text, [(low, high) for _, low, high, _ in sentences], first=start == 0)
        if run_on and lost and lost_breaks(text, start, end)
        else None
    )
    for begun, low, high, ended in sentences:
        if inside is not None:
            points = [low, *inside[low], high]
        else:
            points = [low, *(inner_heads(text, low, high, run_on=run_on) if marked else ()), high]
        for left, right in itertools.pairwise(points):
            begin, stop = _trim(text, left, right)
            if begin == stop:
                continue
            if right == high and ended:
                called = begin == low == start and stop == end and _is_called(text, begin, stop)
                yield begin, stop, "heading" if called else "sentence"
            else:
                alone = begun == start or right != high or level(text[begin:stop]) in HEADING_LEVELS
                yield (
                    begin,
                    stop,
                    "heading" if alone and _is_heading(text, begin, stop, fragments) else "sentence",
                )


def _may_hold_heads(text: str, start: int, end: int, run_on: bool) -> bool:
    """Whether it is worth looking for headings inside the sentences of a line: most lines hold none."""
    return (
        run_on
        or MARKED.search(text, start + 4, end) is not None
        or AFTER_COLON.search(text, start, end) is not None
        or text.startswith(("各位", "尊敬"), start)
    )


def _is_heading(text: str, start: int, end: int, fragments: tuple[Span, ...]) -> bool:
    """Whether a stretch that no full stop ends is a heading, not a cut sentence, a lead-in or a row."""
    if end - start > LONGEST_HEADING or _overlap(fragments, start, end):
        return False
    piece = text[start:end]
    if piece[-1] in "：:":
        marked = level(piece) != ""
        speaker = _SPEAKER.match(piece) is not None and not _LEADS_IN.match(piece)
        return not marked and (speaker or _SALUTATION.match(piece) is not None)
    return not _NO_HEADING.match(piece)


def _is_called(text: str, start: int, end: int) -> bool:
    """Whether a line that ends as a sentence is a heading all the same: "各位代表！", "五、怎么干？"."""
    if end - start > 48:
        return False
    piece = text[start:end]
    return _SALUTATION.match(piece) is not None or (
        level(piece) in HEADING_LEVELS and _QUESTION.match(piece) is not None
    )


def _inside(text: str, start: int, at: int, end: int) -> bool:
    """Whether ``at`` stands in brackets or quotes that were opened after ``start`` and close soon."""
    for left, right in (("（", "）"), ("(", ")"), ("“", "”")):
        if (
            text.rfind(left, start, at) > text.rfind(right, start, at)
            and text.find(right, at, min(end, at + 200)) >= 0
        ):
            return True
    return False


def _ends_nothing(text: str, start: int, mark: int, after: int, end: int) -> bool:
    """Whether the mark at ``mark`` is no end after all: inside brackets, an address, a number of a list."""
    first = text[mark]
    if first in "；;" and _inside(text, start, mark, end):
        return True
    if first in ".．":
        return _DOT_MARKER.fullmatch(text, start, after) is not None
    return first in "!?;" and text[mark - 1 : mark] in _ADDRESS and text[after : after + 1] in _ADDRESS


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, whether a full stop ends it) over one line, edges not yet trimmed."""
    at = start
    for match in _END.finditer(text, start, end):
        mark, after = match.span(1)
        if mark < 0:
            continue
        first, stop = text[mark], match.end()
        if stop < end and text[stop] in "\"'＂" and text.count(text[stop], at, stop) % 2:
            # A straight quote closes where an odd number of them stands before it.
            stop += 1
        if first not in "。！？" and _ends_nothing(text, at, mark, after, end):
            continue
        if stop < end and stop - mark > 1 and _GOES_ON.match(text, stop, end):
            continue
        yield at, stop, True
        at = stop
    if at < end and not text[at:end].isspace():
        yield at, end, False
