"""What the page tells: tagged documents gathered, counted, and cut to what a template can draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple

from policycls.documents import Skipped
from policycls.model.evidence import Explain, Word
from policycls.output.report.groups import Group, columns_of, groups_of
from policycls.output.rows import clean
from policycls.output.writers import Writer
from policycls.schema import LabelSet
from policycls.types import NONE, TaggedUnit

#: The most units that the list to review first holds; the text marks them all.
REVIEW_FIRST: Final = 100
#: Shades of the heat table.
SHADES: Final = 9


class Collector(Writer):
    """Takes tagged units as a writer does and keeps them for the page.

    Parameters
    ----------
    explain : callable, optional
        Gives the deciding words of a document's units.
    """

    def __init__(self, explain: Explain | None = None) -> None:
        super().__init__()
        self.explain = explain
        self.units: list[TaggedUnit] = []
        self.words: list[Sequence[Word]] = []
        self.skipped: list[Skipped] = []
        #: What an earlier run could not read, as the tables that it wrote tell.
        self.earlier: list[Skipped] = []

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Keep the units of a document."""
        self.units += units
        self.words += self.explain(units) if self.explain else [()] * len(units)

    def skip(self, item: Skipped) -> None:
        """Keep an input that was not read."""
        self.skipped.append(item)


class Tag(NamedTuple):
    """A label as the page shows it: letter and colour number beside the names."""

    id: str
    en: str
    zh: str
    letter: str
    colour: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A unit on the page.

    Attributes
    ----------
    at : int
        Its number on the page.
    unit : TaggedUnit
    tag : Tag
    pieces : list of (str, bool)
        The text, cut where deciding words begin and end; True for those.
    percent : list of int
        The scores in the order of the tags, "none" left out.
    """

    at: int
    unit: TaggedUnit
    tag: Tag
    pieces: list[tuple[str, bool]]
    percent: list[int]

    @property
    def doubt(self) -> float:
        """How unsure the label is: 1 minus its probability."""
        scores = self.unit.scores
        sure = 1 - sum(scores.values()) if self.unit.label == NONE else scores.get(self.unit.label, 0.0)
        return 1 - sure


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document on the page: its paragraphs, and its units counted by tag."""

    at: int
    name: str
    paragraphs: list[list[Sentence]]
    counts: list[int]
    review: int
    characters: int
    fields: Mapping[str, str]

    @property
    def sentences(self) -> Iterator[Sentence]:
        """All units, in order."""
        return chain.from_iterable(self.paragraphs)

    @property
    def total(self) -> int:
        """Units."""
        return sum(self.counts)

    @property
    def shades(self) -> list[int]:
        """The share of each tag in steps of the heat table."""
        return [round(SHADES * count / max(self.total, 1)) for count in self.counts]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the documents are to those that the model was tested on.

    Attributes
    ----------
    unknown, sure : (float, float)
        Share of words that the model does not know, and the mean probability of the label given: here and
        there.
    spread : dict of int to (float, float)
        Percentiles of that probability.
    shares : dict of str to (float, float)
        Share of the units by label, here and there.
    words : list of str
        Frequent unknown words.
    advice : (str, str)
        What to do, in English and Chinese.
    """

    unknown: tuple[float, float]
    sure: tuple[float, float]
    spread: Mapping[int, tuple[float, float]]
    shares: Mapping[str, tuple[float, float]]
    words: Sequence[str]
    advice: tuple[str, str]


@dataclass(frozen=True)
class Content:
    """All that the page tells.

    Attributes
    ----------
    tags : list of Tag
        The labels, "none" last.
    documents : list of DocumentText
    whole : Group
        Everything together.
    columns : dict
        The groups of each column about documents that can be pictured.
    left_out : list of str
        Columns with a value of its own for (nearly) every document.
    first : list of (DocumentText, Sentence)
        What to review first, the least sure before the others.
    skipped : list of Skipped
    models : list of str
        Ids of the models that tagged.
    card : Mapping
        The model's manifest; empty where it is not at hand.
    likeness : Likeness or None
    key : str
        Tells this content from every other.
    """

    tags: list[Tag]
    documents: list[DocumentText]
    whole: Group
    columns: dict[str, list[Group]]
    left_out: list[str]
    first: list[tuple[DocumentText, Sentence]]
    skipped: list[Skipped]
    models: list[str]
    card: Mapping[str, Any]
    likeness: Likeness | None
    key: str

    @property
    def review(self) -> int:
        """Units that a person should look at."""
        return sum(document.review for document in self.documents)

    @property
    def explained(self) -> bool:
        """Whether deciding words are known."""
        return any(marked for x in self.documents for y in x.sentences for _, marked in y.pieces)


def gather(
    found: Collector,
    labels: LabelSet,
    card: Mapping[str, Any] | None = None,
    likeness: Likeness | None = None,
) -> Content:
    """Count and cut what was collected.

    Parameters
    ----------
    found : Collector
    labels : LabelSet
        With every label of the units.
    card : mapping, optional
        The model's manifest.
    likeness : Likeness, optional
    """
    tags = [
        Tag(x.id, clean(x.name_en), clean(x.name_zh), _letter(n), str(n % 8))
        for n, x in enumerate(labels.labels)
    ]
    tags.append(Tag(NONE, clean(labels.none.name_en), clean(labels.none.name_zh), "–", "n"))
    documents = list(_documents(found, {tag.id: tag for tag in tags}))
    unsure = [(x, sentence) for x in documents for sentence in x.sentences if sentence.unit.review]
    columns, left_out = columns_of(found.units, labels)
    digest = hashlib.sha256()
    for unit in found.units:
        digest.update(repr((unit.doc, unit.unit, unit.text, unit.label)).encode())
    return Content(
        tags=tags,
        documents=documents,
        whole=next(groups_of(found.units, "", labels)),
        columns=columns,
        left_out=left_out,
        first=sorted(unsure, key=lambda pair: -pair[1].doubt)[:REVIEW_FIRST],
        skipped=[*found.earlier, *found.skipped],
        models=sorted({unit.model for unit in found.units if unit.model}),
        card=card or {},
        likeness=likeness,
        key=digest.hexdigest()[:16],
    )


def _letter(n: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    return (_letter(n // 26 - 1) if n >= 26 else "") + chr(ord("A") + n % 26)


def _documents(found: Collector, tags: Mapping[str, Tag]) -> Iterator[DocumentText]:
    by_doc: dict[str, list[int]] = {}
    for n, unit in enumerate(found.units):
        by_doc.setdefault(unit.doc, []).append(n)
    for at, (doc, numbers) in enumerate(by_doc.items()):
        units = [found.units[n] for n in numbers]
        labels = [unit.label for unit in units]
        paragraphs: list[list[Sentence]] = []
        for n, unit in zip(numbers, units, strict=True):
            percent = [round(100 * unit.scores.get(x, 0.0)) for x in tags if x != NONE]
            pieces = list(_pieces(clean(unit.text), found.words[n]))
            if not paragraphs or _begins(paragraphs[-1][-1].unit, unit):
                paragraphs.append([])
            paragraphs[-1].append(Sentence(n, unit, tags[unit.label], pieces, percent))
        yield DocumentText(
            at=at,
            name=clean(doc),
            paragraphs=paragraphs,
            counts=[labels.count(x) for x in tags],
            review=sum(unit.review for unit in units),
            characters=sum(len(unit.text) for unit in units),
            fields=units[0].fields,
        )


def _begins(before: TaggedUnit, unit: TaggedUnit) -> bool:
    """Whether a unit begins a paragraph: it is no sentence, or follows none, or stands apart from it."""
    return "sentence" not in (before.kind, unit.kind) or before.kind != unit.kind or before.end != unit.start


def _pieces(text: str, words: Sequence[Word]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end, _ in words:
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
