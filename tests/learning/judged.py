"""Judged units for tests, and a model that says what it is told to."""

from __future__ import annotations

import numpy as np

from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.metrics import Judged
from policycls.model.classifier import Choice
from policycls.types import NONE

CLASSES = ("a", "b", NONE)


def judged(truth: str, guess: str, documents: list[int] | None = None, proba=None) -> Judged:
    """One unit a letter, "-" for none; without probabilities the given label has all of it."""
    columns = {"a": 0, "b": 1, "-": 2}
    true, given = (np.array([columns[x] for x in letters]) for letters in (truth, guess))
    one_hot = np.eye(3)
    measure = np.array([True, True, False])
    return Judged(
        CLASSES, true, given, one_hot[given] if proba is None else np.array(proba, dtype=float),
        (one_hot[true] > 0) & measure, (one_hot[given] > 0) & measure,
        np.array(documents if documents is not None else range(len(truth))),
    )  # fmt: skip


class Saying:
    """Labels a text by its first word, and by its second in the context of a document."""

    classes_ = np.array(CLASSES)

    def choose(self, texts, *, headings=None, documents=None):
        found = []
        for text in texts:
            words = text.split()
            labels = tuple(x for x in words[0 if documents is None else -1].split("+") if x != NONE)
            label = labels[0] if labels else NONE
            scores = {x: 0.8 if x == label else 0.1 for x in ("a", "b")}
            found.append(Choice(label, label if labels else "a", labels, scores, False))
        return found


def document(name: str, *units: tuple[str, ...]) -> LabelledDocument:
    """Units as (text, label, label …); a label in brackets is left open."""
    made = []
    for text, *labels in units:
        sure = tuple(x for x in labels if not x.startswith("(") and x != NONE)
        made.append(LabelledUnit(text, sure, maybe=tuple(x[1:-1] for x in labels if x.startswith("("))))
    return LabelledDocument(name, tuple(made))
