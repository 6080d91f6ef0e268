"""How the workbook looks: colours and widths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policycls.output.rows import Layout
from policycls.types import NONE

#: Tints that colour-blind people can tell apart, those of the page; a label's name stands in each.
FILLS: Final = ("#B9DCFF", "#D7F7E4", "#FFEE9C", "#F0AB86", "#F0D0EA", "#FAF6B4", "#C9DDF0", "#E3DCCB")
NO_FILL: Final = "#EFEFEF"
REVIEW: Final = "#FFF8DC"
HEAD: Final = "#23405C"
LINE: Final = "#C8CDD2"

#: Column widths in characters; "*" stands for scores, "+" for carried columns.
WIDTHS: Final[Mapping[str, float]] = {
    "doc": 24, "unit": 6, "kind": 10, "page": 6, "heading": 22, "text": 72, "note": 18, "review": 9,
    "labels": 24, "evidence": 30, "start": 9, "end": 9, "model": 16, "*": 14, "+": 16,
}  # fmt: skip

_CENTRED: Final = frozenset(("unit", "kind", "page", "review"))
_WRAPPED: Final = frozenset(("doc", "heading", "text", "note", "labels", "evidence"))


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any, layout: Layout) -> None:
        self._book = book
        self._fills = {x: FILLS[n % len(FILLS)] for n, x in enumerate(layout.labels.ids)} | {NONE: NO_FILL}
        self._cells: dict[tuple[str, str, bool], Any] = {}
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.head = self._format(
            bold=True,
            font_color="#FFFFFF",
            bg_color=HEAD,
            text_wrap=True,
            valign="vcenter",
            border_color=HEAD,
        )
        self.title = self._book.add_format({"bold": True, "font_size": 13, "font_color": HEAD})
        self.plain = self._format()
        self.strong = self._format(bold=True)
        self.wrapped = self._format(text_wrap=True)
        self.percent = self._format(num_format="0.0%")

    def fill(self, label: str) -> Any:
        """Return the format of a cell that names a label."""
        return self._format(bg_color=self._fills[label])

    def cell(self, column: str, label: str, review: bool) -> Any:
        """Return the format of a unit's cell: by column, by label, and whether a person should look."""
        key = (column if column[0] not in "*+" else column[0], label if column == "label" else "", review)
        if key not in self._cells:
            self._cells[key] = self._make(*key)
        return self._cells[key]

    def _make(self, column: str, label: str, review: bool) -> Any:
        style: dict[str, Any] = {}
        if review:
            style["bg_color"] = REVIEW
            style["bold"] = column == "review"
        if label:
            style["bg_color"] = self._fills[label]
        if column in _CENTRED:
            style["align"] = "center"
        if column in _WRAPPED:
            style["text_wrap"] = True
        if column == "*":
            style["num_format"] = "0.00"
        return self._format(**style)

    def _format(self, **style: Any) -> Any:
        whole = {"valign": "top", "border": 1, "border_color": LINE, **style}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]
