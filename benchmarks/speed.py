"""How fast tagging is, beside everything else one could take, in one run.

``python benchmarks/speed.py`` measures all and writes its section of RESULTS.md; ``--check`` measures little
and fails where a ratio is under its floor in baseline.json. Times are CPU seconds on one thread, every round
does all once, and what is told is the median over rounds, so that a busy machine counts little: read ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from figures import points
from results import BASELINE, FIGURES, table, write_section
from speed_parts import HERE, interleaved, parts, run, start_up, stream, training
from speed_peers import PEERS, Predict
from speed_units import TOGETHER, corpus, recombined, repeated
from threadpoolctl import threadpool_limits

from policycls.learning.fit import Recipe, fit_weights
from policycls.learning.knowledge import shipped_knowledge
from policycls.learning.train import fitting, units_of
from policycls.model import Model, load_model
from policycls.resources import data_path

UNITS, ROUNDS = 50_000, 5
CHECK_UNITS, CHECK_ROUNDS = 5_000, 3
CONTEXT = "**policycls**, with the document around each unit"
#: What a check measures.
CHECKED = ("tutorial", "fasttext", "ours")
#: What must be reached, and how it is told.
WANTED = {
    "ours ÷ tutorial": (8.0, "at least"), "ours ÷ fastText": (1.0, "at least"),
    "--help ÷ import numpy": (2.0, "at most"), "one sentence ÷ import numpy": (3.5, "at most"),
    "one sentence ÷ tutorial": (0.2, "at most"),
}  # fmt: skip


def installed(names: Sequence[str]) -> list[str]:
    """Return the peers whose packages are there."""
    missing = {"spacy": "spacy", "fasttext": "fasttext"}
    return [x for x in names if x not in missing or importlib.util.find_spec(missing[x])]


def trained(names: Sequence[str], folder: Path) -> tuple[dict[str, Predict], dict[str, float]]:
    """Train, keep and load; return what predicts, and the seconds of training where it was trained."""
    documents = corpus()[0]
    texts = [unit.text for x in documents for unit in x.units]
    labels = [unit.label for x in documents for unit in x.units]
    predict, seconds = {}, {}
    for name in names:
        peer, place = PEERS[name], folder / name
        place.mkdir()
        if peer.train is not None:
            start = time.process_time()
            peer.train(texts, labels, place)
            seconds[name] = time.process_time() - start
        predict[name] = peer.load(place)
    return predict, seconds


def our_training() -> float:
    """Return the CPU seconds of fitting the shipped recipe once, as the peers are fitted."""
    classes = load_model(data_path("models", "default")).classes_.tolist()
    start = time.process_time()
    fit_weights(units_of(corpus()[0], classes), classes, Recipe(), fitting(shipped_knowledge(), classes))
    return time.process_time() - start


def macro_f1(predict: Predict) -> float:
    """Return the mean F1 over the labels on the frozen test units, each by itself."""
    from sklearn.metrics import f1_score

    units = [unit for x in corpus()[1] for unit in x.units]
    truth = [unit.label for unit in units]
    return float(f1_score(truth, list(predict([unit.text for unit in units])), average="macro"))


def in_context(model: Model) -> float:
    """Return the same for the model with the document around each unit."""
    documents = corpus()[1]
    pairs = [(n, unit) for n, x in enumerate(documents) for unit in x.units]
    headings, owner = [unit.heading for _, unit in pairs], [n for n, _ in pairs]
    return macro_f1(lambda texts: model.predict(texts, headings=headings, documents=owner).tolist())


def ratios(times: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Return how many times faster ours is than tutorial and fastText, round by round."""
    names = {"tutorial": "ours ÷ tutorial", "fasttext": "ours ÷ fastText"}
    return {
        shown: [other / ours for other, ours in zip(times[name], times["ours"], strict=True)]
        for name, shown in names.items()
        if name in times
    }


def peers_table(
    times: Mapping[str, list[float]],
    texts: Sequence[str],
    told: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the table with everything side by side."""
    size = sum(map(len, texts))
    base = median(times["tutorial"])
    rows = []
    for name, found in times.items():
        middle, about = median(found), told.get(name, {})
        spread = f"{len(texts) / max(found):,.0f} to {len(texts) / min(found):,.0f}"
        title = PEERS[name].title if name in PEERS else name
        rates = [f"{len(texts) / middle:,.0f}", spread, f"{size / middle / 1e6:.2f}", f"{base / middle:.1f}"]
        rest = [about.get(x, "–") for x in ("f1", "start", "memory", "size", "training")]
        rows.append([title, *rates, *rest])
    head = [
        "", "units/s", "rounds", "million characters/s", "× tutorial", "macro-F1", "cold start, s",
        "memory, MB", "model, MB", "training, s",
    ]  # fmt: skip
    return table(head, rows)


def draw(times: Mapping[str, list[float]], n: int, told: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw how fast against how right, for all that label."""
    found = {
        (PEERS[name].title if name in PEERS else name).replace("*", ""): (
            n / median(x),
            float(told[name]["f1"]),
        )
        for name, x in times.items()
        if told.get(name, {}).get("f1", "–") != "–"
    }
    points(
        FIGURES / "speed.svg", "How fast, and how right", found,
        x_name="units a second, one thread", y_name="macro-F1 on the frozen test documents",
        x_ticks=(1_000, 3_000, 10_000, 30_000, 100_000),
    )  # fmt: skip


def about_peers(
    predict: Mapping[str, Predict], seconds: Mapping[str, float], texts: Sequence[str], folder: Path
) -> dict[str, dict[str, str]]:
    """Return what the table tells beside speed."""
    units = folder / "units.txt"
    units.write_text("\n".join(texts[:10_000]), encoding="utf-8")
    told: dict[str, dict[str, str]] = {}
    for name, tag in predict.items():
        if name == "cut":
            continue
        call = [sys.executable, str(HERE / "speed_peers.py"), name, str(folder / name)]
        cold = median(run(call).seconds for _ in range(3))
        place = folder / name if PEERS[name].train else data_path("models", "default")
        size = sum(x.stat().st_size for x in place.rglob("*") if x.is_file())
        training_time = seconds.get(name, our_training() if name == "ours" else None)
        told[name] = {
            "f1": f"{macro_f1(tag):.3f}",
            "start": f"{cold:.2f}",
            "memory": f"{run([*call, str(units)]).megabytes:.0f}",
            "size": f"{size / 1e6:.1f}",
            "training": "–" if training_time is None else f"{training_time:.0f}",
        }
    return told


def report(folder: Path, streamed: bool) -> None:
    """Measure everything and write it down."""
    texts = recombined(UNITS)
    names = installed(list(PEERS))
    predict, seconds = trained(names, folder)
    raw = [text.encode() for text in texts]
    calls = {name: (lambda tag=tag: tag(texts)) for name, tag in predict.items()}
    model = load_model(data_path("models", "default"))
    owner = [at // TOGETHER for at in range(len(texts))]
    calls[CONTEXT] = lambda: model.predict(texts, documents=owner)
    calls["bound: UTF-8 decoding"] = lambda: [x.decode() for x in raw]
    for call in calls.values():
        call()  # tables are made, caches are warm
    times = interleaved(calls, ROUNDS)
    told = about_peers(predict, seconds, texts, folder) | {CONTEXT: {"f1": f"{in_context(model):.3f}"}}
    some = texts[: len(texts) // 2]
    steps = parts(model, some, ROUNDS)
    starts = start_up(
        folder, [sys.executable, str(HERE / "speed_peers.py"), "tutorial", str(folder / "tutorial")], ROUNDS
    )
    figures = {name: median(x) for name, x in ratios(times).items()} | start_ratios(starts)
    draw(times, len(texts), told)
    sections = [
        "## Speed",
        about_run(texts, [PEERS[x].title for x in PEERS if x not in names]),
        peers_table(times, texts, told),
        "![Speed and accuracy](figures/speed.svg)",
        "### What must be reached",
        wanted_table(figures),
        "### Where the time goes",
        parts_table(steps, len(some)),
        "### Start-up",
        table(["process", "CPU s", "× import numpy"], start_rows(starts)),
    ]
    if streamed:
        sections += ["### Streams and training", streams_text(folder)]
    write_section("speed", "\n\n".join([*sections, TRIED]))


def about_run(texts: Sequence[str], missing: Sequence[str]) -> str:
    """Return what the figures are of."""
    length = np.mean([len(x) for x in texts])
    return (
        f"By `benchmarks/speed.py`: {len(texts):,} units of {length:.0f} characters on average, "
        f"{repeated(texts):.1%} of them repeated, made of the corpus's clauses with digits and names "
        f"changed. CPU time on one thread, median of {ROUNDS} rounds that each do all once; Python "
        f"{platform.python_version()}, numpy {np.__version__}. The rates are those of one machine; the "
        "ratios travel. Macro-F1: frozen test units, each by itself but for the row that says otherwise. "
        "Cold start: CPU seconds from nothing to one sentence tagged. Memory: resident, at most, "
        "while tagging 10,000 units. Training: CPU seconds, one fit, on the corpus's training documents. "
        f"Not installed, so not measured: {', '.join(missing) or 'none'}."
    )


def start_ratios(starts: Mapping[str, float]) -> dict[str, float]:
    """Return the ratios of start-up that are wanted."""
    numpy, about, one, tutorial = starts.values()
    return {
        "--help ÷ import numpy": about / numpy,
        "one sentence ÷ import numpy": one / numpy,
        "one sentence ÷ tutorial": one / tutorial,
    }


def start_rows(starts: Mapping[str, float]) -> list[list[str]]:
    first = next(iter(starts.values()))
    return [[f"`{name}`", f"{x:.2f}", f"{x / first:.1f}"] for name, x in starts.items()]


def wanted_table(figures: Mapping[str, float]) -> str:
    rows = [
        [
            name,
            f"{how} {limit:g}",
            f"{figures[name]:.2f}",
            "yes" if reached(name, figures[name]) else "**no**",
        ]
        for name, (limit, how) in WANTED.items()
        if name in figures
    ]
    return table(["", "wanted", "found", "reached"], rows, "tnnt")


def reached(name: str, value: float) -> bool:
    limit, how = WANTED[name]
    return value >= limit if how == "at least" else value <= limit


def parts_table(steps: Mapping[str, list[float]], n: int) -> str:
    whole = median(steps["all, labels, scores, in context"])
    rows = [[name, f"{median(x) / n * 1e6:.2f}", f"{median(x) / whole:.0%}"] for name, x in steps.items()]
    return table(["step", "µs a unit", "of all"], rows)


def streams_text(folder: Path) -> str:
    """Measure streams of two lengths, and training on many units."""
    short, long = stream(folder, 100_000), stream(folder, 1_000_000)
    seconds, megabytes = training(100_000)
    return (
        f"`policycls tag big.jsonl -o out.jsonl`: 100,000 units in {short.seconds:.0f} s of CPU and "
        f"{short.megabytes:.0f} MB at most; 1,000,000 units in {long.seconds:.0f} s "
        f"({1e6 / long.seconds:,.0f} units/s: reading, repair, splitting, tagging and writing) and "
        f"{long.megabytes:.0f} MB, {long.megabytes / short.megabytes - 1:+.1%}.\n\n"
        f"First stage fitted on 100,000 units: {seconds:.0f} s of CPU, {megabytes / 1024:.2f} GB."
    )


TRIED = """### Tried

- Kept: texts of a batch cut in one call; words packed into 64-bit keys and looked up in numpy (a dict takes twice as long); weights added as whole numbers, two in one 64-bit word (a table of floats takes twice as long, most rows being outside of the cache); features that are not known point at a row of zeros instead of being filtered out; binary search while little is asked, a hash table only then; rjieba's compiled module loaded past its package, which builds a second segmenter.
- Dropped: scipy's CSR product (a fifth slower than gather and `reduceat`); cumulative sums instead of `reduceat` (half as long again); `itemgetter` over a dict for words (slower than asking one by one); sums over 16-bit rows without packing (a fifth slower); hash tables twice as large (faster for single small documents, a twelfth slower on many)."""  # noqa: E501


def measured(folder: Path) -> dict[str, float]:
    """Measure what a check needs."""
    texts = recombined(CHECK_UNITS)
    names = installed(CHECKED)
    predict, _ = trained(names, folder)
    calls = {name: (lambda tag=tag: tag(texts)) for name, tag in predict.items()}
    for call in calls.values():
        call()
    return {name: median(x) for name, x in ratios(interleaved(calls, CHECK_ROUNDS)).items()}


def check(folder: Path) -> int:
    """Return 1 where a ratio is under its floor."""
    floors = json.loads(BASELINE.read_text(encoding="utf-8"))["speed"]
    found = measured(folder)
    for name, value in found.items():
        print(f"{name}: {value:.1f}, floor {floors[name]:.1f}")
    low = [name for name, floor in floors.items() if name in found and found[name] < floor]
    if low:
        print(f"under the floor: {', '.join(low)}", file=sys.stderr)
    return 1 if low else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="measure little; fail under a floor")
    parser.add_argument(
        "--no-streams", action="store_true", help="leave out the million units and the training"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        if options.check:
            return check(Path(name))
        report(Path(name), streamed=not options.no_streams)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
