"""Fitting the model: TF-IDF over words and characters, a linear classifier, what is known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from policycls.learning.knowledge import Knowledge, Term, term_columns
from policycls.learning.splits import folds
from policycls.learning.vocabulary import (
    Matrix,
    build_vocabulary,
    count,
    inverse_document_frequency,
    neighbour_matrix,
    weigh,
    with_neighbours,
)
from policycls.model.calibration import Calibration
from policycls.model.features import Vocabulary, normalise
from policycls.model.linear import Floats
from policycls.model.segmentation import Segmenter, make_segmenter, missing_words
from policycls.model.weights import EVIDENCE, TERM, TRAINED, Quantised, Weights

#: The decision about a label for which a unit was not read: no probability is left for it.
UNKNOWN = -1e9


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is fitted."""

    strength: float = 0.5  #: inverse regularisation of the linear classifier
    evidence: float = 0.28  #: weight of the evidence table against what is trained; 0 leaves it out
    terms: float = 0.5  #: weight of the experts' terms; 0 leaves them out
    #: weights of the units at distance 1, 2, … in a unit's context
    neighbours: tuple[float, ...] = (0.3, 0.2)
    heading: float = 0.3  #: weight of the heading above in the context
    #: scale of the context's features in training; 0 trains none, the evidence still has its own
    context: float = 1.0
    #: count pairs of words too: on no text did they gain anything that shows, for twice the size
    pairs: bool = False

    def without_knowledge(self) -> Recipe:
        """Return the recipe with neither terms nor evidence."""
        return replace(self, terms=0.0, evidence=0.0)


@dataclass(frozen=True)
class Units:
    """Labelled units as columns."""

    texts: list[str]
    #: column of the primary label, -1 for a unit that is there as context alone; (n,)
    labels: NDArray[np.int64]
    documents: list[object]  #: units of a document stand together, in reading order
    weights: Floats | None = None  #: what each unit counts, (n,); by default all the same
    #: 1 for a label that a unit has, -1 lacks, 0 not known, (n, k); by default its primary one alone
    signs: NDArray[np.int8] | None = None
    #: the heading above each; it counts where a unit is judged, not in training
    headings: list[str] | None = None

    def take(self, rows: NDArray[np.int64]) -> Units:
        """Return some of the units."""
        return Units(
            [self.texts[i] for i in rows],
            self.labels[rows],
            [self.documents[i] for i in rows],
            None if self.weights is None else self.weights[rows],
            None if self.signs is None else self.signs[rows],
            None if self.headings is None else [self.headings[i] for i in rows],
        )

    @property
    def labelled(self) -> NDArray[np.int64]:
        """Positions of the units that have a label."""
        return np.flatnonzero(self.labels >= 0)


@lru_cache(maxsize=2)  # jieba's dictionary takes a second to read, and every fold asks for the same
def taught_words(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Return the words that a model's segmenter is taught: terms that jieba's dictionary lacks."""
    return tuple(missing_words(_normal_forms(terms)))


def _normal_forms(terms: tuple[Term, ...]) -> list[str]:
    return [normalise([term.text]).text.strip() for term in terms]


def fit_weights(units: Units, classes: Sequence[str], recipe: Recipe, knowledge: Knowledge) -> Weights:
    """Fit all but the calibration, which is left as the identity; terms are about the classes alone."""
    taught = taught_words(knowledge.terms)
    segmenter = make_segmenter(taught)
    vocabulary = _vocabulary(units.texts, segmenter, knowledge, recipe.pairs)
    features, idf = _features(units, vocabulary, segmenter, recipe)
    own, context, bias = _train(features, len(vocabulary), units, len(classes), recipe)
    own, context = own * idf[:, None], context * idf[:, None]
    origin = np.where(np.abs(own).sum(axis=1) > 0, TRAINED, 0).astype(np.uint8)
    if knowledge.evidence is not None and recipe.evidence:
        said = knowledge.evidence.about(classes)
        rows = vocabulary.rows(said.kinds, said.texts)
        own[rows] += recipe.evidence * said.own
        context[rows] += recipe.evidence * said.context
        bias += recipe.evidence * said.bias
        origin[rows] |= EVIDENCE
    if recipe.terms:
        words = _normal_forms(knowledge.terms)
        rows = vocabulary.rows(["word"] * len(words), words)
        columns = np.array(term_columns(knowledge.terms, classes), dtype=np.int64)
        np.add.at(own, (rows, columns), [recipe.terms * term.weight for term in knowledge.terms])
        origin[rows] |= TERM
    unit = Calibration(np.ones(len(classes)), np.zeros(len(classes)))
    return Weights(vocabulary, taught, Quantised.of(own), Quantised.of(context), idf, origin, bias, unit)


def _vocabulary(texts: list[str], segmenter: Segmenter, knowledge: Knowledge, pairs: bool) -> Vocabulary:
    words, runs = set(_normal_forms(knowledge.terms)), set[str]()
    if knowledge.evidence is not None:
        for kind, text in zip(knowledge.evidence.kinds, knowledge.evidence.texts, strict=True):
            (words if kind == "word" else runs).add(text)
    chars = {x for x in runs if len(x) == 1}
    return build_vocabulary(texts, segmenter, words=words, chars=chars, bigrams=runs - chars, pairs=pairs)


def _features(
    units: Units, vocabulary: Vocabulary, segmenter: Segmenter, recipe: Recipe
) -> tuple[Matrix, NDArray[np.float32]]:
    """Return what is trained on, of a unit and then of its neighbours, and the idf.

    On many units these matrices are most of the memory, so none is kept longer than it is needed.
    """
    counts = count(units.texts, vocabulary, segmenter)
    idf = inverse_document_frequency(counts)
    values = weigh(counts, idf)
    if not recipe.context:
        return values, idf
    near = recipe.context * neighbour_matrix(units.documents, recipe.neighbours)
    return with_neighbours(values, near), idf


def _train(features: Matrix, n: int, units: Units, k: int, recipe: Recipe) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients about a unit and about its neighbours, ``(n, k)``, and the bias."""
    rows = units.labelled
    if len(rows) < len(units.labels):
        features, units = features[rows], units.take(rows)
    fit = _all_at_once if units.signs is None else _one_by_one
    coefficients, bias = fit(features, units, k, recipe.strength)
    context = recipe.context * coefficients[:, n:] if recipe.context else np.zeros((k, n))
    return coefficients[:, :n].T.copy(), context.T.copy(), bias


def _all_at_once(features: Matrix, units: Units, k: int, strength: float) -> tuple[Floats, Floats]:
    from sklearn.svm import LinearSVC

    coefficients, bias = np.zeros((k, features.shape[1])), np.full(k, -1.0)
    present = np.unique(units.labels)
    if len(present) < 2:  # a fold without the few units of the other classes
        bias[present] = 1.0
        return coefficients, bias
    model = LinearSVC(C=strength, class_weight="balanced", random_state=0)
    model.fit(features, units.labels, sample_weight=units.weights)
    sides = [-1, 1] if len(present) == 2 else [1]  # of two classes only the second has coefficients
    coefficients[present] = np.vstack([side * model.coef_ for side in sides])
    bias[present] = np.concatenate([side * model.intercept_ for side in sides])
    return coefficients, bias


def _one_by_one(features: Matrix, units: Units, k: int, strength: float) -> tuple[Floats, Floats]:
    """Fit each class on the units for which it is known whether they have it, weighed as all at once are."""
    from sklearn.svm import LinearSVC

    coefficients, bias = np.zeros((k, features.shape[1])), np.full(k, -1.0)
    signs = np.zeros((0, 0)) if units.signs is None else units.signs
    frequent = max(int((np.bincount(units.labels) > 0).sum()), 2)
    for column in range(signs.shape[1]):
        known = np.flatnonzero(signs[:, column])
        target = signs[known, column] > 0
        if not 0 < target.sum() < len(target):
            continue
        mass = np.ones(len(known)) if units.weights is None else units.weights[known]
        weight = {True: mass.sum() / (frequent * mass[target].sum()), False: 1.0}
        model = LinearSVC(C=strength, class_weight=weight, random_state=0)
        model.fit(features[known], target, sample_weight=mass)
        coefficients[column], bias[column] = model.coef_[0], model.intercept_[0]
    return coefficients, bias


def out_of_fold(
    units: Units, classes: Sequence[str], recipe: Recipe, knowledge: Knowledge, n_folds: int = 5
) -> Floats:
    """Decide about each unit, before calibration, by a model that has not seen its document; ``(n, k)``."""
    from joblib import Parallel, delayed

    parts = list(folds(units.documents, n_folds))
    jobs = (
        delayed(_decide)(units.take(train), units.take(test), classes, recipe, knowledge)
        for train, test in parts
    )
    decisions = np.zeros((len(units.texts), len(classes)))
    for (_, test), found in zip(parts, Parallel(n_jobs=2)(jobs), strict=True):
        decisions[test] = found
    if units.signs is not None:
        # Among labels for which a unit was not read nothing can be said about its own.
        decisions[units.signs == 0] = UNKNOWN
    return decisions


def _decide(
    train: Units, test: Units, classes: Sequence[str], recipe: Recipe, knowledge: Knowledge
) -> Floats:
    from policycls.model.classifier import Model
    from policycls.model.weights import Settings

    settings = Settings(neighbours=recipe.neighbours, heading=recipe.heading)
    model = Model(fit_weights(train, classes, recipe, knowledge), classes, settings)
    return model.decision_function(test.texts, headings=test.headings, documents=test.documents)


def calibrate(decisions: Floats, labels: NDArray[np.int64]) -> Calibration:
    """Fit slope and intercept of each class to out-of-fold decisions ``(n, k)`` by maximum likelihood."""
    from scipy.optimize import minimize

    n, k = decisions.shape
    truth = np.zeros((n, k))
    truth[np.arange(n), labels] = 1

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slope, intercept = parameters[:k], parameters[k:]
        proba = Calibration(slope, intercept)(decisions)
        likelihood = np.log(np.maximum(proba[np.arange(n), labels], 1e-300)).mean()
        penalty = 1e-3 * ((slope - slope.mean()) ** 2).sum() + 1e-3 * (intercept**2).sum()
        error = (proba - truth) / n
        gradient = np.concatenate([(error * decisions).sum(axis=0), error.sum(axis=0)])
        gradient[:k] += 2e-3 * (slope - slope.mean())
        gradient[k:] += 2e-3 * intercept
        return float(-likelihood + penalty), gradient

    start = np.concatenate([np.ones(k), np.zeros(k)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(1e-2, 50)] * k + [(-50, 50)] * k).x
    return Calibration(np.round(found[:k], 6), np.round(found[k:], 6))
