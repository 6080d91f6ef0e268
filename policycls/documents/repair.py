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
ENDED = re.compile(rf"(?:[。！？；｡!?;]|(?<=[\u4e00-\u9fff）)%％”\"'])[.．]|[…]){_CLOSERS}$")
#: A note in brackets behind a full stop: "……。（市发展改革委牵头）".
_NOTE = re.compile(r"[。；！？][（(【\[][^（）()。]{2,80}[）)】\]]$")
_PAUSE = re.compile(r"[，,]")
_STOP = re.compile(r"[。！？；]")
# A title's last line, which stands in brackets: "（试行）".
_SUFFIX = re.compile(r"[（(](?:试行|暂行|草案|修订|修订稿|摘要|节选|征求意见稿|送审稿|代拟稿|摘编)[）)]$")
_LEAD_IN = re.compile(r"[：:]$")
# A heading run into the line above it: its number has no separator ("……。4区域评估改革"), or a date, a note.
_HEADING_TAIL = re.compile(
    r"[（(【].*[）)】]$|[\d０-９]{1,2}[^\d０-９，,.．%％年月日时个项条万亿元户家人名批次所款][^，,]*$|.*\d日$"
)
# What no sentence or heading begins with.
_CONTINUES = re.compile(
    r"[，,、。；;：:！？!?）)”’》〉】\]％%·…]|(?:的|和|与|及|等)(?![^，。；]{0,2}[：:])|[^\W\d][，、](?!\d)|[^\W\d]{1,2}[。；]"
)
#: A paragraph that is put together of lines and has no end by then is no text that could be repaired.
LONGEST = 20_000
#: A seam better than this lies inside a word.
WORD = 6.0
#: Two lines of a title fit together better than this.
TITLE = 3.5
_PAIRS = tuple((pair[0], pair[1]) for pair in ("（）", "“”", "《》", "【】", "‘’", "()"))
_REFERENCE = re.compile(
    r"(?:依照|按照|根据|违反|依据|本条例|本办法|本规定|本法|前款|第[一二三四五六七八九十百]+[条款])[、和或及]?$"
)
_FIRST_WORD = re.compile(r"(?:[A-Za-z0-9０-９.%％,/-]+|.?)[，。、；：！？”）》]*")
# A numbered line longer than this is a cut sentence, not a heading; an article's title is short.
_LONGEST = {"article": 18}
_NARROW = re.compile(r"[0-9A-Za-z]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(slots=True)
class Paragraph:
    """A paragraph put together from lines."""

    text: str
    hint: Hint
    #: Offset in ``text``, and page, of each line it was made of.
    starts: list[tuple[int, int]] = field(default_factory=list)
    #: A break stands before it: a blank line, a page, noise.
    gap: bool = False
    indent: float = 0.0
    #: A half whose other half was not found.
    fragment: bool = False

    def absorb(self, other: Paragraph) -> None:
        """Append ``other``, the rest of this paragraph."""
        glue = " " if _LATIN.match(self.text[-1]) and _LATIN.match(other.text[0]) else ""
        shift = len(self.text) + len(glue)
        self.starts += [(offset + shift, page) for offset, page in other.starts]
        self.text += glue + other.text


def is_ended(text: str) -> bool:
    """Whether a paragraph's last sentence is complete."""
    # Nearly every paragraph ends so, and three rooms ask.
    return (
        text[-1:] in ("。", "；")
        or ENDED.search(text[-12:]) is not None
        or (text[-1] in "）)】]" and _NOTE.search(text[-100:]) is not None)
    )


def is_hanging(text: str) -> bool:
    """Whether a paragraph that is not ended is surely cut: at a comma, in a bracket, after a sentence."""
    if text[-1] in "，,、（(“‘《〈【[/":
        return True
    if text[-1] in "的和与及或将把被从在":
        # A word that cannot end a heading, but a numbered one: "第一条　目的".
        return level(text) not in HEADING_LEVELS or _STOP.search(text) is not None
    if open_pair(text):
        return True
    tail = _tail(text)
    return len(tail) < len(text) and not _is_heading_tail(tail)


def last_sentence(text: str) -> int:
    """Where the last, unfinished sentence of a paragraph begins."""
    return max(text.rfind(mark) for mark in "。！？；") + 1


def _tail(text: str) -> str:
    """Return what stands behind the last full stop of a paragraph that is not ended."""
    return text[last_sentence(text) :].lstrip("”’」』）)】》〉\"'")


def _is_heading_tail(tail: str) -> bool:
    """Whether what stands behind the last full stop is no cut sentence but a heading, a note, a date."""
    return (
        not tail
        or _LEAD_IN.search(tail) is not None
        or (level(tail) in HEADING_LEVELS and len(tail) <= _LONGEST.get(level(tail), 50))
        or _HEADING_TAIL.match(tail) is not None
    )


def is_open(text: str) -> bool:
    """Whether a paragraph stops in a sentence that has begun, and is neither a heading nor a lead-in."""
    if is_ended(text):
        return False
    if is_hanging(text):
        return True
    tail = _tail(text)
    if level(tail) == "spoken":
        return True
    if _is_heading_tail(tail):
        return False
    return level(tail) == "article" or (len(tail) > 20 and _PAUSE.search(tail) is not None)


def open_pair(text: str) -> str:
    """Return the closing mark that ``text`` still waits for, "" for none."""
    for left, right in _PAIRS:
        if text.rfind(left) > text.rfind(right):
            return right
    return ""


def lone_closer(text: str) -> str:
    """Return the closing mark in ``text`` that nothing in it opened, "" for none."""
    for left, right in _PAIRS:
        close = text.find(right)
        if close >= 0 and not 0 <= text.find(left) < close:
            return right
    return ""


def continues(text: str) -> bool:
    """Whether a paragraph surely begins in mid-sentence."""
    return _CONTINUES.match(text) is not None


def width(text: str) -> float:
    """Width in full-width characters: ASCII takes half."""
    return len(text) - 0.5 * sum(character < "\x80" for character in text)


@dataclass(frozen=True, slots=True)
class Wrap:
    """The width at which lines were broken; 0 where they were not."""

    wide: float = 0.0
    #: Measured in characters; else in full-width ones, ASCII taking half.
    characters: bool = False
    #: What a paragraph's first line is shorter by, where its indent was lost (as in a PDF's text).
    lost: float = 0.0

    def measure(self, text: str) -> float:
        """Return the width of ``text`` in this measure."""
        return float(len(text)) if self.characters else width(text)

    def is_full(self, line: Line, following: str, *, first: bool) -> bool:
        """Whether the next line's first word would not have fitted into ``line``."""
        if not self.wide:
            return False
        wide = self.wide - (self.lost if first else 0.0)
        if not self.characters and _NARROW.search(line.text + following[:1]):
            # Figures and Latin letters are not exactly half as wide, and are not broken inside.
            wide -= 1.0
        word = _FIRST_WORD.match(following)
        return self.measure(line.text) + line.indent + self.measure(word.group() if word else "") > wide


_NO_WRAP = Wrap()


def find_wrap(lines: list[Line]) -> Wrap:
    """Find the width at which lines were broken.

    Broken lines are all nearly as wide as the page: of the lines that stop without an end mark, most have
    one width, and hardly any line is wider.
    """
    if len(lines) < 3:
        return _NO_WRAP
    body = [line for line in lines if not line.hint]
    cut = [line for line in body if len(line.text) >= 8 and not is_ended(line.text)]
    if len(cut) < max(3, 0.2 * len(body)):
        return _NO_WRAP
    found = [_concentrated(cut, body, Wrap(0.0, characters)) for characters in (False, True)]
    return max(found, key=lambda pair: pair[0])[1]


def _concentrated(cut: list[Line], body: list[Line], measure: Wrap) -> tuple[int, Wrap]:
    """How many cut lines have the commonest width, and that width; (0, no wrap) if it says nothing."""
    counts = Counter(round(2 * (measure.measure(line.text) + line.indent)) for line in cut)
    # Punctuation may hang over the edge, and a word that does not fit leaves a gap there.
    near = {wide: sum(counts[wide + off] for off in range(-3, 3)) for wide in counts}
    best = max(near, key=lambda wide: (counts[wide], near[wide]))
    wider = sum(1 for line in body if 2 * (measure.measure(line.text) + line.indent) > best + 5)
    if near[best] < max(3, 0.4 * len(cut), 0.2 * len(body)) or wider > 0.08 * len(body):
        return 0, _NO_WRAP
    firsts = sum(counts[best - 4 + off] for off in range(-1, 2))
    lost = 2.0 if firsts >= max(3, near[best] / 50) and not any(line.indent for line in body) else 0.0
    return near[best], Wrap(best / 2, measure.characters, lost)


def join(lines: list[Line]) -> list[Paragraph]:
    """Put lines together to paragraphs; noise that stood inside one goes behind it."""
    wrap = find_wrap(lines)
    indents = sum(1 for line in lines if line.indent and not line.hint) >= 2
    result: list[Paragraph] = []
    waiting: list[Paragraph] = []
    last: Paragraph | None = None
    last_line: Line | None = None
    for line in lines:
        here = Paragraph(line.text, line.hint, [(0, line.page)], line.gap, line.indent)
        if line.hint == "noise":
            waiting.append(here)
            continue
        here.gap = here.gap or bool(waiting)
        if last is not None and last_line is not None and _belongs(last, last_line, here, wrap, indents):
            last.absorb(here)
            result += waiting
        else:
            result += [*waiting, here]
            last = here
        last_line = line
        waiting = []
    return result + waiting


def _belongs(last: Paragraph, line: Line, here: Paragraph, wrap: Wrap, indents: bool) -> bool:
    """Whether ``here`` surely goes on with the sentence that ``last`` (its last line: ``line``) stops in.

    What is less sure is left to :mod:`columns`, which sees what else might go on with it.
    """
    text = here.text
    if last.hint or here.hint or len(last.text) > LONGEST:
        return False
    if is_ended(last.text):
        return text[0] in "”’」』）)】》。；，、" and not here.indent
    paragraph = here.indent > 0 and indents
    if level(text) in HEADING_LEVELS:
        # "按照第十二条" or "一、" at a line's end: what follows is no heading, though it looks like one.
        listed = last.text[-1] == "、" and wrap.is_full(line, text, first=last.text == line.text)
        return not paragraph and (listed or _REFERENCE.search(last.text[-8:]) is not None)
    if not paragraph and wrap.is_full(line, text, first=last.text == line.text):
        return _fits_wrapped(last, line.text, here)
    # Where paragraphs are indented, a line that is not goes on, whatever page number stands between.
    if wrap.wide and indents and not here.indent and is_open(last.text):
        return True
    return not here.gap and not paragraph and (_cuts_word(last.text, text) or _is_title(last.text, text))


def _cuts_word(first: str, second: str) -> bool:
    """Whether a line ends inside a number or, without doubt, inside a word."""
    if first[-1].isdigit() and second[0].isdigit():
        return len(first) >= 8
    return not level(first) and not _LEAD_IN.search(first) and seams.score(first, second) > WORD


def _is_title(first: str, second: str) -> bool:
    """Whether two lines are one title."""
    if _SUFFIX.match(second):
        return True
    if _LEAD_IN.search(first) or _STOP.search(second):
        return False
    if first[-1] in "的和与及" and not _PAUSE.search(first) and not is_open(second):
        return True
    if is_open(first) or len(first) < 8 or (level(first) in HEADING_LEVELS and len(first) <= 40):
        return False
    return seams.score(first, second) > TITLE


def _fits_wrapped(last: Paragraph, line: str, here: Paragraph) -> bool:
    """Whether a line as wide as the page goes on in the next: unless it is a heading so wide by chance."""
    # An article's number is followed by its text, never by a title as wide as the page.
    heading = last.text == line and level(line) in HEADING_LEVELS - {"article"} and not _PAUSE.search(line)
    if here.gap:
        return continues(here.text) or seams.score(last.text, here.text) > (0 if heading else -6)
    return not heading or seams.score(last.text, here.text) > -2.0
