"""Units counted in groups: over all, and by each column about documents that a picture can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policycls.output.rows import clean
from policycls.output.summary import Figure, counted, frame_of, label_ids
from policycls.schema import LabelSet
from policycls.types import TaggedUnit

#: The most groups that a picture shows, and the most columns that are pictured.
MOST_GROUPS, MOST_COLUMNS = 24, 8
#: Where more documents than that have a value each (a title, a date), there is nothing to compare.
OWN_VALUES = 6

#: Columns that number rows or documents: nothing to compare by.
SERIAL = frozenset(("编号", "序号", "id", "no", "number", "index"))


class Group(NamedTuple):
    """Counts of one group: its name, its size, and by tag the share and units in 10,000 characters."""

    name: str
    documents: int
    units: int
    counts: Sequence[int]
    share: Sequence[Figure]
    per_10k: Sequence[Figure]


def columns_of(units: Sequence[TaggedUnit], labels: LabelSet) -> tuple[dict[str, list[Group]], list[str]]:
    """Return the groups of each carried column, and the columns that make no groups to compare.

    A column with one value, or of serial numbers, is neither.
    """
    values: dict[str, dict[str, str]] = {}
    for unit in units:
        for name, value in unit.fields.items():
            values.setdefault(name, {})[unit.doc] = value.strip()
    columns: dict[str, list[Group]] = {}
    left_out = []
    for name, of_doc in values.items():
        if name.removeprefix("input_").strip().rstrip(".").casefold() in SERIAL:
            continue
        distinct = set(of_doc.values())
        own = len(distinct) == len(of_doc) > OWN_VALUES
        if own or len(distinct) > MOST_GROUPS or len(columns) == MOST_COLUMNS:
            left_out.append(clean(name))
        elif len(distinct) > 1:
            groups = list(groups_of(units, name, labels))
            columns[clean(name)] = sorted(groups, key=lambda group: _order(group.name))
    return columns, left_out


def _order(name: str) -> tuple[bool, float, str]:
    """Order numbers by size before words."""
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name


def groups_of(units: Sequence[TaggedUnit], column: str, labels: LabelSet) -> Iterator[Group]:
    """Yield the groups of a column, or one group of all units where it is ""."""
    frame = frame_of(units)
    if column:
        # Under a name of its own: the column may be called as one of the others.
        values = [clean(unit.fields.get(column, "").strip()) for unit in units]
        frame = frame[["doc", "text", "label"]].assign(group=values)
    for key, documents, size, _, figures in counted(
        frame, ["group"] if column else (), label_ids(frame, labels)
    ):
        counts = [round(figure.value) for figure in figures["count"]]
        yield Group("".join(key), documents, size, counts, figures["share"], figures["per_10k"])
