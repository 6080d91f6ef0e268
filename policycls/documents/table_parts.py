"""Stretches of a Parquet table, each read by itself: together they give the documents of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from policycls.documents import formats, tables
from policycls.documents.boundary import guarded, translate
from policycls.documents.table_rows import Row, Sheet, parquet_rows, text_of
from policycls.documents.tables import Columns
from policycls.types import Document


def stretches(path: str, *, text_column: str | None = None, least: int = 1) -> list[range]:
    """Cut a Parquet table into stretches of rows.

    Parameters
    ----------
    path : str
    text_column : str, optional
    least : int
        A stretch is one row group, or several that hold so many rows together.

    Returns
    -------
    list of range
        Rows, counted from 0. Empty for what is no Parquet, or can only be read in one.

    Raises
    ------
    DocumentError, TableError
        As :func:`policycls.documents.read_documents`.
    """
    try:
        with Path(path).open("rb") as file:
            if formats.sniff(path, file.read(formats.HEAD)) != "parquet":
                return []
            table = _open(file)
            sheet = Sheet(table.schema_arrow.names, iter(()))
            headed = tables.headed(sheet, text_column)
            if headed.rows is not sheet.rows:
                return []  # its header is a row, which shifts all others
            Columns.find(path, headed.names, text_column)
            ends = _ends(table)
    except Exception as error:
        raise translate(error, path) from error
    found: list[range] = []
    start = 0
    for end in ends:
        if end - start >= least or end == ends[-1]:
            found.append(range(start, end))
            start = end
    return [rows for rows in found if rows]


def read_stretch(
    path: str, rows: range, *, name: str | None = None, text_column: str | None = None
) -> Iterator[Document]:
    """Yield the documents of a Parquet table that begin in a stretch of its rows.

    Parameters
    ----------
    path : str
    rows : range
        One of :func:`stretches`.
    name : str, optional
        What documents and errors call the table; by default its path.
    text_column : str, optional

    Raises
    ------
    DocumentError, TableError
        As :func:`policycls.documents.read_documents`.
    """
    name = path if name is None else name
    try:
        with Path(path).open("rb") as file:
            yield from guarded(name, _documents(_open(file), name, rows, text_column))
    except OSError as error:
        raise translate(error, name) from error


def _open(file: Any) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(file)


def _ends(table: Any) -> list[int]:
    """Return the row after each row group."""
    return list(accumulate(table.metadata.row_group(group).num_rows for group in range(table.num_row_groups)))


def _documents(table: Any, name: str, rows: range, text_column: str | None) -> Iterator[Document]:
    names = tables.headed(Sheet(table.schema_arrow.names, iter(())), text_column).names
    columns = Columns.find(name, names, text_column)
    before = _last_before(table, columns, rows.start)
    found = tables.documents(name, Sheet(names, _rows(table, columns, rows, before)), columns)
    if before is not None:
        next(found)  # it begins before the stretch
    yield from found


def _rows(table: Any, columns: Columns, rows: range, before: Row | None) -> Iterator[Row]:
    """Yield the stretch's rows, the one before it, and those after it into which its last document runs."""
    last = before
    if before is not None:
        yield before
    for row in parquet_rows(table, rows.start):
        if row.cells[columns.text].strip():
            same = columns.doc is not None and last and row.cells[columns.doc] == last.cells[columns.doc]
            if row.number > rows.stop and not same:
                return
            last = row
        yield row
        if row.number == rows.stop and columns.doc is None:
            return


def _last_before(table: Any, columns: Columns, start: int) -> Row | None:
    """Return the last row with text before a stretch, its text and document alone; None if none matters."""
    if columns.doc is None:
        return None
    wanted = [table.schema_arrow.names[at] for at in (columns.text, columns.doc)]
    ends = _ends(table)
    for group in reversed([n for n, end in enumerate(ends) if end <= start]):
        texts, docs = (table.read_row_group(group, columns=[name])[name] for name in wanted)
        for at in reversed(range(len(texts))):
            text = text_of(texts[at].as_py())
            if text.strip():
                number = ends[group] - len(texts) + at + 1
                cells = [""] * len(columns.names)
                cells[columns.text], cells[columns.doc] = text, text_of(docs[at].as_py())
                return Row(number, number, cells)
    return None
