"""Traditional characters: noticed, and turned simplified for the model's eyes only."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol, cast

#: What to tell a reader whose text is traditional where opencc is missing.
NOTE = "traditional characters; install policycls[traditional]"

# Frequent characters that are written so in traditional text only (國, 們, 這 …), and their simplified
# forms: everyday text of some length is full of the one or of the other.
_TRADITIONAL = re.compile(
    "[國們這個來時為說會過後學對發經開關進還應從動現實業務與產將體機電長門問間資設證標級組總營環優權區辦審條項財貸]"
)
_SIMPLIFIED = re.compile(
    "[国们这个来时为说会过后学对发经开关进还应从动现实业务与产将体机电长门问间资设证标级组总营环优权区办审条项财贷]"
)


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@lru_cache(maxsize=1)
def _converter() -> _Converter | None:
    """Opencc's traditional-to-simplified converter; None where opencc is not installed."""
    try:
        import opencc
    except ImportError:
        return None
    return cast(_Converter, opencc.OpenCC("t2s"))


def can_convert() -> bool:
    """Whether opencc is installed."""
    return _converter() is not None


def looks_traditional(text: str) -> bool:
    """Whether ``text`` is written in traditional characters rather than simplified ones.

    Examples
    --------
    >>> looks_traditional("優化營商環境"), looks_traditional("优化营商环境")
    (True, False)
    """
    sample = text[:20_000]
    found = len(_TRADITIONAL.findall(sample))
    return found > 0 and found > len(_SIMPLIFIED.findall(sample))


def to_simplified(text: str) -> str:
    """Turn traditional characters into simplified ones, one for one, so that offsets stay.

    Without opencc (the extra ``policycls[traditional]``), or where a line would change its length, the
    text comes back as it is.

    Examples
    --------
    >>> len(to_simplified("優化營商環境"))
    6
    """
    converter = _converter()
    if converter is None or text.isascii():
        return text
    converted = converter.convert(text)
    if len(converted) == len(text):
        return converted
    lines = ((line, converter.convert(line)) for line in text.split("\n"))
    return "\n".join(new if len(new) == len(old) else old for old, new in lines)
