"""Noise that its place tells: what stands above the title, and what stands below the last sentence."""

from __future__ import annotations

import re

from policycls.documents.lines import Line
from policycls.documents.markers import HEADING_LEVELS, level
from policycls.documents.noise_patterns import DATE, ends_sentence, is_contents

# A body by its name alone: "某县人民政府办公室", several of them, with a date in brackets.
_BODY = (
    r"(?:人民政府|政府|办公室|办公厅|局|委员会|常委会|委|部|厅|处|科|院|中心|公司|集团|协会|学会|商会|联合会|工商联|报社|日报|晚报|周报|指挥部|领导小组"
    r"|督查室|研究室|检查室|秘书处|大队|支队|法院|检察院|办)"
)
ORGANISATION = re.compile(
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


def mark_edges(lines: list[Line]) -> None:
    """Mark as noise what its place shows to be no part of the body."""
    _mark_signatures(lines)
    body = [at for at, line in enumerate(lines) if line.hint in ("", "row") and is_sentence(line)]
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


def is_sentence(line: Line) -> bool:
    """Whether a line is surely of the body: it ends as a sentence does, or is a row of a table."""
    if line.hint == "row":
        return True
    text = line.text
    if (
        len(text) > 100
        or (len(text) > 15 and text[-1] in "，,、")
        or (len(text) > 30 and _PAUSE.search(text))
    ):
        return True
    return (len(text) >= 3 or level(text) != "") and ends_sentence(text)


def _mark_signatures(lines: list[Line]) -> None:
    """Mark a body's name above a date, wherever they stand: a notice is signed before its annex begins."""
    for at in range(1, len(lines)):
        if lines[at].hint == "noise" and _DATE_LINE.match(lines[at].text):
            above = lines[at - 1]
            if not above.hint and ORGANISATION.match(above.text) and not level(above.text):
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
    return len(text) >= 8 and ORGANISATION.match(text) is not None and _WITH_DATE.search(text) is None


def _is_masthead(text: str) -> bool:
    if len(text) > 80:
        return False
    if (
        ORGANISATION.match(text)
        or _LABEL.match(text)
        or _OFFICIAL.match(text)
        or _MENU.match(text)
        or _MATERIAL.match(text)
    ):
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
