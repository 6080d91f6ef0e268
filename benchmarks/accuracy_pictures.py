"""The pictures of the accuracy section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import figures
from accuracy_text import OURS, coverage, reliability
from results import FIGURES, ROOT, history, write_section

from policycls.learning.metrics import count
from policycls.schema import load_label_set

if TYPE_CHECKING:
    from accuracy import Measured


def draw(measured: Mapping[str, Measured]) -> None:
    """Draw all of them."""
    test = measured["test"].judged[OURS]
    labels = load_label_set()
    names = [labels.name(label) for label in test.classes]
    rows = ["macro-F1", "measure or none", *names]
    keys = ["macro_f1", "detection_f1", *(f"f1:{label}" for label in test.classes)]
    shown = {
        ("frozen test" if name == "test" else name): x for name, x in measured.items() if name != "together"
    }
    series = {
        name: [(s.value, s.low, s.high) for s in (x.scores[OURS][key] for key in keys)]
        for name, x in shown.items()
    }
    figures.intervals(FIGURES / "labels.svg", "F1 by label, 95 % intervals by document", rows, series)
    confusion = count(test).confusion.sum(axis=0).tolist()
    figures.heatmap(FIGURES / "confusion.svg", "Frozen test: labels given and true", names, confusion)
    ticks = [(n / 5, f"{n / 5:.1f}") for n in range(6)]
    figures.lines(
        FIGURES / "calibration.svg", "Calibration, all measures together",
        {name: [(p, t) for p, t, _ in reliability(x.judged[OURS])] for name, x in shown.items()},
        x_name="mean score", y_name="share that has the label", x_ticks=ticks, diagonal=True, y_low=0.0,
    )  # fmt: skip
    kept = {}
    for name, x in shown.items():
        _, covered, precision = coverage(x.judged[OURS])
        at = [int(share / 100 * len(covered)) - 1 for share in range(10, 101, 2)]
        kept[name] = [(float(covered[n]), float(precision[n])) for n in at]
    figures.lines(
        FIGURES / "coverage.svg", "Right labels among the surest units", kept,
        x_name="share of units kept", y_name="right labels among them", x_ticks=ticks,
    )  # fmt: skip
    draw_history()
    shown_on_card()


def shown_on_card() -> None:
    """Show the pictures on the shipped model's card."""
    names = {"labels": "F1 by label", "calibration": "Calibration", "coverage": "Coverage against precision"}
    shown = [f"![{told}](../../benchmarks/figures/{name}.svg)" for name, told in names.items()]
    write_section("pictures", "\n\n".join(["## Pictures", *shown]), ROOT / "models" / "default" / "CARD.md")


def draw_history() -> None:
    """Draw the model's figures over the runs so far, a point a model."""
    runs = {run["model"] + run["corpus"]: run for run in history("accuracy")}
    numbers = list(enumerate(runs.values(), 1))
    series = {}
    for key, name in (("macro_f1", "macro-F1"), ("detection_f1", "measure or none")):
        series[f"{name}, frozen test"] = [
            (n, run["data"]["test"]["scores"][OURS][key][0]) for n, run in numbers
        ]
    together = [(n, run["data"]["together"]) for n, run in numbers if "together" in run["data"]]
    if together:
        series["macro-F1, elsewhere"] = [(n, x["scores"][OURS]["macro_f1"][0]) for n, x in together]
    dates = [(n, run["date"][5:]) for n, run in numbers]
    few = dates[:: max(1, len(dates) // 6)]
    ticks = few if few[-1] == dates[-1] else [*few, dates[-1]]
    figures.lines(
        FIGURES / "history.svg", "Figures of the models so far", series,
        x_name="model, by date of the run", y_name="F1", x_ticks=ticks,
    )  # fmt: skip
