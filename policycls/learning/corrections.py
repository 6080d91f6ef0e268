"""Labels mended afterwards, from a table: the labelled files themselves stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from policycls.errors import CorpusError
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.schema import LabelSet
from policycls.types import NONE


def mended(
    documents: Sequence[LabelledDocument], table: str | Path, labels: LabelSet
) -> list[LabelledDocument]:
    """Give units the primary label of a table of corrections; second labels stay.

    Its lines are document, number of the unit, label between tabs; those that begin with ``#`` are comments.
    A line of other fields, or about a unit that is not there, is a CorpusError.
    """
    left: dict[tuple[str, int], tuple[str, int]] = {}
    for number, line in enumerate(Path(table).read_text(encoding="utf-8-sig").split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            fields = line.split("\t")
            if len(fields) != 3 or not fields[1].isdigit():
                raise CorpusError("expected document, unit, label between tabs", path=table, line=number)
            left[fields[0], int(fields[1])] = labels.resolve(fields[2], path=table, line=number), number

    def mend(doc: str, unit: LabelledUnit) -> LabelledUnit:
        label, _ = left.pop((doc, unit.unit), (unit.label, 0))
        rest = [x for x in unit.labels if x not in (label, unit.label)]
        return replace(unit, labels=() if label == NONE else (label, *rest)) if label != unit.label else unit

    found = [replace(x, units=tuple(mend(x.doc, unit) for unit in x.units)) for x in documents]
    if left:
        (doc, number), (_, at) = next(iter(left.items()))
        raise CorpusError(f"no unit {number} in document {doc!r}", path=table, line=at)
    return found
