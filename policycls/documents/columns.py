"""Halves of a paragraph that a page's end or other text was read between: pages, columns, boxes."""

from __future__ import annotations

import re

from policycls.documents import seams
from policycls.documents.markers import HEADING_LEVELS, level
from policycls.documents.repair import Paragraph, continues, is_ended, is_open, lone_closer, open_pair

#: How many paragraphs further down a second half is looked for.
REACH = 80
#: At most so many pairs are weighed.
MOST = 40_000
#: A seam below this joins nothing; one that crosses other paragraphs must be better.
POOR_NEXT, POOR_FAR = 0.0, 1.0
#: A seam with what stands next that is this good needs no other to be compared with.
SURE = 6.0
_NEXT, _NEAR, _TITLE = 3.0, 2.0, -2.0
# How a report begins.
_STARTS = re.compile(r"(?:本报|本网|本台|新华社|人民日报)")
_TO, _FROM = re.compile(r"[（(]下转"), re.compile(r"[（(]上接")


def unite(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Put halves together, the best and nearest fits first; mark as fragments those that fit nowhere.

    A second half moves to its first; everything else keeps its order.
    """
    opened = [at for at, paragraph in enumerate(paragraphs) if not paragraph.hint and is_open(paragraph.text)]
    if not opened:
        return paragraphs
    rest = _links(paragraphs, opened)
    taken = set(rest.values())
    halves = set(opened)
    result: list[Paragraph] = []
    for at, paragraph in enumerate(paragraphs):
        if at in taken:
            continue
        last = at
        while last in rest:
            last = rest[last]
            paragraph.absorb(paragraphs[last])
        paragraph.fragment = at in halves if last == at else is_open(paragraph.text)
        result.append(paragraph)
    return result


def _links(paragraphs: list[Paragraph], opened: list[int]) -> dict[int, int]:
    """Which paragraph goes on with which: pairs by falling score, each paragraph once."""
    body = [at for at, paragraph in enumerate(paragraphs) if paragraph.hint != "noise"]
    rank = {at: number for number, at in enumerate(body)}
    pairs: list[tuple[float, int, int]] = []
    # Where nearly everything seems cut (a list, another language) nothing far away is looked at.
    reach = max(3, min(REACH, MOST // len(opened)))
    for at in opened:
        for number in range(rank[at] + 1, min(rank[at] + 1 + reach, len(body))):
            further = body[number]
            score = _score(paragraphs, at, further, number - rank[at])
            if score is not None:
                pairs.append((-score, at, further))
                if score > SURE and number == rank[at] + 1:
                    break
    rest: dict[int, int] = {}
    taken: set[int] = set()
    for _, at, further in sorted(pairs):
        if at not in rest and further not in taken:
            rest[at] = further
            taken.add(further)
    return rest


def _score(paragraphs: list[Paragraph], at: int, further: int, distance: int) -> float | None:
    """How well ``further`` goes on with ``at``; None where it does not."""
    first, other = paragraphs[at].text, paragraphs[further]
    text = other.text
    if other.hint or level(text) in HEADING_LEVELS:
        return None
    # What is no sentence, a heading say, can only be a cut line's rest if it stands right below.
    titled = not is_ended(text) and not is_open(text)
    if distance > 1 and titled:
        return None
    cut_number = first[-1].isdigit() and text[0].isdigit()
    score = 4.0 if cut_number else seams.score(first, text)
    score += (6.0 if continues(text) else 0.0) + _quotes(first, text)
    if _STARTS.match(text):
        score -= 8.0
    if other.indent:
        score -= 4.0
    if _jumps(paragraphs, at, further):
        score += 12.0
    if distance == 1:
        score += _TITLE if titled else _NEAR if other.gap else _NEXT
        return score if score > POOR_NEXT else None
    return score - 0.1 * distance if score > POOR_FAR else None


def _jumps(paragraphs: list[Paragraph], at: int, further: int) -> bool:
    """Whether a newspaper says so: "（下转第三版）" behind the one, "（上接第一版）" before the other."""
    return bool(_TO.match(paragraphs[at + 1].text) and _FROM.match(paragraphs[further - 1].text))


def _quotes(first: str, text: str) -> float:
    """Evidence of quotes and brackets: one that stays open in the first half closes in the second."""
    waits, closes = open_pair(first), lone_closer(text)
    if waits and closes == waits:
        return 8.0
    return -5.0 if waits or closes else 0.0
