"""What each part of the model is worth: parts added one by one, and taken out one by one.

Run from the repository::

    python benchmarks/ablation.py [--external NAME=PATH …]

Every row is measured on the training documents of ``corpus/`` by three-fold cross-validation over
documents, and on labelled files from elsewhere by a model trained on all training documents. The frozen
test documents are not touched. Files from which ``labels/evidence.tsv`` was counted are refused.
``tried.toml`` lists what did not help. Writes the section "ablation" of RESULTS.md.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import results
from accuracy import CORPUS, TOGETHER, externals
from baselines import tutorial
from numpy.typing import NDArray

from policycls.learning import fit
from policycls.learning.bootstrap import differences, intervals
from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.fit import Recipe, Units, fit_weights
from policycls.learning.knowledge import Knowledge, shipped_knowledge
from policycls.learning.metrics import Judged, point
from policycls.learning.splits import folds, split
from policycls.learning.train import fitting, units_of
from policycls.model import Model
from policycls.model.features import Vocabulary
from policycls.model.linear import Floats
from policycls.model.weights import Settings
from policycls.schema import load_label_set
from policycls.types import NONE


@dataclass(frozen=True)
class Data:
    """Labelled units as columns, with the heading above each."""

    units: Units
    headings: list[str]

    @classmethod
    def of(cls, documents: Sequence[LabelledDocument], classes: Sequence[str]) -> Data:
        """Turn labelled documents into columns."""
        headings = [unit.heading for document in documents for unit in document.units]
        return cls(units_of(documents, classes), headings)

    def take(self, rows: NDArray[np.int64]) -> Data:
        """Return some of the units."""
        return Data(self.units.take(rows), [self.headings[i] for i in rows])


#: Training data and data to decide about in; decision values or probabilities (n, k) out.
System = Callable[[Data, Data], Floats]


@dataclass(frozen=True)
class Row:
    """A system, and the row with which it is compared."""

    name: str
    system: System
    against: str = ""


def ours(recipe: Recipe, classes: Sequence[str], knowledge: Knowledge, without: str = "") -> System:
    """Return our own fit by a recipe, without some blocks of the vocabulary."""

    def system(train: Data, test: Data) -> Floats:
        with _vocabulary_without(without):
            weights = fit_weights(train.units, classes, recipe, knowledge)
        settings = Settings(neighbours=recipe.neighbours, heading=recipe.heading)
        model = Model(weights, classes, settings)
        units = test.units
        return model.decision_function(units.texts, headings=test.headings, documents=units.documents)

    return system


def _vocabulary_without(blocks: str) -> AbstractContextManager[Any]:
    """Leave the named blocks out of every vocabulary that is built."""
    if not blocks:
        return nullcontext()
    whole = fit.build_vocabulary

    def build(*arguments: Any, **options: Any) -> Vocabulary:
        found = whole(*arguments, **options)
        none = {name: getattr(found, name)[:0] for name in blocks.split()}
        return replace(found, **none)

    return mock.patch.object(fit, "build_vocabulary", build)


def rows(recipe: Recipe, classes: Sequence[str], knowledge: Knowledge) -> list[Row]:
    """Return the rows: parts added one by one up to the recipe, then taken out of it one by one."""
    k = len(classes)
    alone = replace(recipe, context=0.0, neighbours=(), heading=0.0)
    bare = replace(alone, terms=0.0, evidence=0.0)
    terms_only = replace(alone, evidence=0.0)
    full, nothing = "the model as it ships", Knowledge()
    return [
        Row(
            "tutorial: jieba words, TF-IDF, logistic regression",
            lambda a, b: tutorial(a.units, k)(b.units.texts),
        ),
        Row("words, our fit", ours(bare, classes, nothing, "chars bigrams"), "tutorial"),
        Row("+ characters and pairs of characters", ours(bare, classes, nothing), "words, our fit"),
        Row("+ experts' terms", ours(terms_only, classes, Knowledge(knowledge.terms)), "+ characters"),
        Row("+ evidence", ours(alone, classes, knowledge), "+ experts' terms"),
        Row(f"+ context: {full}", ours(recipe, classes, knowledge), "+ evidence"),
        Row(
            "without terms",
            ours(replace(recipe, terms=0.0), classes, Knowledge((), knowledge.evidence)),
            "+ context",
        ),
        Row(
            "without evidence",
            ours(replace(recipe, evidence=0.0), classes, Knowledge(knowledge.terms)),
            "+ context",
        ),
        Row("without the heading above", ours(replace(recipe, heading=0.0), classes, knowledge), "+ context"),
        Row("without trained context", ours(replace(recipe, context=0.0), classes, knowledge), "+ context"),
        Row(
            "without characters",
            ours(recipe, classes, _words_only(knowledge), "chars bigrams"),
            "+ context",
        ),
        Row("with pairs of words", ours(replace(recipe, pairs=True), classes, knowledge), "+ context"),
    ]


def _words_only(knowledge: Knowledge) -> Knowledge:
    """Leave the figures about runs of characters out of the evidence."""
    table = knowledge.evidence
    if table is None:
        return knowledge
    kept = [n for n, kind in enumerate(table.kinds) if kind == "word"]
    columns = {name: tuple(getattr(table, name)[n] for n in kept) for name in ("kinds", "texts", "documents")}
    return Knowledge(
        knowledge.terms, replace(table, own=table.own[kept], context=table.context[kept], **columns)
    )


def judged(data: Data, decisions: Floats, classes: Sequence[str]) -> Judged:
    """Hold decisions against labels; what needs probabilities or second labels is not told from it."""
    units = data.units
    k = len(classes)
    guess = decisions.argmax(axis=1)
    measure = np.array([label != NONE for label in classes])
    _, owner = np.unique(np.array(units.documents, dtype=str), return_inverse=True)
    one_hot = np.eye(k)
    wanted, given = one_hot[units.labels] * measure > 0, one_hot[guess] * measure > 0
    return Judged(tuple(classes), units.labels, guess, one_hot[guess], wanted, given, owner)


def cross_validated(system: System, data: Data, n_folds: int = 3) -> Floats:
    """Decide about each unit by a system that has not seen its document."""
    found: Floats | None = None
    for train, test in folds(data.units.documents, n_folds):
        part = system(data.take(train), data.take(test))
        if found is None:
            found = np.zeros((len(data.headings), part.shape[1]))
        found[test] = part
    assert found is not None
    return found


def section(
    found: dict[str, dict[str, Judged]], systems: Sequence[Row], about: dict[str, str], recipe: Recipe
) -> str:
    """Return the text of the section."""
    parts = [
        "## What each part is worth",
        "By `benchmarks/ablation.py`; 95 % intervals from drawing documents again, paired for differences. "
        "A difference whose interval holds 0 is none that these data show. The evidence was counted on top "
        "of a model of all training documents, so that cross-validation sees a little of what it tests.",
        f"The recipe: `{recipe}`.",
    ]
    names = [row.name for row in systems]
    for data, by_row in found.items():
        lines = []
        for row in systems:
            scores = intervals(by_row[row.name])
            line = [row.name, results.shown(scores["macro_f1"]), results.number(scores["detection_f1"].value)]
            other = next((x for x in names if row.against and x.startswith(row.against)), None)
            for against in (other, names[0]):
                if against in (None, row.name):
                    line.append("")
                    continue
                difference = differences(by_row[row.name], by_row[str(against)])["macro_f1"]
                line.append(results.shown(difference, signed=True))
            lines.append(line)
        head = [
            "",
            "macro-F1",
            "measure or none, F1",
            "against the row it builds on, or the whole",
            "against the tutorial",
        ]
        parts += [f"### {data}: {about[data]}", results.table(head, lines)]
    return "\n\n".join([*parts, *tried()])


def tried() -> list[str]:
    """Return the list of what did not help, from tried.toml."""
    path = results.HERE / "tried.toml"
    if not path.is_file():
        return []
    items = tomllib.loads(path.read_text(encoding="utf-8")).get("tried", [])
    lines = [[x["what"], x["result"]] for x in items]
    text = "\n".join(["| tried | result |", "|---|---|", *("| " + " | ".join(line) + " |" for line in lines)])
    return ["### Tried, and did not help", text] if lines else []


def main() -> int:
    """Run the ablation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--external", metavar="NAME=PATH", nargs="+", action="extend", default=[])
    parser.add_argument("--documents", type=int, metavar="N", help="so many only, to try it; writes nothing")
    arguments = parser.parse_args()
    labels = load_label_set()
    classes = [*labels.ids, NONE]
    train, _ = split(load_labelled([CORPUS]), CORPUS)
    train = train[:: max(1, len(train) // arguments.documents)] if arguments.documents else train
    data = Data.of(train, classes)
    knowledge = fitting(shipped_knowledge(), classes)
    recipe = Recipe()
    systems = rows(recipe, classes, knowledge)
    size = f"{len(train)} training documents, {len(data.headings):,} units, three folds over documents"
    about = {"written corpus": size}
    outside = {name: x for name, x in externals(arguments.external, labels).items() if name != TOGETHER}
    targets = {name: Data.of(found, classes) for name, (found, _) in outside.items()}
    about |= {name: text for name, (_, text) in outside.items()}
    found: dict[str, dict[str, Judged]] = {name: {} for name in about}
    for row in systems:
        print(row.name, file=sys.stderr, flush=True)
        found["written corpus"][row.name] = judged(data, cross_validated(row.system, data), classes)
        for name, target in targets.items():
            found[name][row.name] = judged(target, row.system(data, target), classes)
    text = section(found, systems, about, recipe)
    if arguments.documents:
        print(text)
        return 0
    results.write_section("ablation", text)
    results.log(
        "ablation",
        data={
            where: {name: round(point(x)["macro_f1"], 4) for name, x in by_row.items()}
            for where, by_row in found.items()
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
