"""Looks through the built site: it asks nothing of another host, and every link in it leads somewhere.

MkDocs checks links in the sources; what a theme, a plugin or raw HTML adds is seen in what was built alone.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes whose address is fetched as soon as a page is shown; that of a link waits for a reader.
FETCHED = {"src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"}
#: What <link> fetches; others, such as the page in another language, only say something.
LINKS = {
    "stylesheet", "icon", "shortcut", "apple-touch-icon", "manifest", "preload", "prefetch", "preconnect",
    "dns-prefetch", "modulepreload",
}  # fmt: skip
_OTHER_HOST = re.compile(r"(?:https?:)?//", re.I)
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)['"]?((?:https?:)?//[^'")\s]+)""", re.I)


class Page(HTMLParser):
    """What a page fetches, what it links to, and where links to it can lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.linked: list[str] = []
        self.anchors: set[str] = set()
        self.scripted = False  # something in it makes a script of the theme fetch another one
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of the addresses in a tag."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[x] for x in ("id", "name") if x in found}
        self.scripted |= "mermaid" in found.get("class", "").split() or "md-source" in found.get("class", "")
        self._style = tag == "style"
        self.fetched += _STYLE.findall(found.get("style", ""))
        kinds = set(found.get("rel", "").lower().split())
        if tag == "link" and kinds & LINKS:
            self.fetched.append(found.get("href", ""))
        elif tag in {"a", "area", "link"} and "href" in found:
            self.linked.append(found["href"])
        elif tag in {"image", "use"} and "href" in found:
            self.fetched.append(found["href"])
        for name in FETCHED & set(found):
            addresses = found[name].split(",") if name == "srcset" else [found[name]]
            self.fetched += [x.split()[0] for x in addresses if x.split()]

    def handle_data(self, data: str) -> None:
        """Take note of the addresses in a style sheet."""
        if self._style:
            self.fetched += _STYLE.findall(data)


def faults(site: Path) -> list[str]:
    """Return what is wrong with a site, a line each."""
    pages = {x: Page(x.read_text("utf-8")) for x in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        found += [f"{name} asks another host: {x}" for x in page.fetched if _OTHER_HOST.match(x)]
        if page.scripted:
            found.append(f"{name} makes the theme fetch a script or figures from another host")
        for address in dict.fromkeys(page.linked + page.fetched):
            found += [f"{name}: {address} {x}" for x in _leads_nowhere(address, path, site, pages)]
    for sheet in sorted(site.rglob("*.css")):
        name = sheet.relative_to(site).as_posix()
        found += [f"{name} asks another host: {x}" for x in _STYLE.findall(sheet.read_text("utf-8"))]
    return found


def _leads_nowhere(address: str, path: Path, site: Path, pages: dict[Path, Page]) -> list[str]:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return []
    place = unquote(parts.path)
    if place.startswith("/"):
        # A server shows the page for what is not found under any address: there alone it starts at the root.
        if path.name != "404.html":
            return ["starts at the root: from a folder it leads nowhere"]
        goal = site / place.lstrip("/")
    else:
        goal = path.parent / place if place else path
    goal = goal.resolve()
    if goal.is_dir():
        goal /= "index.html"
    if not goal.is_file() or not goal.is_relative_to(site.resolve()):
        return ["is not there"]
    known = pages.get(goal)
    if parts.fragment and known and unquote(parts.fragment) not in known.anchors | {"__skip"}:
        return ["has no such anchor"]
    return []
