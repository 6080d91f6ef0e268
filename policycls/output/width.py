"""Text in a terminal: Chinese characters take two columns, and a document must not steer the terminal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Control characters, bidirectional and zero-width marks: nothing that a reader should see.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
#: Marks that do not begin a line in Chinese typesetting.
_CLOSING = frozenset("，。、；：！？）》」』】〕％”’…—,.;:!?)]%")
_OPENING = frozenset("（《「『【〔“‘([")


def printable(text: str) -> str:
    """Return text as one harmless line."""
    return _UNSEEN.sub("", re.sub(r"\s+", " ", text))


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    # "Ambiguous" characters (quotes, dashes) are wide in a Chinese console, narrow elsewhere: take them wide.
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def width(text: str) -> int:
    """Return how many columns a text takes.

    Examples
    --------
    >>> width("abc"), width("审批"), width("“一窗”")
    (3, 4, 8)
    """
    return sum(map(_columns, text))


def fit(text: str, columns: int) -> str:
    """Return text filled up with blanks, or cut, to a number of columns.

    Examples
    --------
    >>> fit("审批", 6), fit("审批提速", 6)
    ('审批  ', '审批..')
    """
    if width(text) > columns:
        while text and width(text) > columns - 2:
            text = text[:-1]
        text += ".."[:columns]
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Break text into lines of at most ``columns``, as Chinese is set: no line begins with a closing mark.

    Examples
    --------
    >>> wrap("一窗受理，一网通办。", 8)
    ['一窗受', '理，一网', '通办。']
    """
    lines: list[str] = []
    line, used = "", 0
    for char in text:
        size = _columns(char)
        if used + size > columns and line:
            keep = _carry(line, char)
            lines.append(line[: len(line) - keep].rstrip())
            line = line[len(line) - keep :].lstrip()
            used = width(line)
            if char == " " and not line:
                continue
        line += char
        used += size
    return [*lines, line] if line or not lines else lines


def _carry(line: str, char: str) -> int:
    """How many characters at the end of ``line`` go to the next with ``char``."""
    keep = 0
    if char in _CLOSING or line[-1] in _OPENING:
        keep = 1
        while keep < 4 and keep < len(line) - 1 and (line[-keep] in _CLOSING or line[-keep - 1] in _OPENING):
            keep += 1
    elif char.isascii() and (char.isalnum() or char == "-"):
        # Do not break a number or a Latin word that would fit on a line of its own.
        run = re.search(r"[0-9A-Za-z.,%_-]+$", line)
        keep = len(run[0]) if run and len(run[0]) < min(20, len(line) // 2) else 0
    return keep if keep < len(line) else 0
