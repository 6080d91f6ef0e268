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
class Seams:
    """Counts: ``follows[context][character]``; the context is one or two characters, "^" a beginning."""

    follows: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    #: The share of a context's followers that were too rare for the table.
    unseen: Mapping[str, float]

    def score(self, left: str, right: str) -> float:
        """Log-likelihood that ``right`` continues ``left`` rather than begins a sentence.

        0 where ``right`` does not begin with a Han character or a number.
        """
        before, after = _bare(left[-16:])[-2:], _bare(right[:16])[:2]
        if not before or not after or not _HAN.fullmatch(after[0]):
            return 0.0
        # Behind a comma or a quote only what follows tells: how sentences begin, and how they do not.
        before = before if _HAN.fullmatch(before) else before[-1] if _HAN.fullmatch(before[-1]) else ""
        first = after[0]
        score = math.log(self._after(before, first) / self._after(_START, first))
        if first == "0":
            # Numbers stand anywhere: that sentences seldom begin with one says little.
            score = min(score, 1.5)
        if len(after) > 1 and _HAN.fullmatch(after[1]):
            score += math.log(
                self._after(before[-1:] + first, after[1]) / self._after(_START + first, after[1])
            )
        return score

    def _after(self, context: str, character: str) -> float:
        """Probability of ``character`` after ``context``; what the table lacks is shared out by frequency."""
        if not context:
            return (self.follows[""].get(character, 0) + 0.5) / (self.totals[""] + 3000)
        shorter = self._after(context[1:], character)
        total = self.totals.get(context, 0)
        if not total:
            return shorter
        unseen = max(self.unseen[context], _UNSEEN_START if context[0] == _START else _UNSEEN)
        return (1 - unseen) * self.follows[context].get(character, 0) / total + unseen * shorter


def _bare(text: str) -> str:
    return _DIGITS.sub("0", _SPACE.sub("", text))


@lru_cache(maxsize=1)
def load() -> Seams:
    """Read the counts that ship with the package (once a process)."""
    follows: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    content = files("policycls.documents").joinpath("seams.tsv").read_text(encoding="utf-8")
    for line in content.splitlines():
        if line.startswith("#"):
            continue
        context, total, counts = line.split("\t")
        totals[context] = int(total)
        follows[context] = {pair[0]: int(pair[1:]) for pair in counts.split(" ") if pair}
    unseen = {
        context: max(0.0, 1 - sum(counts.values()) / max(1, totals[context]))
        for context, counts in follows.items()
    }
    return Seams(follows, totals, unseen)


def score(left: str, right: str) -> float:
    """Return :meth:`Seams.score` with the counts that ship with the package.

    Examples
    --------
    >>> score("持续优化营", "商环境，") > 0 > score("持续优化营", "近年来，")
    True
    """
    return load().score(left, right)
