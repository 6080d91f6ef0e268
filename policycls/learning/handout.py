"""A unit that is handed to a person, and what comes back: the same in every annotation tool.

Whatever the tool, a unit carries its document, number and text, what stands around it, its part, and a hash
over these. What comes back is held to the hash: a text that was changed on the way is no answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from policycls.atomic import atomic_path
from policycls.errors import CorpusError, UnknownLabelError
from policycls.learning.ledger import Part, Row, unit_id
from policycls.learning.registry import now
from policycls.learning.repeats import several
from policycls.schema import LabelSet
from policycls.types import NONE


@dataclass(frozen=True, slots=True)
class Handout:
    """A unit to be labelled: the fields are those of :class:`policycls.learning.ledger.Row`.

    ``before`` and ``after`` are "" where there is nothing.
    """

    doc: str
    unit: int
    kind: str
    heading: str
    before: str
    text: str
    after: str
    part: Part

    @classmethod
    def of(cls, row: Row) -> Handout:
        """Return the unit of a row."""
        stated = {x: getattr(row, x) for x in _FIELDS}
        return cls(**{**stated, "before": row.before or "", "after": row.after or ""})

    @property
    def id(self) -> str:
        """The unit's id."""
        return unit_id(self.doc, self.unit, self.text)

    @property
    def hash(self) -> str:
        """A hash over all that it carries."""
        content = json.dumps(asdict(self), ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def record(self) -> dict[str, Any]:
        """Return all that it carries, id and hash included."""
        return {"id": self.id, **asdict(self), "hash": self.hash}


_FIELDS = tuple(field.name for field in fields(Handout))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit to be labelled, with what helps to do it."""

    item: Handout
    label: str  #: what the model says
    score: float  #: how sure it is
    words: tuple[str, ...]  #: those that decided
    why: str  #: a strategy of choosing, or labelled
    given: tuple[str, ...] | None = None  #: what people gave it already, primary first; None where nobody did
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What came back for a unit."""

    record: Mapping[str, Any]  #: what it carries
    labels: tuple[str, ...]  #: as written, primary first; "none" for none
    who: str  #: the annotator, where the tool tells; "" otherwise
    note: str
    place: str  #: the file, and where in it


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines, whole or not at all."""
    with atomic_path(path) as place, place.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def rows_from(
    answers: Iterable[Said], labels: LabelSet, *, who: str, settled: bool = False, source: str | Path = ""
) -> list[Row]:
    """Turn what came back into rows.

    ``who`` holds where the tool does not tell the annotator. Rows that are ``settled`` decide between earlier
    ones that differ.

    Raises
    ------
    CorpusError
        Everything that is wrong, each with its place; nothing is taken in then.
    """
    rows: list[Row] = []
    wrong: list[tuple[str, CorpusError]] = []
    moment = now()
    for said in answers:
        try:
            item = _item(said.record)
            given = [labels.resolve(x) for x in said.labels]
            if NONE in given and len(given) > 1:
                raise CorpusError("a second label beside none")
        except CorpusError as error:
            wrong.append((said.place, error))
            continue
        rows.append(
            Row(
                **asdict(item), labels=tuple(dict.fromkeys(x for x in given if x != NONE)),
                who=said.who or who, when=moment, guideline=labels.version, among=labels.ids,
                settled=settled, note=said.note, source=Path(source).name,
            )
        )  # fmt: skip
    if wrong:
        unknown = any(isinstance(error, UnknownLabelError) for _, error in wrong)
        told = several([f"{place}: {error}" for place, error in wrong])
        raise (UnknownLabelError if unknown else CorpusError)(told, hint="nothing was taken in")
    return rows


def _item(record: Mapping[str, Any]) -> Handout:
    """Return the unit that a record carries, if it is as it was handed out."""
    if not record.get("id"):
        raise CorpusError("its id is missing")
    missing = [x for x in ("hash", *_FIELDS) if x not in record]
    if missing:
        raise CorpusError(f"{missing[0]!r} is missing")
    values = {x: "" if record[x] is None else str(record[x]) for x in _FIELDS}
    try:
        number = int(float(values["unit"]))
    except (ValueError, OverflowError):
        raise CorpusError("its number was changed") from None
    item = Handout(**{**values, "unit": number})  # type: ignore[arg-type]
    if item.id != record["id"]:
        raise CorpusError(f"its text was changed: {item.text[:30]!r}")
    if item.hash != record["hash"]:
        raise CorpusError("what it carries beside the text was changed")
    return item
