"""What every writer can do, and the two that write lines: JSONL and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from policycls.documents import Skipped
from policycls.output.rows import Cell, Layout, guard, record
from policycls.types import TaggedUnit

_encode = json.JSONEncoder(ensure_ascii=False).encode
BOM: Final = b"\xef\xbb\xbf"


class Writer:
    """Takes tagged units as they come and writes them down.

    Attributes
    ----------
    notes : list of str
        What the user should know about the output, complete after ``close``.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Write the units of one document, or of a part of it."""
        raise NotImplementedError

    def skip(self, item: Skipped) -> None:
        """Take note of an input that was not read; most outputs have no place for it."""

    def close(self) -> None:
        """Finish the output. Without this call it is not whole."""

    def release(self) -> None:
        """Let go of what the writer itself holds open, finished or not."""


class JsonlWriter(Writer):
    """One JSON object a line, UTF-8, in the contract's fields."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Write a line for each unit."""
        self._stream.write("".join(f"{_encode(record(unit))}\n" for unit in units).encode())

    def close(self) -> None:
        """Flush."""
        self._stream.flush()


class CsvWriter(Writer):
    """CSV as Excel reads it: UTF-8 with a byte-order mark, and no cell that could run as a formula.

    Parameters
    ----------
    stream : BinaryIO
        Where the rows go.
    layout : Layout
    file : bool
        ``stream`` is a file: begin it with a byte-order mark, and take in columns that only later documents
        carry. Then ``short`` is true after ``close``, and ``lengthen`` has to write the file anew. To a pipe
        such columns are left out, and named.
    raw : bool
        Write cells as they are, without the ' before formulas.
    carried : sequence of str, optional
        Where a file is gone on with: the carried columns that it has by now. No header is written then.
    """

    def __init__(
        self,
        stream: BinaryIO,
        layout: Layout,
        *,
        file: bool = True,
        raw: bool = False,
        carried: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self.fields: list[str] = list(carried or ())
        self._stream, self._layout, self._file, self._raw = stream, layout, file, raw
        # The header of a file that is gone on with may be shorter than its columns by now.
        self._in_header: int | None = None if carried is None else 0
        self._no, self._yes = ("否", "是") if layout.lang == "zh" else ("false", "true")
        self._left_out: dict[str, None] = {}

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Write a row for each unit."""
        known = set(self.fields)
        new = dict.fromkeys(field for unit in units for field in unit.fields if field not in known)
        if self._in_header is not None and not self._file:
            self._left_out.update(new)
        else:
            self.fields += new
        if self._in_header is None:
            self._start()
        rows = (
            [*self._layout.cells(unit), *(unit.fields.get(field, "") for field in self.fields)]
            for unit in units
        )
        self._stream.write(self._encode(rows))

    def close(self) -> None:
        """Write the header if nothing was."""
        if self._in_header is None:
            self._start()
        self._stream.flush()
        if self._left_out:
            names = ", ".join(self._left_out)
            self.notes.append(
                f"left out: columns that only later inputs have ({names}); -o FILE or JSONL keeps them"
            )

    def _header(self) -> list[Cell]:
        return [*self._layout.columns, *self._layout.carried(self.fields).values()]

    def _start(self) -> None:
        if self._file:
            self._stream.write(BOM)
        self._stream.write(self._encode([self._header()]))
        self._in_header = len(self.fields)

    def _encode(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([self._cell(cell) for cell in row] for row in rows)
        return text.getvalue().encode()

    def _cell(self, cell: Cell) -> Cell:
        if isinstance(cell, str):
            # A lone surrogate cannot come this far but in a carried cell.
            cell = cell.encode("utf-8", "replace").decode()
            return cell if self._raw else guard(cell)
        if isinstance(cell, bool):
            return self._yes if cell else self._no
        return "" if cell is None else cell

    @property
    def short(self) -> bool:
        """Whether the header lacks columns that the rows have."""
        return self._in_header != len(self.fields)

    def lengthen(self, source: Path, target: Path) -> None:
        """Copy the finished file ``source`` to ``target`` with the whole header and rows of equal length."""
        header = [self._cell(cell) for cell in self._header()]
        limit = csv.field_size_limit(2**31 - 1)
        try:
            with (
                source.open(encoding="utf-8-sig", newline="") as old,
                target.open("w", encoding="utf-8-sig", newline="") as new,
            ):
                rows = csv.reader(old)
                next(rows)
                out = csv.writer(new)
                out.writerow(header)
                out.writerows(row + [""] * (len(header) - len(row)) for row in rows)
        finally:
            csv.field_size_limit(limit)
