"""Headings in a text whose line breaks were lost, where no mark shows their end.

"（一）优化流程全面推行一网通办。" is a heading and a sentence. Where the one ends is weighed: every place
that could be the end, and the possibility that there is none, gets a score; what adds up to it are the
characters on both sides (:mod:`policycls.documents.breaks`), the length, what the document does elsewhere,
and, in a second round, what its other headings of that kind look like.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from policycls.documents import breaks
from policycls.documents.markers import level, marker_end

#: Names of features with their values.
Features = dict[str, float]
#: A place where a heading may end (an offset in the stretch; None: nowhere), with its features.
Option = tuple[int | None, Features]

#: A heading's words take at most so many characters; a title's more.
REACH, _REACH_TITLE = 46, 90
#: Where characters on both sides speak so clearly against an end nothing else is looked at.
_HOPELESS = -9.0
#: By so much a heading without a number must be likelier than none: a sentence that is cut is worse.
_LEAD = 1.0
_LENGTHS = (3, 5, 7, 9, 12, 16, 20, 26, 36)
_CASE = re.compile(
    r"(?:典型)?(?:案例|做法|经验|附件|问题|专栏|场景|故事)[一二三四五六七八九十\d]{1,2}[：:、.\s]|【"
)
_LISTED = re.compile(r"[一二三四五六七八九]、[一二三四五六七八九]")
_COMMAS = "，,；"
_OPEN, _CLOSE = "“《（【(", "”》）】)"
_NO_END, _NO_START = "，、：；,“（《【·", "，、：；。！？,”）》】·%％…"
_FIGURE = re.compile(r"[\d.,．０-９A-Za-z%％]")
_PAUSE = re.compile(r"[，。；：、！？]")
_CLAUSE = re.compile(r"[，。；：]")


@dataclass(slots=True)
class Stretch:
    """What stands between two full stops, or behind a heading that was found."""

    text: str
    #: Of its marker; "title", "after" (a heading), "case" or "plain" without one.
    kind: str
    options: list[Option] = field(default_factory=list)


class Habits:
    """What a document's own punctuation tells: where its words and its clauses begin and end."""

    def __init__(self, text: str) -> None:
        self.grams = Counter(text[at : at + size] for size in (2, 3) for at in range(len(text) - size + 1))
        ends = [match.start() for match in _PAUSE.finditer(text)]
        self.starts = Counter(text[at + 1 : at + 1 + size] for at in ends for size in (2, 3))
        self.ends = Counter(text[max(0, at - 2) : at] for at in ends)


def kind_of(text: str, *, first: bool, after: bool) -> str:
    """Name the kind of stretch that ``text`` begins; "一、二类企业" is no number of a heading."""
    if _LISTED.match(text):
        return "plain"
    return level(text) or (
        "case" if _CASE.match(text) else "title" if first else "after" if after else "plain"
    )


def _group(kind: str) -> str:
    return "plain" if kind in ("plain", "after", "title") else "numbered"


def options(text: str, kind: str, habits: Habits) -> list[Option]:
    """Every place where a heading at the beginning of ``text`` may end, the first one being "nowhere"."""
    begin = marker_end(text)
    clause = _CLAUSE.search(text, begin)
    size = (clause.start() - begin if clause else 60) // 7
    group = _group(kind)
    none = {f"none {kind}": 1.0, f"none {group} {min(4, size)}": 1.0}
    if len(text) < 25:
        none["none short"] = 1.0
    found: list[Option] = [(None, none)]
    for end in _places(text, begin, kind):
        features = _features(text, begin, end, kind, habits)
        if features is not None:
            found.append((end, features))
    return found


def _places(text: str, begin: int, kind: str) -> Iterator[int]:
    """Yield every place outside of brackets, quotes and figures."""
    depth = commas = 0
    for at in range(begin, min(len(text) - 4, begin + (_REACH_TITLE if kind == "title" else REACH))):
        left, right = text[at], text[at + 1]
        if left in _OPEN:
            depth += 1
        elif left in _CLOSE:
            depth = max(0, depth - 1)
        elif left in _COMMAS:
            commas += 1
        if commas > 2:
            return
        figure = _FIGURE.match(left) and _FIGURE.match(right)
        if depth or at < begin + 1 or left in _NO_END or right in _NO_START or figure:
            continue
        yield at + 1


def _features(text: str, begin: int, end: int, kind: str, habits: Habits) -> Features | None:
    """Features of one place; None where the characters beside it rule it out."""
    before, behind, across = breaks.weigh(text, begin, end)
    if before + behind + across < _HOPELESS:
        return None
    head = text[begin:end]
    commas = sum(head.count(mark) for mark in _COMMAS)
    around = habits.grams[text[end - 2 : end + 1]], habits.grams[text[end - 1 : end + 2]]
    size = sum(len(head) > limit for limit in _LENGTHS)
    group = "title" if kind == "title" else _group(kind)
    comma = head.rfind("，")
    clause = _PAUSE.search(text, end, end + 40)
    features = {
        "before": before,
        "behind": behind,
        "across": across,
        "word": min(2, habits.grams[text[end - 1 : end + 1]] - 1),
        "words": min(2, max(around) - 1),
        "begins": min(2, habits.starts[text[end : end + 2]]),
        "begins so": min(2, habits.starts[text[end : end + 3]]),
        "ends": min(2, habits.ends[text[end - 2 : end]]),
        f"{group} {size}": 1.0,
        f"commas {commas}": 1.0,
        "closer": text[end - 1] in _CLOSE,
        "opener": text[end] in _OPEN,
        "figure": text[end].isdigit(),
        "marker": level(text[end : end + 12]) != "",
        "space": text[end] in " \u3000" or text[end - 1] in " \u3000",
        "close": clause is not None and clause.start() - end < 3,
        "cut clause": comma >= 0 and len(head) - comma < 4,
        "balanced": commas == 1 and abs(2 * comma - len(head) + 1) <= 1,
    }
    return {name: float(value) for name, value in features.items() if value}


@dataclass(frozen=True, slots=True)
class _Guess:
    """The likeliest heading of a stretch, as far as the first round knows."""

    head: str
    odds: float
    likely: bool


def with_siblings(stretches: Sequence[Stretch], weights: Mapping[str, float]) -> list[list[Option]]:
    """Options of every stretch, with what the other stretches of its kind in the document say."""
    by_kind: defaultdict[str, list[tuple[int, _Guess]]] = defaultdict(list)
    for at, stretch in enumerate(stretches):
        guess = _guess(stretch, weights)
        if guess is not None:
            by_kind[stretch.kind].append((at, guess))
    return [
        _told(stretch, [guess for other, guess in by_kind[stretch.kind] if other != at])
        for at, stretch in enumerate(stretches)
    ]


def _told(stretch: Stretch, others: list[_Guess]) -> list[Option]:
    group = _group(stretch.kind)
    if not others:
        return [(end, {**got, f"alone {group}": 1.0} if end else got) for end, got in stretch.options]
    odds = sum(guess.odds for guess in others) / len(others)
    alike = [guess.head for guess in others if guess.likely] if group == "numbered" else []
    middle = statistics.median(map(len, alike)) if alike else 0.0
    begin = marker_end(stretch.text)
    result: list[Option] = []
    for end, plain in stretch.options:
        got = dict(plain)
        if end:
            got[f"siblings {group}"] = odds
            got |= _alike(stretch.text[begin:end], alike, middle) if alike else {}
        result.append((end, got))
    return result


def _alike(head: str, others: list[str], middle: float) -> Features:
    """How much a heading looks like others of its kind, whose length is about ``middle``."""
    size = len(others)
    return {
        "other length": min(1.5, abs(math.log(len(head) / max(1.0, middle)))),
        "same length": float(abs(len(head) - middle) <= 1),
        "same commas": sum(head.count("，") == other.count("，") for other in others) / size,
        "same first": sum(head[:1] == other[:1] for other in others) / size,
        "same last": sum(head[-1:] == other[-1:] for other in others) / size,
    }


def _guess(stretch: Stretch, weights: Mapping[str, float]) -> _Guess | None:
    none, *scores = (breaks.total(features, weights) for _, features in stretch.options)
    if not scores:
        return None
    best = max(scores)
    odds = best + math.log(sum(math.exp(score - best) for score in scores)) - none
    head = stretch.text[marker_end(stretch.text) : stretch.options[1 + scores.index(best)][0]]
    return _Guess(head, max(-3.0, min(3.0, odds)), best - none > -0.7)


def ends(stretches: Sequence[Stretch]) -> list[int | None]:
    """Where the heading of each stretch ends: an offset in it, or None."""
    first, second = breaks.load().rounds
    chosen = []
    for stretch, found in zip(stretches, with_siblings(stretches, first), strict=True):
        scores = [breaks.total(features, second) for _, features in found]
        if stretch.kind in ("plain", "after"):
            scores[0] += _LEAD
        chosen.append(found[scores.index(max(scores))][0])
    return chosen
