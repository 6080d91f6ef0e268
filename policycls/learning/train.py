"""Training a model from labelled data to a folder."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from policycls.errors import TooFewExamplesError
from policycls.learning.corpus import LabelledDocument, fingerprint
from policycls.learning.fit import Recipe, Units, calibrate, fit_weights, out_of_fold
from policycls.learning.knowledge import Knowledge
from policycls.learning.stretches import placed
from policycls.learning.thresholds import WANTED_PRECISION, review_thresholds, secondary_threshold
from policycls.model import Model, save_model
from policycls.model.linear import Floats
from policycls.model.weights import Settings, Weights
from policycls.schema import LabelSet, label_names, load_label_set
from policycls.types import NONE

#: A class with fewer labelled units than this cannot be learnt and calibrated.
LEAST_EXAMPLES = 3
#: What the search tries, and in how many folds.
STRENGTHS = (0.1, 0.3, 1.0, 3.0)
CONTEXTS = (0.0, 1.0)
_FOLDS = 3


@dataclass(frozen=True)
class Trained:
    """A fitted model, not yet written."""

    weights: Weights
    classes: tuple[str, ...]
    settings: Settings
    about: Mapping[str, Any]  #: what the manifest tells beside the weights
    out_of_fold: Floats  #: probabilities of each labelled unit by models that have not seen its document

    @property
    def model(self) -> Model:
        """The model, to be used at once."""
        return Model(self.weights, self.classes, self.settings)

    def told(self, **more: Any) -> Trained:
        """Return the same model with more to tell in its manifest."""
        return replace(self, about={**self.about, **more})

    def save(self, folder: str | Path) -> Path:
        """Write the model folder."""
        return save_model(folder, self.weights, list(self.classes), self.settings, about=self.about)


def units_of(
    documents: Sequence[LabelledDocument], classes: Sequence[str], *, several: bool = False
) -> Units:
    """Turn labelled documents into columns; labels that are no class make a KeyError.

    With ``several``, second labels are learnt like first ones; otherwise a unit is an example of its primary
    label alone.
    """
    number = {label: n for n, label in enumerate(classes)}
    rows = placed(documents)
    units = Units(
        rows.texts,
        np.array([-1 if unit is None else number[unit.label] for unit in rows.units], dtype=np.int64),
        [documents[n].doc for n in rows.owners],
        headings=rows.headings,
    )
    if any(x.weight != 1 for x in documents):
        units = replace(units, weights=np.array([documents[n].weight for n in rows.owners]))
    if not several and not any(set(x.open) & set(classes) for x in documents):
        return units
    signs = np.full((len(rows.units), len(classes)), -1, dtype=np.int8)
    for at, (n, unit) in enumerate(zip(rows.owners, rows.units, strict=True)):
        signs[at, [number[x] for x in documents[n].open if x in number]] = 0
        if unit is not None:
            has = unit.labels or (NONE,) if several else (unit.label,)
            signs[at, [number[x] for x in has]] = 1
    return replace(units, signs=signs)


def train(
    documents: Sequence[LabelledDocument],
    labels: LabelSet,
    *,
    recipe: Recipe | None = None,
    knowledge: Knowledge | None = None,
    allow_small: bool = False,
    several: bool = False,
    n_folds: int = 5,
) -> Trained:
    """Fit a model with calibrated scores.

    Parameters
    ----------
    documents : sequence of LabelledDocument
        Training documents alone: what is kept for testing must not be among them.
    knowledge : Knowledge, optional
        Terms and evidence; those about labels that the set does not have are left out.
    allow_small, several : bool
        Accept classes with fewer than three units; learn second labels like first ones, which is for data
        in which a unit has as many labels as fit.
    n_folds : int
        Parts into which documents are divided for calibration.

    Raises
    ------
    TooFewExamplesError
        If fewer than two classes, or a class with too few units, are in the data.
    """
    recipe = recipe or Recipe()
    classes = classes_of(documents, labels)
    knowledge = fitting(knowledge or Knowledge(), classes)
    units = units_of(documents, classes, several=several)
    truth = units.labels[units.labelled]
    by_label = dict(zip(classes, np.bincount(truth, minlength=len(classes)).tolist(), strict=True))
    _check_counts(by_label, allow_small)
    weights = fit_weights(units, classes, recipe, knowledge)
    decisions = out_of_fold(units, classes, recipe, knowledge, n_folds)[units.labelled]
    calibration = calibrate(decisions, truth)
    proba, chosen = calibration(decisions), decisions.argmax(axis=1)
    precisions = review_thresholds(chosen, proba, truth)
    settings = Settings(
        neighbours=recipe.neighbours,
        heading=recipe.heading,
        review_below=precisions[WANTED_PRECISION],
        secondary_above=secondary_threshold(documents, chosen, proba, classes),
        precisions=tuple(precisions.items()),
    )
    about = _about(documents, labels, by_label, recipe)
    return Trained(weights.calibrated(calibration), classes, settings, about, proba)


def _about(
    documents: Sequence[LabelledDocument], labels: LabelSet, by_label: Mapping[str, int], recipe: Recipe
) -> dict[str, Any]:
    names = {} if labels.digest == load_label_set().digest else label_names(labels)
    sizes = {"documents": len(documents), "units": sum(by_label.values()), "by_label": by_label}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "labels": {"version": labels.version, "digest": labels.digest, **({"names": names} if names else {})},
        "corpus": {"fingerprint": fingerprint(documents), **sizes},
        "recipe": asdict(recipe),
        "versions": _versions(),
    }


def classes_of(documents: Sequence[LabelledDocument], labels: LabelSet) -> tuple[str, ...]:
    """Return the classes of a model: the label set's measures, and none where the data has it."""
    seen = {unit.label for document in documents for unit in document.units}
    return (*labels.ids, *([NONE] if NONE in seen else []))


def fitting(knowledge: Knowledge, classes: Sequence[str]) -> Knowledge:
    """Leave out what is known about labels that are none of the classes."""
    terms = tuple(term for term in knowledge.terms if term.label in classes)
    if all(term.label == NONE for term in terms):
        terms = ()
    evidence = knowledge.evidence
    if evidence is not None and not set(evidence.classes) & set(classes) - {NONE}:
        evidence = None
    return Knowledge(terms, evidence)


def _check_counts(by_label: Mapping[str, int], allow_small: bool) -> None:
    present = {x: n for x, n in by_label.items() if n}
    if len(present) < 2:
        hint = "label units of another kind too"
        raise TooFewExamplesError("needs at least 2 labels with examples", hint=hint)
    small = [f"{x} has {n}" for x, n in present.items() if n < LEAST_EXAMPLES]
    if small and not allow_small:
        hint = "label more, or pass --allow-small"
        raise TooFewExamplesError(f"{', '.join(small)}; needs at least {LEAST_EXAMPLES}", hint=hint)


def _versions() -> dict[str, str]:
    import scipy
    import sklearn

    from policycls import __version__

    return {
        "policycls": __version__, "python": platform.python_version(), "numpy": np.__version__,
        "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
    }  # fmt: skip


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

    Where ``start`` has no context, none is tried. The rest is as for :func:`train`.
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
