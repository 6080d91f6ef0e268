"""Fitting the model: TF-IDF over words and characters, a linear classifier, what is known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from policycls.learning.knowledge import Knowledge, Term, check_terms
from policycls.learning.splits import folds
from policycls.learning.vocabulary import (
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
    """How a model is fitted.

    Attributes
    ----------
    strength : float
        Inverse regularisation of the linear classifier.
    evidence : float
        Weight of the evidence table against what is trained; 0 leaves it out.
    terms : float
        Weight of the experts' terms; 0 leaves them out.
    neighbours : tuple of float
        Weights of the units at distance 1, 2, … in a unit's context.
    heading : float
        Weight of the heading above in the context.
    context : float
        Scale of the context's features in training; 0 trains no context (the evidence still has its own).
    pairs : bool
        Count pairs of words too. On no text did they gain anything that shows, for twice the size.
    """

    strength: float = 0.5
    evidence: float = 0.28
    terms: float = 0.5
    neighbours: tuple[float, ...] = (0.3, 0.2)
    heading: float = 0.3
    context: float = 1.0
    pairs: bool = False

    def without_knowledge(self) -> Recipe:
        """Return the recipe with neither terms nor evidence."""
        return replace(self, terms=0.0, evidence=0.0)


@dataclass(frozen=True)
class Units:
    """Labelled units as columns.

    Attributes
    ----------
    texts : list of str, (n,)
    labels : ndarray of int, (n,)
        Position of the primary label among the classes; -1 for a unit that is there as context alone.
    documents : list, (n,)
        Units of a document stand together, in reading order.
    weights : ndarray of float, (n,), optional
        What each unit counts; by default all the same.
    signs : ndarray of int8, (n, n_classes), optional
        1 for every label that a unit has, -1 for those that it lacks, 0 where that is not known. By default
        a unit has its primary label and no other.
    headings : list of str, (n,), optional
        The heading above each unit, "" for none. It counts where a unit is judged, not in training.
    """

    texts: list[str]
    labels: NDArray[np.int64]
    documents: list[object]
    weights: Floats | None = None
    signs: NDArray[np.int8] | None = None
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


def taught_words(knowledge: Knowledge) -> tuple[str, ...]:
    """Return the words that a model's segmenter is taught: terms that jieba's dictionary lacks."""
    return _taught(knowledge.terms)


@lru_cache(maxsize=2)  # jieba's dictionary takes a second to read, and every fold asks for the same
def _taught(terms: tuple[Term, ...]) -> tuple[str, ...]:
    return tuple(missing_words([normalise([term.text]).text.strip() for term in terms]))


def fit_weights(units: Units, classes: Sequence[str], recipe: Recipe, knowledge: Knowledge) -> Weights:
    """Fit all but the calibration, which is left as the identity.

    Parameters
    ----------
    units : Units
    classes : sequence of str
    recipe : Recipe
    knowledge : Knowledge

    Returns
    -------
    Weights
    """
    taught = taught_words(knowledge)
    segmenter = make_segmenter(taught)
    vocabulary = _vocabulary(units.texts, segmenter, knowledge, recipe.pairs)
    features, idf = _features(units, vocabulary, segmenter, recipe)
    own, context, bias = _train(features, len(vocabulary), units, len(classes), recipe)
    own, context = own * idf[:, None], context * idf[:, None]
    origin = np.where(np.abs(own).sum(axis=1) > 0, TRAINED, 0).astype(np.uint8)
    _add_evidence(vocabulary, knowledge, classes, recipe, (own, context, origin, bias))
    _add_terms(vocabulary, knowledge, classes, recipe, (own, origin))
    unit = Calibration(np.ones(len(classes)), np.zeros(len(classes)))
    return Weights(vocabulary, taught, Quantised.of(own), Quantised.of(context), idf, origin, bias, unit)


def _vocabulary(texts: list[str], segmenter: Segmenter, knowledge: Knowledge, pairs: bool) -> Vocabulary:
    words = {normalise([term.text]).text.strip() for term in knowledge.terms}
    runs: set[str] = set()
    if knowledge.evidence is not None:
        for kind, text in zip(knowledge.evidence.kinds, knowledge.evidence.texts, strict=True):
            (words if kind == "word" else runs).add(text)
    return build_vocabulary(
        texts,
        segmenter,
        words=words,
        chars={x for x in runs if len(x) == 1},
        bigrams={x for x in runs if len(x) > 1},
        pairs=pairs,
    )


def _features(
    units: Units, vocabulary: Vocabulary, segmenter: Segmenter, recipe: Recipe
) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
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


def _train(
    features: sparse.csr_matrix, n: int, units: Units, k: int, recipe: Recipe
) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients about a unit and about its neighbours, ``(n, k)``, and the bias."""
    from sklearn.svm import LinearSVC

    coefficients, bias = np.zeros((k, features.shape[1])), np.full(k, -1.0)
    rows = units.labelled
    if len(rows) < len(units.labels):
        features, units = features[rows], units.take(rows)
    if units.signs is not None:
        _one_by_one(features, units, recipe, (coefficients, bias))
    elif len(set(units.labels.tolist())) < 2:  # a fold without the few units of the other classes
        bias[units.labels] = 1.0
    else:
        model = LinearSVC(C=recipe.strength, class_weight="balanced", random_state=0)
        model.fit(features, units.labels, sample_weight=units.weights)
        if len(model.classes_) == 2:
            coefficients[model.classes_] = np.vstack([-model.coef_, model.coef_])
            bias[model.classes_] = [-model.intercept_[0], model.intercept_[0]]
        else:
            coefficients[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    context = recipe.context * coefficients[:, n:] if recipe.context else np.zeros((k, n))
    return coefficients[:, :n].T.copy(), context.T.copy(), bias


def _one_by_one(
    features: sparse.csr_matrix, units: Units, recipe: Recipe, table: tuple[Floats, Floats]
) -> None:
    """Fit each class on the units for which it is known whether they have it, weighed as all at once are."""
    from sklearn.svm import LinearSVC

    coefficients, bias = table
    signs = np.zeros((0, 0)) if units.signs is None else units.signs
    frequent = max(int((np.bincount(units.labels) > 0).sum()), 2)
    for column in range(signs.shape[1]):
        known = np.flatnonzero(signs[:, column])
        target = signs[known, column] > 0
        if not 0 < target.sum() < len(target):
            continue
        mass = np.ones(len(known)) if units.weights is None else units.weights[known]
        weight = {True: mass.sum() / (frequent * mass[target].sum()), False: 1.0}
        model = LinearSVC(C=recipe.strength, class_weight=weight, random_state=0)
        model.fit(features[known], target, sample_weight=mass)
        coefficients[column], bias[column] = model.coef_[0], model.intercept_[0]


def _add_evidence(
    vocabulary: Vocabulary, knowledge: Knowledge, classes: Sequence[str], recipe: Recipe,
    table: tuple[Floats, Floats, NDArray[np.uint8], Floats],
) -> None:  # fmt: skip
    evidence = knowledge.evidence
    if evidence is None or not recipe.evidence:
        return
    own, context, origin, bias = table
    rows = vocabulary.rows(evidence.kinds, evidence.texts)
    for column, label in enumerate(classes):
        if label in evidence.classes:
            at = evidence.classes.index(label)
            own[rows, column] += recipe.evidence * evidence.own[:, at]
            context[rows, column] += recipe.evidence * evidence.context[:, at]
            bias[column] += recipe.evidence * evidence.bias[at]
    origin[rows] |= EVIDENCE


def _add_terms(
    vocabulary: Vocabulary, knowledge: Knowledge, classes: Sequence[str], recipe: Recipe,
    table: tuple[Floats, NDArray[np.uint8]],
) -> None:  # fmt: skip
    if not recipe.terms:
        return
    own, origin = table
    column = {label: n for n, label in enumerate(classes)}
    check_terms(knowledge.terms, column)
    words = [normalise([term.text]).text.strip() for term in knowledge.terms]
    rows = vocabulary.rows(["word"] * len(words), words)
    for term, row in zip(knowledge.terms, rows, strict=True):
        own[row, column[term.label]] += recipe.terms * term.weight
        origin[row] |= TERM


def out_of_fold(
    units: Units, classes: Sequence[str], recipe: Recipe, knowledge: Knowledge, n_folds: int = 5
) -> Floats:
    """Decide about each unit by a model that has not seen its document.

    Returns
    -------
    ndarray of float64, (n_units, n_classes)
        Decision values before calibration.
    """
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
    """Fit slope and intercept of each class by maximum likelihood.

    Parameters
    ----------
    decisions : ndarray of float64, (n, n_classes)
        Out-of-fold decisions.
    labels : ndarray of int, (n,)

    Returns
    -------
    Calibration
    """
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
