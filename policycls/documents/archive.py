"""Zip containers: archives of documents, and what may be in one before a parser is let at it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from policycls.documents.files import SUFFIXES
from policycls.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    NoTextError,
    PolicyclsError,
)
from policycls.types import Document

#: A part that expands to more than this, and by more than a hundredfold, is a bomb: real XML packs tenfold.
MAX_PART = 64 * 1024 * 1024
MAX_RATIO = 100
#: All parts together.
MAX_TOTAL = 1024 * 1024 * 1024
MAX_ENTRIES = 10_000
_DTD = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E")
_ENCRYPTED = 0x1
_UTF8 = 0x800
#: One member may be as large as this; larger tables belong beside the archive, not in it.
MAX_MEMBER = 4 * MAX_PART


def read(name: str, data: bytes, reader: Callable[[str, bytes], Iterator[Document]]) -> Iterator[Document]:
    """Yield the documents of every member of a zip archive, named "archive.zip/inner.txt".

    Members that cannot be read do not stop the others: they are named in one error at the end.

    """
    failed: list[PolicyclsError] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_sizes(name, entries)
        wanted = [(inner, entry) for entry in entries if _wanted(inner := _member_name(entry))]
        for inner, entry in wanted:
            path = f"{name}/{inner}"
            try:
                if entry.file_size > MAX_MEMBER:
                    message = f"is larger than {MAX_MEMBER >> 20} MiB"
                    raise LimitError(message, hint="unpack it first", path=path)
                if inner.lower().endswith(".zip"):
                    raise LimitError("is an archive in an archive", hint="unpack it first", path=path)
                yield from reader(path, archive.read(entry))
            except PolicyclsError as error:
                failed.append(error)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
                failed.append(DocumentError(f"cannot be unpacked ({type(error).__name__})", path=path))
    if not wanted:
        raise NoTextError("no document in this archive", path=name)
    if failed:
        raise _together(name, failed, len(wanted))


def _member_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name: UTF-8 where the archive says so, else what Chinese Windows writes (GBK)."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in SUFFIXES


def _together(name: str, failed: list[PolicyclsError], count: int) -> DocumentError:
    if count == 1 and isinstance(failed[0], DocumentError):
        return failed[0]
    told = "; ".join(str(error) for error in failed[:5])
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    return DocumentError(f"{len(failed)} of {count} files inside not read: {told}{more}", path=name)


def _check_sizes(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a container that would expand beyond measure."""
    if len(entries) > MAX_ENTRIES:
        raise LimitError(f"holds more than {MAX_ENTRIES:,} files", hint="split it", path=name)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise EncryptedError("is encrypted", hint="save it without a password", path=name)
        if entry.file_size > MAX_PART and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise LimitError(
                f"expands to more than {MAX_PART >> 20} MiB", hint="it may be a zip bomb", path=name
            )
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise LimitError(f"expands to more than {MAX_TOTAL >> 20} MiB", hint="split it", path=name)


def check_office(name: str, data: bytes) -> None:
    """Refuse an Office document that is a bomb or declares a DTD (Office itself never writes one)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_sizes(name, entries)
        for entry in entries:
            if not entry.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(entry) as part:
                # It stands before the root element, but a comment of any length may stand before it.
                end = b""
                while chunk := part.read(1 << 20):
                    if _DTD.search(end + chunk):
                        raise DamagedError("contains a DTD", hint="open it and save it anew", path=name)
                    end = chunk[-18:]
