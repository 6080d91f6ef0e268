"""The label set as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from policycls.output.width import printable, wrap
from policycls.output.words import words
from policycls.schema import LabelSet, Language


def schema_text(labels: LabelSet, lang: Language = "en", columns: int = 80) -> Iterator[str]:
    """Yield the lines that tell each label's names, meaning, borders and examples."""
    said = words(lang)
    yield said["label_set"].format(labels.version)
    for label in (*labels.labels, labels.none):
        yield ""
        both = lang == "en" and label.name_en != label.id
        yield f"{label.id}  {label.name_zh}" + (f"  {label.name_en}" if both else "")
        yield from _block(getattr(label, f"definition_{lang}"), "  ", columns)
        for border in ("covers", "excludes"):
            lines = getattr(label, f"{border}_{lang}")
            if lines:
                yield f"  {said[border]}"
            for line in lines:
                yield from _block(line, "    - ", columns)
        if label.examples:
            yield f"  {said['examples']}"
        for example in label.examples:
            yield from _block(example.text, "    - ", columns)
            ids = example.labels or (labels.none.id,)
            shown = ", ".join(ids) if lang == "en" else "、".join(labels.name(x, "zh") for x in ids)
            reason = getattr(example, f"reason_{lang}")
            yield from _block(f"= {shown}: {reason}" if reason else f"= {shown}", "      ", columns)


def schema_record(labels: LabelSet) -> dict[str, Any]:
    """Return the label set as a JSON object."""
    return {
        "version": labels.version,
        "digest": labels.digest,
        "labels": [asdict(label) for label in labels.labels],
        "none": asdict(labels.none),
    }


def _block(text: str, lead: str, columns: int) -> Iterator[str]:
    if text:
        first, *rest = wrap(printable(text), columns - len(lead))
        yield lead + first
        for line in rest:
            yield " " * len(lead) + line
