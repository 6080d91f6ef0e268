"""Inputs made to hurt, and good documents among them."""

from __future__ import annotations

import io
import os
import shutil
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "documents"))
from files_made import make_docx, make_pdf, make_xlsx, make_zip, with_part

SENTENCE = "市政务服务局全面推行一窗受理，压缩企业开办时限。"
_XML = b'<?xml version="1.0" encoding="UTF-8"?>'
_WORD, _BOOK, _SHEET = "word/document.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"


@dataclass(frozen=True, slots=True)
class Input:
    """One input.

    Attributes
    ----------
    name : str
        Below the folder.
    about : str
        What is wrong with it; "" for a good document.
    make : callable
        Puts it at a path.
    reason : str
        Part of the reason for which it is skipped; "" where it is to be tagged.
    inside : str
        What of it is tagged, where it is a folder.
    """

    name: str
    about: str
    make: Callable[[Path], None]
    reason: str = ""
    inside: str = ""


def _bytes(data: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data()) and None


def _html(part: str, times: int = 1) -> Callable[[Path], None]:
    head = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知</title></head><body>'
    return _bytes(lambda: b"".join((head.encode(), part.encode() * times, b"</body></html>")))


def _part(data: Callable[[], bytes], name: str, content: Callable[[], bytes]) -> Callable[[Path], None]:
    return _bytes(lambda: with_part(data(), name, content()))


def _spaces() -> bytes:
    return b" " * (65 << 20)


def _laughs() -> bytes:
    """Return XML whose one entity is a billion times "ha"."""
    names = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    return _XML + b'<!DOCTYPE x [<!ENTITY a0 "ha">' + names + b"]><x>&a9;</x>"


def _foreign() -> bytes:
    return _XML + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def _docx() -> bytes:
    return make_docx(SENTENCE)


def _xlsx() -> bytes:
    return make_xlsx(["id", "text"], ["1", SENTENCE])


def _far_cell() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["XFD1048576"] = "id", "text", SENTENCE
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _stream_bomb() -> bytes:
    """Return a PDF whose page paints 200 MB of path operators."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0 0 m " * 350_000) for _ in range(100)) + packer.flush()
    plain = make_pdf([["x"]])
    start = plain.rindex(b"6 0 obj")
    head = b"6 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return plain[:start] + head + packed + b"\nendstream\nendobj\ntrailer << /Size 7 /Root 1 0 R >>\n%%EOF"


def _unreadable(path: Path) -> None:
    path.write_text(SENTENCE, encoding="utf-8")
    path.chmod(0)
    if os.geteuid() == 0:  # who owns a file may read it with no privilege at all
        shutil.chown(path, "nobody")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.txt").write_text(SENTENCE, encoding="utf-8")


INPUTS = (
    Input("good.txt", "", _bytes(SENTENCE.encode)),
    Input("good.html", "", _html(f"<p>{SENTENCE}</p>")),
    Input("good.docx", "", _bytes(_docx)),
    Input("good.xlsx", "", _bytes(_xlsx)),
    Input("good.pdf", "", _bytes(lambda: make_pdf([[SENTENCE]]))),
    Input("good.csv", "", _bytes(f"id,text\n1,{SENTENCE}\n".encode)),
    Input("good.zip", "", _bytes(lambda: make_zip(**{"inner.txt": SENTENCE.encode()})), inside="inner.txt"),
    Input("sentence.txt", "a sentence of 1,000,000 characters", _bytes(("优化营商" * 250_000).encode)),
    Input("folder.txt", "a folder named like a file", _folder, inside="inside.txt"),
    Input("bomb.docx", "65 MiB of spaces", _part(_docx, _WORD, _spaces), "expands to more"),
    Input("bomb.xlsx", "65 MiB of spaces", _part(_xlsx, _SHEET, _spaces), "expands to more"),
    Input("laughs.docx", "billion laughs", _part(_docx, _WORD, _laughs), "contains a DTD"),
    Input("laughs.xlsx", "billion laughs", _part(_xlsx, _BOOK, _laughs), "contains a DTD"),
    Input("foreign.docx", "an external entity", _part(_docx, _WORD, _foreign), "contains a DTD"),
    Input("foreign.xlsx", "an external entity", _part(_xlsx, _SHEET, _foreign), "contains a DTD"),
    Input("far.xlsx", "a cell at XFD1048576", _bytes(_far_cell), "columns"),
    Input("deep.html", "100,000 elements deep", _html("<div>文", 100_000), "deep"),
    Input("node.html", "a text node of 10 MB", _html(SENTENCE.replace("。", "，") * 5 + SENTENCE, 24_000)),
    Input("paragraphs.html", "1,000,000 paragraphs", _html("<p>简化。</p>", 1_000_000), "has more than"),
    Input("stream.pdf", "a stream of 210 MB", _bytes(_stream_bomb), "no text"),
    Input("loop", "a link to the folder above", lambda path: path.symlink_to(".."), "link"),
    Input("circle.txt", "a link to itself", lambda path: path.symlink_to(path.name), "circle"),
    Input("gone.txt", "a link that leads nowhere", lambda path: path.symlink_to("nothing.txt"), "nowhere"),
    Input("outside.txt", "a link out of the folder", lambda path: path.symlink_to("/etc/passwd"), "out of"),
    Input("pipe.txt", "a named pipe", os.mkfifo, "not a regular file"),
    Input("closed.txt", "a file that may not be read", _unreadable, "permission denied"),
)  # fmt: skip
