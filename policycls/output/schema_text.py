"""The label set as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from policycls.output.width import printable, wrap
from policycls.schema import Label, LabelSet, Language

_HEADS: Final = {
    "en": ("covers", "not", "examples", "label set, version"),
    "zh": ("包括", "不包括", "例句", "标签体系，版本"),
}


def schema_text(labels: LabelSet, lang: Language = "en", columns: int = 80) -> Iterator[str]:
    """Yield the lines that tell each label's names, meaning, borders and examples."""
    covers, excludes, examples, title = _HEADS[lang]
    zh = lang == "zh"
    yield f"{title} {labels.version}"
    for label in (*labels.labels, labels.none):
        yield ""
        yield f"{label.id}  {label.name_zh}" + (
            "" if zh or label.name_en == label.id else f"  {label.name_en}"
        )
        yield from _block(label.definition_zh if zh else label.definition_en, "  ", columns)
        for head, lines in (
            (covers, label.covers_zh if zh else label.covers_en),
            (excludes, label.excludes_zh if zh else label.excludes_en),
        ):
            if lines:
                yield f"  {head}"
                for line in lines:
                    yield from _block(line, "    - ", columns)
        if label.examples:
            yield f"  {examples}"
            yield from _examples(label, labels, lang, columns)


def schema_record(labels: LabelSet) -> dict[str, Any]:
    """Return the label set as a JSON object."""
    return {
        "version": labels.version,
        "digest": labels.digest,
        "labels": [asdict(label) for label in labels.labels],
        "none": asdict(labels.none),
    }


def _examples(label: Label, labels: LabelSet, lang: Language, columns: int) -> Iterator[str]:
    for example in label.examples:
        yield from _block(example.text, "    - ", columns)
        names = example.labels or (labels.none.id,)
        shown = "、".join(labels.name(x, "zh") for x in names) if lang == "zh" else ", ".join(names)
        reason = example.reason_zh if lang == "zh" else example.reason_en
        yield from _block(f"= {shown}: {reason}" if reason else f"= {shown}", "      ", columns)


def _block(text: str, lead: str, columns: int) -> Iterator[str]:
    if text:
        first, *rest = wrap(printable(text), columns - len(lead))
        yield lead + first
        for line in rest:
            yield " " * len(lead) + line
