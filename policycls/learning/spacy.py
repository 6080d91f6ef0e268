"""spaCy's ``cats``: 1.0 for each label that a text has, 0.0 for the others; what is not labelled has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policycls.documents.json_lines import read_lines
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion, write_lines
from policycls.schema import LabelSet
from policycls.types import NONE

#: A label holds from here on.
_HOLDS = 0.5


def write(path: Path, suggestions: Sequence[Suggestion], labels: LabelSet) -> None:
    """Write a line for each unit; ``meta`` carries the rest, and the order of the labels."""
    write_lines(path, (_row(x, labels) for x in suggestions))


def _row(x: Suggestion, labels: LabelSet) -> dict[str, Any]:
    meta = {**x.item.record(), "model_label": x.label, "model_score": round(x.score, 4), "why": x.why}
    if x.given is None:
        return {"text": x.item.text, "cats": {}, "meta": meta}
    cats = {label: float(label in x.given) for label in labels.ids}
    return {"text": x.item.text, "cats": cats, "meta": {**meta, "order": list(x.given), "note": x.note}}


def read(path: Path) -> Iterator[Said]:
    """Yield the labels: those at 0.5 or above, in the order that ``meta`` states or by their value."""
    for number, row in read_lines(path.read_bytes(), path):
        try:
            cats, meta = row["cats"], row.get("meta") or {}
            held = {str(x): float(y) for x, y in cats.items() if float(y) >= _HOLDS}
            order = [x for x in meta.get("order") or [] if x in held]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError("not an object with text and cats", path=path, line=number) from error
        if not cats:
            continue  # nobody has labelled it
        chosen = (*order, *sorted((x for x in held if x not in order), key=lambda x: -held[x]))
        record = {**meta, "text": row.get("text")}
        yield Said(record, chosen or (NONE,), "", str(meta.get("note") or ""), f"{path}: line {number}")
