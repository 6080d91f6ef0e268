"""What the characters on both sides of a place say of whether a clause, a sentence or a heading ends there.

``breaks.tsv`` holds weights of n-grams of at most four characters beside and across such a place, learned
from texts whose punctuation was taken away, and below them the weights of :mod:`policycls.documents.heads`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_DIGITS = re.compile(r"[\d０-９][\d０-９.,．]*")
_LATIN = re.compile(r"[A-Za-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]{6}")
_SPACE = re.compile(r"\s+")
_PUNCTUATION = re.compile(r"[，。；：！？]")
#: In the table: stands for a marker before a heading's first word.
MARKER = "#"
#: What is before the place and what is behind it, in a name of the table.
BEFORE, BEHIND, ACROSS = "<", ">", "-"


@dataclass(frozen=True, slots=True)
class Breaks:
    """The table: weights of n-grams, and those of the two rounds in which headings are weighed."""

    grams: Mapping[str, float]
    rounds: tuple[Mapping[str, float], Mapping[str, float]]


def normal(text: str) -> str:
    """Text as the table has it: figures and Latin words one character each, no spaces."""
    return _LATIN.sub("A", _DIGITS.sub("0", _SPACE.sub("", text)))


def clauses(text: str) -> list[str]:
    """Text between punctuation marks that end a clause."""
    return _PUNCTUATION.split(text)


def grams(left: str, right: str) -> list[str]:
    """Names in the table for a place between ``left`` and ``right``, at most three characters each.

    Examples
    --------
    >>> grams("效能", "全")
    ['能<', '效能<', '>全', '能-全', '效能-全']
    """
    names = [left[-size:] + BEFORE for size in range(1, len(left) + 1)]
    names += [BEHIND + right[:size] for size in range(1, len(right) + 1)]
    for back, on in ((1, 1), (2, 1), (1, 2), (2, 2)):
        if len(left) >= back and len(right) >= on:
            names.append(f"{left[-back:]}{ACROSS}{right[:on]}")
    return names


def weigh(text: str, begin: int, end: int) -> tuple[float, float, float]:
    """Weights of the place ``end``, of what is before (from ``begin`` on), behind, and across it."""
    if end - begin >= 4 and _HAN.fullmatch(text, end - 3, end + 3):
        left, right = text[end - 3 : end], text[end : end + 3]
    else:
        left = normal(text[max(begin, end - 8) : end])
        if begin and end - begin < 4:
            left = MARKER + left
        left = _PUNCTUATION.split(left)[-1][-3:]
        right = _PUNCTUATION.split(normal(text[end : end + 8]))[0][:3]
    table = load().grams
    before = behind = across = 0.0
    for name in grams(left, right):
        weight = table.get(name, 0.0)
        if name[-1] == BEFORE:
            before += weight
        elif name[0] == BEHIND:
            behind += weight
        else:
            across += weight
    return before, behind, across


def total(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Sum of features by their weights."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


@lru_cache(maxsize=1)
def load() -> Breaks:
    """Read the weights that ship with the package (once a process)."""
    table: dict[str, float] = {}
    rounds: tuple[dict[str, float], dict[str, float]] = ({}, {})
    content = files("policycls.documents").joinpath("breaks.tsv").read_text(encoding="utf-8")
    for line in content.splitlines():
        if line.startswith("# "):
            continue
        name, *weights = line.split("\t")
        if len(weights) == 1:
            table[name] = int(weights[0]) / 10
        else:
            for found, weight in zip(rounds, weights, strict=True):
                found[name] = float(weight)
    return Breaks(table, rounds)
