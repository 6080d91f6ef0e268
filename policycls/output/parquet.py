"""Parquet, written a row group at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from policycls.atomic import scratch_folder
from policycls.documents import Skipped
from policycls.errors import OutputError
from policycls.output.rows import AFTER, BEFORE, TYPES, Cell, Layout, clean
from policycls.types import TaggedUnit

#: Rows held in memory before a row group is written.
GROUP = 20_000


class ParquetWriter:
    """The columns of the contract, typed; scores as ``score_<id>``, labels joined by ``|``.

    Parameters
    ----------
    path : Path
    layout : Layout

    Raises
    ------
    OutputError
        If pyarrow is not installed.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            hint = "pip install 'policycls[parquet]', or write csv or jsonl"
            raise OutputError("writing parquet needs pyarrow, which is not installed", hint=hint) from error
        self.notes: list[str] = []
        self._pa: Any = pyarrow
        self._path, self._layout = path, layout
        self._fields: list[str] = []
        self._rows: list[tuple[list[Cell], TaggedUnit]] = []
        # A file for each set of columns met; nearly always there is one.
        self._parts: list[Path] = []
        self._writer: Any = None

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Take in the units; write a row group when there are enough."""
        known = set(self._fields)
        new = list(dict.fromkeys(f for unit in units for f in unit.fields if f not in known))
        if new and self._rows:
            self._flush()
        if new:
            self._end_part()
            self._fields += new
        self._rows += [(self._layout.cells(unit), unit) for unit in units]
        if len(self._rows) >= GROUP:
            self._flush()

    def skip(self, item: Skipped) -> None:
        """Do nothing: a row is a unit."""

    def close(self) -> None:
        """Write what is left and the footer; where columns came in later, put the parts together."""
        if self._rows or not self._parts:
            self._flush()
        self._end_part()
        if len(self._parts) == 1:
            self._parts[0].replace(self._path)
            return
        parquet, schema = self._pa.parquet, self._schema()
        with parquet.ParquetWriter(self._path, schema, compression="zstd") as whole:
            for path in self._parts:
                with parquet.ParquetFile(path) as part:
                    for group in range(part.num_row_groups):
                        table = part.read_row_group(group)
                        # Columns only come in at the right end.
                        late = list(schema)[table.num_columns :]
                        arrays = [*table.columns, *(self._pa.nulls(len(table), f.type) for f in late)]
                        whole.write_table(self._pa.table(arrays, schema=schema))

    def release(self) -> None:
        """Close the part that is being written."""
        self._end_part()

    def _schema(self) -> Any:
        pa = self._pa
        layout = self._layout
        kinds = {int: pa.int64(), bool: pa.bool_(), str: pa.string(), float: pa.float64()}
        types = [*(TYPES.get(c, str) for c in BEFORE), *(float for _ in layout.labels.ids)]
        types += [TYPES.get(c, str) for c in AFTER]
        columns = list(zip(layout.columns, map(kinds.__getitem__, types), strict=True))
        columns += [(name, pa.string()) for name in layout.carried(self._fields).values()]
        return pa.schema(columns)

    def _flush(self) -> None:
        schema = self._schema()
        if self._writer is None:
            folder = scratch_folder(self._path)
            folder.mkdir(exist_ok=True)
            self._parts.append(folder / f"{len(self._parts)}.parquet")
            self._writer = self._pa.parquet.ParquetWriter(self._parts[-1], schema, compression="zstd")
        rows = [[*cells, *(_carried(unit, field) for field in self._fields)] for cells, unit in self._rows]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        arrays = [self._pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)]
        self._writer.write_table(self._pa.table(arrays, schema=schema))
        self._rows = []

    def _end_part(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _carried(unit: TaggedUnit, field: str) -> str | None:
    value = unit.fields.get(field)
    return None if value is None else clean(value)
