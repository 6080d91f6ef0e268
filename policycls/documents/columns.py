"""Halves of a paragraph that other text was read between: newspaper columns, text flowing round boxes."""

from __future__ import annotations

from policycls.documents import seams
from policycls.documents.markers import HEADING_LEVELS, level
from policycls.documents.repair import Paragraph, continues, is_ended, is_open

#: How many paragraphs further down a second half is looked for.
REACH = 60
#: A seam this good is taken without looking further.
GOOD = 3.0
#: Below this a half stays alone.
POOR = -2.5


def unite(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Put halves together where they fit, the nearest fit first; mark as fragments those that fit nowhere.

    Parameters
    ----------
    paragraphs : list of Paragraph
        In reading order, noise among them.

    Returns
    -------
    list of Paragraph
        A second half has moved to its first; everything else keeps its order.
    """
    taken: set[int] = set()
    for at, first in enumerate(paragraphs):
        if at in taken or not _is_open(first):
            continue
        while True:
            found = _second_half(paragraphs, at, taken)
            if found is None:
                break
            taken.add(found)
            first.absorb(paragraphs[found])
            if not _is_open(first):
                break
        if _is_open(first):
            first.fragment = True
    return [paragraph for at, paragraph in enumerate(paragraphs) if at not in taken]


def _is_open(paragraph: Paragraph) -> bool:
    return not paragraph.hint and is_open(paragraph.text)


def _second_half(paragraphs: list[Paragraph], at: int, taken: set[int]) -> int | None:
    best, best_score = None, POOR
    first = paragraphs[at].text
    for further in range(at + 1, min(at + 1 + REACH, len(paragraphs))):
        other = paragraphs[further]
        if further in taken or other.hint or level(other.text) in HEADING_LEVELS:
            continue
        if not is_ended(other.text) and not _is_open(other):
            continue
        score = seams.score(first, other.text)
        if continues(other.text):
            score += 6
        score -= 0.05 * (further - at)
        if score > best_score:
            best, best_score = further, score
            if score >= GOOD:
                break
    return best
