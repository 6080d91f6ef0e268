"""Why an input was skipped, in Chinese: for those who read the workbook and the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from policycls.schema import Language

_KINDS: Final[Mapping[str, str]] = {"skipped": "未处理", "note": "提示"}
_LINE = re.compile(r"line (\d+): ")
_BEFORE = re.compile(r" \(the (\d+) documents before are tagged\)$")


def in_chinese(reason: str) -> str:
    """Return a reason in Chinese; parts of it that are not in ``reasons.tsv`` stay as they are.

    Examples
    --------
    >>> in_chinese("line 7: 3 fields, header has 2; quote fields that hold the separator")
    '第 7 行：有 3 个字段，表头有 2 个；含分隔符的字段请加引号'
    """
    before = _BEFORE.search(reason)
    if before:
        reason = reason[: before.start()]
    line = _LINE.match(reason)
    if line:
        reason = reason[line.end() :]
    parts = reason.split("; ")
    told = [_part(part) for part in parts]
    found = "；".join(told) if told != parts else _part(reason)
    start = f"第 {line[1]} 行：" if line else ""
    return f"{start}{found}" + (f"（此前 {before[1]} 份文件已标注）" if before else "")


def told(message: str, lang: Language) -> str:
    """Return a line that begins with "skipped: " or "note: ", which may name a file first, in a language.

    Examples
    --------
    >>> told("skipped: in/a.txt: file is empty", "zh"), told("2 documents", "zh")
    ('未处理：in/a.txt：文件为空', '2 documents')
    """
    kind, _, rest = message.partition(": ")
    if lang == "en" or kind not in _KINDS:
        return message
    # A file's name may hold ": " too: it ends where what follows is known. What names no file comes last.
    ends = [match.start() for match in re.finditer(": ", rest)]
    cuts = [(f"{rest[:at]}：", rest[at + 2 :]) for at in ends] + [("", rest)]
    found = (name + in_chinese(said) for name, said in cuts if in_chinese(said)[:1] != said[:1])
    return f"{_KINDS[kind]}：{next(found, rest)}"


def _part(part: str) -> str:
    for pattern, chinese in _table():
        match = pattern.fullmatch(part)
        if match:
            return chinese.format(*match.groups())
    return part


@lru_cache(maxsize=1)
def _table() -> list[tuple[re.Pattern[str], str]]:
    """Read English and Chinese patterns; those with fewer gaps are tried first."""
    text = files("policycls.output").joinpath("reasons.tsv").read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines()]
    pairs.sort(key=lambda pair: pair[0].count("{}"))
    return [(re.compile("(.*)".join(map(re.escape, x.split("{}")))), y) for x, y in pairs]
