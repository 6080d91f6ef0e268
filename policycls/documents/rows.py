"""Rows of tables inside documents: a row is one unit, its cells joined."""

from __future__ import annotations

from collections.abc import Iterable

#: Between two cells of a row.
CELL = " | "


def join_cells(cells: Iterable[str]) -> str:
    """Join a row's cells to one line.

    Examples
    --------
    >>> join_cells(["企业开办", " 1个\\n工作日", ""])
    '企业开办 | 1个工作日'
    """
    flat = ("".join(part.strip() for part in cell.split("\n")) for cell in cells)
    return CELL.join(cell for cell in flat if cell)
