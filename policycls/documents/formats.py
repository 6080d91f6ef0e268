"""What a file is, by its first bytes; the suffix only tells text formats apart."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

from policycls.errors import DamagedError, DocumentError, EncryptedError, NoTextError, UnsupportedError

#: How much of a file's beginning is enough to know what it is.
HEAD = 4096
STREAMED = frozenset({"csv", "jsonl", "parquet"})
#: What a library parses, in a process of its own; the rest is read by this package alone.
PARSED = frozenset({"pdf", "docx", "xlsx", "html", "mht"})

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (_OLE, "ole"), (b"PAR1", "parquet"))
# First bytes of what people take for documents, and what to do with it instead.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_OTHERS: tuple[tuple[bytes | tuple[bytes, ...], str, str], ...] = (
    (b"{\\rtf", "is RTF", "save it as .docx"),
    (b"\x1f\x8b", "is packed with gzip", "unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive", "unpack it, or pack it as .zip"),
    (b"Rar!", "is a RAR archive", "unpack it, or pack it as .zip"),
    (_PICTURES, "is a picture", "it needs OCR first"),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MIME = re.compile(rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.I)
_OFFICE = frozenset({".docx", ".xlsx", ".xlsm"})
_BY_SUFFIX = {
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    **dict.fromkeys((".htm", ".html", ".xhtml"), "html"),
}


def sniff(name: str, head: bytes) -> str:
    """Name the format of a file: txt, html, mht, pdf, zip, ole, csv, jsonl or parquet."""
    if not head:
        raise NoTextError("file is empty", path=name)
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for magic, kind in _BINARY:
        if head.startswith(magic):
            return kind
    _refuse(name, suffix, head)
    plain = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    if suffix not in {".csv", ".tsv", ".jsonl", ".ndjson"}:
        if _MIME.match(plain) and b"multipart/related" in plain.lower():
            return "mht"
        if _HTML.match(plain):
            return "html"
    return _BY_SUFFIX.get(suffix, "txt")


def _refuse(name: str, suffix: str, head: bytes) -> None:
    """Raise if a file is known to be something that is not read, or not what its suffix says."""
    for magic, what, hint in _OTHERS:
        if head.startswith(magic):
            raise UnsupportedError(what, hint=hint, path=name)
    if suffix == ".pdf":
        raise DamagedError("damaged or not a PDF", hint="open it and save it anew", path=name)
    if suffix in _OFFICE:
        raise DamagedError("is not an Office document", hint="open it and save it anew", path=name)
    if suffix in {".parquet", ".zip"}:
        raise DamagedError(f"is damaged or no {suffix} file", hint="fetch or save it anew", path=name)


def container(name: str, data: bytes) -> str:
    """Tell a zip container apart: docx, xlsx or zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        message = "is damaged: the file is cut off or not whole"
        raise DamagedError(message, hint="fetch or save it anew", path=name) from None
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    hint = "save it as .docx or .xlsx"
    if "mimetype" in names and "content.xml" in names:
        raise UnsupportedError("is an OpenDocument file", hint=hint, path=name)
    if PurePath(name).suffix.lower() in _OFFICE or "[Content_Types].xml" in names:
        raise DamagedError("is not an Office document that is read here", hint=hint, path=name)
    return "zip"


def ole_error(name: str, data: bytes) -> DocumentError:
    """Return the error for an OLE container: an encrypted Office file, or an old binary one."""
    if "EncryptedPackage".encode("utf-16-le") in data[:200_000] or b"E\0n\0c\0r\0y\0p\0t" in data:
        return EncryptedError("is encrypted", hint="save it without a password", path=name)
    if PurePath(name).suffix.lower() in {".xls", ".xlsx", ".et"}:
        hint = "save it as .xlsx without a password"
        return UnsupportedError("is an old .xls, or encrypted", hint=hint, path=name)
    hint = "save it as .docx without a password"
    return UnsupportedError("is an old .doc, or encrypted", hint=hint, path=name)
