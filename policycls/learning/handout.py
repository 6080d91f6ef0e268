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

from policycls.errors import CorpusError, UnknownLabelError
from policycls.learning.ledger import Part, Row, unit_id
from policycls.learning.registry import now
from policycls.schema import LabelSet
from policycls.types import NONE

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Handout:
    """A unit to be labelled.

    Attributes
    ----------
    doc, unit, kind, heading, before, text, after
        As in :class:`policycls.learning.ledger.Row`; ``before`` and ``after`` "" where there is nothing.
    part : {"train", "test"}
    """

    doc: str
    unit: int
    kind: str
    heading: str
    before: str
    text: str
    after: str
    part: Part

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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit to be labelled, with what helps to do it.

    Attributes
    ----------
    item : Handout
    label : str
        What the model says.
    score : float
        How sure it is.
    words : tuple of str
        The words that decided.
    why : str
        Why the unit was chosen: uncertain, rare, doubtful, varied, random, conflict, labelled.
    given : tuple of str or None
        Labels that people gave it already, primary first; None where nobody did.
    note : str
    """

    item: Handout
    label: str
    score: float
    words: tuple[str, ...]
    why: str
    given: tuple[str, ...] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What came back for a unit.

    Attributes
    ----------
    record : Mapping
        What it carries.
    labels : tuple of str
        Labels as written, primary first; "none" for none.
    who : str
        The annotator, where the tool tells; "" otherwise.
    note : str
    place : str
        The file, and where in it.
    """

    record: Mapping[str, Any]
    labels: tuple[str, ...]
    who: str
    note: str
    place: str


_FIELDS = tuple(field.name for field in fields(Handout))


def rows_from(
    answers: Iterable[Said], labels: LabelSet, *, who: str, settled: bool = False, source: str | Path = ""
) -> list[Row]:
    """Turn what came back into rows.

    Parameters
    ----------
    answers : iterable of Said
    labels : LabelSet
    who : str
        The annotator, where the tool does not tell.
    settled : bool
        These decide between earlier ones that differ.
    source : str or Path
        The file, for the record.

    Raises
    ------
    CorpusError
        Everything that is wrong, each with its place; nothing is taken in then.
    """
    rows: list[Row] = []
    wrong: list[str] = []
    unknown = False
    moment = now()
    for said in answers:
        try:
            item = _item(said.record)
            given = [labels.resolve(x) for x in said.labels]
            if NONE in given and len(given) > 1:
                raise CorpusError("a second label beside none")
        except CorpusError as error:
            unknown = unknown or isinstance(error, UnknownLabelError)
            wrong.append(f"{said.place}: {error}")
            continue
        rows.append(
            Row(
                item.doc, item.unit, item.text, tuple(dict.fromkeys(x for x in given if x != NONE)),
                said.who or who, moment, labels.version, item.part, labels.ids, item.kind, item.heading,
                item.before, item.after, settled, said.note, Path(source).name,
            )
        )  # fmt: skip
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        kind = UnknownLabelError if unknown else CorpusError
        raise kind("; ".join(wrong[:_SHOWN]) + more, hint="nothing was taken in")
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
