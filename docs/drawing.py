"""Draws the way through the house for the site: a flow of Mermaid's, from top to bottom, as SVG.

Mermaid itself is a script of three megabytes that Material fetches from elsewhere when a page is shown; the
site is to be read without a network. Only the form that ARCHITECTURE.md uses is known: anything else ends the
build, so that no drawing is left out or drawn wrong.
"""

from __future__ import annotations

import re
from html import escape

WIDTH, HEIGHT, GAP = 780, 50, 22
_NODE = re.compile(r'(\w+)\["([^":]+)(?:: ([^"]+))?"\]')
_CHAIN = re.compile(r"\w+( --> \w+)+")
_BOX = "fill:var(--md-code-bg-color,#f5f5f5);stroke:var(--md-default-fg-color--light,#777)"
_TEXT = "fill:var(--md-default-fg-color,#222);font-size:13px"
_ARROW = "stroke:var(--md-default-fg-color--light,#777);fill:none"


def drawing(source: str) -> str:
    """Return a flow as a figure, to stand in a page."""
    first, *lines = [line.strip() for line in source.strip().splitlines()]
    nodes = {found[1]: (found[2], found[3] or "") for line in lines if (found := _NODE.fullmatch(line))}
    chains = [line.split(" --> ") for line in lines if _CHAIN.fullmatch(line)]
    if first != "flowchart TB" or len(chains) != 1 or len(nodes) + 1 != len(lines):
        raise ValueError(
            "a drawing is 'flowchart TB', boxes 'id[\"title: text\"]', and one chain of them all"
        )
    (chain,) = chains
    if sorted(chain) != sorted(nodes):
        raise ValueError("the chain of a drawing has each of its boxes once")
    height = len(chain) * (HEIGHT + GAP) - GAP + 2
    said = "; then ".join(nodes[name][0] for name in chain)
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}" width="100%">']
    for n, name in enumerate(chain):
        title, text = nodes[name]
        parts.append(_box(title, text, 1 + n * (HEIGHT + GAP)))
    parts += [_arrow(1 + n * (HEIGHT + GAP)) for n in range(1, len(chain))]
    return "\n".join(['<figure style="width:100%">', *parts, "</svg>", "</figure>"])


def _box(title: str, text: str, top: int) -> str:
    """Return a box: a line for its title and, where it has a text, one for that."""
    line = top + (20 if text else 30)
    middle = f'x="{WIDTH / 2:g}" text-anchor="middle"'
    return (
        f'<rect x="1" y="{top}" width="{WIDTH - 2}" height="{HEIGHT}" rx="6" style="{_BOX}"/>'
        f'<text {middle} y="{line}" style="{_TEXT};font-weight:700">{escape(title)}</text>'
        + (f'<text {middle} y="{line + 19}" style="{_TEXT}">{escape(text)}</text>' if text else "")
    )


def _arrow(bottom: int) -> str:
    """Return an arrow that ends at the top of a box."""
    x, start, end = WIDTH // 2, bottom - GAP, bottom
    path = f"M{x} {start}V{end}M{x - 5} {end - 7}L{x} {end}L{x + 5} {end - 7}"
    return f'<path d="{path}" style="{_ARROW}"/>'
