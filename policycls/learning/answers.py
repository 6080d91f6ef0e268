"""From what people said about units to labelled documents: who is heard, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.ledger import Part, Row
from policycls.learning.splits import falls_to_test, rank

#: With so many documents one of them is kept for testing even where no hash falls to it.
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """A unit about which people differ and nobody has settled it: the last row of each person."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        first = self.rows[0]
        return f"{first.doc}, unit {first.unit} ({', '.join(f'{row.who}: {row.said}' for row in self.rows)})"


@dataclass(frozen=True)
class Answers:
    """What holds of all that was said; units about which people differ are in neither part."""

    train: list[LabelledDocument]
    test: list[LabelledDocument]
    conflicts: list[Conflict]


def latest(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """Return, for each unit by its id, the last row of each person; a row that settles stands alone."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        people = found.setdefault(row.id, {})
        if row.settled:
            people.clear()
        elif any(x.settled for x in people.values()):
            continue  # it is settled; who thinks otherwise settles anew
        people[row.who] = row
    return {unit: tuple(people.values()) for unit, people in found.items()}


def answers(rows: Iterable[Row], measures: Sequence[str]) -> Answers:
    """Find out what holds of rows in the order in which they were added.

    A row that settles decides; otherwise the last row of each person counts. Where people agree on the
    primary label, second labels that only some gave are left open. Where they do not, it is a conflict.
    Of the label set's ids (``measures``) those that were not there when a row was read are open for it.
    """
    found: dict[tuple[Part, str, tuple[str, ...]], list[LabelledUnit]] = {}
    conflicts = []
    for people in latest(rows).values():
        if differ(people):
            conflicts.append(Conflict(people))
            continue
        row = people[-1]
        shared = tuple(x for x in row.labels if all(x in other.labels for other in people))
        every = dict.fromkeys(x for other in people for x in other.labels)
        unit = LabelledUnit(
            row.text, shared, row.kind, row.heading, tuple(x for x in every if x not in shared), row.unit,
            row.before, row.after,
        )  # fmt: skip
        missing = tuple(x for x in measures if x not in row.among)
        found.setdefault((row.part, row.doc, missing), []).append(unit)
    parts: dict[Part, list[LabelledDocument]] = {"train": [], "test": []}
    for (part, doc, missing), units in found.items():
        ordered = tuple(sorted(units, key=lambda unit: unit.unit))
        parts[part].append(LabelledDocument(doc, ordered, open=missing))
    return Answers(parts["train"], parts["test"], conflicts)


def differ(people: Sequence[Row]) -> bool:
    """Say whether people gave a unit different primary labels."""
    return len({row.labels[:1] for row in people}) > 1


def parts(docs: Iterable[str], known: Mapping[str, Part]) -> dict[str, Part]:
    """Say of each document whether it is kept for testing: as before where it is known, else by its name.

    Of five documents or more at least one is kept.
    """
    names = list(dict.fromkeys(docs))
    found: dict[str, Part] = {
        doc: known.get(doc) or ("test" if falls_to_test(doc) else "train") for doc in names
    }
    free = [doc for doc in names if doc not in known]
    if "test" not in {*known.values(), *found.values()} and free and len(names) >= _ENOUGH:
        found[min(free, key=rank)] = "test"
    return found
