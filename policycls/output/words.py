"""What the workbook, the terminal and the page say, in English and Chinese: a line of ``words.tsv`` each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from policycls.schema import Language

#: Where a text is said: anywhere, in the page, by its script; or it names a column that many tables have.
Place = Literal["common", "page", "script", "column"]


@lru_cache(maxsize=4)
def pairs(place: Place) -> Mapping[str, tuple[str, str]]:
    """Return the texts of a place by key, each in English and Chinese."""
    text = files("policycls.output").joinpath("words.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {key: (en, zh) for here, key, en, zh in rows if here == place}


@lru_cache(maxsize=2)
def words(lang: Language) -> Mapping[str, str]:
    """Return the common texts in a language, by key.

    Examples
    --------
    >>> words("en")["to_review"], words("zh")["to_review"]
    ('to review', '需复核')
    """
    return {key: pair[lang == "zh"] for key, pair in pairs("common").items()}
