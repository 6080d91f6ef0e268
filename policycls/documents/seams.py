"""Whether one stretch of Chinese goes on in another: counts of characters that follow one another.

A line that ends without a full stop is either complete (a heading) or cut, and only the words tell.
``seams.tsv`` holds how often a Han character follows one or two others, and how often it begins a
sentence; the score of a seam is the logarithm of how much likelier the second stretch continues the
first than that it begins a sentence of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

#: At least this share of what may follow was never counted: rare n-grams are not in the table. Sentences
#: begin with names and the like, which no table covers.
_UNSEEN, _UNSEEN_START = 0.05, 0.2
_START = "^"
_HAN = re.compile(r"[\u4e00-\u9fff0]+")
_DIGITS = re.compile(r"[\d０-９][\d０-９.,．]*")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Followers:
    """How often characters follow one or two others, or the beginning of a sentence ("^")."""

    counts: Mapping[str, int]
    total: int
    #: The share of those that were too rare for the table, at the least.
    unseen: float


def score(left: str, right: str) -> float:
    """Log-likelihood that ``right`` continues ``left`` rather than begins a sentence.

    0 where ``right`` does not begin with a Han character or a number.

    Examples
    --------
    >>> score("持续优化营", "商环境，") > 0 > score("持续优化营", "近年来，")
    True
    """
    before, after = _bare(left[-16:])[-2:], _bare(right[:16])[:2]
    if not before or not after or not _HAN.fullmatch(after[0]):
        return 0.0
    # Behind a comma or a quote only what follows tells: how sentences begin, and how they do not.
    before = before if _HAN.fullmatch(before) else before[-1] if _HAN.fullmatch(before[-1]) else ""
    first = after[0]
    found = math.log(_after(before, first) / _after(_START, first))
    if first == "0":
        # Numbers stand anywhere: that sentences seldom begin with one says little.
        found = min(found, 1.5)
    if len(after) > 1 and _HAN.fullmatch(after[1]):
        found += math.log(_after(before[-1:] + first, after[1]) / _after(_START + first, after[1]))
    return found


def _after(context: str, character: str) -> float:
    """Probability of ``character`` after ``context``; what the table lacks is shared out by frequency."""
    table = load()
    if not context:
        return (table[""].counts.get(character, 0) + 0.5) / (table[""].total + 3000)
    shorter = _after(context[1:], character)
    found = table.get(context)
    if found is None or not found.total:
        return shorter
    return (1 - found.unseen) * found.counts.get(character, 0) / found.total + found.unseen * shorter


def _bare(text: str) -> str:
    return _DIGITS.sub("0", _SPACE.sub("", text))


@lru_cache(maxsize=1)
def load() -> Mapping[str, Followers]:
    """Read the counts that ship with the package (once a process)."""
    table: dict[str, Followers] = {}
    content = files("policycls.documents").joinpath("seams.tsv").read_text(encoding="utf-8")
    for line in content.splitlines():
        if line.startswith("#"):
            continue
        context, total, pairs = line.split("\t")
        counts = {pair[0]: int(pair[1:]) for pair in pairs.split(" ") if pair}
        rare = 1 - sum(counts.values()) / max(1, int(total))
        least = _UNSEEN_START if context.startswith(_START) else _UNSEEN
        table[context] = Followers(counts, int(total), max(rare, least))
    return table
