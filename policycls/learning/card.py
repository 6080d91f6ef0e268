"""A model's card: what it was trained on, how it does, what it is good for; written beside every model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from policycls.atomic import atomic_path
from policycls.learning.train import Trained
from policycls.schema import LabelSet

_NAMES = {"own": "your own test documents", "base": "the shipped test documents"}


def save_with_card(trained: Trained, folder: str | Path, labels: LabelSet) -> Path:
    """Write a model's folder, its card in it; return the folder."""
    saved = trained.save(folder)
    with atomic_path(saved / "CARD.md") as place:
        place.write_text(card(trained, labels), encoding="utf-8")
    return saved


def card(trained: Trained, labels: LabelSet) -> str:
    """Return the card as Markdown.

    What the model tells of itself may hold ``evaluation``: comparisons by name, or an evaluation's record.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["score"] = _score
    template = files("policycls.learning").joinpath("templates/card.md.j2").read_text(encoding="utf-8")
    evaluation = trained.about.get("evaluation") or {}
    return environment.from_string(template).render(
        about={"own": None, **trained.about},
        corpus=trained.about["corpus"],
        classes=trained.classes,
        labels=labels,
        alone=evaluation if "data" in evaluation else None,
        compared={_NAMES[x]: evaluation[x] for x in _NAMES if x in evaluation},
    )


def _score(score: Mapping[str, float | None] | None) -> str:
    if not score or score["value"] is None:
        return "– | "
    ends = "" if score["low"] is None else f"{score['low']:.3f} to {score['high']:.3f}"
    return f"{score['value']:.3f} | {ends}"
