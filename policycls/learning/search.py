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
    """Try some recipes; return them, the best first.

    Parameters
    ----------
    documents : sequence of LabelledDocument
    labels : LabelSet
    start : Recipe, optional
        What the others differ from. Where it has no context, none is tried.
    knowledge : Knowledge, optional
    several : bool
        As for :func:`policycls.learning.train.train`.
    tell : callable
        Takes a line about each recipe.
    """
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
        hits = np.bincount(truth[guess == truth], minlength=len(classes))
        sizes = np.bincount(truth, minlength=len(classes)), np.bincount(guess, minlength=len(classes))
        occurs = sizes[0] > 0
        score = float((2 * hits / np.maximum(sizes[0] + sizes[1], 1))[occurs].mean())
        tell(f"strength {strength:g}, context {context:g}: macro-F1 {score:.3f}")
        tried.append(Tried(recipe, score))
    return sorted(tried, key=lambda x: -x.macro_f1)
