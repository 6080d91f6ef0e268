"""PDF with a text layer, with pypdfium2."""

from __future__ import annotations

from typing import Any

from policycls.documents.lines import clean, split_lines
from policycls.documents.text import from_lines
from policycls.errors import DamagedError, EncryptedError, LimitError, NoTextError
from policycls.types import Document

#: More pages, or more characters on one, than any document has.
MAX_PAGES = 20_000
MAX_CHARACTERS = 2_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD


def read(name: str, data: bytes) -> list[Document]:
    """Read one PDF."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise EncryptedError("is encrypted", hint="save it without a password", path=name) from None
        raise DamagedError("damaged or not a PDF", hint="open it and save it anew", path=name) from None
    try:
        if len(pdf) > MAX_PAGES:
            raise LimitError(f"has more than {MAX_PAGES:,} pages", hint="split it", path=name)
        pages = [_page(pdf, number, name) for number in range(len(pdf))]
        title = str(pdf.get_metadata_value("Title") or "").strip()
    finally:
        pdf.close()
    text, notes = clean("\f".join(pages))
    if not text.strip():
        raise NoTextError(
            f"no text layer ({len(pages)} page{'s'[: len(pages) > 1]})", hint="it needs OCR", path=name
        )
    broken = text.count("\ufffd")
    if broken * 100 > len(text):
        notes.append(
            f"{broken} of {len(text)} characters are unreadable: the PDF's fonts lack a Unicode table"
        )
    return [from_lines(split_lines(text), name, title=_real_title(title), notes=notes, paged=True)]


def _page(pdf: Any, number: int, name: str) -> str:
    """Text of one page; "" for a page that is broken."""
    page = pdf[number]
    try:
        layer = page.get_textpage()
        if layer.count_chars() > MAX_CHARACTERS:
            raise LimitError(f"page {number + 1} holds more than {MAX_CHARACTERS:,} characters", path=name)
        text: str = layer.get_text_range()
        layer.close()
    finally:
        page.close()
    # pdfium marks a hyphen at a line's end by U+FFFE or U+0002: neither is text.
    return text.replace("\ufffe", "").replace("\x02", "").replace("\r\n", "\n").replace("\f", "\n")


def _real_title(title: str) -> str:
    """Return a PDF's title unless it is only a file name or the writer's default."""
    lowered = title.lower()
    default = lowered.startswith(("microsoft word", "untitled", "无标题"))
    return "" if default or lowered.endswith((".doc", ".docx", ".wps")) else title
