"""Tables to documents, row by row, in bounded memory: every cell as text, nothing guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

from policycls.documents import table_columns, table_rows
from policycls.documents.lines import Line, clean, split_lines
from policycls.documents.table_rows import Row, Sheet, read_sheets
from policycls.documents.text import from_lines, from_text
from policycls.errors import LimitError, NoTextError, TableError
from policycls.types import Document

#: The rows that one document is made of hold at most so many characters together.
MAX_DOCUMENT = 64 * 1024 * 1024


def read(
    kind: str, name: str, file: BinaryIO, *, encoding: str | None, text_column: str | None
) -> Iterator[Document]:
    """Yield the documents of a table.

    Where a column is called ``doc``, ``文档`` or ``文件``, consecutive rows with the same value in it are the
    paragraphs of one document; else each row is a document of its own, named ``<path>#<row>``.

    """
    last: Document | None = None
    blank = Counter[str]()
    with closing(read_sheets(kind, name, file, encoding)) as found:
        try:
            sheets = _with_text(list(found), text_column) if kind == "xlsx" else found
            for document in _documents(name, sheets, text_column, blank):
                if last is not None:
                    yield last
                last = document
        except Exception:
            if last is not None:
                yield last
            raise
    if last is None:
        raise NoTextError("no row holds text", path=name)
    # Only at the end is it known how many there were.
    if many := blank["rows"]:
        last = replace(last, notes=(*last.notes, f"{many:,} row{'s'[: many > 1]} without text left out"))
    yield last


def _documents(
    name: str, sheets: Iterable[Sheet], wanted: str | None, blank: Counter[str]
) -> Iterator[Document]:
    for each in sheets:
        sheet = headed(each, wanted)
        notes = sheet.notes
        for document in documents(name, sheet, Columns.find(name, sheet.names, wanted), blank):
            yield replace(document, notes=(*notes, *document.notes)) if notes else document
            notes = ()


def _with_text(sheets: list[Sheet], wanted: str | None) -> list[Sheet]:
    """Leave out a workbook's sheets of sums and lists, which have no text column; told in a note."""

    def is_header(names: Sequence[str]) -> bool:
        return table_columns.find_text(names, wanted) is not None

    sheets = [table_rows.below_title(sheet, is_header) for sheet in sheets]
    named = [sheet for sheet in sheets if is_header(sheet.names)]
    lists = [sheet for sheet in sheets if len(sheet.names) == 1 and wanted is None]
    kept = named or lists or sheets[:1]
    notes = tuple(
        f"sheet {sheet.title!r} left out: no text column among {table_columns.listed(sheet.names)}; "
        "name the text column with --text-column"
        for sheet in sheets
        if sheet not in kept
    )
    return [replace(kept[0], notes=(*kept[0].notes, *notes)), *kept[1:]] if kept else []


def headed(sheet: Sheet, wanted: str | None) -> Sheet:
    """Give a header to a table that has a single column and none: a plain list of paragraphs."""
    if len(sheet.names) != 1 or wanted is not None:
        return sheet
    only = sheet.names[0]
    if len(only) <= 12 and not only.endswith(("。", "；")):
        return replace(sheet, names=["text"])

    def rows() -> Iterator[Row]:
        yield Row(1, 1, [only])
        for row in sheet.rows:
            yield row._replace(number=row.number + 1)

    return replace(sheet, names=["text"], rows=rows())


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row its text stands, where its document, and where what is carried through."""

    names: Sequence[str]
    text: int
    doc: int | None
    others: Sequence[int]

    @classmethod
    def find(cls, path: str, names: Sequence[str], wanted: str | None) -> Columns:
        """Find them by a header's names; errors as :func:`read`."""
        names = table_columns.check_header(names, path)
        text = names.index(table_columns.text_column(names, wanted, path))
        name = table_columns.doc_column(names)
        doc = names.index(name) if name and names[text] != name else None
        return cls(names, text, doc, [at for at, x in enumerate(names) if at not in (text, doc) and x])


def documents(
    path: str, sheet: Sheet, columns: Columns, blank: Counter[str] | None = None
) -> Iterator[Document]:
    """Make documents of a sheet's rows; count under ``"rows"`` in ``blank`` those that have no text."""
    names, text_at, doc_at = columns.names, columns.text, columns.doc
    group: list[Row] = []
    size = 0
    for row in sheet.rows:
        if len(row.cells) != len(names):
            raise TableError(
                f"{len(row.cells)} fields, header has {len(names)}",
                hint=sheet.hint,
                path=path,
                line=row.line,
            )
        if not row.cells[text_at].strip():
            if blank is not None and any(map(str.strip, row.cells)):
                blank["rows"] += 1
            continue
        if doc_at is None:
            fields = {names[at]: row.cells[at] for at in columns.others}
            yield from_text(row.cells[text_at], f"{path}#{sheet.mark}{row.number}", fields)
            continue
        if group and group[-1].cells[doc_at] != row.cells[doc_at]:
            yield _grouped(group, columns, doc_at)
            group, size = [], 0
        group.append(row)
        size += sum(map(len, row.cells))
        if size > MAX_DOCUMENT:
            raise LimitError(
                f"more than {MAX_DOCUMENT >> 20} million characters in one document", path=path, line=row.line
            )
    if group and doc_at is not None:
        yield _grouped(group, columns, doc_at)


def _grouped(group: list[Row], columns: Columns, doc_at: int) -> Document:
    """One document from consecutive rows: a row is a paragraph, which stays one whatever it ends in."""
    first = group[0].cells
    lines: list[Line] = []
    notes: list[str] = []
    for row in group:
        text, said = clean(row.cells[columns.text])
        notes += said
        found = split_lines(text)
        if len(found) == 1:
            found[0].indent = 2.0
        lines += found
    names = columns.names
    same = [at for at in columns.others if all(row.cells[at] == first[at] for row in group)]
    fields = {names[at]: first[at] for at in same}
    return from_lines(lines, first[doc_at], notes=list(dict.fromkeys(notes)), fields=fields)
