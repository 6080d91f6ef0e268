"""The table that a person sees in a terminal: 80 columns, Chinese widths, no colour needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from policycls.output.rows import KINDS, Layout
from policycls.output.width import fit, printable, width, wrap
from policycls.output.words import words
from policycls.output.writers import Writer
from policycls.schema import Language
from policycls.types import NONE, TaggedUnit, Unit

_DIM, _BOLD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_NARROWEST: Final = 20


class TerminalWriter(Writer):
    """A table for each document: number, label, score, text.

    Parameters
    ----------
    stream : TextIO
    layout : Layout
        Its language is that of the heads and labels.
    columns : int
        Width of the terminal.
    colour : bool
        Dim what carries no measure.
    """

    def __init__(self, stream: TextIO, layout: Layout, *, columns: int = 80, colour: bool = False) -> None:
        super().__init__()
        self._stream, self._layout, self._colour = stream, layout, colour
        self._words = words(layout.lang)
        longest = max(width(printable(layout.label(label.id))) for label in layout.choices())
        self._label = min(max(longest, 5), 24)
        self._columns = columns
        self._text = max(columns - 16 - self._label, _NARROWEST)
        self._doc: str | None = None
        self._marked = self._bracketed = False

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Print the units, a document's name and the heads above its first."""
        for unit in units:
            if unit.doc != self._doc:
                self._begin(unit.doc)
            self._row(unit)

    def close(self) -> None:
        """Print what the marks mean, where there were any."""
        shown = (("bracketed", self._bracketed), ("marked", self._marked))
        marks = [self._words[mark] for mark, met in shown if met]
        if marks:
            print(file=self._stream)
        for mark in marks:
            print(self._style(_DIM, mark), file=self._stream)
        self._stream.flush()

    def _begin(self, doc: str) -> None:
        if self._doc is not None:
            print(file=self._stream)
        self._doc = doc
        for line in wrap(printable(doc), self._columns):
            print(self._style(_BOLD, line), file=self._stream)
        number, label, score, text = (self._words[x] for x in ("number", "label", "score", "text"))
        self._line(" " * (5 - width(number)) + number, label, f" {score}", text, _DIM)

    def _row(self, unit: TaggedUnit) -> None:
        none = unit.label == NONE
        value = unit.scores.get(unit.top if none else unit.label)
        score = "" if value is None else f"({value:.2f})" if none else f" {value:.2f} "
        self._marked |= unit.review
        self._bracketed |= none and bool(score)
        first, *rest = wrap(printable(unit.text), self._text)
        style = _DIM if none else ""
        name = printable(self._layout.label(unit.label))
        self._line(f"{unit.unit:>5}", name, score + "?" * unit.review, first, style)
        for line in rest:
            print(self._style(style, " " * (self._columns - self._text) + line), file=self._stream)

    def _line(self, number: str, label: str, score: str, text: str, style: str) -> None:
        line = f"{number}  {fit(label, self._label)} {fit(score, 7)} {text}"
        print(self._style(style, line.rstrip()), file=self._stream)

    def _style(self, style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if self._colour and style else text


def print_units(
    doc: str, units: Iterable[Unit], stream: TextIO, *, columns: int = 80, lang: Language = "en"
) -> None:
    """Print a document's units as they were cut, untagged."""
    print(printable(doc), file=stream)
    for unit in units:
        kind = KINDS[unit.kind] if lang == "zh" else unit.kind
        page = "" if unit.page is None else f"p{unit.page}"
        first, *rest = wrap(printable(unit.text), max(columns - 23, _NARROWEST))
        print(f"{unit.unit:>5}  {fit(kind, 8)}  {page:<4}  {first}".rstrip(), file=stream)
        for line in rest:
            print(" " * 23 + line, file=stream)
