"""How fast each format is read, repaired and split, beside its reading library alone."""

from __future__ import annotations

import csv
import io
import json
import resource
from collections.abc import Callable
from dataclasses import dataclass

from documents_convert import to_docx, to_html, to_pdfs

from policycls.documents import read_bytes, split_units, worker

#: Inputs are made of so much text (UTF-8), so that files of packed formats too are large.
SIZE = 3_000_000
#: A file is read once, and so many times more in the same processes; all of it in several rounds.
MORE, ROUNDS = 2, 3


def speed_table(paragraphs: list[str]) -> str:
    """MB/s of extraction (of the file), with splitting (of its text), and the time beside the library's."""
    texts = _enough(paragraphs)
    plain = "\n".join(texts).encode()
    docx = to_docx(texts)
    inputs: dict[str, tuple[bytes, Callable[[bytes], object] | None, str]] = {
        "txt": (plain, None, ""),
        "txt, GB18030": ("\n".join(texts).encode("gb18030"), None, ""),
        "html": (to_html(texts), _readability, "readability-lxml"),
        "html ": (to_html(texts), _lxml_texts, "lxml, every text of the page"),
        "html  ": (to_html(texts), _lxml, "lxml, the page in one text"),
        "docx": (docx, _python_docx, "python-docx"),
        "pdf": (to_pdfs({"a": docx}).get("a", b""), _pdfium, "pypdfium2"),
        "xlsx": (_xlsx(texts), _openpyxl, "openpyxl, file of openpyxl"),
        "xlsx ": (_xlsx_shared(texts), _openpyxl, "openpyxl, file as of Excel"),
        "csv": (_csv(texts), None, ""),
        "jsonl": (_jsonl(texts), None, ""),
    }
    lines = [
        "Processor time of all processes, as in a run over many such files; the last column is for the first",
        "of them, with the start of the parsers' process and its imports. The library is imported already.",
        "",
        "| format | file, MB | extraction, MB/s | with splitting, MB/s of text | extraction ÷ library"
        " | first file ÷ library |",
        "|---|---|---|---|---|---|",
    ]
    for kind, (data, library, name) in inputs.items():
        if not data:
            continue
        ours, whole, *theirs = _times(
            lambda data=data, kind=kind: _extract(kind, data),
            lambda data=data, kind=kind: _all(kind, data),
            *([lambda data=data, library=library: library(data)] if library else []),
        )
        ratios = [f"{ours.next / by.next:.2f} ({name}) | {ours.first / by.next:.2f}" for by in theirs]
        size, text = len(data) / 1e6, len(plain) / 1e6
        lines.append(
            f"| {kind.strip()} | {size:.2f} | {size / ours.next:.1f} | {text / whole.next:.1f} |"
            f" {''.join(ratios) or '– | –'} |"
        )
    return "\n".join(lines)


def _enough(paragraphs: list[str]) -> list[str]:
    texts: list[str] = []
    size = 0
    while size < SIZE:
        for text in paragraphs:
            texts.append(text)
            size += len(text.encode()) + 1
            if size >= SIZE:
                break
    return texts


@dataclass(frozen=True, slots=True)
class _Time:
    """Seconds for the first file of a run, and for one of those that follow."""

    first: float
    next: float


def _times(*runs: Callable[[], object]) -> list[_Time]:
    """Return the least processor time of each run; they take turns: what else goes on meets all alike."""
    for run in runs:
        run()  # imports
    rounds = [[(_used(run, 1), _used(run, 1 + MORE)) for run in runs] for _ in range(ROUNDS)]
    least = [[min(times) for times in zip(*taken, strict=True)] for taken in zip(*rounds, strict=True)]
    return [_Time(one, (many - one) / MORE) for one, many in least]


def _used(run: Callable[[], object], times: int) -> float:
    """Return the processor time of some runs, the parsers' process and its start included."""
    worker.close()
    start = _clock()
    for _ in range(times):
        run()
    worker.close()
    return _clock() - start


def _clock() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _extract(kind: str, data: bytes) -> int:
    return sum(len(document.text) for document in read_bytes(f"a.{kind.partition(',')[0].strip()}", data))


def _all(kind: str, data: bytes) -> int:
    name = f"a.{kind.partition(',')[0].strip()}"
    return sum(len(split_units(document)) for document in read_bytes(name, data))


def _lxml(data: bytes) -> object:
    import lxml.html

    return lxml.html.document_fromstring(data.decode()).text_content()


def _lxml_texts(data: bytes) -> object:
    import lxml.html

    body = lxml.html.document_fromstring(data.decode()).body
    return [text for text in body.itertext() if text.strip()]


def _readability(data: bytes) -> object:
    import readability

    return readability.Document(data.decode()).summary()


def _python_docx(data: bytes) -> object:
    import docx

    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def _pdfium(data: bytes) -> object:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in pdf]


def _openpyxl(data: bytes) -> object:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return list(book.worksheets[0].iter_rows(values_only=True))


def _xlsx(texts: list[str]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["编号", "正文"])
    for number, text in enumerate(texts):
        sheet.append([str(number), text])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xlsx_shared(texts: list[str]) -> bytes:
    """Make a workbook whose strings stand in a table of their own, as Excel writes it."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(
            [("编号", "正文"), *((str(number), text) for number, text in enumerate(texts))]
        ):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


def _csv(texts: list[str]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["编号", "正文"])
    writer.writerows(enumerate(texts))
    return buffer.getvalue().encode("utf-8-sig")


def _jsonl(texts: list[str]) -> bytes:
    return "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts).encode()
