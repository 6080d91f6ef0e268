"""Markers that number headings, articles and items, and what they say of the text around them."""

from __future__ import annotations

import re

from policycls.documents import seams

_NUMERAL = r"[一二三四五六七八九十百零〇两\d０-９]"

#: A marker at the start of a line, one alternative a level. Spaces occur within ("第 一 章").
START = re.compile(
    rf"""(?P<chapter>第\s*{_NUMERAL}[{_NUMERAL[1:-1]}\s]{{0,5}}[编篇章部](?!级|门|委|署|队)分?)
    |(?P<section>第\s*{_NUMERAL}[{_NUMERAL[1:-1]}\s]{{0,5}}节)
    |(?P<article>第\s*{_NUMERAL}[{_NUMERAL[1:-1]}\s]{{0,6}}条(?:之[一二三四五六])?)
    |(?P<first>[一二三四五六七八九十]{{1,3}}\s*[、．.])
    |(?P<second>[（(]\s*[一二三四五六七八九十]{{1,3}}\s*[）)])
    |(?P<third>[\d０-９]{{1,2}}\s*(?:[、．]|[.](?![\d０-９])))
    |(?P<fourth>[（(]\s*[\d０-９]{{1,2}}\s*[）)]|[①-⑳])
    |(?P<dash>——|──|--)
    |(?P<spoken>[一二三四五六七八九十]{{1,2}}(?:是|要|方面)|第[一二三四五六七八九十]{{1,2}}[，,、]|(?:首先|其次|再次)[，,])
    """,
    re.VERBOSE,
)
#: Levels whose line, where no full stop ends it, is a heading.
HEADING_LEVELS = frozenset({"chapter", "section", "article", "first", "second", "third", "fourth"})

#: The first number of a series, as it stands in running text.
_OPENERS = r"[（(]\s*一\s*[）)]|[（(]\s*[1１]\s*[）)]|①|[1１]\s*(?:[、．]|[.](?![\d０-９]))"
#: Where a lead-in ends and its numbered items begin: "……下列职责：（一）".
AFTER_COLON = re.compile(r"[：:]\s*(?=一\s*[、．.](?!\d)|第一[条章])")
#: Whom a text speaks to, where what is said follows in the same line.
SALUTATION = re.compile(r"(?:各位|尊敬的)[^，。：:]{1,20}[：:]\s*(?=\S)")
_INNER = rf"""(?P<item>{_OPENERS})
    |(?P<second>[（(]\s*[一二三四五六七八九十]{{1,3}}\s*[）)])
    |(?P<first>一(?<![统唯同第之单划专万百十初周期逐合归齐五二三四六七八九“‘「『（(《]一)、)
    |(?P<spoken>第一[，,、]|一(?<![统唯同之]一)是)
    |(?P<chapter>第[一1１][编篇章])
    |(?P<article>第{_NUMERAL}{{1,6}}条)"""
#: Where a heading that no full stop ends may run into what stands below it.
INNER = re.compile(rf"{_INNER}|(?P<space>[ \u3000]+)", re.VERBOSE)
#: The same without spaces, which every other line holds.
MARKED = re.compile(_INNER, re.VERBOSE)
_ITEM_REFERENCE = re.compile(r"(?:条|款|项|和|及|或|、|至|到|第)\s*$")
_REFERENCE = re.compile(r"(?:第|条|款|项|和|及|或|、|照|据|按|反|对|在|将|例|法|规定|本|至|到)\s*$")
# Which markers may follow a heading of a level in its own line: those of lower levels, or a space.
_BELOW: dict[str, frozenset[str]] = {
    "": frozenset({"first", "chapter"}),
    "chapter": frozenset({"article", "item", "first", "second"}),
    "section": frozenset({"article", "item", "first", "second"}),
    "article": frozenset({"space"}),
    "first": frozenset({"item", "second", "spoken", "space"}),
    "second": frozenset({"item", "spoken", "space"}),
    "third": frozenset({"spoken", "space"}),
    "fourth": frozenset({"spoken", "space"}),
}
#: A sentence that goes on has a comma or the like; most headings have none.
PAUSE = re.compile(r"[，,；;。！？]")


def level(text: str) -> str:
    """Return the kind of marker with which ``text`` starts, "" for none.

    Examples
    --------
    >>> level("第十二条 市人民政府应当"), level("（一）优化审批"), level("10.5%的企业")
    ('article', 'second', '')
    """
    match = START.match(text)
    return match.lastgroup or "" if match else ""


def marker_end(text: str) -> int:
    """Where the words behind the marker begin with which ``text`` starts; 0 where it has none."""
    match = START.match(text)
    return match.end() if match else 0


def inner_heads(text: str, start: int, end: int, *, run_on: bool = False) -> list[int]:
    """Offsets inside ``text[start:end]``, one sentence by its full stop, where a further unit begins.

    A heading that no full stop ends is followed by its first item in the same line ("一、总体要求
    （一）指导思想。"), or a lead-in by headings ("如下：一、……"): both end there. ``run_on`` tells that the
    line is a whole text without breaks, in which a space may be what is left of one.
    """
    cuts: list[int] = []
    at = start
    greeting = SALUTATION.match(text, start, end)
    if greeting:
        cuts.append(greeting.end())
        at = greeting.end()
    colon = AFTER_COLON.search(text, at + 1, end)
    while at < end:
        if colon and colon.end() <= at:
            colon = AFTER_COLON.search(text, at + 1, end)
        head = _head_end(text, at, end, run_on)
        found = [cut for cut in (colon.end() if colon else None, head) if cut is not None and cut > at]
        if not found:
            break
        at = min(found)
        cuts.append(at)
    return cuts


def _head_end(text: str, start: int, end: int, run_on: bool) -> int | None:
    """Where the heading at ``start`` ends and its first item begins, or None."""
    marker = START.match(text, start, end)
    own = (marker.lastgroup or "") if marker else ""
    if own in {"dash", "spoken"}:
        return None
    after = marker.end() if marker else start + 4
    for match in INNER.finditer(text, after, min(end, start + 90)):
        between = text[start : match.start()]
        if len(PAUSE.findall(between)) > (1 if own in HEADING_LEVELS else 0) or "。" in between:
            return None
        kind = match.lastgroup or ""
        referred = _REFERENCE if kind == "article" else _ITEM_REFERENCE
        if kind in _BELOW.get(own, frozenset()) and not referred.search(between):
            if kind != "space":
                return match.start()
            if run_on and _ends_at_space(text, after, match, end):
                return match.end()
    return None


def _ends_at_space(text: str, after: int, space: re.Match[str], end: int) -> bool:
    """Whether a space is what is left of the line break behind a heading, and no space inside a line."""
    title = text[after : space.start()].strip()
    if not 2 <= len(title) <= 36 or text[end - 1] not in '。；！？.;!?”"':
        return False
    return seams.score(title, text[space.end() : min(end, space.end() + 16)]) < 6
