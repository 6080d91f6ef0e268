"""Parquet, written a row group at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from policycls.atomic import scratch_folder
from policycls.errors import OutputError
from policycls.output.rows import AFTER, BEFORE, TYPES, Cell, Layout, clean
from policycls.output.writers import Writer
from policycls.types import TaggedUnit

#: Rows held in memory before a row group is written.
GROUP: Final = 20_000


class ParquetWriter(Writer):
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
        super().__init__()
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            hint = "pip install 'policycls[parquet]', or write csv or jsonl"
            raise OutputError("writing parquet needs pyarrow, which is not installed", hint=hint) from error
        self._pa: Any = pyarrow
        self._path, self._layout = path, layout
        self._fields: list[str] = []
        self._rows: list[list[Cell]] = []
        # A file for each set of columns met; nearly always there is one.
        self._parts: list[Path] = []
        self._writer: Any = None

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Take in the units; write a row group when there are enough."""
        known = set(self._fields)
        new = list(dict.fromkeys(f for unit in units for f in unit.fields if f not in known))
        if new:
            if self._rows:
                self._flush()
            self.release()
            self._fields += new
        self._rows += [[*self._layout.cells(unit), *self._carried(unit)] for unit in units]
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left and the footer; where columns came in later, put the parts together."""
        if self._rows or not self._parts:
            self._flush()
        self.release()
        if len(self._parts) == 1:
            self._parts[0].replace(self._path)
        else:
            put_together(self._parts, self._path, self._schema())

    def release(self) -> None:
        """Close the part that is being written."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _carried(self, unit: TaggedUnit) -> list[str | None]:
        values = (unit.fields.get(field) for field in self._fields)
        return [None if value is None else clean(value) for value in values]

    def _schema(self) -> Any:
        pa, layout = self._pa, self._layout
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
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(schema)
        arrays = [self._pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)]
        self._writer.write_table(self._pa.table(arrays, schema=schema))
        self._rows = []


def put_together(parts: Iterable[Path], target: Path, schema: Any) -> None:
    """Copy the row groups of files to one with the columns of ``schema``, empty where a file lacks one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(target, schema, compression="zstd") as whole:
        for path in parts:
            with pq.ParquetFile(path) as part:
                for group in range(part.num_row_groups):
                    rows = part.read_row_group(group)
                    known = set(rows.column_names)
                    cells = [rows[x.name] if x.name in known else pa.nulls(len(rows), x.type) for x in schema]
                    whole.write_table(pa.table(cells, schema=schema))
