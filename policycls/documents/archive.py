"""Zip archives: the documents inside, one after another."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from policycls.documents.files import SUFFIXES
from policycls.documents.office import MAX_PART, check_sizes
from policycls.errors import DocumentError, LimitError, NoTextError, PolicyclsError
from policycls.types import Document

_UTF8 = 0x800
#: One member may be as large as this; larger tables belong beside the archive, not in it.
MAX_MEMBER = 4 * MAX_PART


def read(name: str, data: bytes, reader: Callable[[str, bytes], Iterator[Document]]) -> Iterator[Document]:
    """Yield the documents of every member of a zip archive, named "archive.zip/inner.txt".

    Members that cannot be read do not stop the others: they are named in one error at the end.

    Parameters
    ----------
    name : str
    data : bytes
    reader : callable
        From (name, bytes) to documents.

    Raises
    ------
    LimitError, EncryptedError
        If the archive would expand beyond measure, or needs a password.
    NoTextError
        If no member is a document.
    DocumentError
        After all others, if members could not be read.
    """
    failed: list[PolicyclsError] = []
    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        check_sizes(name, entries)
        for entry in entries:
            inner = member_name(entry)
            if not _wanted(inner):
                continue
            count += 1
            path = f"{name}/{inner}"
            try:
                if entry.file_size > MAX_MEMBER:
                    raise LimitError(
                        f"is larger than {MAX_MEMBER >> 20} MiB", hint="unpack it first", path=path
                    )
                if inner.lower().endswith(".zip"):
                    raise LimitError("is an archive in an archive", hint="unpack it first", path=path)
                yield from reader(path, archive.read(entry))
            except PolicyclsError as error:
                failed.append(error)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
                failed.append(DocumentError(f"cannot be unpacked ({type(error).__name__})", path=path))
    if not count:
        raise NoTextError("no document in this archive", path=name)
    if failed:
        raise _together(name, failed, count)


def member_name(entry: zipfile.ZipInfo) -> str:
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
