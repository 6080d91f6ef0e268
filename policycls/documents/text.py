"""From a raw string, or a reader's lines, to a document: the way that every reader ends in."""

from __future__ import annotations

from collections.abc import Mapping

from policycls.documents import columns, noise, repair
from policycls.documents.lines import MARK, Line, clean, split_lines
from policycls.documents.traditional import NOTE, can_convert, looks_traditional
from policycls.errors import LimitError, NoTextError
from policycls.types import Document, Span

#: A document is held in memory with all of its units; archives of more are tables or several files.
MAX_LINES = 200_000


def from_text(text: str, doc: str = "", fields: Mapping[str, str] | None = None) -> Document:
    r"""Repair a raw text: join broken lines and pages, put columns together, mark noise.

    Parameters
    ----------
    text : str
        A form feed begins a new page.
    doc : str
        The document's name.
    fields : Mapping, optional
        What a table says of it beside its text.

    Raises
    ------
    NoTextError
        If there is nothing but white space and control characters.

    Examples
    --------
    >>> from_text("持续优化营商环\n境，压缩审批时限。").text
    '持续优化营商环境，压缩审批时限。'
    """
    text, notes = clean(text)
    return from_lines(split_lines(text), doc, notes=notes, paged="\f" in text, fields=fields)


def from_lines(
    lines: list[Line],
    doc: str,
    *,
    title: str = "",
    notes: list[str] | None = None,
    paged: bool = False,
    fields: Mapping[str, str] | None = None,
) -> Document:
    """Build a document from lines that a reader found; without a title its first line may be one."""
    if not lines:
        raise NoTextError("no text found", path=doc or None)
    if len(lines) > MAX_LINES:
        raise too_long()
    noise.mark(lines)
    for line in lines:
        if line.hint == "row":
            line.text += MARK
    paragraphs = columns.unite(repair.join(lines))
    pages = lines[-1].page + 1 if paged else 0
    return _assemble(paragraphs, doc, title=title, notes=notes or [], pages=pages, fields=fields or {})


def too_long() -> LimitError:
    """Return the error of a document with more lines than ``MAX_LINES``."""
    return LimitError(f"has more than {MAX_LINES:,} lines", hint="split it")


def _assemble(
    paragraphs: list[repair.Paragraph],
    doc: str,
    *,
    title: str,
    notes: list[str],
    pages: int,
    fields: Mapping[str, str],
) -> Document:
    spans: list[Span] = []
    fragments: list[Span] = []
    starts: dict[int, int] = {}
    at = 0
    for paragraph in paragraphs:
        end = at + len(paragraph.text)
        if paragraph.hint == "noise":
            spans.append(Span(at, end))
        if paragraph.fragment:
            fragments.append(Span(at + _last_sentence(paragraph.text), end))
        for offset, page in paragraph.starts if pages else ():
            starts.setdefault(page, at + offset)
        at = end + 1
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    if looks_traditional(text) and not can_convert():
        notes = [*notes, NOTE]
    return Document(
        doc=doc,
        text=text,
        noise=tuple(spans),
        fragments=tuple(fragments),
        page_starts=_page_starts(starts, pages, len(text)) if pages else (),
        title=title or _title(paragraphs),
        fields=fields,
        notes=tuple(notes),
    )


def _last_sentence(text: str) -> int:
    """Where the last, unfinished sentence of a paragraph begins."""
    return max(text.rfind(mark) for mark in "。！？；") + 1


def _page_starts(starts: dict[int, int], pages: int, length: int) -> tuple[int, ...]:
    """Offsets that never go back, one a page; an empty page begins where the next one does."""
    result: list[int] = []
    following = length
    for page in reversed(range(pages)):
        following = min(following, starts.get(page, following))
        result.append(following)
    if result:
        result[-1] = 0
    return tuple(reversed(result))


def _title(paragraphs: list[repair.Paragraph]) -> str:
    """Return the first line of the body if it is no sentence, "" if it is one."""
    for paragraph in paragraphs:
        if paragraph.hint != "noise":
            text = paragraph.text
            return "" if repair.is_ended(text) or text[-1] in "：:" or len(text) > 80 else text
    return ""
