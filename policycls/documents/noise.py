"""Lines that are no part of the body: page numbers, bylines, captions, notices, site furniture.

Each pattern says what it is for. Patterns look at whole lines, never inside a sentence. What only the place
of a line can tell (mastheads, signers) comes last.
"""

from __future__ import annotations

import re

from policycls.documents.lines import Line
from policycls.documents.markers import HEADING_LEVELS, level
from policycls.documents.noise_patterns import (
    ANYWHERE,
    BARE_NUMBER,
    DATE,
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

# A body by its name alone: "某县人民政府办公室", several of them, with a date in brackets.
_BODY = (
    r"(?:人民政府|政府|办公室|办公厅|局|委员会|常委会|委|部|厅|处|科|院|中心|公司|集团|协会|学会|商会|联合会|工商联|报社|日报|晚报|周报|指挥部|领导小组"
    r"|督查室|研究室|检查室|秘书处|大队|支队|法院|检察院|办)"
)
_ORGANISATION = re.compile(
    rf"^[\u4e00-\u9fff（）()·、\s]{{2,40}}{_BODY}(?:\s*[（(]?(?:{DATE}|\d{{4}}年\d{{1,2}}月|[〇零一二三四五六七八九十]{{2,4}}年.{{1,3}}月)[）)]?)?$"
)
_DATE_LINE = re.compile(rf"^[（(]?\s*(?:{DATE}|[\d０-９]{{4}}年[\d０-９]{{1,2}}月)\s*[）)]?$")
_WITH_DATE = re.compile(rf"{DATE}|[\d０-９]{{4}}年[\d０-９]{{1,2}}月|第[\d０-９]+[期版]|[\d０-９]+版")
_FIELDS = re.compile(r"^\S{1,24}(?:[\s　]+\S{1,24})+$")
_MENU = re.compile(r"^(?:\S{1,6}[\s　]+){3,}\S{1,6}$")
_SALUTATION = re.compile(r"^(?:各位|尊敬的|同志们|女士们).{0,30}[：:！!]$|.*[：:]$")
_LABEL = re.compile(r"^【(?:时间|地点|日期|来源|主持人?|发布人|出席|嘉宾|记者|作者)】.{1,40}$")
# Who gives a report, between its title and its salutation: "省长 某某".
_OFFICE = re.compile(
    r"^[^，。：]{0,14}(?:[省市县区州盟旗]长|总理|主席|主任|书记|院长|检察长)(?:[\s　]+[^，。：]{2,4})?$"
)
# Who does it, in brackets behind a measure: part of the body.
_IN_CHARGE = re.compile(r"(?:负责|牵头|配合|落实|参与|参加|按职责分工)[^）)]{0,12}[）)]$")
_WITH_SITE = re.compile(r"^(.{4,}?)\s*[_|｜\-–—]+\s*\S{2,24}$")
_MATERIAL = re.compile(r"^.{2,40}会议?材料.{0,6}$")
_PAUSE = re.compile(r"[，,].{4}")
_OFFICIAL = re.compile(r"^(?:机密|秘密|绝密|特急|加急|急件|特提|平急)[^。；]{0,8}$")


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
    labelled = LABELLED.match(text) or (compact != text and LABELLED.match(compact))
    return bool(labelled) and not (ended and SPEAKER.match(text))


def mark(lines: list[Line]) -> None:
    """Set ``hint`` to "noise" on every line that is no part of the body; may split jump notes off."""
    _split_jumps(lines)
    for line in lines:
        if line.hint in ("", "row") and is_furniture(line.text):
            line.hint = "noise"
    _bare_numbers(lines)
    _running_heads(lines)
    _tail_notices(lines)
    _mark_edges(lines)


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
        at: int(line.text)
        for at, line in enumerate(lines)
        if len(line.text) <= 3 and BARE_NUMBER.match(line.text) and not line.hint
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


def _mark_edges(lines: list[Line]) -> None:
    """Mark as noise what its place shows to be no part of the body."""
    _mark_signatures(lines)
    body = [at for at, line in enumerate(lines) if line.hint in ("", "row") and _is_sentence(line)]
    if not body:
        return
    first = body[0]
    # The sentence may have begun a line or two higher up.
    while first and not lines[first - 1].hint and not lines[first].gap and "，" in lines[first - 1].text:
        if _SALUTATION.match(lines[first - 1].text):
            break
        first -= 1
    if first:
        _mark_contents(lines, first)
        _mark_head(lines, first)
    _mark_tail(lines, body[-1])


def _is_sentence(line: Line) -> bool:
    """Whether a line is surely of the body: it ends as a sentence does, or is a row of a table."""
    if line.hint == "row":
        return True
    text = line.text
    size = len(text)
    if size > 100 or (size > 15 and text[-1] in "，,、") or (size > 30 and _PAUSE.search(text)):
        return True
    return (len(text) >= 3 or level(text) != "") and ends_sentence(text)


def _mark_signatures(lines: list[Line]) -> None:
    """Mark a body's name above a date, wherever they stand: a notice is signed before its annex begins."""
    for at in range(1, len(lines)):
        if lines[at].hint == "noise" and _DATE_LINE.match(lines[at].text):
            above = lines[at - 1]
            if not above.hint and _ORGANISATION.match(above.text) and not level(above.text):
                above.hint = "noise"


def _mark_contents(lines: list[Line], first: int) -> None:
    """Mark lines before the first sentence that are given again further down: a table of contents."""
    if first < 2:
        return
    below: dict[str, int] = {}
    for at, line in enumerate(lines):
        if len(line.text) <= 60:
            below[_bare(line.text)] = at
    listed = [line.hint == "noise" and is_contents(line.text) for line in lines[:first]]
    given = [
        line
        for at, line in enumerate(lines[:first])
        if not line.hint
        and len(line.text) <= 60
        and not _SALUTATION.match(line.text)
        and below[_bare(line.text)] > (at if any(listed[:at]) else first)
    ]
    # A single line may be the title, which a page gives once more below.
    for line in given if len({line.text for line in given}) > 1 else ():
        line.hint = "noise"


def _bare(text: str) -> str:
    """Return a line without bullet, number, page number and spaces."""
    bare = re.sub(r"^[\s◇◆●○■□★☆▲△·•※\-—\d０-９.、．]+", "", text)
    return re.sub(r"\s+", "", re.sub(r"[\s.…·]*\d*$", "", bare))


def _mark_head(lines: list[Line], first: int) -> None:
    """Mark the masthead: above the title everything, below it what is no heading.

    The title is the last run of lines before the first sentence that are no salutation, no numbered
    heading and not noise already.
    """
    texts = {line.text for line in lines[:first]}
    for line in lines[:first]:
        site = _WITH_SITE.match(line.text)
        if not line.hint and (
            _is_masthead(line.text) or _OFFICE.match(line.text) or (site and site.group(1) in texts)
        ):
            line.hint = "noise"
    _spare_title(lines, first)
    at = first - 1
    while at >= 0 and (lines[at].hint == "noise" or _is_structure(lines[at])):
        at -= 1
    last = at
    while at >= 0 and lines[at].hint != "noise" and not (at < last and lines[at + 1].gap):
        at -= 1
    for line in lines[: at + 1]:
        if line.hint in ("", "heading") and not _is_structure(line):
            line.hint = "noise"
    # A kicker: one or two words above the title, at the very top.
    top = at + 1
    if (
        top < last
        and top == 0
        and len(lines[0].text) <= 6
        and len(lines[1].text) > 6
        and not lines[0].hint
        and not _is_structure(lines[0])
        and lines[1].text[0] not in "—-─"
    ):
        lines[0].hint = "noise"


def _spare_title(lines: list[Line], first: int) -> None:
    """Take the mark back from a title that only looks like an institution's name ("…… 开新局")."""
    head = lines[:first]
    if any(not line.hint and not _is_structure(line) for line in head):
        return
    named = [line for line in head if line.hint == "noise" and _looks_like_title(line.text)]
    if named:
        max(named, key=lambda line: len(line.text)).hint = ""


def _looks_like_title(text: str) -> bool:
    return len(text) >= 8 and _ORGANISATION.match(text) is not None and _WITH_DATE.search(text) is None


def _is_masthead(text: str) -> bool:
    if len(text) > 80:
        return False
    if any(pattern.match(text) for pattern in (_ORGANISATION, _LABEL, _OFFICIAL, _MENU, _MATERIAL)):
        return True
    return _FIELDS.match(text) is not None and _WITH_DATE.search(text) is not None


def _is_structure(line: Line) -> bool:
    """Whether a line before the first sentence is a salutation, a lead-in or a numbered heading."""
    return _SALUTATION.match(line.text) is not None or level(line.text) in HEADING_LEVELS


def _mark_tail(lines: list[Line], last: int) -> None:
    """Mark what stands below the last sentence and is neither numbered, nor cut, nor a note to a measure."""
    for line in lines[last + 1 :]:
        text = line.text
        if (
            line.hint
            or ends_sentence(text)
            or level(text) in HEADING_LEVELS
            or len(text) > 60
            or text[-1] in "，、：:"
        ):
            continue
        if text[0] in "（(" and _IN_CHARGE.search(text):
            continue
        line.hint = "noise"
