"""What a smaller vocabulary costs in accuracy, and what it saves in bytes and in time.

Run from the repository::

    python benchmarks/pruning.py [--external NAME=PATH …]

Of the model's features those with the largest weights keep them. The others stay known without any weight,
so that a text's length norm is what it was; or they are not known any more and leave the norm too. Pairs of
words, where the model has any, are left out as well. Writes the section "pruning" of RESULTS.md and its
picture; changes no model.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import figures
import numpy as np
import results
from accuracy import CORPUS, TEST, TOGETHER, externals
from numpy.typing import NDArray

from policycls.learning.bootstrap import Score, differences, intervals
from policycls.learning.corpus import LabelledDocument, fingerprint, load_labelled
from policycls.learning.evaluate import judge
from policycls.learning.splits import split
from policycls.model import Model, load_model
from policycls.model.features import Vocabulary
from policycls.model.store import WEIGHTS, save_model
from policycls.model.weights import Quantised, Weights
from policycls.schema import labels_of

#: Sizes that are tried, as shares of all rows.
SHARES = (1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64)
WHOLE, PRUNED, FORGOTTEN = "as it ships", "norm over all", "norm over these"
UNPAIRED = "no pairs of words, norm over the rest"
ROUNDS = 5
#: A loss of macro-F1 up to this, whose interval holds 0, is none.
MARGIN = 0.005


@dataclass(frozen=True)
class Size:
    """One model of the curve: rows with weights, bytes of its file, speed against the whole model's."""

    variant: str
    rows: int
    model: Model
    bytes: int
    speed: float
    scores: dict[str, Score]
    losses: dict[str, Score]

    @property
    def as_good(self) -> bool:
        """Whether nothing is lost on any set."""
        return all(x.value >= -MARGIN and x.high >= 0 for x in self.losses.values())


def heaviest(weights: Weights, rows: int) -> NDArray[np.bool_]:
    """Say which rows have the largest weights; ``(n,)``."""
    largest = np.maximum(np.abs(weights.own.floats).max(axis=1), np.abs(weights.context.floats).max(axis=1))
    kept = np.zeros(len(largest), dtype=bool)
    kept[np.argsort(-largest, kind="stable")[:rows]] = True
    return kept


def pruned(weights: Weights, rows: int) -> Weights:
    """Keep the weights of so many rows, those with the largest; the idf of all."""
    gone = ~heaviest(weights, rows)
    own, context = weights.own.values.copy(), weights.context.values.copy()
    own[gone], context[gone] = 0, 0
    return replace(
        weights, own=Quantised(own, weights.own.step), context=Quantised(context, weights.context.step)
    )


def forgotten(weights: Weights, rows: int) -> Weights:
    """Know so many rows alone, those with the largest weights; no pairs of words."""
    known = weights.vocabulary
    a, b, c, d, n = known.offsets
    kept = heaviest(weights, rows)
    kept[d:n] = False
    words = tuple(word for word, stays in zip(known.words, kept[c:d], strict=True) if stays)
    return replace(
        weights,
        vocabulary=Vocabulary(known.chars[kept[a:b]], known.bigrams[kept[b:c]], words, known.pairs[:0]),
        own=Quantised(weights.own.values[kept], weights.own.step),
        context=Quantised(weights.context.values[kept], weights.context.step),
        idf=weights.idf[kept],
        origin=weights.origin[kept],
    )


def models(model: Model) -> list[tuple[str, int, Model]]:
    """Return the models of the curve, the whole one first."""
    whole = model.weights
    most = len(whole.vocabulary)
    counts = [round(share * most) for share in SHARES]
    tried = [(PRUNED if n < most else WHOLE, n, pruned(whole, n)) for n in counts]
    if len(whole.vocabulary.pairs):
        short = forgotten(whole, most)
        fewer = [len(short.vocabulary), *(n for n in counts if n < len(short.vocabulary))]
        tried += [(UNPAIRED, n, pruned(short, n)) for n in fewer]
    small = ((n, forgotten(whole, n)) for n in counts[1:])
    tried += [(FORGOTTEN, len(weights.vocabulary), weights) for _, weights in small]
    classes = [str(x) for x in model.classes_]
    return [(variant, n, Model(weights, classes, model.settings)) for variant, n, weights in tried]


def file_size(model: Model) -> int:
    """Return the bytes of a model's weights as they are written."""
    with tempfile.TemporaryDirectory() as folder:
        save_model(folder, model.weights, [str(x) for x in model.classes_], model.settings)
        return (Path(folder) / WEIGHTS).stat().st_size


def speeds(tried: Sequence[Model], texts: Sequence[str]) -> list[float]:
    """Return how fast each model is against the first: median of rounds in which each has a turn."""
    for model in tried:
        model.choose(texts)  # builds its tables
    taken: list[list[float]] = [[] for _ in tried]
    for _ in range(ROUNDS):
        for model, times in zip(tried, taken, strict=True):
            start = time.process_time()
            model.choose(texts)
            times.append(time.process_time() - start)
    return [statistics.median(a / b for a, b in zip(taken[0], times, strict=True)) for times in taken]


def measure(model: Model, sets: Mapping[str, list[LabelledDocument]], texts: Sequence[str]) -> list[Size]:
    """Measure every model of the curve."""
    tried = models(model)
    fast = speeds([x for _, _, x in tried], texts)
    whole = {name: judge(model, documents) for name, documents in sets.items()}
    found = []
    for (variant, rows, small), speed in zip(tried, fast, strict=True):
        judged = {name: judge(small, documents) for name, documents in sets.items()}
        scores = {name: intervals(x)["macro_f1"] for name, x in judged.items()}
        losses = {name: differences(x, whole[name])["macro_f1"] for name, x in judged.items()}
        found.append(Size(variant, rows, small, file_size(small), speed, scores, losses))
    return found


def knee(sizes: Sequence[Size]) -> Size:
    """Return the smallest file from which upwards nothing is lost, with the norm over all features."""
    curve = sorted((x for x in sizes if x.variant in (WHOLE, PRUNED)), key=lambda x: -x.rows)
    kept = curve[0]
    for size in curve:
        if not size.as_good:
            break
        kept = size
    return kept


def report(model: Model, sets: Mapping[str, list[LabelledDocument]], sizes: Sequence[Size]) -> str:
    """Write the section."""
    head = ["features with weights", "weights.npz, MB", "speed"]
    head += [x for name in sets for x in (f"{name}: macro-F1", f"{name}: against the whole, paired")]
    rows = [
        [
            f"{x.variant}: {x.rows:,}", f"{x.bytes / 1e6:.1f}", f"{x.speed:.2f} ×",
            *(y for name in sets for y in (
                results.number(x.scores[name].value), results.shown(x.losses[name], signed=True)
            )),
        ]
        for x in sizes
    ]  # fmt: skip
    at, whole = knee(sizes), sizes[0]
    told = "; ".join(
        f"{name}: {len(x):,} documents, {sum(len(y.units) for y in x):,} units, fingerprint "
        f"`{fingerprint(x)[:16]}`"
        for name, x in sets.items()
    )
    shown = (
        f"The knee is at {at.rows:,} features with weights ({at.bytes / 1e6:.1f} MB): the smallest size down "
        f"to which macro-F1 falls by no more than {MARGIN} on any of these sets, with an interval that holds "
        f"0. The whole vocabulary ships today: {whole.rows:,} features, {whole.bytes / 1e6:.1f} MB."
        if at is not whole
        else f"Halving it already loses: the whole vocabulary ships, {whole.rows:,} features, "
        f"{whole.bytes / 1e6:.1f} MB."
    )
    return "\n\n".join(
        [
            "## A smaller vocabulary",
            f"Model `{model.id}`, by `benchmarks/pruning.py`. The features with the largest weights keep "
            "them. The others stay known with their idf alone, so that a text's length norm does not change; "
            "or they are not known any more and leave the norm too. "
            + ("" if len(model.weights.vocabulary.pairs) else "The model has no pairs of words to drop. ")
            + "Nothing is trained again. Intervals are 95 %, from drawing the same documents for both. "
            "Speed is that of deciding about distinct sentences, in the same run, larger is faster.",
            f"Measured on {told}.",
            "![Macro-F1 by size of the vocabulary](figures/pruning.svg)",
            results.table(head, rows),
            shown,
            "Features without weights are still looked up for the norm, so that the first way saves bytes "
            "rather than time. No smaller size ships: it would be no faster, and the bytes are few.",
        ]
    )


def draw(sets: Mapping[str, list[LabelledDocument]], sizes: Sequence[Size]) -> None:
    """Draw the curve."""
    ways = {"": (WHOLE, PRUNED), f", {FORGOTTEN}": (WHOLE, FORGOTTEN)}
    series = {
        f"{name}{way}": sorted(
            (float(np.log2(x.rows)), x.scores[name].value) for x in sizes if x.variant in variants
        )
        for name in sets
        if name != TOGETHER
        for way, variants in ways.items()
    }
    ticks = sorted({x.rows for x in sizes if x.variant in (WHOLE, PRUNED)})
    figures.lines(
        results.FIGURES / "pruning.svg",
        "Macro-F1 by number of features with weights",
        series,
        x_name="features with weights", y_name="macro-F1",
        x_ticks=[(float(np.log2(n)), f"{n:,}") for n in ticks],
    )  # fmt: skip


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--external", metavar="NAME=PATH", nargs="+", action="extend", default=[])
    parser.add_argument("--units", metavar="N", type=int, default=6000, help="sentences for the speed")
    arguments = parser.parse_args()
    model = load_model()
    labels = labels_of(model.labels)
    train, test = split(load_labelled([CORPUS], labels), CORPUS)
    sets = {TEST: test}
    sets |= {name: documents for name, (documents, _) in externals(arguments.external, labels).items()}
    texts = list(dict.fromkeys(unit.text for document in train for unit in document.units))
    sizes = measure(model, sets, texts[: arguments.units])
    results.write_section("pruning", report(model, sets, sizes))
    draw(sets, sizes)
    curve = [
        [x.variant, x.rows, x.bytes, round(x.speed, 2)]
        + [[round(y, 4) for y in (s.value, s.low, s.high)] for s in x.losses.values()]
        for x in sizes
    ]
    results.log("pruning", model=model.id, data={"sets": list(sets), "curve": curve})
    return 0


if __name__ == "__main__":
    sys.exit(main())
