"""One file to its documents: the format found by content, the reader called behind the boundary."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from policycls.documents import archive, formats, worker
from policycls.documents.boundary import MAX_BYTES, guarded, translate
from policycls.documents.encoding import decode
from policycls.documents.text import from_text
from policycls.errors import LimitError
from policycls.types import Document

_MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)


def read_documents(
    path: str, *, encoding: str | None = None, text_column: str | None = None
) -> Iterator[Document]:
    """Read one file.

    Parameters
    ----------
    path : str
        A file; its content decides the format, its suffix only between text formats.
    encoding : str, optional
        The encoding of a text format; guessed otherwise, and the guess told in ``Document.notes``.
    text_column : str, optional
        The column of a table that holds the text; found by name otherwise.

    Yields
    ------
    Document
        One for txt, md, html, pdf and docx; many for tables and archives, which stream.

    Raises
    ------
    DocumentError
        Or one of its kinds, if the file cannot be read or holds no text.
    TableError
        If a table has no text column, or rows that do not fit its header.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(formats.HEAD)
            kind = formats.sniff(path, head)
            file.seek(0)
            if kind in formats.STREAMED:
                yield from guarded(path, _stream(kind, path, file, encoding, text_column))
                return
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise translate(error, path) from error
    yield from read_bytes(path, data, encoding=encoding, text_column=text_column)


def read_bytes(
    name: str, data: bytes, *, encoding: str | None = None, text_column: str | None = None
) -> Iterator[Document]:
    """Read a document that is already in memory (standard input, a member of an archive).

    Parameters and errors as in :func:`read_documents`; ``name`` names the documents.
    """
    kind = formats.sniff(name, data[: formats.HEAD])
    if kind == "zip":
        kind = formats.container(name, data)
    if kind == "ole":
        raise formats.ole_error(name, data)
    if len(data) > MAX_BYTES and kind not in formats.STREAMED:
        raise LimitError(f"is larger than {MAX_BYTES >> 20} MiB", hint="split or unpack it", path=name)
    if kind == "zip":

        def inner(path: str, content: bytes) -> Iterator[Document]:
            return read_bytes(path, content, encoding=encoding, text_column=text_column)

        yield from guarded(name, archive.read(name, data, inner))
    elif kind in formats.PARSED and worker.seconds() and sys.executable:
        yield from worker.read(kind, name, data, encoding, text_column)
    else:
        yield from read_here(kind, name, data, encoding, text_column)


def read_here(
    kind: str, name: str, data: bytes, encoding: str | None, text_column: str | None
) -> Iterator[Document]:
    """Read a document whose kind is known, and is no archive, in this process."""
    if kind in formats.STREAMED or kind == "xlsx":
        found = _stream(kind, name, io.BytesIO(data), encoding, text_column)
    else:
        found = _whole(kind, name, data, encoding)
    yield from guarded(name, found)


def _stream(
    kind: str, name: str, file: BinaryIO, encoding: str | None, text_column: str | None
) -> Iterator[Document]:
    from policycls.documents import tables

    return tables.read(kind, name, file, encoding=encoding, text_column=text_column)


def _whole(kind: str, name: str, data: bytes, encoding: str | None) -> Iterator[Document]:
    """Read a document that is one: pdf, docx, html, a saved page, plain text."""
    if kind == "pdf":
        from policycls.documents import pdf

        yield from pdf.read(name, data)
    elif kind == "docx":
        from policycls.documents import docx

        yield from docx.read(name, data)
    elif kind in ("html", "mht"):
        from policycls.documents import html

        yield from (html.read if kind == "html" else html.read_archive)(name, data, encoding)
    else:
        text, notes = decode(data, name, encoding)
        if name.lower().endswith((".md", ".markdown")):
            text = _MARKDOWN_HEADING.sub("", text)
        document = from_text(text, name)
        yield replace(document, notes=(*notes, *document.notes))
