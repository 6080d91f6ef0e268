"""The accuracy section of RESULTS.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from noise import changed, changes
from results import number, shown, table
from slices import slices

from policycls.learning.bootstrap import gap, intervals
from policycls.learning.evaluate import judge
from policycls.learning.metrics import Judged, count, point
from policycls.model import Model
from policycls.model.calibration import Calibration
from policycls.model.linear import Floats
from policycls.schema import labels_of
from policycls.types import NONE

if TYPE_CHECKING:
    from accuracy import Measured

OURS = "policycls"


def report(model: Model, measured: Mapping[str, Measured]) -> str:
    """Return the whole section."""
    test = measured["test"]
    parts = [
        "## Accuracy",
        f"Model `{model.id}`, by `benchmarks/accuracy.py`. Intervals are 95 %, from drawing documents again "
        "1,000 times; those of a difference draw the same documents for both. Macro-F1 is the mean over "
        "six labels, none included. Calibration error: mean over the five measures, ten bins of equal "
        "count. The baselines are trained on the same documents as the model; only the model sees context.",
        "![Macro-F1 over time](figures/history.svg)",
        "### Frozen test documents (written for the project)",
        *_whole(test, model),
        "![F1 by label](figures/labels.svg) ![Confusion](figures/confusion.svg)",
        *_confusion(test.judged[OURS], model),
        *_slices(test),
        *_calibration(test, model),
        *_noise(test, model),
    ]
    outside = {name: x for name, x in measured.items() if name != "test"}
    if outside:
        parts.append("### Labelled files from elsewhere")
        parts.append(
            "Documents that nobody wrote for the project. Their sentences are not part of it; here are "
            "figures only."
        )
        for name, x in outside.items():
            parts += [f"#### {name}", *_whole(x, model), *_calibration_line(x, model)]
        parts += _gaps(outside, test)
    return "\n\n".join(part for part in parts if part)


def _about(x: Measured) -> str:
    units = sum(len(document.units) for document in x.documents)
    return f"{x.about}: {units:,} units of {len(x.documents)} documents, fingerprint `{x.fingerprint[:16]}`"


def _whole(x: Measured, model: Model) -> list[str]:
    names = ("accuracy", "detection_f1", "label_given_detection", "set_f1", "ece", "brier")
    head = ["", "macro-F1", "accuracy", "measure or none, F1", "label where both see one", "all labels, F1",
            "calibration error", "Brier"]  # fmt: skip
    rows = [
        [name, shown(s["macro_f1"]), *(number(s[key].value) for key in names)] for name, s in x.scores.items()
    ]
    gains = [
        [f"over {name}", *(shown(gain[key], signed=True) for key in ("macro_f1", "detection_f1", "accuracy"))]
        for name, gain in x.gains.items()
    ]
    ours = x.scores[OURS]
    kinds = ("precision", "recall", "f1")
    wanted = count(x.judged[OURS]).confusion.sum(axis=(0, 2))
    labels = [
        [_name(model, label), f"{wanted[n]:.0f}", *(shown(ours[f"{kind}:{label}"]) for kind in kinds)]
        for n, label in enumerate(x.judged[OURS].classes)
    ]
    return [
        f"{_about(x)}.",
        table(head, rows),
        table(["gain of policycls, paired", "macro-F1", "measure or none, F1", "accuracy"], gains),
        table(["label", "units", "precision", "recall", "F1"], labels),
    ]


def _name(model: Model, label: str) -> str:
    return labels_of(model.labels).name(label)


def _confusion(judged: Judged, model: Model) -> list[str]:
    counts = count(judged).confusion.sum(axis=0)
    names = [_name(model, label) for label in judged.classes]
    none = judged.classes.index(NONE)
    off = counts - np.diag(np.diag(counts))
    kinds = off[:, none].sum(), off[none].sum(), off.sum() - off[:, none].sum() - off[none].sum()
    rows = [[name, *(f"{x:.0f}" for x in row)] for name, row in zip(names, counts, strict=True)]
    return [
        f"Of the errors {kinds[0]:.0f} are measures called none, {kinds[1]:.0f} none called a measure, and "
        f"{kinds[2]:.0f} one measure taken for another.",
        table(["true (rows), given (columns)", *names], rows),
    ]


def _slices(x: Measured) -> list[str]:
    found = []
    judged = x.judged[OURS]
    for way, parts in slices(x.documents).items():
        rows = []
        for name, at in parts.items():
            scores = intervals(judged.take(at), draws=300)
            figures = (shown(scores[key]) for key in ("macro_f1", "accuracy", "detection_f1"))
            rows.append([name, f"{len(at):,}", *figures])
        if rows:
            found.append(table([f"by {way}", "units", "macro-F1", "accuracy", "measure or none, F1"], rows))
    return found


def uncalibrated(model: Model) -> Model:
    """Return the model with the softmax of its decisions as probabilities."""
    k = len(model.classes_)
    weights = model.weights.calibrated(Calibration(np.ones(k), np.zeros(k)))
    return Model(weights, [str(x) for x in model.classes_], model.settings)


def reliability(judged: Judged) -> list[tuple[float, float, int]]:
    """Return mean score, share that has the label and count of each tenth of the scale, measures together.

    Bins of equal width: of those of equal count all but two lie at 0.
    """
    measures = judged.measures
    proba = judged.proba[:, measures].ravel()
    truth = (judged.truth[:, None] == np.array(measures)).ravel()
    bins = np.minimum((proba * 10).astype(int), 9)
    return [
        (float(proba[bins == n].mean()), float(truth[bins == n].mean()), int((bins == n).sum()))
        for n in np.unique(bins)
    ]


def coverage(judged: Judged) -> tuple[Floats, Floats, Floats]:
    """Return thresholds on the given label's probability, falling, and coverage and precision at each."""
    confidence = judged.proba[np.arange(len(judged.guess)), judged.guess]
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum((judged.guess == judged.truth)[order])
    so_far = np.arange(1, len(order) + 1)
    return confidence[order], so_far / len(order), right / so_far


def _calibration_line(x: Measured, model: Model) -> list[str]:
    raw = point(judge(uncalibrated(model), x.documents))
    ours = x.scores[OURS]
    return [
        f"Calibration error {shown(ours['ece'])}, Brier score {shown(ours['brier'])}; without calibration "
        f"{number(raw['ece'])} and {number(raw['brier'])}."
    ]


def _calibration(x: Measured, model: Model) -> list[str]:
    judged = x.judged[OURS]
    thresholds, covered, precision = coverage(judged)
    rows = []
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        at = min(int(np.ceil(share * len(covered))) - 1, len(covered) - 1)
        rows.append([f"{share:.0%}", number(float(thresholds[at])), number(float(precision[at]))])
    below = (thresholds < model.settings.review_below).mean()
    kept = precision[np.flatnonzero(thresholds >= model.settings.review_below)[-1]]
    return [
        *_calibration_line(x, model),
        "![Calibration](figures/calibration.svg) ![Coverage against precision](figures/coverage.svg)",
        table(
            ["scores by tenths, all measures together: mean", "share that has the label", "scores"],
            [[number(p), number(t), f"{n:,}"] for p, t, n in reliability(judged)],
        ),
        table(["units kept, the surest first", "score of the last", "right labels among them"], rows),
        f"At the model's own threshold {below:.0%} of the units are marked for review, and {kept:.1%} of the "
        "labels of the others are right.",
    ]


def _noise(x: Measured, model: Model) -> list[str]:
    def is_word(text: str) -> bool:
        return model.segmenter.cut(text) == [text]

    before = x.judged[OURS]
    rows = []
    for name, change in changes(is_word).items():
        documents = changed(x.documents, change)
        after = judge(model, documents)
        texts = zip(x.documents, documents, strict=True)
        touched = [a.text != b.text for old, new in texts for a, b in zip(old.units, new.units, strict=True)]
        same = before.guess == after.guess
        macro = point(after)["macro_f1"]
        rows.append(
            [name, f"{sum(touched):,}", f"{same[touched].mean():.1%}" if any(touched) else "–", number(macro)]
        )
    head = ["change that should not matter", "units changed", "of these keep their label", "macro-F1 after"]
    return [table(head, rows)]


def _gaps(outside: Mapping[str, Measured], test: Measured) -> list[str]:
    single = {name: x for name, x in outside.items() if name != "together"}
    names = list(single)
    pairs = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :]]
    everything = {**single, "frozen test": test}
    pairs += [("frozen test", name) for name in names]
    rows = []
    for a, b in pairs:
        found = gap(everything[a].judged[OURS], everything[b].judged[OURS])
        rows.append(
            [
                f"{a} minus {b}",
                *(shown(found[x], signed=True) for x in ("macro_f1", "detection_f1", "accuracy")),
            ]
        )
    head = ["difference between data, policycls", "macro-F1", "measure or none, F1", "accuracy"]
    return [table(head, rows)] if rows else []
