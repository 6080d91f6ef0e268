"""How accuracy grows with documents, and how far a split by sentence would mislead.

Run from the repository::

    python benchmarks/curves.py

Uses the training documents of ``corpus/`` alone. Writes the section "curves" of RESULTS.md and its picture.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import figures
import numpy as np
import results
from ablation import Data, System, cross_validated, judged, ours
from accuracy import CORPUS
from baselines import tutorial

from policycls.learning.bootstrap import Score, intervals
from policycls.learning.corpus import load_labelled
from policycls.learning.fit import Recipe, Units
from policycls.learning.knowledge import Knowledge, shipped_knowledge
from policycls.learning.splits import folds, split
from policycls.learning.train import fitting
from policycls.schema import load_label_set
from policycls.types import NONE

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)


def curve(system: System, data: Data, classes: list[str]) -> list[tuple[int, Score]]:
    """Train on growing parts of two thirds of the documents, measure on the third."""
    owner = data.units.documents
    train, test = next(folds(owner, 3))
    target = data.take(test)
    names = list(dict.fromkeys(owner[i] for i in train))
    order = np.random.default_rng(0).permutation(len(names))
    found = []
    for share in SHARES:
        kept = {names[i] for i in order[: round(share * len(names))]}
        rows = np.array([i for i in train if owner[i] in kept])
        score = intervals(judged(target, system(data.take(rows), target), classes))["macro_f1"]
        found.append((len(kept), score))
    return found


def leakage(system: System, data: Data, classes: list[str]) -> tuple[Score, Score]:
    """Cross-validate by document, and by sentence as one should not."""
    rng = np.random.default_rng(0)
    units = data.units
    mixed = Data(Units(units.texts, units.labels, rng.permutation(len(units.texts)).tolist()), data.headings)
    by_document = judged(data, cross_validated(system, data), classes)
    by_sentence = judged(data, cross_validated(system, mixed), classes)
    return intervals(by_document)["macro_f1"], intervals(by_sentence)["macro_f1"]


def main() -> int:
    """Run both."""
    classes = [*load_label_set().ids, NONE]
    train, _ = split(load_labelled([CORPUS]), CORPUS)
    data = Data.of(train, classes)
    knowledge, recipe = fitting(shipped_knowledge(), classes), Recipe()
    alone = replace(recipe, context=0.0, neighbours=(), heading=0.0)
    systems: dict[str, System] = {
        "policycls": ours(recipe, classes, knowledge),
        "without terms and evidence": ours(recipe.without_knowledge(), classes, Knowledge()),
        "tutorial": lambda a, b: tutorial(a.units, len(classes))(b.units.texts),
    }
    curves = {name: curve(system, data, classes) for name, system in systems.items()}
    bare = ours(alone.without_knowledge(), classes, Knowledge())
    leaks = {
        "words and characters, no context": leakage(bare, data, classes),
        "tutorial": leakage(systems["tutorial"], data, classes),
    }
    sizes = [n for n, _ in curves["policycls"]]
    figures.lines(
        results.FIGURES / "learning.svg",
        "Macro-F1 by number of training documents",
        {name: [(float(np.log2(n)), score.value) for n, score in line] for name, line in curves.items()},
        x_name="training documents", y_name="macro-F1", x_ticks=[(float(np.log2(n)), str(n)) for n in sizes],
    )  # fmt: skip
    rows = [[str(n), *(results.shown(curves[name][i][1]) for name in systems)] for i, n in enumerate(sizes)]
    told = [
        [name, results.number(a.value), results.number(b.value), f"{b.value - a.value:+.3f}"]
        for name, (a, b) in leaks.items()
    ]
    text = [
        "## More documents, and a warning",
        "By `benchmarks/curves.py`, on the training documents of the written corpus: trained on parts of "
        "two thirds of them, measured on the other third.",
        "![Learning curve](figures/learning.svg)",
        results.table(["training documents", *systems], rows),
        "Three-fold cross-validation over documents, and over sentences regardless of their document. The "
        "second puts sentences of one document on both sides and promises too much.",
        results.table(["", "by document", "by sentence", "too much by"], told),
    ]
    results.write_section("curves", "\n\n".join(text))
    results.log(
        "curves", data={name: [[n, round(s.value, 4)] for n, s in line] for name, line in curves.items()}
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
