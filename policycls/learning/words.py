"""What learning says to people, in English and in Chinese: each text is a line of ``words.tsv``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from policycls.output.width import fit, width
from policycls.schema import Language


def say(key: str, lang: Language, **values: object) -> str:
    """Return a text with values in its gaps.

    Examples
    --------
    >>> say("size", "zh", documents=2, units=1200)
    '2 份文件，1,200 个句子'
    """
    return _texts()[key][lang == "zh"].format(**values)


@lru_cache(maxsize=1)
def _texts() -> dict[str, tuple[str, str]]:
    text = files("policycls.learning").joinpath("words.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {key: (english, chinese) for key, english, chinese in rows}


def line(cells: Iterable[str], columns: Iterable[int]) -> str:
    """Return a line of a table.

    A cell is filled up or cut to its number of columns, stands at their right end where that is negative,
    and is left as it is where it is 0.

    Examples
    --------
    >>> line(("审批", "0.5", " x"), (6, -5, 0))
    '审批    0.5 x'
    """
    return "".join(map(_cell, cells, columns)).rstrip()


def _cell(text: str, columns: int) -> str:
    if columns > 0:
        return fit(text, columns)
    return " " * max(-columns - width(text), 1 if columns else 0) + text
