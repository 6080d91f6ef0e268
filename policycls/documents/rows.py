"""Rows of tables inside documents: a row is one unit, its cells joined."""

from __future__ import annotations

from collections.abc import Iterable

#: Between two cells of a row.
CELL = "\u3000"
#: Behind a row: white space, hence in no unit, that tells the splitter that end marks inside end nothing.
MARK = "\t"


def join_cells(cells: Iterable[str]) -> str:
    r"""Join a row's cells to one line.

    Examples
    --------
    >>> join_cells(["企业开办", " 1个\n工作日", ""])
    '企业开办　1个工作日'
    """
    flat = ("".join(part.strip() for part in cell.split("\n")) for cell in cells)
    return CELL.join(cell for cell in flat if cell)
