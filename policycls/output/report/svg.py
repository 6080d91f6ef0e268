"""The pictures' geometry: where marks, whiskers and ticks stand. The templates draw them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from policycls.output.report.data import Tag
from policycls.output.report.groups import Group
from policycls.output.summary import Figure
from policycls.output.width import fit, printable

#: The upper ends that an axis of shares may have.
_ENDS: Final = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
#: A panel: its width, where the plot begins and ends, the height of a row, columns of text for a name.
WIDTH: Final = 300
_LEFT, _RIGHT, _ROW, _TOP, _NAME = 104, 256, 20, 6, 16
BAR: Final = 160


class Mark(NamedTuple):
    """A value and its interval, in pixels; ``low`` is None where there is no interval."""

    x: float
    low: float | None
    high: float | None


class Row(NamedTuple):
    """A group in a panel."""

    name: str
    y: float
    mark: Mark
    value: float


class Panel(NamedTuple):
    """One label's picture: a row for each group, ticks of the axis as (x, share)."""

    tag: Tag
    rows: list[Row]
    ticks: list[tuple[float, float]]
    height: float


def axis_end(figures: Iterable[Figure]) -> float:
    """Return the upper end of an axis that shows all figures and their intervals.

    Examples
    --------
    >>> axis_end([Figure(0.12, 0.1, 0.17)])
    0.2
    """
    highest = max((x for f in figures for x in (f.value, f.high) if math.isfinite(x)), default=0.0)
    return next((end for end in _ENDS if end >= highest), 1.0)


def bars(figures: Sequence[Figure]) -> list[Mark]:
    """Return the bars of one table, on one axis."""
    end = axis_end(figures)
    return [_mark(figure, 0, BAR, end) for figure in figures]


def panels(groups: Sequence[Group], tags: Sequence[Tag]) -> list[Panel]:
    """Return a panel for each measure; all have the same axis, so that they can be compared."""
    measures = tags[:-1]
    end = axis_end(figure for group in groups for figure in group.share[: len(measures)])
    ticks = [(_LEFT + (_RIGHT - _LEFT) * part, end * part) for part in (0, 0.5, 1)]
    found = []
    for n, tag in enumerate(measures):
        rows = [
            Row(
                fit(printable(group.name) or "–", _NAME).strip(),
                _TOP + _ROW * (at + 0.5),
                _mark(group.share[n], _LEFT, _RIGHT, end),
                group.share[n].value,
            )
            for at, group in enumerate(groups)
        ]
        found.append(Panel(tag, rows, ticks, _TOP + _ROW * len(rows) + 24))
    return found


def _mark(figure: Figure, left: float, right: float, end: float) -> Mark:
    def at(value: float) -> float:
        return round(left + (right - left) * min(max(value / end, 0.0), 1.0), 1)

    low, high = (at(x) if math.isfinite(x) else None for x in (figure.low, figure.high))
    return Mark(at(figure.value) if math.isfinite(figure.value) else left, low, high)
