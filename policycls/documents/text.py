"""From a raw string, or a reader's lines, to a document: the way that every reader ends in."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from policycls.documents import columns, noise, repair
from policycls.documents.lines import MARK, Line, clean, split_lines
from policycls.documents.repair import Paragraph
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
    text = "\n".join([paragraph.text for paragraph in paragraphs])
    said = [NOTE] if looks_traditional(text) and not can_convert() else []
    starts = accumulate([len(each.text) + 1 for each in paragraphs[:-1]], initial=0)
    placed = list(zip(starts, paragraphs, strict=True))
    return Document(
        doc=doc,
        text=text,
        noise=tuple([Span(at, at + len(each.text)) for at, each in placed if each.hint == "noise"]),
        fragments=tuple([_cut(at, each.text) for at, each in placed if each.fragment]),
        page_starts=_page_starts(placed, lines[-1].page + 1, len(text)) if paged else (),
        title=title or _title(paragraphs),
        fields=fields or {},
        notes=(*(notes or ()), *said),
    )


def too_long() -> LimitError:
    """Return the error of a document with more lines than ``MAX_LINES``."""
    return LimitError(f"has more than {MAX_LINES:,} lines", hint="split it")


def _cut(at: int, text: str) -> Span:
    """Return where the last, unfinished sentence of a paragraph stands that begins at ``at``."""
    return Span(at + repair.last_sentence(text), at + len(text))


def _page_starts(placed: list[tuple[int, Paragraph]], pages: int, length: int) -> tuple[int, ...]:
    """Offsets that never go back, one a page; an empty page begins where the next one does."""
    found: dict[int, int] = {}
    for at, paragraph in placed:
        for offset, page in paragraph.starts:
            found.setdefault(page, at + offset)
    starts = [length]
    for page in reversed(range(1, pages)):
        starts.append(min(starts[-1], found.get(page, length)))
    return 0, *reversed(starts[1:])


def _title(paragraphs: list[Paragraph]) -> str:
    """Return the first line of the body if it is no sentence, "" if it is one."""
    for paragraph in paragraphs:
        if paragraph.hint != "noise":
            text = paragraph.text
            return "" if repair.is_ended(text) or text[-1] in "：:" or len(text) > 80 else text
    return ""
