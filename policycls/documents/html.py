"""HTML pages, saved ones too: every block of text a line, site furniture marked, nothing of the body lost.

lxml parses; which blocks are furniture is told by their element, by the names of their classes and by how
much of them is links. Whatever is left standing goes through the same repair and the same noise rules
as plain text does.
"""

from __future__ import annotations

import re
from typing import Any

from policycls.documents.encoding import decode
from policycls.documents.lines import Hint, Line, clean, join_cells
from policycls.documents.text import MAX_LINES, from_lines, too_long
from policycls.errors import DamagedError, LimitError, NoTextError
from policycls.types import Document

#: A text node or page larger than this is no document.
MAX_CHARACTERS = 64 * 1024 * 1024

_BLOCKS = frozenset(
    [
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "center",
            "dd",
            "details",
            "dialog",
        ),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4"),
        *("h5", "h6", "header", "hr", "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "head", "title", "option"),
    ]
)
#: Elements whose text is never shown, or is a control's.
_SKIPPED = frozenset(
    [
        *("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "math"),
        *("select", "textarea", "button", "input", "audio", "video", "datalist", "meta", "link", "base"),
    ]
)
_ELEMENTS = frozenset({"nav", "footer", "aside", "menu", "figcaption"})
# Class and id names of furniture, as whole words: "nav", "top-nav", "footer_wrap", but not "navy".
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navi|navigation|menu|breadcrumbs?|crumbs?|location|position|dqwz|sitemap|footer|foot|copyright|"
    r"sidebar|side|aside|share|bdshare|bdsharebuttonbox|toolbar|tools|pager|pagination|pagenext|prenext|related|relate|relevant|"
    r"recommend|hot|hotnews|ranking|rank|comments?|advert|ads?|banner|qrcode|ewm|login|search|searchbox|friendlink|links|"
    r"toplink|topbar|editor|statement|disclaimer|print|fontsize)(?:$|[\s_-]|\d)",
    re.I,
)
_SENTENCE_END = re.compile(r"[。！？；][”’）」』】》)\"']*$")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Elements inside a cell that show a table to be layout, as old sites used them, and not data.
_LAYOUT = frozenset({"table", "div", "ul", "ol", "h1", "h2", "h3", "h4", "form", "iframe"})
_SPACES = re.compile(r"[ \t\r\n]+")
_WIDE = re.compile(
    r"(?<=[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]) (?=[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef])"
)
_SITE = re.compile(r"\s*[_|｜\-–—]+\s*")
_SCRIPT = "the page may load its text by script"


def read(name: str, data: bytes, encoding: str | None) -> list[Document]:
    """Read one page; lxml never sees its bytes: it trusts what a page says of itself."""
    text, notes = decode(data, name, encoding)
    if not text.strip():
        raise NoTextError("no text found", path=name)
    if len(text) > MAX_CHARACTERS:
        raise LimitError(
            f"is larger than {MAX_CHARACTERS >> 20} million characters", hint="split it", path=name
        )
    import lxml.html

    text, said = clean(text)
    # An XML declaration's encoding is no longer true, and lxml refuses a string that has one.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, AssertionError):
        raise NoTextError("no text found", hint=_SCRIPT, path=name) from None
    # What lies below its limit libxml2 leaves out, and all that comes after; it says so here alone.
    if any("Excessive depth" in error.message for error in parser.error_log):
        raise LimitError("is nested too deeply", hint="save it anew with a simpler structure", path=name)
    walker = _Walker()
    walker.walk(root)
    lines = _join_title(_mark_links(walker.lines), walker.title)
    if not lines:
        raise NoTextError("no text found", hint=_SCRIPT, path=name)
    return [from_lines(lines, name, title=_title(walker.title, lines), notes=[*notes, *said])]


def _join_title(lines: list[Line], title: str) -> list[Line]:
    """Put the two lines of a title together where <title> has them in one."""
    for at in range(len(lines) - 1):
        first, second = lines[at], lines[at + 1]
        if first.hint or second.hint or len(first.text) < 4 or first.text[0] not in title:
            continue
        both = first.text + second.text
        if "".join(both.split()) in title:
            first.text = both
            first.hint = "heading"
            return [*lines[: at + 1], *lines[at + 2 :]]
    return lines


def _title(title: str, lines: list[Line]) -> str:
    """Return <title> without the site's name, which stands before or behind a dash or underscore."""
    texts = {line.text for line in lines}
    pieces = [piece for piece in _SITE.split(title) if piece]
    for piece in [title, *sorted(pieces, key=len, reverse=True)]:
        if piece in texts:
            return piece
    return pieces[0] if pieces else title


class _Walker:
    """Collects the lines of a parsed page."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.title = ""
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0
        self._noise: list[Any] = []
        self._heading = ""

    def walk(self, root: Any) -> None:
        """Visit every element without recursion: a page may be nested as deeply as it likes."""
        import lxml.etree

        visits = lxml.etree.iterwalk(root, events=("start", "end"))
        passed: Any = None
        for event, element in visits:
            if event == "start":
                if not self._enter(element, element.tag):
                    passed = element
                    visits.skip_subtree()
            elif element is passed:
                passed = None
                self._text(element.tail)
            else:
                self._leave(element)
        self._flush()

    def _enter(self, element: Any, tag: str) -> bool:
        """Begin an element; False if nothing is left to read in it."""
        if tag in _SKIPPED or _hidden(element):
            return False
        if tag == "title":
            self.title = self.title or "".join((element.text or "").split())
            return False
        if tag == "table" and _is_data(element):
            self._table(element)
            return False
        if tag in _BLOCKS:
            self._flush()
            if tag in _HEADINGS:
                self._heading = tag
            if _is_furniture(element, tag):
                self._noise.append(element)
        elif tag == "a":
            self._links += 1
        elif tag == "br" and not self._heading:
            self._flush()
        if tag == "pre":
            self._pre(element)
        else:
            self._text(element.text)
        return True

    def _leave(self, element: Any) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._flush()
            if tag in _HEADINGS:
                self._heading = ""
            if self._noise and self._noise[-1] is element:
                self._noise.pop()
        elif tag == "a":
            self._links -= 1
        self._text(element.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self._parts.append(text)
            if self._links:
                self._linked += len(text.strip())

    def _pre(self, element: Any) -> None:
        for line in (element.text or "").split("\n"):
            self._text(line)
            self._flush()

    def _flush(self) -> None:
        """End a line."""
        if not self._parts:
            return
        raw = "".join(self._parts)
        linked, self._linked = self._linked, 0
        self._parts.clear()
        if raw.isspace():
            return
        text = _SPACES.sub(" ", raw)
        if "\n" in raw:
            # A line break in the source is no space between Chinese characters.
            text = _WIDE.sub("", text)
        bare = text.strip()
        indent = 2.0 if text.lstrip(" ")[0] in "\u3000\xa0" else 0.0
        line = Line(bare, indent=indent)
        if self._noise:
            line.hint = "noise"
        elif self._heading:
            line.hint = "heading"
        elif linked * 10 > len(bare) * 8:
            line.hint = "noise" if bare[-1] not in "。！？；" else ""
        self.lines.append(line)
        if len(self.lines) > MAX_LINES:  # before all of them are in memory
            raise too_long()

    def _table(self, element: Any) -> None:
        """Add every row of a table of data as one line."""
        self._flush()
        for row in element.iter("tr", "caption"):
            cells = row.iterchildren("td", "th") if row.tag == "tr" else [row]
            text = join_cells(" ".join("".join(cell.itertext()).split()) for cell in cells)
            if text:
                hint: Hint = "noise" if self._noise else "row" if row.tag == "tr" else "heading"
                self.lines.append(Line(text, hint=hint))


def _is_furniture(element: Any, tag: str) -> bool:
    """Whether an element is furniture by its kind, its role or the names of its classes.

    An element that holds much running text is the body whatever its name: sites misname things.
    """
    if tag in ("body", "html", "main", "article", "p", "td", "tr", "tbody") or (
        tag[0] == "h" and tag[1:].isdigit()
    ):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    role = element.get("role") or ""
    if tag not in _ELEMENTS and role not in ("navigation", "contentinfo", "complementary", "search"):
        if tag == "header":
            return element.find(".//p") is None and element.find(".//h1") is None
        if names == " " or not _NAMES.search(names):
            return False
    return not _holds_body(
        element,
        notices=bool(re.search("copyright|statement|disclaimer|footer", names, re.I)) or tag == "footer",
    )


def _holds_body(element: Any, *, notices: bool) -> bool:
    """Whether the text inside is a body's: sentences, and few links. Notices are sentences too."""
    text = "".join(element.itertext())
    stops = text.count("。")
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return stops >= (12 if notices else 4) and linked * 3 < len(text.strip())


def _mark_links(lines: list[Line]) -> list[Line]:
    """Take marks back where they cover nearly all sentences of a page: then the page is such a list."""
    sentences = [line for line in lines if _SENTENCE_END.search(line.text)]
    marked = [line for line in sentences if line.hint == "noise"]
    if sentences and len(marked) * 10 > len(sentences) * 9:
        for line in lines:
            if line.hint == "noise" and len(line.text) > 12:
                line.hint = ""
    return lines


def _hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and "display:none" in style.replace(" ", "").lower()


def _is_data(table: Any) -> bool:
    """Whether a table holds data: rows of several cells, none of which holds blocks, as layout tables do."""
    widest = 0
    for cell in table.iter("td", "th"):
        paragraphs = 0
        for element in cell.iterdescendants():
            if element.tag in _LAYOUT:
                return False
            paragraphs += element.tag == "p"
        if paragraphs > 4:
            return False
    for row in table.iter("tr"):
        widest = max(widest, sum(1 for cell in row if cell.tag in ("td", "th")))
    return widest >= 2


def read_archive(name: str, data: bytes, encoding: str | None) -> list[Document]:
    """Read a page that a browser saved as one file (.mht): its first HTML part."""
    import email
    import email.policy

    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read(name, payload, encoding)
    raise DamagedError("is a saved page without a page in it", hint="save it as .html", path=name)
