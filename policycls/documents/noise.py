"""Lines that are no part of the body: page numbers, bylines, captions, notices, site furniture.

Each pattern says what it is for. Patterns look at whole lines, never inside a sentence. What only the place
of a line can tell (mastheads, signers) is in ``edges``.
"""

from __future__ import annotations

from policycls.documents.edges import mark_edges
from policycls.documents.lines import Line
from policycls.documents.noise_patterns import (
    ANYWHERE,
    BARE_NUMBER,
    JUMP,
    LABELLED,
    LINKS,
    NOTICE,
    NOTICES,
    PAGE_NUMBER,
    SPEAKER,
    WRITERS,
    ends_sentence,
    is_contents,
)


def is_furniture(text: str) -> bool:
    """Whether a line is no part of the body wherever it stands.

    Examples
    --------
    >>> [is_furniture(line) for line in ("— 3 —", "图为窗口。 王某 摄", "责编：王某", "压缩时限。")]
    [True, True, True, False]
    """
    if len(text) > 200:
        return False
    if ANYWHERE.match(text):
        return True
    ended = ends_sentence(text)
    if ended and len(text) > 40:
        return False
    if not ended and (WRITERS.match(text) or is_contents(text)):
        return True
    # "索 引 号：": a label's characters are often spaced out.
    compact = "".join(text[:12].split()) + text[12:]
    labelled = LABELLED.match(text) is not None or LABELLED.match(compact) is not None
    return labelled and not (ended and SPEAKER.match(text))


def mark(lines: list[Line]) -> None:
    """Set ``hint`` to "noise" on every line that is no part of the body; may split jump notes off."""
    _split_jumps(lines)
    for line in lines:
        if line.hint in ("", "row") and is_furniture(line.text):
            line.hint = "noise"
    _bare_numbers(lines)
    _running_heads(lines)
    _tail_notices(lines)
    mark_edges(lines)


def _split_jumps(lines: list[Line]) -> None:
    """Give "（下转第三版）" at a line's end, or "（上接第一版）" at its beginning, a line of its own."""
    at = 0
    while at < len(lines):
        line = lines[at]
        match = JUMP.search(line.text) if "版" in line.text[:12] or "版" in line.text[-8:] else None
        if match and not line.hint and len(match.group()) < len(line.text):
            before, after = line.text[: match.start()].strip(), line.text[match.end() :].strip()
            parts = [
                Line(before, line.page, line.indent, line.gap),
                Line(match.group(), line.page, hint="noise"),
                Line(after, line.page),
            ]
            lines[at : at + 1] = [part for part in parts if part.text]
        at += 1


def _bare_numbers(lines: list[Line]) -> None:
    """Mark a number that stands alone in a line as a page number if it is one of a series or beside a gap.

    Else it may be what is left of a formula or a table.
    """
    bare = {
        at: int(line.text) for at, line in enumerate(lines) if BARE_NUMBER.match(line.text) and not line.hint
    }
    values = set(bare.values())
    for at, value in bare.items():
        gap = lines[at].gap or (at + 1 < len(lines) and lines[at + 1].gap) or at + 1 == len(lines)
        if gap or value + 1 in values or value - 1 in values:
            lines[at].hint = "noise"


def _running_heads(lines: list[Line]) -> None:
    """Mark a short line that stands at the edge of page after page."""
    if len(lines) < 2:
        return
    edges: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if line.hint or len(line.text) > 50 or line.text[-1] in "：:" or ends_sentence(line.text):
            continue
        beside = [lines[near] for near in (at - 1, at + 1) if 0 <= near < len(lines)]
        number = any(near.hint == "noise" and PAGE_NUMBER.match(near.text) for near in beside)
        if number or any(near.page != line.page for near in beside):
            edges.setdefault(line.text, []).append(at)
    heads = {text for text, places in edges.items() if len(places) >= 2}
    for line in lines if heads else ():
        if not line.hint and line.text in heads:
            line.hint = "noise"


def _tail_notices(lines: list[Line]) -> None:
    """Mark what stands below "版权声明", links below "相关阅读", and single notices near the end."""
    floor = max(len(lines) // 2, len(lines) - 40)
    tail = links = False
    for at in range(floor, len(lines)):
        line = lines[at]
        if not tail and NOTICES.match(line.text):
            tail = True
        sentence = len(line.text) >= 20 and ends_sentence(line.text)
        links = not sentence and (links or _heads_links(lines, at))
        if tail or links or (at > floor and not line.hint and NOTICE.search(line.text)):
            line.hint = "noise"


def _heads_links(lines: list[Line], at: int) -> bool:
    """Whether a line is "相关阅读" or the like and links stand below it, not a text of its own."""
    if not LINKS.match(lines[at].text):
        return False
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    return not (len(below) >= 20 and ends_sentence(below))
