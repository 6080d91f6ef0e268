"""One file to its documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from policycls.documents.encoding import decode
from policycls.documents.text import from_text
from policycls.errors import NoTextError
from policycls.types import Document


def read_documents(path: str, *, encoding: str | None = None, text_column: str | None = None) -> Iterator[Document]:
    yield from read_bytes(path, Path(path).read_bytes(), encoding=encoding)


def read_bytes(name: str, data: bytes, *, encoding: str | None = None) -> Iterator[Document]:
    if not data:
        raise NoTextError("file is empty", path=name)
    text, notes = decode(data, name, encoding)
    document = from_text(text, name)
    yield replace(document, notes=(*notes, *document.notes))
