"""The things that travel between the rooms: documents, units, tagged units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    #: A column of texts, and of other values, in the forms that callers have them in.
    Texts: TypeAlias = Sequence[str] | pd.Series[Any] | NDArray[Any]
    Values: TypeAlias = Sequence[object] | pd.Series[Any] | NDArray[Any]

Kind = Literal["heading", "sentence", "noise"]

#: The label of a unit that carries no measure.
NONE = "none"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``text[start:end]`` of a document's extracted text, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document's extracted text.

    Attributes
    ----------
    doc : str
        The path as given, or another name.
    text : str
        The extracted text: broken lines joined, pages put together.
    noise : tuple of Span
        Stretches of ``text`` that are no part of the body (mastheads, page numbers, captions), in order.
    fragments : tuple of Span
        Stretches of the body that are cut off and whose other half was not found.
    page_starts : tuple of int
        Offset in ``text`` at which each page begins; empty where there are no pages.
    title : str
        The document's title, where one was recognised.
    fields : Mapping
        Columns carried through from a table (name to value).
    notes : tuple of str
        What was guessed or changed while reading, for the reader's eye.

    Examples
    --------
    >>> Document("a", "总则。共四版。", noise=(Span(3, 7),)).noise[0].start
    3
    """

    doc: str
    text: str
    noise: tuple[Span, ...] = ()
    fragments: tuple[Span, ...] = ()
    page_starts: tuple[int, ...] = ()
    title: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, a heading line, or a stretch of noise: ``text == document.text[start:end]``.

    Attributes
    ----------
    unit : int
        0-based number in reading order.
    kind : {"heading", "sentence", "noise"}
    page : int or None
        1-based page, where there are pages.
    start, end : int
        Character offsets into the extracted text.
    heading : str
        The nearest heading above, or "".
    text : str
    fragment : bool
        Cut off in the document: a person should look.

    Examples
    --------
    >>> Unit(unit=0, kind="heading", page=None, start=0, end=2, heading="", text="总则").kind
    'heading'
    """

    unit: int
    kind: Kind
    page: int | None
    start: int
    end: int
    heading: str
    text: str
    fragment: bool = False


@dataclass(frozen=True, slots=True)
class TaggedUnit:
    """A unit with its labels.

    Attributes
    ----------
    doc, unit, kind, page, start, end, heading, text
        As in :class:`Unit`; ``doc`` is the document's name.
    label : str
        The primary label, "none" included.
    top : str
        The best measure, whatever the label.
    labels : tuple of str
        All measures, primary first; empty for none.
    scores : Mapping
        Measure id to calibrated probability, in the order of the label set.
    review : bool
        A person should look.
    model : str
        The model's short id.
    fields : Mapping
        Columns carried through from a table or joined by ``--meta``.

    Examples
    --------
    >>> import policycls
    >>> unit = policycls.tag_text("本期共四版。会期半天。")[1]
    >>> unit.text, unit.label, unit.answer
    ('会期半天。', 'none', 'none')
    """

    doc: str
    unit: int
    kind: Kind
    page: int | None
    start: int
    end: int
    heading: str
    text: str
    label: str
    top: str
    labels: tuple[str, ...]
    scores: Mapping[str, float]
    review: bool
    model: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Literal["measure", "none", "unsure"]:
        """The answer in three states: "unsure" where a person should look."""
        if self.review:
            return "unsure"
        return "none" if self.label == NONE else "measure"
