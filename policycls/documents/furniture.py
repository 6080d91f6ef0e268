"""What of a web page is the site's, not the document's."""

from __future__ import annotations

import re
from typing import Any

from policycls.documents.lines import Line

#: Elements whose text is never shown, or is a control's.
SKIPPED = frozenset(
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


def is_furniture_element(element: Any, tag: str) -> bool:
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


def mark_links(lines: list[Line]) -> list[Line]:
    """Take marks back where they cover nearly all sentences of a page: then the page is such a list."""
    sentences = [line for line in lines if _SENTENCE_END.search(line.text)]
    marked = [line for line in sentences if line.hint == "noise"]
    if sentences and len(marked) * 10 > len(sentences) * 9:
        for line in lines:
            if line.hint == "noise" and len(line.text) > 12:
                line.hint = ""
    return lines
