"""A model's card: what it was trained on, how it does, what it is good for; written beside every model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policycls.learning.train import Trained
from policycls.schema import LabelSet

_NAMES = {"own": "your own test documents", "base": "the shipped test documents"}


def card(trained: Trained, labels: LabelSet) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    trained : Trained
        Its ``about`` may hold ``evaluation``: comparisons by name, or an evaluation's record.
    labels : LabelSet
    """
    about, corpus = trained.about, trained.about["corpus"]
    lines = [
        "# Model card",
        "",
        f"Tags sentences of Chinese policy documents with one of {len(trained.classes)} labels "
        f"(label set {about['labels']['version']}).",
        "",
        "## Trained on",
        "",
        f"{corpus['units']:,} units of {corpus['documents']:,} documents; "
        f"fingerprint `{corpus['fingerprint'][:16]}`; trained on {about['date']}.",
    ]
    own = about.get("own")
    if own:
        lines.append(
            f"Of these {own['units']:,} units of {own['documents']:,} documents are the workspace's own; "
            f"each counts {own['weight']:g} times."
        )
    lines += ["", "| label | name | units |", "|---|---|---:|"]
    lines += [f"| {x} | {labels.name(x, 'zh')} | {n:,} |" for x, n in corpus["by_label"].items()]
    lines += _measured(about.get("evaluation") or {})
    lines += ["", "## Made with", "", ", ".join(f"{x} {y}" for x, y in about["versions"].items())]
    recipe = ", ".join(f"{x} {y}" for x, y in about["recipe"].items())
    lines += ["", f"Recipe: {recipe}.", "", "## Use", "", *_USE]
    return "\n".join(lines) + "\n"


_USE = (
    "For reading along, counting and sorting; not for decisions about a person or an enterprise. Units with",
    "`review` set want a person's eye. Scores hold for documents like those above: `policycls drift` tells",
    "how far others stand from them.",
)


def _measured(evaluation: Mapping[str, Any]) -> list[str]:
    lines = ["", "## Measured", ""]
    if "data" in evaluation:
        return lines + _alone(evaluation)
    found = {x: y for x, y in evaluation.items() if isinstance(y, Mapping) and "new" in y}
    if not found:
        return [*lines, "Not measured here: no labelled document was kept for testing."]
    for name, record in found.items():
        lines += [
            f"On {_NAMES.get(name, name)}: {record['units']:,} units of {record['documents']:,} documents, "
            "with 95 % intervals by document, and the difference from the model in use before.",
            "",
            "| figure | units | value | interval | difference | interval |",
            "|---|---:|---:|---|---:|---|",
        ]
        for figure in [
            x for x in record["difference"] if x in ("macro_f1", "accuracy") or x.startswith("f1:")
        ]:
            label = figure.removeprefix("f1:")
            units = record["support"].get(label, "") if label != figure else ""
            value, difference = record["new"].get(figure), record["difference"][figure]
            lines.append(f"| {label} | {units} | {_both(value)} | {_both(difference)} |")
        lines.append("")
    return lines[:-1]


def _alone(record: Mapping[str, Any]) -> list[str]:
    """Return the lines about an evaluation by itself."""
    data = record["data"]
    lines = [
        f"On documents kept for testing: {data['units']:,} units of {data['documents']:,} documents, "
        "with 95 % intervals by document.",
        "",
        "| figure | units | value | interval |",
        "|---|---:|---:|---|",
    ]
    lines += [f"| {x} | | {_both(record[x])} |" for x in ("macro_f1", "accuracy", "ece")]
    return lines + [f"| {x} | {y['support']} | {_both(y['f1'])} |" for x, y in record["labels"].items()]


def _both(score: Mapping[str, float | None] | None) -> str:
    if not score or score["value"] is None:
        return "– | "
    ends = "" if score["low"] is None else f"{score['low']:.3f} to {score['high']:.3f}"
    return f"{score['value']:.3f} | {ends}"
