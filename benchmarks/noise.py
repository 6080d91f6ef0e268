"""Changes to a text that should leave its labels as they are."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from policycls.learning.corpus import LabelledDocument

_HALF = str.maketrans("，。；：！？（）", ",.;:!?()")
_FULL = str.maketrans(",;:!?()", "，；：！？（）")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_PLACES = (  # noqa: SIM905
    "北京 天津 河北 山西 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 "
    "湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 西藏 广西 宁夏 新疆"
).split()
_INVENTED = "云岭 安河 临沅 东浦 清源 柏川 石渡 宁溪 澄江 凤台 永丰 长岭 金沙 龙泉 双河 平安".split()  # noqa: SIM905
_NAMED = re.compile(r"([\u4e00-\u9fff]{2})(?=[省市县区镇州])")

#: A document's texts in, its texts changed out.
Change = Callable[[list[str], random.Random], list[str]]


def changes(known: Callable[[str], bool]) -> dict[str, Change]:
    """Return the changes by name.

    Parameters
    ----------
    known : callable
        Says whether two characters are a word of the dictionary: those are no invented place's name.
    """
    found: dict[str, Change] = {
        "every digit another": lambda texts, rng: [_digits(x, rng) for x in texts],
        "digits full-width": lambda texts, _: [x.translate(_WIDE) for x in texts],
        "punctuation half-width": lambda texts, _: [x.translate(_HALF) for x in texts],
        "punctuation full-width": lambda texts, _: [x.translate(_FULL) for x in texts],
        "place names others": lambda texts, rng: _places(texts, rng, known),
    }
    try:
        import opencc
    except ImportError:
        return found
    convert = opencc.OpenCC("s2t").convert
    return found | {"traditional characters": lambda texts, _: [convert(x) for x in texts]}


def changed(documents: Sequence[LabelledDocument], change: Change) -> list[LabelledDocument]:
    """Return the documents with every unit and heading changed; the same in every run."""
    rng, found = random.Random(0), []
    for document in documents:
        units = document.units
        texts = change([x for unit in units for x in (unit.text, unit.heading)], rng)
        made = [replace(unit, text=texts[2 * n], heading=texts[2 * n + 1]) for n, unit in enumerate(units)]
        found.append(replace(document, units=tuple(made)))
    return found


def _digits(text: str, rng: random.Random) -> str:
    return re.sub("[0-9]", lambda m: rng.choice("123456789".replace(m[0], "")), text)


def _places(texts: list[str], rng: random.Random, known: Callable[[str], bool]) -> list[str]:
    """Exchange provinces, and two-character names before 县, 市 … that stand in a document twice or more."""
    names = Counter(m[1] for text in texts for m in _NAMED.finditer(text))
    invented = [name for name, n in names.items() if n >= 2 and not known(name)]
    table = {name: rng.choice(_INVENTED) for name in invented}
    table |= {name: rng.choice([x for x in _PLACES if x != name]) for name in _PLACES}
    pattern = re.compile("|".join(sorted(table, key=len, reverse=True)))
    return [pattern.sub(lambda m: table[m[0]], text) for text in texts]
