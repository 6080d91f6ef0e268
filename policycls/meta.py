"""Columns about documents (region, year …) from a table of their own, joined by the document's name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath

from policycls.documents.records import read_records
from policycls.documents.table_columns import doc_column
from policycls.errors import TableError
from policycls.output import unguard
from policycls.types import TaggedUnit

Fields = Mapping[str, str]


class MetaTable:
    """Rows by document.

    A row is a document's if its ``doc`` is the path as given, or else the file's name alone, where neither
    two rows nor two inputs have that name.

    Parameters
    ----------
    rows : mapping
        The columns of each document, by the ``doc`` of its row.
    files : sequence of str
        The inputs, which tell where a bare file name would be ambiguous.
    """

    def __init__(self, rows: Mapping[str, Fields], files: Sequence[str] = ()) -> None:
        self._rows = {_path(doc): fields for doc, fields in rows.items()}
        self._names = {_path(doc): doc for doc in rows}
        self._bare = _once(self._rows)
        self._files = {file: n for n, file in enumerate(files)}
        self._inputs = _once(self._files)
        self._used: set[str] = set()

    @classmethod
    def read(cls, path: str, files: Sequence[str] = ()) -> MetaTable:
        """Read the table from a csv, xlsx, jsonl or parquet file.

        Raises
        ------
        TableError
            If it has no ``doc`` column, nothing beside it, or two rows for one document.
        """
        rows: dict[str, Fields] = {}
        for line, doc, fields in _read(path):
            if doc in rows:
                raise TableError(f"a second row for {doc!r}", hint="keep one", path=path, line=line)
            rows[doc] = fields
        return cls(rows, files)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(repr(sorted((k, dict(v)) for k, v in self._rows.items())).encode()).hexdigest()

    def join(self, units: list[TaggedUnit]) -> list[TaggedUnit]:
        """Return a document's units with its columns; a document that has no row keeps what it has."""
        if not units:
            return units
        key = self._find(units[0].doc)
        if key is None:
            return units
        self._used.add(key)
        fields = {**units[0].fields, **self._rows[key]}
        return [replace(unit, fields=fields) for unit in units]

    def unmatched(self) -> list[str]:
        """Return the ``doc`` of every row that no document was found for."""
        return [self._names[key] for key in self._rows if key not in self._used]

    def _find(self, doc: str) -> str | None:
        path = _path(doc)
        if path in self._rows:
            return path
        name = PurePath(path).name
        if doc in self._files and name not in self._inputs:
            return None
        return self._bare.get(name)


def _path(doc: str) -> str:
    """Return a path in one spelling, so that Windows names match those with /."""
    return doc.strip().replace("\\", "/").removeprefix("./")


def _once(paths: Mapping[str, object]) -> dict[str, str]:
    """Map a file name to the path that alone has it."""
    found: dict[str, str | None] = {}
    for path in paths:
        name = PurePath(_path(path)).name
        found[name] = None if name in found else path
    return {name: path for name, path in found.items() if path is not None}


def _read(path: str) -> Iterator[tuple[int, str, Fields]]:
    """Yield the line, the document and the columns of every row that names a document."""
    doc = None
    for line, cells in read_records(path, "a column 'doc'"):
        if doc is None:
            doc = doc_column(list(cells))
            if doc is None or not any(name for name in cells if name != doc):
                missing = "column 'doc'" if doc is None else "column besides 'doc'"
                raise TableError(f"has no {missing}; columns: {', '.join(cells)}", path=path)
        if cells[doc].strip():
            fields = {name: unguard(cell) for name, cell in cells.items() if name and name != doc}
            yield line, unguard(cells[doc]), fields
