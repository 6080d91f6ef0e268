"""Word documents (.docx), with python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from policycls.documents.archive import check_office
from policycls.documents.lines import Hint, Line, clean, join_cells, split_lines
from policycls.documents.text import from_lines
from policycls.errors import DamagedError
from policycls.types import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _TBL, _TR, _TC = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
_T, _TAB, _BR, _CR, _HYPHEN = f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"
# Content that Word wraps around paragraphs and tables without changing what they are.
_WRAPPERS = frozenset(
    {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml", f"{_W}body"}
)
# Deleted text, and text boxes' second copy for old readers.
_SKIPPED = frozenset(
    {f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)


def read(name: str, data: bytes) -> list[Document]:
    """Read one .docx."""
    check_office(name, data)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError) as error:
        raise DamagedError("is not an Office document", hint="open it and save it anew", path=name) from error
    lines: list[Line] = []
    notes: list[str] = []
    headings = _heading_styles(document)
    body = ((text, hint, 0.0) for text, hint in _blocks(document.element.body, headings))
    for text, hint, indent in (*body, *((text, "", 2.0) for text in _notes(document))):
        cleaned, said = clean(text)
        notes += said
        found = split_lines(cleaned)
        for line in found:
            line.hint = hint
        if found and indent:
            found[0].indent = indent  # a paragraph of its own, whatever stands before it
        lines += found
    title = (document.core_properties.title or "").strip()
    return [from_lines(lines, name, title=title, notes=notes)]


def _notes(document: Any) -> Iterator[str]:
    """Yield the footnotes, then the endnotes; those with a type are the lines that Word draws above them."""
    from docx.oxml import parse_xml

    for kind in ("footnote", "endnote"):
        for part in (x.target_part for x in document.part.rels.values() if x.reltype.endswith(f"/{kind}s")):
            for note in parse_xml(part.blob).iter(f"{_W}{kind}"):
                if note.get(f"{_W}type", "normal") == "normal":
                    yield " ".join(map(_text, note.iter(_P))).strip()


def _heading_styles(document: Any) -> frozenset[str]:
    """Ids of the styles that are headings, in English and Chinese Word."""
    styles = (style for style in document.styles if style.type == 1)
    return frozenset(
        style.style_id
        for style in styles
        if (style.name or "").lower().startswith(("heading", "title", "标题"))
    )


def _blocks(parent: Any, headings: frozenset[str]) -> Iterator[tuple[str, Hint]]:
    """Yield (text, hint) of every paragraph and table row in reading order."""
    for element in parent:
        tag = element.tag
        if tag == _P:
            style = element.find(f"{_W}pPr/{_W}pStyle")
            hint: Hint = "heading" if style is not None and style.get(f"{_W}val") in headings else ""
            yield _text(element), hint
        elif tag == _TBL:
            for row in element.iter(_TR):
                cells = [" ".join(_text(p) for p in cell.iter(_P)) for cell in row if cell.tag == _TC]
                yield join_cells(cells), "row"
        elif tag in _WRAPPERS:
            yield from _blocks(element, headings)


def _text(paragraph: Any) -> str:
    """Text of one paragraph as it is seen: no deleted runs, line breaks kept."""
    parts: list[str] = []
    for element in paragraph.iter(_T, _TAB, _BR, _CR, _HYPHEN):
        tag = element.tag
        if tag == _T:
            if any(ancestor.tag in _SKIPPED for ancestor in element.iterancestors()):
                continue
            parts.append(element.text or "")
        elif tag == _TAB:
            if element.getparent().tag != f"{_W}tabs":
                parts.append("\t")
        elif tag == _HYPHEN:
            parts.append("-")
        else:
            parts.append("\n")
    return "".join(parts)
