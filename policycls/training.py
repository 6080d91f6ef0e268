"""Training from files to a model folder, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policycls.atomic import atomic_path, check_folder, check_writable, failure
from policycls.errors import ConflictError, TooFewExamplesError, UnknownLabelError
from policycls.resources import data_path
from policycls.schema import LabelSet, load_label_set
from policycls.types import NONE

if TYPE_CHECKING:
    from policycls.learning.corpus import LabelledDocument

#: With so many documents three folds calibrate as well as five.
_MANY = 5000
#: The label set that the data itself has.
AUTO = "auto"
_BY_ROW = "no column tells the documents: splits and intervals are by row, which flatters"
_SEVERAL = "units have several labels each: all of them are learnt"


@dataclass(frozen=True, slots=True)
class TrainedReport:
    """What a training came to."""

    folder: Path
    corpus: Mapping[str, Any]  #: how many documents and units there were, and units by label
    notes: tuple[str, ...]  #: what the user should know

    def summary(self) -> str:
        """Return it in one line."""
        counts = ", ".join(f"{label} {count}" for label, count in self.corpus["by_label"].items())
        size = f"{self.corpus['units']:,} units of {self.corpus['documents']:,} documents"
        return f"trained on {size}: {counts}; model in {self.folder}"


def train_job(
    data: Sequence[str],
    output: str,
    *,
    labels: str | None = None,
    allow_small: bool = False,
    strict: bool = False,
    tune: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> TrainedReport:
    """Train a model on labelled files, and write it to a new folder or over a model.

    Test documents of a corpus that has a ``splits.json`` are left out, and the model is evaluated on them.
    ``labels`` is a schema file, by default the one that ships, or "auto": the labels that the data has.
    ``tune`` tries a small grid of recipes. ``tell`` takes a line about what is odd in the data.
    """
    from policycls.learning.card import save_with_card
    from policycls.learning.corpus import load_labelled
    from policycls.learning.evaluate import evaluate
    from policycls.learning.fit import Recipe
    from policycls.learning.knowledge import shipped_knowledge
    from policycls.learning.splits import stated_parts
    from policycls.learning.train import search, train

    check_folder(output, "manifest.json")
    schema = None if labels == AUTO else load_label_set(labels)
    documents = load_labelled(data, schema, tell=tell)
    _tell_alike(documents, strict, tell)
    _, kept = stated_parts(data, schema)
    test = [x for x in documents if x.doc in kept]
    documents = [x for x in documents if x.doc not in kept]
    schema = schema or _own_labels(documents)
    by_row = all(len(x.units) == 1 for x in documents)
    several = labels == AUTO and _has_several(documents)
    recipe, knowledge = Recipe(context=0.0) if by_row else Recipe(), shipped_knowledge()
    if tune:
        tried = search(documents, schema, start=recipe, knowledge=knowledge, several=several, tell=tell)
        recipe = tried[0].recipe
    trained = train(
        documents, schema, recipe=recipe, knowledge=knowledge, allow_small=allow_small, several=several,
        n_folds=3 if labels == AUTO and len(documents) > _MANY else 5,
    )  # fmt: skip
    if test:
        trained = trained.told(evaluation=evaluate(trained.model, test).record())
    try:
        saved = save_with_card(trained, output, schema)
    except OSError as error:
        raise failure(Path(output) / "manifest.json", error) from error
    notes = tuple(note for note, holds in ((_BY_ROW, by_row), (_SEVERAL, several)) if holds)
    return TrainedReport(saved, trained.about["corpus"], notes)


def _tell_alike(documents: Sequence[LabelledDocument], strict: bool, tell: Callable[[str], None]) -> None:
    """Tell of texts that stand with different labels, or refuse them."""
    from policycls.learning.repeats import SHOWN, alike

    found = alike(((x.doc, unit.unit), unit.text, unit.labels) for x in documents for unit in x.units)
    if found and strict:
        raise ConflictError(f"the same text with different labels: {'; '.join(found[:SHOWN])}")
    for text in found[:SHOWN]:
        tell(f"note: the same text stands with different labels: {text}")
    if len(found) > SHOWN:
        tell(f"note: and so do {len(found) - SHOWN:,} more")


def _own_labels(documents: Sequence[LabelledDocument]) -> LabelSet:
    """Return the label set that the data has; labels that differ in capitals alone are a slip."""
    found = sorted({label for x in documents for unit in x.units for label in unit.labels})
    lower: dict[str, str] = {}
    for label in found:
        other = lower.setdefault(label.casefold(), label)
        if other != label:
            raise UnknownLabelError(
                f"{other!r} and {label!r} differ in capitals alone", hint="write them alike"
            )
    if not found:
        raise TooFewExamplesError("needs at least 2 labels with examples", hint="all units have none")
    return LabelSet.of(found)


def _has_several(documents: Sequence[LabelledDocument]) -> bool:
    """Say whether more than one unit in twenty has a second label."""
    units = [unit for x in documents for unit in x.units]
    return sum(len(unit.labels) > 1 for unit in units) * 20 > len(units)


def evidence_job(
    data: Sequence[str], output: str, *, corrections: str | None = None, min_documents: int = 5
) -> str:
    """Count evidence in files labelled by the schema that ships, beside its corpus; tell it in one line.

    Labels mended afterwards may stand in a table of ``corrections`` (document, unit and label, between tabs).
    """
    from policycls.learning.corpus import load_labelled
    from policycls.learning.corrections import mended
    from policycls.learning.evidence import count_evidence
    from policycls.learning.knowledge import evidence_text, read_terms
    from policycls.learning.splits import split
    from policycls.learning.train import units_of

    check_writable(output)
    schema = load_label_set()
    documents = load_labelled(data, schema)
    if corrections is not None:
        documents = mended(documents, corrections, schema)
    corpus = data_path("corpus")
    base = split(load_labelled([corpus], schema), corpus)[0]
    classes = (*schema.ids, NONE)
    evidence = count_evidence(
        units_of(documents, classes),
        units_of(base, classes),
        classes,
        terms=read_terms(data_path("labels", "terms.tsv")),
        min_documents=min_documents,
    )
    with atomic_path(output) as path:
        path.write_text(evidence_text(evidence), encoding="utf-8", newline="\n")
    units = sum(len(document.units) for document in documents)
    return f"{len(evidence.texts):,} words counted in {units:,} units of {len(documents):,} documents"
