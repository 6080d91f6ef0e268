"""Taking labelled units into a workspace: all of them or none; what is there already is not added twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from policycls.errors import ConflictError
from policycls.learning.answers import latest, parts
from policycls.learning.corpus import LabelledDocument
from policycls.learning.ledger import Part, Row
from policycls.learning.registry import now
from policycls.learning.repeats import SHOWN, alike, check_repeats
from policycls.learning.words import say
from policycls.learning.workspace import Workspace
from policycls.schema import Language


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    added: int  #: new rows
    known: int  #: rows that were there already
    test: int  #: new rows in documents that are kept for testing
    corrected: int  #: new rows that supersede another label of the same person, or settle
    alike: tuple[str, ...]  #: texts that stand with different primary labels, at most twenty

    def text(self, lang: Language) -> Iterator[str]:
        """Yield the lines that tell how many rows there were of each kind."""
        counts = {x: getattr(self, x) for x in ("added", "known", "test", "corrected")}
        yield say("taken", lang, **counts)
        if self.test:
            yield say("not_learnt", lang)


def take_in(workspace: Workspace, rows: Sequence[Row], *, strict: bool = False) -> Taken:
    """Add rows to a workspace, all of them or none.

    A unit that is there twice with different labels is a ConflictError, and so is, with ``strict``, a text.
    """
    there = workspace.ledger.read()
    held = latest(there)
    part = {row.doc: row.part for row in there}  # a document stays in the part in which it was first
    rows = [_as_before(row, part.get(row.doc, row.part), held.get(row.id)) for row in rows]
    check_repeats(((row.id, row.who), f"{row.doc}, unit {row.unit}", row.labels) for row in rows)
    said = {row.id: {(x.who, x.labels, x.settled) for x in held.get(row.id, ())} for row in rows}
    distinct = {(row.id, row.who): row for row in rows}
    new = [row for row in distinct.values() if (row.who, row.labels, row.settled) not in said[row.id]]
    corrected = sum(row.settled or any(x.who == row.who for x in held.get(row.id, ())) for row in new)
    differ = set(alike((row.id, row.text, row.labels) for row in (*(x[-1] for x in held.values()), *new)))
    told = tuple(x for x in dict.fromkeys(row.text for row in new) if x in differ)[:SHOWN]
    if strict and told:
        raise ConflictError(f"the same text with different labels: {'; '.join(told)}")
    if new:
        workspace.ledger.append(new)
    tests = sum(row.part == "test" for row in new)
    return Taken(len(new), len(rows) - len(new), tests, corrected, told)


def rows_of(
    workspace: Workspace,
    documents: Sequence[LabelledDocument],
    *,
    who: str,
    settled: bool = False,
    source: str = "",
) -> list[Row]:
    """Turn labelled documents into rows; which of them are kept for testing is settled by their names."""
    known = {row.doc: row.part for row in workspace.ledger.read()}
    part = parts([x.doc for x in documents], known)
    moment, version, among = now(), workspace.labels.version, workspace.labels.ids
    return [
        Row(
            document.doc, unit.unit, unit.text, unit.labels, who, moment, version, part[document.doc], among,
            unit.kind, unit.heading, unit.before, unit.after, settled, unit.note, source,
        )
        for document in documents
        for unit in document.units
    ]  # fmt: skip


def _as_before(row: Row, part: Part, people: Sequence[Row] | None) -> Row:
    """Return a row in its document's part, with what stood around the unit when it was first taken in."""
    if not people:
        return replace(row, part=part)
    return replace(row, part=part, before=people[-1].before, after=people[-1].after)
