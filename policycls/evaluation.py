"""Evaluating and comparing models on labelled files: lines for a terminal, or JSON."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from policycls.errors import LabelMismatchError, UnknownLabelError
from policycls.learning.words import line, say
from policycls.output.width import width
from policycls.schema import LabelSet, Language, labels_of, schema_in_use
from policycls.types import NONE

if TYPE_CHECKING:
    from policycls.learning.bootstrap import Score
    from policycls.learning.comparison import Comparison
    from policycls.learning.corpus import LabelledDocument
    from policycls.learning.evaluate import Evaluation

_FLIPS = 10


def evaluate_job(
    data: Sequence[str],
    *,
    model: str | None = None,
    alone: bool = False,
    lang: Language = "en",
    as_json: bool = False,
) -> Iterator[str]:
    """Evaluate a model, by default the one that ships, on labelled files; yield the lines to print.

    Of a corpus that has a ``splits.json`` its test documents count. With ``alone``, each unit is given
    without heading and neighbours.

    Raises
    ------
    ModelError
        If the folder holds no model, or one that has other labels than the schema and the data.
    """
    from policycls.learning.evaluate import evaluate
    from policycls.model import load_model

    loaded = load_model(model)
    labels = labels_of(loaded.labels, loaded.own_labels)
    found = evaluate(loaded, _read_test(data, labels), alone=alone)
    if as_json:
        yield json.dumps({"model": loaded.id, **found.record()}, ensure_ascii=False, indent=2)
    else:
        yield from _evaluation(found, loaded.id, labels, lang)


def compare_job(
    a: str, b: str, on: Sequence[str], *, workspace: str | None, lang: Language, as_json: bool
) -> Iterator[str]:
    """Compare model A with model B on labelled data; yield the lines to print."""
    from policycls.learning.comparison import all_classes, compare
    from policycls.model import load_model

    new, old = (load_model(_model_path(x, workspace)) for x in (a, b))
    labels = labels_of([x for x in all_classes(new, old) if x != NONE], new.own_labels or old.own_labels)
    found = compare(new, old, _read_test(on, labels))
    if as_json:
        flips = [asdict(x) for x in found.flips]
        record = {"new": new.id, "old": old.id, **found.record(), "flips": flips}
        yield json.dumps(record, ensure_ascii=False, indent=2)
        return
    yield say("compared", lang, new=new.id, old=old.id)
    yield from comparison_lines(found, labels, lang)


def comparison_lines(
    found: Comparison, labels: LabelSet, lang: Language, *, flips: bool = True
) -> Iterator[str]:
    """Yield the lines that tell a comparison, at most 80 columns wide but for the sentences."""
    columns = (26, -6, -8, -8, -9, 0)
    yield "  " + say("size", lang, documents=found.documents, units=found.units)
    head = (say(x, lang) for x in ("units", "old", "new", "change"))
    yield line(("", *head, "  " + say("interval", lang)), columns)
    for figure in ("macro_f1", "accuracy", *(f"f1:{x}" for x in found.support)):
        change = found.difference.get(figure)
        if change is None or math.isnan(change.value):
            continue
        label = figure.removeprefix("f1:")
        name = say(figure, lang) if label == figure else labels.name(label, lang)
        count = "" if label == figure else str(found.support[label])
        old, new = (f"{scores[figure].value:.3f}" for scores in (found.old, found.new))
        cells = (f"  {name}", count, old, new, f"{change.value:+.3f}", _interval(change, "+.3f"))
        yield line(cells, columns)
    if flips:
        for title, turned in (("gained", found.gained), ("lost", found.lost)):
            yield "  " + say(title, lang, n=len(turned))
            for flip in turned[:_FLIPS]:
                before, after = (
                    labels.name(x, lang) if lang == "zh" else x for x in (flip.before, flip.after)
                )
                yield f"    {flip.doc} {flip.unit}: {before} -> {after}: {flip.text}"


def _read_test(data: Sequence[str], labels: LabelSet) -> list[LabelledDocument]:
    """Read labelled files; of a corpus that has a ``splits.json``, its test documents alone."""
    from policycls.learning.corpus import load_labelled
    from policycls.learning.splits import stated_parts

    try:
        documents = load_labelled(data, labels)
    except UnknownLabelError:
        schema = schema_in_use()
        with contextlib.suppress(UnknownLabelError):
            load_labelled(data, schema)
            known, given = (", ".join(x.ids) for x in (labels, schema))
            message = f"the model knows the labels {known}; the data has those of the schema, {given}"
            hint = "name another model, or train one on such data"
            raise LabelMismatchError(message, hint=hint) from None
        raise
    # What a model was trained on says nothing about it.
    seen, _ = stated_parts(data, labels)
    return [x for x in documents if x.doc not in seen]


def _model_path(name: str, workspace: str | None) -> Path:
    """Return a model's folder by its path, or by its name in the workspace."""
    from policycls.learning.registry import Registry
    from policycls.resources import SHIPPED, data_path, find_workspace

    if Path(name).is_dir():
        return Path(name)
    if root := find_workspace(workspace):
        return Registry(root).path(name)
    return data_path("models", "default") if name == SHIPPED else Path(name)


def _evaluation(found: Evaluation, model: str, labels: LabelSet, lang: Language) -> Iterator[str]:
    """Yield the lines that tell an evaluation, at most 80 columns wide."""
    from policycls.learning.evaluate import BY_LABEL, OVERALL

    size = say("size", lang, documents=found.documents, units=found.units)
    yield say("evaluated", lang, model=model, size=size) + (say("alone", lang) if found.alone else "")
    yield ""
    yield line(("", say("value", lang), "  " + say("interval_by_document", lang)), (33, -6, 0))
    for figure in OVERALL:
        score = found.scores[figure]
        yield line((say(figure, lang), _number(score), _interval(score)), (33, -6, 0))
    yield ""
    names = [labels.name(label, lang) for label in found.support]
    space = min(24, max(map(width, names)))
    columns = (space, -8, -8, -8, -8, 0)
    head = [say(x, lang) for x in ("units", "precision", "recall", "f1", "interval_short")]
    yield line(("", *head[:4], f"  {head[4]}"), columns)
    for name, (label, support) in zip(names, found.support.items(), strict=True):
        f1, precision, recall = (found.scores[f"{x}:{label}"] for x in BY_LABEL)
        numbers = map(_number, (precision, recall, f1))
        yield line((name, f"{support:,}", *numbers, _interval(f1)), columns)
    yield ""
    yield say("confusion", lang)
    letters = [chr(ord("a") + n) if n < 26 else str(n) for n in range(len(names))]
    shown = min(len(names), (80 - space - 4) // 7)
    wide = (space + 4, *[-7] * shown)
    yield line(("", *letters[:shown]), wide)
    for letter, name, row in zip(letters, names, found.confusion, strict=True):
        yield line((f"{letter:>2}  {name}", *map(str, row[:shown])), wide)


def _number(score: Score) -> str:
    return "-" if math.isnan(score.value) else f"{score.value:.3f}"


def _interval(score: Score, form: str = ".3f") -> str:
    return "" if math.isnan(score.low) else f"  {score.low:{form}} to {score.high:{form}}"
