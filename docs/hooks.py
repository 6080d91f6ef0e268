"""Puts the site together: pages of ``docs/``, pages that lie elsewhere, and what they link to.

A page keeps links that work where it lies; here they are turned to where things stand in the site. Two marks
stand for what must not be written twice: ``<!-- include FILE#SECTION -->``, a part of another page, and
``<!-- labels LANGUAGE -->``, the label set.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from checks import faults
from drawing import drawing
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

from policycls.schema import Label, Language, load_label_set

ROOT = Path(__file__).resolve().parent.parent
#: Pages that lie elsewhere, and where they stand in the site.
ELSEWHERE = {
    "ARCHITECTURE.md": "en/architecture.md",
    "CHANGELOG.md": "en/changelog.md",
    "CONTRIBUTING.md": "en/contributing.md",
    "SECURITY.md": "en/security-details.md",
    "benchmarks/RESULTS.md": "en/results.md",
    "corpus/DATASHEET.md": "en/datasheet.md",
    "labels/EVIDENCE.md": "en/evidence.md",
    "labels/guideline.en.md": "en/guideline.md",
    "labels/guideline.md": "zh/guideline.md",
    "models/default/CARD.md": "en/model.md",
    "tests/COVERAGE.md": "en/coverage.md",
}
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
_DRAWING = re.compile(r"^```mermaid\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")
_INCLUDE = re.compile(r"^<!-- include (\S+?)#(\S+) -->$", re.M)
_LABELS = re.compile(r"^<!-- labels (en|zh) -->$", re.M)
_WORDS = {"en": ("Covers", "Does not cover", "Border cases"), "zh": ("包括", "不包括", "边界例句")}


def pages() -> dict[str, str]:
    """Return every page: its path in the repository, and its path in the site."""
    own = {
        x.relative_to(ROOT).as_posix(): x.relative_to(ROOT / "docs").as_posix()
        for language in ("en", "zh")
        for x in sorted((ROOT / "docs" / language).glob("*.md"))
    }
    return own | ELSEWHERE


def section(text: str, name: str) -> str:
    """Return the part of a page between the marks ``name:begin`` and ``name:end``, or under a heading."""
    marked = re.search(rf"<!-- {re.escape(name)}:begin -->\n(.*?)<!-- {re.escape(name)}:end -->", text, re.S)
    headed = re.search(rf"^(#+) {re.escape(name)}\n(.*?)(?=^\1 |\Z)", text, re.M | re.S)
    if marked:
        return marked[1].strip()
    if headed:
        return headed[2].strip()
    raise PluginError(f"there is no section {name!r} to include")


def labels(lang: Language) -> str:
    """Return the label set as Markdown."""
    found = load_label_set()
    return "\n\n".join(_label(x, lang) for x in (*found.labels, found.none))


def _label(label: Label, lang: Language) -> str:
    def own(name: str) -> Any:
        return getattr(label, f"{name}_{lang}")

    covers, excludes, border = _WORDS[lang]
    lines = [f"### {label.name(lang)}", f"`{label.id}` {own('definition')}"]
    for title, items in ((covers, own("covers")), (excludes, own("excludes"))):
        lines.append(f"**{title}**")
        lines.append("\n".join(f"- {item}" for item in items))
    rows = ["| | | |", "|---|---|---|"]
    for x in label.examples:
        given = " + ".join(load_label_set().name(y, lang) for y in x.labels or (label.id,))
        rows.append(f"| {x.text} | {given} | {getattr(x, f'reason_{lang}')} |")
    return "\n\n".join([*lines, f"**{border}**", "\n".join(rows)])


def _turned(text: str, source: str, target: str, there: dict[str, str], files: dict[str, Path]) -> str:
    """Turn the links of a page; files that it links to are added to ``files``, by their place in the site."""

    def link(found: re.Match[str]) -> str:
        mark, words, address, anchor = found.groups()
        place = os.path.normpath(PurePosixPath(source).parent / address).replace(os.sep, "/")
        if place in there and there[place][:2] != target[:2]:
            # Each language is built by itself: the other one's pages are no pages of it.
            return f'<a href="{_address(there[place], target)}{anchor or ""}">{words}</a>'
        if place in there:
            goal = there[place]
        elif (ROOT / place).is_file():
            goal = f"{target[:2]}/files/{place}"
            files[goal] = ROOT / place
        elif (ROOT / place).is_dir():
            return str(words)
        else:
            raise PluginError(f"{source}: {address} leads nowhere")
        return f"{mark}[{words}]({os.path.relpath(goal, PurePosixPath(target).parent)}{anchor or ''})"

    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LINK.sub(link, text[end:])])


def _address(page: str, other: str) -> str:
    """Return the address of a page in the site, as seen from a page of the other language."""
    place = PurePosixPath(page).with_suffix(".html").as_posix()
    return f"../{place.removeprefix('en/')}" if other.startswith("zh/") else place


def _drawn(found: re.Match[str]) -> str:
    try:
        return drawing(found[1])
    except ValueError as error:
        raise PluginError(str(error)) from error


def assemble(folder: Path) -> None:
    """Write the pages of the site, pictures and linked files into a folder."""
    there, files = pages(), dict[str, Path]()
    for source, target in there.items():

        def turned(text: str, source: str, target: str = target) -> str:
            return _turned(text, source, target, there, files)

        def included(found: re.Match[str]) -> str:
            return turned(section((ROOT / found[1]).read_text("utf-8"), found[2]), found[1])

        text = _INCLUDE.sub(included, turned((ROOT / source).read_text("utf-8"), source))
        place = folder / target
        place.parent.mkdir(parents=True, exist_ok=True)
        text = _DRAWING.sub(_drawn, text)
        place.write_text(_LABELS.sub(lambda found: labels(found[1]), text), encoding="utf-8")
    for name, path in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def on_startup(**_: Any) -> None:
    """Stay loaded, so that both languages are built from the same folder."""


def on_config(config: Any) -> Any:
    """Build from a folder in which everything has its place."""
    folder = Path(tempfile.mkdtemp(prefix="policycls-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assemble(folder)
    config["docs_dir"] = str(folder)
    return config


def on_post_page(output: str, **_: Any) -> str:
    """Let pages of one language link to the other's beginning from where they stand, not from the root."""
    return output.replace('href="/zh/index.html"', 'href="zh/index.html"')


@event_priority(-200)  # after the plugin for languages, which builds the others when the first is done
def on_post_build(config: Any, **_: Any) -> None:
    """Look through the site, once both languages are in it."""
    if config.plugins["i18n"].building:
        return
    site = Path(config["site_dir"])
    site = site.parent if site.name == "zh" else site
    for place in (site, site / "zh"):
        if not (place / "index.html").is_file():
            raise PluginError(f"{place} was not built before the site is looked through")
    if found := faults(site):
        raise PluginError("\n".join(found))
