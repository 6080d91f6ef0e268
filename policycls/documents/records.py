"""Rows of any table file as named cells, for tables that are not documents: metadata, labelled data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from policycls.documents import formats
from policycls.documents.boundary import guarded, translate
from policycls.documents.table_columns import check_header
from policycls.documents.table_rows import Row, read_sheets
from policycls.errors import TableError

_KINDS: Final = ("csv", "jsonl", "parquet", "xlsx")


def read_records(path: str, needs: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the first sheet of a csv, xlsx, jsonl or parquet file; every cell as text.

    Parameters
    ----------
    path : str
    needs : str
        What the table must have, for the hint when the file is none.

    Yields
    ------
    tuple of int and dict
        The line in the file, and the cells by column name.

    Raises
    ------
    TableError
        If the file is no table, or a row has more or fewer fields than the header.
    """
    try:
        with Path(path).open("rb") as file:
            kind = formats.sniff(path, file.read(formats.HEAD))
            if kind == "zip":
                kind = formats.container(path, Path(path).read_bytes())
            if kind not in _KINDS:
                raise TableError(
                    "is no table", hint=f"give a csv, xlsx, jsonl or parquet file with {needs}", path=path
                )
            file.seek(0)
            yield from guarded(path, _rows(kind, path, file))
    except OSError as error:
        raise translate(error, path) from error


def read_all_sheets(path: str) -> Iterator[tuple[Sequence[str], Iterator[Row]]]:
    """Yield the header and the rows of each sheet of a workbook, whatever they hold."""
    with Path(path).open("rb") as file, closing(read_sheets("xlsx", path, file, None)) as sheets:
        yield from ((sheet.names, guarded(path, sheet.rows)) for sheet in guarded(path, sheets))


def _rows(kind: str, path: str, file: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    with closing(read_sheets(kind, path, file, None)) as sheets:
        for sheet in islice(sheets, 1):  # a second one is about something else
            names = check_header(sheet.names, path)
            for row in sheet.rows:
                if len(row.cells) != len(names):
                    message = f"{len(row.cells)} fields, header has {len(names)}"
                    raise TableError(message, path=path, line=row.line)
                yield row.line, dict(zip(names, row.cells, strict=True))
