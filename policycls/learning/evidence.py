"""Counting evidence: what words say on text of another origin, kept as a table of figures.

A corpus written for the purpose uses words in its own way. Documents of another origin, where their
labels are at hand but their sentences cannot be passed on, can still tell how their words differ: the
evidence is a linear model of what the corpus leaves unexplained in them. Only single words, and runs of
one or two Han characters, that stand in several documents are kept, so that the table tells nothing of
any one document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from policycls.errors import TooFewExamplesError
from policycls.learning.fit import Recipe, Units, fit_weights, taught_words
from policycls.learning.knowledge import Evidence, Knowledge, Term
from policycls.learning.vocabulary import (
    Matrix,
    build_vocabulary,
    count,
    inverse_document_frequency,
    neighbour_matrix,
    weigh,
)
from policycls.model.classifier import Model
from policycls.model.linear import Floats
from policycls.model.segmentation import make_segmenter
from policycls.model.weights import Settings

_HAN = re.compile("[\u4e00-\u9fff]+")
#: Decision values of the base model times this are taken as log-odds. Its margins are those of a support
#: vector machine; the factor was chosen by cross-validation over documents.
_BASE_SCALE = 3.0


def count_evidence(
    units: Units,
    base: Units,
    classes: Sequence[str],
    *,
    terms: Sequence[Term] = (),
    recipe: Recipe | None = None,
    min_documents: int = 5,
    strength: float = 5.0,
) -> Evidence:
    """Learn what words say beyond what a corpus already tells.

    Parameters
    ----------
    units, base : Units
        Labelled units of the documents to count, and of the corpus on which models are trained.
    classes : sequence of str
        "none" included.
    recipe : Recipe, optional
        How models are fitted on the corpus.
    min_documents : int
        A word counts if it stands in at least so many documents.
    strength : float
        Inverse regularisation of the multinomial logistic regression that gives the weights.

    Raises
    ------
    TooFewExamplesError
        If no word stands in that many documents.
    """
    recipe = recipe or Recipe()
    found = _frequent(units, tuple(terms), classes, min_documents)
    weights = fit_weights(base, classes, recipe.without_knowledge(), Knowledge(tuple(terms), found))
    model = Model(weights, classes, Settings(neighbours=recipe.neighbours))
    said = _BASE_SCALE * model.decision_function(units.texts, documents=units.documents)
    rows = weights.vocabulary.rows(found.kinds, found.texts)
    counts = count(units.texts, weights.vocabulary, model.segmenter)
    own_idf = inverse_document_frequency(counts[:, rows]).astype(np.float64)
    values = weigh(counts, weights.idf)[:, rows] @ sparse.diags(own_idf / weights.idf[rows])
    around = neighbour_matrix(units.documents, recipe.neighbours) @ values
    features = sparse.hstack([values, around], format="csr")
    coefficients, bias = _logistic(features, units.labels, said, strength)
    coefficients *= np.concatenate([own_idf, own_idf])[:, None]
    own, context = np.split(coefficients, 2)
    return replace(found, own=own, context=context, bias=bias)


def _frequent(units: Units, terms: tuple[Term, ...], classes: Sequence[str], least: int) -> Evidence:
    """Return every word and run that stands in enough documents; its figures are 0 still."""
    segmenter = make_segmenter(taught_words(terms))
    vocabulary = build_vocabulary(units.texts, segmenter, pairs=False)
    frequency = _document_frequency(count(units.texts, vocabulary, segmenter), units.documents)
    words = [
        (*vocabulary.term(row), int(frequency[row])) for row in np.flatnonzero(frequency >= least).tolist()
    ]
    words = [word for word in words if _HAN.fullmatch(word[1])]
    if not words:
        raise TooFewExamplesError(f"no word stands in {least} documents", hint="give more documents")
    blocks, texts, documents = zip(*words, strict=True)
    kinds = tuple("word" if block == "words" else "characters" for block in blocks)
    zero = np.zeros((len(words), len(classes)))
    return Evidence(tuple(classes), kinds, texts, documents, zero, zero, zero[0])


def _document_frequency(counts: Matrix, documents: Sequence[object]) -> NDArray[np.int64]:
    number = {name: n for n, name in enumerate(dict.fromkeys(documents))}
    owner = np.array([number[name] for name in documents], dtype=np.int64)
    stands = np.unique(np.repeat(owner, np.diff(counts.indptr)) * counts.shape[1] + counts.indices)
    return np.bincount(stands % counts.shape[1], minlength=counts.shape[1])


def _logistic(
    features: Matrix, labels: NDArray[np.int64], offset: Floats, strength: float
) -> tuple[Floats, Floats]:
    """Fit a multinomial logistic regression on top of fixed log-odds, classes balanced.

    scikit-learn's has no such offset; the loss is its own: strength · Σ weighted log loss + ½ ‖w‖².
    Coefficients are ``(n_features, k)``, the bias is ``(k,)``.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    (n, f), k = features.shape, offset.shape[1]
    share = strength * (n / (k * np.maximum(np.bincount(labels, minlength=k), 1)))[labels]
    truth = np.zeros((n, k))
    truth[np.arange(n), labels] = 1
    turned = features.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(f + 1, k)
        logs = log_softmax(features @ table[:f] + table[f] + offset, axis=1)
        value = -(share * logs[truth > 0]).sum() + 0.5 * (table[:f] ** 2).sum()
        error = (np.exp(logs) - truth) * share[:, None]
        return float(value), np.vstack([turned @ error + table[:f], error.sum(axis=0)]).ravel()

    start = np.zeros((f + 1) * k)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "ftol": 1e-6}).x
    table = found.reshape(f + 1, k)
    return table[:f], table[f]
