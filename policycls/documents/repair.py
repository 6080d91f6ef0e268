"""Lines to paragraphs: what a page, a column or a fixed width broke is put together again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from policycls.documents import seams
from policycls.documents.lines import Hint, Line
from policycls.documents.markers import HEADING_LEVELS, level

_CLOSERS = r"[”’」』）)】》〉\"'\]｝}＂]*"
#: A paragraph that ends so is complete.
ENDED = re.compile(rf"(?:[。！？；｡!?;]|(?<=[\u4e00-\u9fff）)%％”])[.．]|[…]){_CLOSERS}$")
#: A note in brackets behind a full stop: "……。（市发展改革委牵头）".
_NOTE = re.compile(r"[。；！？][（(【\[][^（）()。]{2,80}[）)】\]]$")
_PAUSE = re.compile(r"[，,]")
_LEAD_IN = re.compile(r"[：:]$")
# A heading run into the line above it: its number has no separator ("……。4区域评估改革"), or a date or a note.
_HEADING_TAIL = re.compile(
    r"[（(【].*[）)】]$|[\d０-９]{1,2}[^\d０-９，,.．%％年月日时个项条万亿元户家人名批次所款][^，,]*$|.*\d日$"
)
# A word that cannot end a heading: what it belongs to stands in the next line.
_HANGING = re.compile(r"[，,、（(“‘《〈【\[/]$|[的和与及或将把被从在]$")
# What no sentence or heading begins with.
_CONTINUES = re.compile(r"[，,、。；;：:！？!?）)”’》〉】\]％%·…]|(?:的|和|与|及|等)(?![^，。；]{0,2}[：:])")
_PAIRS = ("（）", "“”", "《》", "【】", "‘’", "()")
_REFERENCE = re.compile(
    r"(?:依照|按照|根据|违反|依据|本条例|本办法|本规定|本法|前款|第[一二三四五六七八九十百]+[条款])[、和或及]?$"
)
_WORD = re.compile(r"[A-Za-z0-9０-９.%％,/-]+[，。、；：！？”）》]*|.[，。、；：！？”）》]*")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(slots=True)
class Paragraph:
    """A paragraph put together from lines.

    Attributes
    ----------
    text : str
    hint : str
    starts : list of (int, int)
        (offset in ``text``, page) of each line it was made of.
    gap : bool
        A break stands before it: a blank line, a page, noise.
    indent : bool
    fragment : bool
        A half whose other half was not found.
    """

    text: str
    hint: Hint
    starts: list[tuple[int, int]] = field(default_factory=list)
    gap: bool = False
    indent: bool = False
    fragment: bool = False

    def absorb(self, other: Paragraph) -> None:
        """Append ``other``, the rest of this paragraph."""
        glue = " " if _LATIN.match(self.text[-1]) and _LATIN.match(other.text[0]) else ""
        shift = len(self.text) + len(glue)
        self.starts += [(offset + shift, page) for offset, page in other.starts]
        self.text += glue + other.text


def is_ended(text: str) -> bool:
    """Whether a paragraph's last sentence is complete."""
    return ENDED.search(text[-12:]) is not None or (
        text[-1] in "）)】]" and _NOTE.search(text[-100:]) is not None
    )


def is_hanging(text: str) -> bool:
    """Whether a paragraph that is not ended is surely cut: it stops at a comma, in a bracket, after a sentence."""
    if _HANGING.search(text[-1:]):
        return True
    if _open_pair(text):
        return True
    tail = last_sentence(text)
    return len(tail) < len(text) and not _is_heading_tail(tail)


def last_sentence(text: str) -> str:
    """Return what stands behind the last full stop of a paragraph that is not ended."""
    at = max(text.rfind(mark) for mark in "。！？；") + 1
    return text[at:].lstrip("”’」』）)】》〉\"'")


def _is_heading_tail(tail: str) -> bool:
    """Whether what stands behind the last full stop is no cut sentence: a heading, a note, a lead-in, a date."""
    return (
        not tail
        or _LEAD_IN.search(tail) is not None
        or level(tail) in HEADING_LEVELS
        or _HEADING_TAIL.match(tail) is not None
    )


def is_open(text: str) -> bool:
    """Whether a paragraph stops in a sentence that has begun, and is neither a heading nor a lead-in."""
    if is_ended(text):
        return False
    if is_hanging(text):
        return True
    tail = last_sentence(text)
    return not _is_heading_tail(tail) and len(tail) > 24 and _PAUSE.search(tail) is not None


def _open_pair(text: str) -> str:
    """Return the closing mark that ``text`` still waits for, "" for none."""
    for left, right in _PAIRS:
        if text.count(left) > text.count(right) and text.rfind(left) > text.rfind(right):
            return right
    return ""


def continues(text: str) -> bool:
    """Whether a paragraph surely begins in mid-sentence."""
    return _CONTINUES.match(text) is not None


def width(text: str) -> float:
    """Width in full-width characters: ASCII takes half."""
    return (
        len(text) - 0.5 * sum(1 for character in text if character < "\x80")
        if not text.isascii()
        else len(text) / 2
    )


def wrap_width(lines: list[Line]) -> float:
    """Return the width at which lines were broken, 0 where they were not.

    Broken lines are all nearly as wide as the page: of the lines that stop without punctuation, most have
    one width, and hardly any line is wider.
    """
    cut = [line for line in lines if not line.hint and not is_ended(line.text) and len(line.text) >= 8]
    if len(cut) < 3:
        return 0.0
    counts = Counter(round(width(line.text)) for line in cut)
    best = max(counts, key=lambda wide: (counts[wide] + counts[wide - 1] + counts[wide + 1], wide))
    near = counts[best] + counts[best - 1] + counts[best + 1] + counts[best - 2]
    body = [width(line.text) for line in lines if not line.hint]
    wider = sum(1 for wide in body if wide > best + 2.5)
    if near < 3 or near < 0.4 * len(cut) or near < 0.2 * len(body) or wider > 0.08 * len(body):
        return 0.0
    return float(max(wide for wide in (best - 1, best, best + 1) if counts[wide]))


def join(lines: list[Line]) -> list[Paragraph]:
    """Put lines together to paragraphs; noise that stood inside one goes behind it."""
    wrap = wrap_width(lines)
    indents = sum(1 for line in lines if line.indent and not line.hint) >= 2
    result: list[Paragraph] = []
    waiting: list[Paragraph] = []
    last: Paragraph | None = None
    last_line = ""
    for line in lines:
        here = Paragraph(line.text, line.hint, [(0, line.page)], line.gap, line.indent)
        if line.hint == "noise":
            waiting.append(here)
            continue
        here.gap = here.gap or bool(waiting)
        if last is not None and _belongs(last, last_line, here, wrap, indents):
            last.absorb(here)
        else:
            result += waiting
            waiting = []
            result.append(here)
            last = here
        last_line = line.text
        if waiting:
            result += waiting
            waiting = []
    return result + waiting


def _belongs(last: Paragraph, line: str, here: Paragraph, wrap: float, indents: bool) -> bool:
    """Whether ``here`` goes on with the sentence that ``last`` (whose last line is ``line``) stops in."""
    if "row" in (last.hint, here.hint) or "heading" in (last.hint, here.hint):
        return False
    text = here.text
    if is_ended(last.text):
        return text[0] in "”’」』）)】》。；，、" and not here.indent
    if continues(text):
        return True
    closes = _open_pair(last.text)
    if closes and closes in text:
        return True
    if level(text) in HEADING_LEVELS:
        return _REFERENCE.search(last.text[-8:]) is not None and not here.indent
    if here.indent and indents and not here.gap:
        return False
    full = bool(wrap) and width(line) + width(_first_word(text)) > wrap
    if full and not here.gap:
        return _fits_wrapped(last, line, here)
    if _LEAD_IN.search(last.text):
        return False
    if is_hanging(last.text):
        return not here.gap or seams.score(last.text, text) > -4
    return _fits_unmarked(last, here, full)


def _first_word(text: str) -> str:
    match = _WORD.match(text)
    return match.group() if match else text[:1]


def _fits_wrapped(last: Paragraph, line: str, here: Paragraph) -> bool:
    """A line as wide as the page goes on in the next, unless it is a heading that happens to be so wide."""
    heading = last.text == line and level(line) in HEADING_LEVELS and not is_hanging(line)
    return seams.score(last.text, here.text) > (-1.0 if heading else -9.0)


def _fits_unmarked(last: Paragraph, here: Paragraph, full: bool) -> bool:
    """Two lines without any mark of a break: only the words can tell."""
    score = seams.score(last.text, here.text)
    if level(last.text) in HEADING_LEVELS and len(last.text) <= 40:
        return False
    if full or (here.gap and is_open(last.text)):
        return score > 0
    return score > 3.5 and len(last.text) >= 8
