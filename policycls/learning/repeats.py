"""What stands more than once in labelled data: a unit, and a text in several units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from policycls.errors import ConflictError
from policycls.types import NONE

#: So many of them are told.
SHOWN = 20


def several(told: Sequence[object]) -> str:
    """Return the first of them in one text, and how many there are beside."""
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return "; ".join(map(str, told[:SHOWN])) + more


def check_repeats(said: Iterable[tuple[Hashable, str, Sequence[str]]]) -> None:
    """Refuse labels that contradict each other, given what tells a unit, its name for people, its labels."""
    found: dict[Hashable, dict[str, None]] = defaultdict(dict)
    names: dict[Hashable, str] = {}
    for key, name, labels in said:
        found[key]["|".join(labels) or NONE] = None
        names[key] = name
    twice = [key for key, labels in found.items() if len(labels) > 1]
    if twice:
        shown = "; ".join(f"{names[key]}: {' and '.join(sorted(found[key]))}" for key in twice[:SHOWN])
        raise ConflictError(f"{len(twice)} units have different labels in the same data: {shown}")


def alike(units: Iterable[tuple[Hashable, str, Sequence[str]]]) -> list[str]:
    """Return texts that stand in several units with different primary labels.

    Of each unit it is given what tells it, its text, its labels.
    """
    labels: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[Hashable]] = defaultdict(set)
    for key, text, given in units:
        labels[text].add(given[0] if given else NONE)
        places[text].add(key)
    return [x for x in labels if len(labels[x]) > 1 and len(places[x]) > 1]
