"""Texts whose line breaks were lost: which of their sentences hold headings that nothing marks off."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from policycls.documents import heads
from policycls.documents.markers import inner_heads

#: A line longer than this may be a text whose breaks were lost.
RUN_ON = 300
#: Longer than a paragraph ever is; a shorter line shows by its numbers that it is several.
PARAGRAPH = 900
#: A line longer than this is no document; weighing it would take minutes.
MOST = 1_000_000
#: How often one heading may follow another, each without an end.
_ROUNDS = 3
# A letter's title ends where those whom it speaks to are named: "……的通知各县（区）人民政府：".
_GREETING = re.compile(
    r"(?:各(?:位|省|市|州|盟|县|区|镇|乡|街道|地|有关|直属?|相关|部|委|单位|科|企业|成员|在|中|外|国)|同志们|尊敬的)"
    r"[^。！？；：]{0,150}?[：:！]"
)
# Who does it, in brackets behind a measure whose full stop has already come.
_NOTE = re.compile(
    r"[（(][^（）()。]{2,80}(?:负责|牵头|配合|落实|参与|参加|分工)[^（）()。]{0,20}[）)](?![，。；、：])"
)
# A lead-in to items of a law or a plan, which stand in lines of their own.
_ITEMS = re.compile(r"[：:](?=[（(]一[）)])")
_NUMERAL = "一二三四五六七八九十"
_NEXT = re.compile(
    rf"(?P<first>(?<![{_NUMERAL}第])[{_NUMERAL}]{{1,3}}、(?![{_NUMERAL}]))"
    rf"|(?P<second>[（(][{_NUMERAL}]{{1,3}}[）)])"
    r"|(?P<third>(?<![\d.．第])\d{1,2}[.．、](?=[\u4e00-\u9fff“《]))"
)
_BEHIND_STOP = re.compile(
    rf"(?<=[。；！？）])(?:[{_NUMERAL}]{{1,3}}、|[（(][{_NUMERAL}]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d))"
)
_REFERRED = re.compile(r"(?:条|款|项|和|及|或|、|至|到|第|见|表|图)\s*$")
_LEVELS = ("first", "second", "third")


def lost_breaks(text: str, start: int, end: int) -> bool:
    """Whether a line is no paragraph: it is very long, or the numbers of headings stand inside."""
    if end - start > MOST:
        return False
    numbers = _BEHIND_STOP.finditer(text, start, end)
    return end - start > PARAGRAPH or sum(1 for _ in itertools.islice(numbers, 2)) == 2


def cuts(text: str, sentences: Sequence[tuple[int, int]], *, first: bool) -> dict[int, list[int]]:
    """Where units end inside the sentences (stretches that a full stop ends) of a line, by their beginning.

    The document's ``first`` line may begin with a title.
    """
    numbers = _Numbers()
    found: dict[int, list[int]] = {}
    open_: list[tuple[int, int, int, str]] = []
    for index, (low, high) in enumerate(sentences):
        inside = set(inner_heads(text, low, high, run_on=True)) | set(numbers.next_ones(text, low, high))
        note = _NOTE.match(text, low, high)
        inside |= {match.end() for match in (note, _ITEMS.search(text, low, high)) if match} - {low, high}
        title = first and index == 0
        if title:
            inside |= _greeting(text, low, high)
        found[low] = sorted(inside)
        for begin, end in itertools.pairwise((low, *found[low], high)):
            if end == high or end - begin > heads.REACH:
                kind = heads.kind_of(text[begin:end], first=title and begin == low, after=begin != low)
                open_.append((low, begin, end, kind))
    habits = heads.Habits("".join(text[low:high] for low, high in sentences))
    for _ in range(_ROUNDS):
        stretches = [
            heads.Stretch(text[begin:end], kind, heads.options(text[begin:end], kind, habits))
            for _, begin, end, kind in open_
        ]
        rest = []
        for (low, begin, end, _), head in zip(open_, heads.ends(stretches), strict=True):
            if head is not None:
                found[low].append(begin + head)
                kind = heads.kind_of(text[begin + head : end], first=False, after=True)
                rest.append((low, begin + head, end, kind))
        open_ = rest
    return {low: sorted(inside) for low, inside in found.items()}


def _greeting(text: str, low: int, high: int) -> set[int]:
    """Where the title and the greeting below it end."""
    match = _GREETING.search(text, low, min(high, low + 260))
    return {match.start(), match.end()} - {low, high} if match else set()


class _Numbers:
    """Follows the numbers of headings, so that the next one is known inside a run of text too."""

    def __init__(self) -> None:
        self._last = dict.fromkeys(_LEVELS, 0)

    def next_ones(self, text: str, low: int, high: int) -> list[int]:
        """Offsets inside ``text[low:high]`` where the number that is due next stands."""
        found = []
        for match in _NEXT.finditer(text, low, high):
            at, kind = match.start(), match.lastgroup or ""
            number = _value(match.group())
            due = number == self._last[kind] + 1
            begins = not text[low:at].strip()
            if not begins and (not due or number == 1 or _REFERRED.search(text, max(low, at - 3), at)):
                continue
            self._last[kind] = number
            for below in _LEVELS[_LEVELS.index(kind) + 1 :]:
                self._last[below] = 0
            if not begins:
                found.append(at)
        return found


def _value(marker: str) -> int:
    """Return the number in a marker: "（十二）" is 12."""
    digits = re.search(r"\d+", marker)
    if digits:
        return int(digits.group())
    tens, ten, ones = "".join(c for c in marker if c in _NUMERAL).rpartition("十")
    value = _NUMERAL.index(ones[-1]) + 1 if ones else 0
    return value + 10 * ((_NUMERAL.index(tens[0]) + 1 if tens else 1) if ten else 0)
