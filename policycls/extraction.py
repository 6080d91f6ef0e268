"""The cleaned text of documents and its units, untagged."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

from policycls.atomic import atomic_path, check_writable
from policycls.batch import inputs, is_alone
from policycls.documents import Skipped, split_units
from policycls.errors import DocumentError, NoTextError, TableError, UsageError
from policycls.output.destination import Screen
from policycls.output.rows import EXTRACTED, clean
from policycls.output.terminal import print_units
from policycls.schema import Language
from policycls.streaming import Failure, Reading
from policycls.types import Document

FORMATS: Final = ("table", "jsonl", "text")
_SUFFIXES: Final = {".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text"}


def extract_job(
    paths: Sequence[str],
    reading: Reading,
    screen: Screen,
    *,
    output: str | None = None,
    wanted: str | None = None,
    lang: Language = "en",
    tell: Callable[[str], None],
) -> list[Skipped]:
    """Write the units of documents, noise included.

    Parameters
    ----------
    paths, reading, screen, output, tell
        As for :func:`policycls.batch.tag_job`.
    wanted : {"table", "jsonl", "text"}, optional
        By default by the suffix of ``output``; else a table on a terminal and JSONL into a pipe.

    Returns
    -------
    list of Skipped
        Inputs that were not read.
    """
    kind = _format(output, wanted, screen.terminal)
    if output is not None:
        check_writable(output)
    files, found = inputs(paths, output, tell=tell)
    alone, skipped = is_alone(paths, files, found), list[Skipped]()

    def skip(item: Skipped) -> None:
        skipped.append(item)
        tell(f"skipped: {item.path}: {item.reason}")

    for item in found:
        skip(item)
    with _open(output, screen) as stream:
        written = 0
        for file in files:
            try:
                for document in reading.documents(file):
                    stream.write(_encode(document, kind, screen, lang))
                    written += 1
                    for note in document.notes:
                        tell(f"note: {file}: {note}")
            except (DocumentError, TableError) as error:
                if alone:
                    raise
                skip(Failure.of(file, error).skipped())
        if not written:
            raise NoTextError(f"none of the {len(skipped)} inputs could be read")
        stream.flush()
    return skipped


def _format(output: str | None, wanted: str | None, terminal: bool) -> str:
    if wanted is not None:
        if wanted not in FORMATS:
            raise UsageError(f"unknown format {wanted!r}", hint=f"choose from {', '.join(FORMATS)}")
        return wanted
    if output is None:
        return "table" if terminal else "jsonl"
    kind = next((kind for suffix, kind in _SUFFIXES.items() if output.lower().endswith(suffix)), None)
    if kind is None:
        hint = "use .jsonl or .txt, or --format"
        raise UsageError("no format is known by this suffix", hint=hint, path=output)
    return kind


@contextmanager
def _open(output: str | None, screen: Screen) -> Iterator[BinaryIO]:
    if output is None:
        yield screen.binary
    else:
        with atomic_path(output) as path, path.open("wb") as stream:
            yield stream


def _encode(document: Document, kind: str, screen: Screen, lang: Language) -> bytes:
    if kind == "text":
        return f"{clean(document.text)}\n".encode()
    units = split_units(document)
    if kind == "table":
        text = io.StringIO()
        print_units(document.doc, units, text, columns=screen.columns, lang=lang)
        return text.getvalue().encode(screen.text.encoding or "utf-8", "replace")
    rows = ({"doc": document.doc, **{name: getattr(x, name) for name in EXTRACTED[1:]}} for x in units)
    cleaned = ({key: clean(x) if isinstance(x, str) else x for key, x in row.items()} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in cleaned).encode()
