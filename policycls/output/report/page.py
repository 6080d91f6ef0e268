"""The page: one file that opens offline and allows nothing but its own style and script."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from policycls import __version__
from policycls.output.reasons import in_chinese
from policycls.output.report.data import Content
from policycls.output.report.svg import BAR, WIDTH, bars, panels
from policycls.output.summary import Figure
from policycls.output.words import pairs
from policycls.schema import Language

if TYPE_CHECKING:
    from jinja2 import Environment

#: Characters that are not seen or turn the text around them: they are shown by their code.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_OVERALL: Final = (
    "accuracy", "macro_f1", "set_f1", "detection_f1", "label_given_detection", "ece", "brier",
)  # fmt: skip


def render(content: Content, lang: Language = "en", made: date | None = None) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    content : Content
    lang : {"en", "zh"}
        The language in which it opens.
    made : date, optional
        Told on the page.
    """
    style, script = _asset("style.css"), _asset("script.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            lang=lang,
            made=made,
            version=__version__,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            data=_data(content),
            place={tag.id: n for n, tag in enumerate(content.tags)},
            bars=bars,
            panels=panels,
            evaluation=evaluation_of(content.card),
            bar_width=BAR,
            panel_width=WIDTH,
        )
    )


def say(key: str, **values: object) -> Markup:
    """Return a text of the page in both languages; the style shows one of them."""
    en, zh = (Markup(text).format(**values) if values else escape(text) for text in pairs("page")[key])
    return both(en, zh)


def column(name: str) -> Markup:
    """Return a column's name, in both languages where it is one of the usual."""
    pair = next((pair for pair in pairs("column").values() if name.lower() in pair), None)
    return both(*pair) if pair else shown(name)


def both(en: str, zh: str) -> Markup:
    """Return two texts as one of which the style shows the page's language."""
    if en == zh:
        return escape(en)
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh-Hans">{}</span>').format(
        en, zh
    )


def shown(text: str) -> Markup:
    """Return text in which what is unseen is shown by its code; as text it is still the same.

    Examples
    --------
    >>> shown("<b>")
    Markup('&lt;b&gt;')
    """
    return Markup(_UNSEEN.sub(_coded, escape(text)))


def _coded(match: re.Match[str]) -> str:
    char = "&#13;" if match[0] == "\r" else match[0]
    return f'<i class="c" data-c="{ord(match[0]):04X}">{char}</i>'


def evaluation_of(card: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the figures that a model's manifest tells: of its evaluation, or of the first of several."""
    found = _mapping(card.get("evaluation"))
    records = [found, *map(_mapping, found.values())]
    record = next((x for x in records if isinstance(x.get("accuracy"), dict)), None)
    if record is None:
        return None
    f1 = {label: _mapping(parts).get("f1") for label, parts in _mapping(record.get("labels")).items()}
    return {
        "data": _mapping(record.get("data")),
        "overall": _figures({name: record.get(name) for name in _OVERALL}),
        "labels": _figures(f1),
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _figures(values: Mapping[str, object]) -> dict[str, Figure]:
    """Return those of the values that are figures."""
    found = {}
    for name, parts in ((name, _mapping(value)) for name, value in values.items()):
        value, *ends = (parts.get(x) for x in ("value", "low", "high"))
        if isinstance(value, int | float):
            low, high = (float(x) if isinstance(x, int | float) else math.nan for x in ends)
            found[name] = Figure(float(value), low, high)
    return found


def _policy(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _data(content: Content) -> Markup:
    """Return what the script needs as JSON that cannot end its element."""
    data = {
        "key": content.key,
        "tags": [tag._asdict() for tag in content.tags],
        "docs": [document.name for document in content.documents],
        "models": content.models,
        "words": {name: {"en": en, "zh": zh} for name, (en, zh) in pairs("script").items()},
        "title": dict(zip(("en", "zh"), pairs("page")["title"], strict=True)),
    }
    text = json.dumps(data, ensure_ascii=False)
    # The line separators were not allowed in scripts once; & and > keep older parsers quiet.
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    # Line ends as a browser sees them: the policy's hash is over these.
    source = files("policycls.output.report") / "templates" / name
    return "\n" + source.read_text(encoding="utf-8").replace("\r\n", "\n")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("policycls.output.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"say": say, "both": both, "column": column}
    found.filters |= {"shown": shown, "in_chinese": in_chinese, "percent": _percent, "thousands": _thousands}
    return found


def _percent(value: float, digits: int = 1) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.{digits}f} %"


def _thousands(value: float, digits: int = 0) -> str:
    return "–" if math.isnan(value) else f"{value:,.{digits}f}"
