"""A small search for the recipe that does best on documents that were not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from policycls.learning.corpus import LabelledDocument
from policycls.learning.fit import Recipe, out_of_fold
from policycls.learning.knowledge import Knowledge
from policycls.learning.train import classes_of, fitting, units_of
from policycls.schema import LabelSet

STRENGTHS = (0.1, 0.3, 1.0, 3.0)
CONTEXTS = (0.0, 1.0)
_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """A recipe and its macro-F1 by grouped cross-validation."""

    recipe: Recipe
    macro_f1: float


def search(
    documents: Sequence[LabelledDocument],
    labels: LabelSet,
    *,
    start: Recipe | None = None,
    knowledge: Knowledge | None = None,
    several: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Tried]:
    """Try some recipes that differ from ``start``, and tell of each; return them, the best first.

    Where ``start`` has no context, none is tried. The rest is as for :func:`policycls.learning.train.train`.
    """
    from sklearn.metrics import f1_score

    start = start or Recipe()
    classes = classes_of(documents, labels)
    known = fitting(knowledge or Knowledge(), classes)
    units = units_of(documents, classes, several=several)
    rows = units.labelled
    truth = units.labels[rows]
    tried = []
    for strength, context in product(STRENGTHS, CONTEXTS if start.context else (0.0,)):
        recipe = replace(start, strength=strength, context=context)
        guess = out_of_fold(units, classes, recipe, known, _FOLDS)[rows].argmax(axis=1)
        occur = np.unique(truth)
        score = float(f1_score(truth, guess, labels=occur, average="macro", zero_division=0.0))
        tell(f"strength {strength:g}, context {context:g}: macro-F1 {score:.3f}")
        tried.append(Tried(recipe, score))
    return sorted(tried, key=lambda x: -x.macro_f1)
