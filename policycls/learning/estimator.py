"""A scikit-learn estimator over the same fit and the same prediction path as the shipped model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from policycls.learning.fit import Recipe, Units, calibrate, fit_weights, out_of_fold
from policycls.learning.knowledge import Knowledge, shipped_knowledge
from policycls.learning.train import fitting
from policycls.model import Model
from policycls.model.linear import Floats
from policycls.model.weights import Settings


class PolicyClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify Chinese sentences: jieba words and characters, TF-IDF, a linear classifier.

    Parameters
    ----------
    strength : float, default=0.5
        Inverse regularisation of the linear classifier; larger fits the examples more closely.
    context : float, default=1.0
        Weight of neighbouring texts in training; 0 leaves them out. Without ``groups`` there are none.
    evidence : float, default=0.28
        Weight of the shipped figures about words, where they know the labels; 0 leaves them out.
    terms : float, default=1.0
        Weight of the shipped terms, where they know the labels; 0 leaves them out.
    calibrate : bool, default=True
        Calibrate probabilities on out-of-fold decisions, which costs five more fits.

    Attributes
    ----------
    classes_ : ndarray of str, (n_classes,)
        Sorted.
    model_ : Model
        What was fitted.

    Examples
    --------
    >>> texts = ["设立贷款贴息", "开展执法检查", "给予贴息补助", "组织联合检查", "发放贷款", "查处违法"] * 3
    >>> labels = ["financing", "supervision"] * 9
    >>> PolicyClassifier(evidence=0, terms=0).fit(texts, labels).predict(["贷款担保"]).tolist()
    ['financing']
    """

    def __init__(
        self,
        *,
        strength: float = 0.5,
        context: float = 1.0,
        evidence: float = 0.28,
        terms: float = 1.0,
        calibrate: bool = True,
    ) -> None:
        self.strength = strength
        self.context = context
        self.evidence = evidence
        self.terms = terms
        self.calibrate = calibrate

    def fit(
        self,
        X: Sequence[str],  # noqa: N803
        y: Sequence[object] | NDArray[Any],
        groups: Sequence[object] | None = None,
        sample_weight: ArrayLike | None = None,
        unread: Sequence[Collection[str]] | None = None,
    ) -> Self:
        """Fit the model; return it.

        Parameters
        ----------
        X : sequence of str, (n,)
            Texts.
        y : array-like of str, (n,)
            Labels. None, NaN or "" for a text that is not labelled: it is context alone.
        groups : sequence, (n,), optional
            The document of each text. Texts of a document that stand next to each other are each other's
            context, and calibration keeps documents together.
        sample_weight : array-like of float, (n,), optional
            What each text counts.
        unread : sequence of collections of str, (n,), optional
            For each text the labels for which it was not read: that it has another one does not speak
            against them.

        Raises
        ------
        ValueError
            If there are fewer than two labels, or the sequences differ in length.
        """
        texts = _checked(X)
        given = _labels(y, len(texts))
        self.classes_ = np.unique([x for x in given if x])
        classes = [str(x) for x in self.classes_]
        numbers = np.array([classes.index(x) if x else -1 for x in given])
        documents: list[object] = [*range(len(texts))] if groups is None else list(groups)
        mass = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        signs = None if unread is None else _signs(numbers, classes, unread)
        units = Units(texts, numbers, documents, mass, signs)
        context = 0.0 if groups is None else self.context
        recipe = Recipe(strength=self.strength, evidence=self.evidence, terms=self.terms, context=context)
        wanted = recipe.evidence or recipe.terms
        knowledge = fitting(shipped_knowledge(), classes) if wanted else Knowledge()
        weights = fit_weights(units, classes, recipe, knowledge)
        if self.calibrate:
            rows = units.labelled
            found = calibrate(out_of_fold(units, classes, recipe, knowledge)[rows], numbers[rows])
            weights = weights.calibrated(found)
        self.model_ = Model(weights, classes, Settings(neighbours=recipe.neighbours, heading=recipe.heading))
        return self

    def decision_function(self, X: Sequence[str], groups: Sequence[object] | None = None) -> Floats:  # noqa: N803
        """Decision values, ``(n, n_classes)``; ``X`` and ``groups`` as in :meth:`fit`."""
        check_is_fitted(self)
        return self.model_.decision_function(_checked(X), documents=groups)

    def predict_proba(self, X: Sequence[str], groups: Sequence[object] | None = None) -> Floats:  # noqa: N803
        """Probabilities, ``(n, n_classes)``, rows sum to 1; ``X`` and ``groups`` as in :meth:`fit`."""
        check_is_fitted(self)
        return self.model_.predict_proba(_checked(X), documents=groups)

    def predict(self, X: Sequence[str], groups: Sequence[object] | None = None) -> NDArray[np.str_]:  # noqa: N803
        """Labels, ``(n,)``; ``X`` and ``groups`` as in :meth:`fit`."""
        check_is_fitted(self)
        return self.model_.predict(_checked(X), documents=groups)

    def __sklearn_tags__(self) -> Any:
        """Say that the input is a sequence of strings."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _labels(y: Sequence[object] | NDArray[Any], n: int) -> list[str]:
    """Return the labels, "" where there is none."""
    given = ["" if x is None or x != x else str(x) for x in list(y)]  # NaN  # noqa: PLR0124
    if len(given) != n:
        raise ValueError(f"{n} texts, {len(given)} labels")
    if len({x for x in given if x}) < 2:
        raise ValueError("needs at least 2 labels with examples")
    return given


def _signs(
    numbers: NDArray[np.int64], classes: Sequence[str], unread: Sequence[Collection[str]]
) -> NDArray[np.int8]:
    """Return 1 for the label of each text, 0 for those that it was not read for, -1 for the others."""
    if len(unread) != len(numbers):
        raise ValueError(f"{len(numbers)} texts, {len(unread)} entries of unread")
    signs = np.where(np.arange(len(classes)) == numbers[:, None], 1, -1).astype(np.int8)
    for row, labels in enumerate(unread):
        for label in labels:
            if label in classes and signs[row, classes.index(label)] < 0:
                signs[row, classes.index(label)] = 0
    return signs


def _checked(texts: Sequence[str]) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("X is a sequence of strings; for one text give [text]")
    found = list(texts)
    if not all(isinstance(text, str) for text in found):
        raise ValueError("X holds something that is no string")
    return found
