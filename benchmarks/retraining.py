"""What labelling a few hundred sentences of one's own brings: by number, by how they were chosen.

    python benchmarks/retraining.py --external labelled.jsonl [--repeats 5] [--write]

Documents of the external files are divided by document into a pool and a test half, several times. From the
pool, units are chosen as ``policycls review export`` chooses them, their labels are looked up, a model is
fitted on the shipped corpus and these, and measured on the test half, against the shipped corpus alone. The
intervals come from drawing documents again, for both models the same. The share that a real export keeps for
testing is not drawn here: the test half is that.

A second part learns labels that the shipped model does not know, from the corpus of the project: the genre of
the document that a sentence stands in. A third part times a retraining with 400 units, and a table of 12,000
short texts with two labels.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from policycls.learning.bootstrap import Score, differences, intervals
from policycls.learning.corpus import LabelledDocument, LabelledUnit, load_labelled
from policycls.learning.evaluate import judge
from policycls.learning.fit import Recipe, fit_weights
from policycls.learning.knowledge import Knowledge, shipped_knowledge
from policycls.learning.metrics import Judged
from policycls.learning.retrain import OWN_WEIGHT
from policycls.learning.review import choose, handouts, pool_of
from policycls.learning.splits import split
from policycls.learning.train import fitting, units_of
from policycls.model import Model
from policycls.model.weights import Settings
from policycls.resources import data_path
from policycls.schema import load_label_set
from policycls.types import NONE

SIZES = (50, 100, 200, 300)
NEW_SIZES = (50, 100, 200, 400)
RESULTS = Path(__file__).with_name("RESULTS-retraining.md")
PICTURE = Path(__file__).with_name("figures") / "retraining.svg"


@dataclass(frozen=True)
class Line:
    """A row of the table: a strategy, a number of units, what it scored and what it gained."""

    strategy: str
    units: int
    score: Score
    gain: Score


def fitted(documents: Sequence[LabelledDocument], classes: Sequence[str], knowledge: Knowledge) -> Model:
    recipe = Recipe()
    weights = fit_weights(units_of(documents, classes), classes, recipe, knowledge)
    return Model(weights, classes, Settings(neighbours=recipe.neighbours, heading=recipe.heading))


def halves(documents: Sequence[LabelledDocument], seed: int) -> tuple[list, list]:
    order = np.random.default_rng(seed).permutation(len(documents))
    half = len(documents) // 2
    return [documents[i] for i in order[:half]], [documents[i] for i in order[half:]]


def picked(model: Model, pool: Sequence[LabelledDocument], n: int, strategy: str, seed: int) -> list:
    """Choose n units of the pool, and return them as labelled documents."""
    units = [(d.doc, i, u.kind, u.heading, u.text) for d in pool for i, u in enumerate(d.units)]
    items = [replace(x, part="train") for x in handouts(units, {d.doc: "train" for d in pool})]
    label = {(d.doc, i): u for d in pool for i, u in enumerate(d.units)}
    chosen = choose(pool_of(model, items), n, strategy, test_share=0, seed=seed)
    found = defaultdict(list)
    for at, _ in sorted(chosen):
        item = items[at]
        unit = replace(label[item.doc, item.unit], before=item.before, after=item.after)
        found[item.doc].append(unit)
    return [LabelledDocument(doc, tuple(units)) for doc, units in found.items()]


def together(parts: Sequence[tuple[Judged, list[str]]]) -> Judged:
    """Put the judgements of all repeats together; a document is one, in whichever repeat it stands."""
    names = {name: n for n, name in enumerate(dict.fromkeys(x for _, docs in parts for x in docs))}
    owner = np.concatenate([np.array([names[docs[i]] for i in judged.documents]) for judged, docs in parts])
    first = parts[0][0]
    columns = ("truth", "guess", "proba", "truth_sets", "guess_sets")
    joined = {x: np.concatenate([getattr(judged, x) for judged, _ in parts]) for x in columns}
    return Judged(first.classes, documents=owner, **joined)


def known_labels(external: Sequence[str], repeats: int) -> Iterator[Line]:
    """Measure the gain on the labels that the shipped model knows."""
    labels = load_label_set()
    classes = (*labels.ids, NONE)
    base, _ = split(load_labelled([data_path("corpus")], labels), data_path("corpus"))
    documents = load_labelled(external, labels)
    knowledge = fitting(shipped_knowledge(), classes)
    start = fitted(base, classes, knowledge)
    found = defaultdict(list)
    for seed in range(repeats):
        pool, test = halves(documents, seed)
        names = [x.doc for x in test]
        found["shipped", 0].append((judge(start, test), names))
        for strategy in ("mixed", "random"):
            for n in SIZES:
                own = [replace(x, weight=OWN_WEIGHT) for x in picked(start, pool, n, strategy, seed)]
                model = fitted([*base, *own], classes, knowledge)
                found[strategy, n].append((judge(model, test), names))
                print(f"repeat {seed}: {strategy} {n}", file=sys.stderr, flush=True)
    yield from lines_of(found, ("shipped", 0))


def lines_of(found: dict, against: tuple[str, int]) -> Iterator[Line]:
    reference = together(found[against])
    for (strategy, n), parts in found.items():
        judged = together(parts)
        gain = differences(judged, reference)["macro_f1"]
        yield Line(strategy, n, intervals(judged)["macro_f1"], gain)


def genres() -> list[LabelledDocument]:
    """Label every sentence of the corpus with the kind of document that it stands in."""
    kinds = {
        "news": ("新闻", "报道", "通讯", "特写", "动态", "消息", "news"),
        "report": ("报告", "总结", "汇报", "材料", "讲话", "简报"),
        "rules": ("通知", "意见", "方案", "办法", "细则", "规定", "法规", "条例", "rules"),
    }
    found = []
    for document in load_labelled([data_path("corpus")]):
        genre = str(document.meta.get("genre", ""))
        kind = next((x for x, words in kinds.items() if any(word in genre for word in words)), None)
        if kind:
            units = tuple(
                LabelledUnit(x.text, (kind,), x.kind, x.heading, unit=n) for n, x in enumerate(document.units)
            )
            found.append(LabelledDocument(document.doc, units))
    return found


def new_labels(repeats: int) -> Iterator[Line]:
    """Measure what a label set that the shipped model does not know gains from more units."""
    documents = genres()
    classes = tuple(sorted({x.units[0].label for x in documents}))
    found = defaultdict(list)
    for seed in range(repeats):
        pool, test = halves(documents, seed)
        names = [x.doc for x in test]
        rng = np.random.default_rng(seed)
        units = [(d, i) for d in pool for i in range(len(d.units))]
        order = rng.permutation(len(units))
        for n in NEW_SIZES:
            mine = defaultdict(list)
            for at in sorted(order[:n].tolist()):
                document, i = units[at]
                around = [
                    document.units[j].text if 0 <= j < len(document.units) else "" for j in (i - 1, i + 1)
                ]
                unit = replace(document.units[i], before=around[0], after=around[1])
                mine[document.doc].append(unit)
            own = [LabelledDocument(doc, tuple(x)) for doc, x in mine.items()]
            found["genre", n].append((judge(fitted(own, classes, Knowledge()), test), names))
            print(f"repeat {seed}: genre {n}", file=sys.stderr, flush=True)
    yield from lines_of(found, ("genre", NEW_SIZES[0]))


def run(*arguments: str, folder: str) -> tuple[float, float, float]:
    """Run a command; return its seconds, its processor seconds, and MiB at the most."""
    code = "import sys; from policycls.cli import main; main(sys.argv[1:])"
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, used, after.ru_maxrss / 1024


def short_texts(n: int = 12_000) -> tuple[float, float, float]:
    """Time the training on short texts with two labels."""
    units = [unit for x in load_labelled([data_path("corpus")]) for unit in x.units][:n]
    with TemporaryDirectory() as folder:
        with (Path(folder) / "short.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label"])
            writer.writerows([unit.text[:40], "measure" if unit.labels else "other"] for unit in units)
        return run("train", "short.csv", "-o", "m", "--labels", "auto", folder=folder)


def one_retrain(external: Sequence[str], n: int = 400) -> tuple[float, float, float]:
    """Time a retraining with n new units."""
    rows = [
        {
            "doc": x.doc,
            "unit": number,
            "text": unit.text,
            "heading": unit.heading,
            "labels": list(unit.labels),
        }
        for x in load_labelled(external)
        for number, unit in enumerate(x.units)
    ]
    with TemporaryDirectory() as folder:
        run("init", "w", folder=folder)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[:n])
        (Path(folder) / "w" / "new.jsonl").write_text(text, encoding="utf-8")
        return run("retrain", "new.jsonl", folder=f"{folder}/w")


def table(lines: Sequence[Line]) -> Iterator[str]:
    yield "| chosen by | units | macro-F1 | 95 % interval | against the first row | 95 % interval |"
    yield "|---|---:|---:|---|---:|---|"
    for x in lines:
        yield (
            f"| {x.strategy} | {x.units} | {x.score.value:.3f} | {x.score.low:.3f} to {x.score.high:.3f} "
            f"| {x.gain.value:+.3f} | {x.gain.low:+.3f} to {x.gain.high:+.3f} |"
        )


def picture(lines: Sequence[Line], title: str) -> str:
    """Draw the gains with their intervals as SVG."""
    shown = [x for x in lines if x.units]
    wide, high, left, top = 640, 340, 60, 40
    most = max(x.units for x in shown)
    low, up = min(0, *(x.gain.low for x in shown)) - 0.005, max(0, *(x.gain.high for x in shown)) + 0.005
    colours = dict(zip(dict.fromkeys(x.strategy for x in shown), ("#0072B2", "#D55E00"), strict=False))

    def x_at(units: float) -> float:
        return left + units / (most * 1.08) * (wide - left - 20)

    def y_at(gain: float) -> float:
        return top + (up - gain) / (up - low) * (high - top - 50)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{wide}" height="{high}" fill="white"/>',
        f'<text x="{left}" y="22" font-size="14">{title}</text>',
        f'<line x1="{left}" x2="{wide - 20}" y1="{y_at(0)}" y2="{y_at(0)}" stroke="#888" '
        'stroke-dasharray="4 3"/>',
    ]
    for step in range(int(low * 100), int(up * 100) + 1, max(1, int((up - low) * 100) // 6)):
        parts.append(
            f'<text x="{left - 8}" y="{y_at(step / 100) + 4}" text-anchor="end">{step / 100:+.2f}</text>'
        )
    for units in sorted({x.units for x in shown}):
        parts.append(f'<text x="{x_at(units)}" y="{high - 28}" text-anchor="middle">{units}</text>')
    parts.append(f'<text x="{wide / 2}" y="{high - 8}" text-anchor="middle">labelled units</text>')
    for n, (strategy, colour) in enumerate(colours.items()):
        mine = [x for x in shown if x.strategy == strategy]
        shift = (n - (len(colours) - 1) / 2) * 8
        points = " ".join(f"{x_at(x.units) + shift:.1f},{y_at(x.gain.value):.1f}" for x in mine)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x in mine:
            at = x_at(x.units) + shift
            parts.append(
                f'<line x1="{at}" x2="{at}" y1="{y_at(x.gain.low)}" y2="{y_at(x.gain.high)}" '
                f'stroke="{colour}"/>'
                f'<circle cx="{at}" cy="{y_at(x.gain.value)}" r="4" fill="{colour}"/>'
            )
        parts.append(f'<text x="{wide - 90}" y="{top + 16 * n}" fill="{colour}">{strategy}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--external", nargs="+", required=True, help="labelled files")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the table and the picture")
    options = parser.parse_args()
    known = list(known_labels(options.external, options.repeats))
    print("\n".join(table(known)), flush=True)
    new = list(new_labels(options.repeats))
    print("\n".join(table(new)), flush=True)
    timed = {"retrain": one_retrain(options.external), "short texts": short_texts()}
    for name, (seconds, used, memory) in timed.items():
        print(f"{name}: {seconds:.0f} s, {used:.0f} processor seconds, {memory:.0f} MiB", flush=True)
    if options.write:
        RESULTS.write_text(report(known, new, options.repeats), encoding="utf-8")
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture(known, "gain in macro-F1 over the shipped model"), encoding="utf-8")


def report(known: Sequence[Line], new: Sequence[Line], repeats: int) -> str:
    lines = [
        "# Retraining", "",
        f"Made by `benchmarks/retraining.py`, {repeats} divisions of the external documents into a pool",
        "and a test half. Macro-F1 on the test half; intervals of 95 % from drawing documents again, for",
        "both models the same ones.", "",
        "## Labels that the shipped model knows", "", *table(known), "",
        "![gain against the number of labelled units](figures/retraining.svg)", "",
        "## Labels that it does not know: the kind of document a sentence stands in", "", *table(new), "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    main()
