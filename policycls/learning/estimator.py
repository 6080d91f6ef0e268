"""A scikit-learn estimator over the same fit and the same prediction path as the shipped model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from policycls.learning.fit import Recipe, Units, calibrate, fit_weights, out_of_fold
from policycls.learning.knowledge import Knowledge, shipped_knowledge
from policycls.learning.train import fitting
from policycls.model import Model
from policycls.model.linear import Floats
from policycls.model.store import content_id
from policycls.model.texts import column, strings
from policycls.model.weights import Settings

if TYPE_CHECKING:
    from policycls.types import Texts, Values


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
    classes_ : ndarray, (n_classes,)
        The labels, sorted, of the type that they were given in.
    model_ : Model
        What was fitted; its labels are strings. ``model_.save(path)`` keeps it for later.

    Notes
    -----
    Texts are judged in the context of their document where ``groups`` are given, in prediction too; else
    each is judged alone. With scikit-learn's metadata routing, ``set_fit_request(groups=True)`` and
    ``set_score_request(groups=True)`` bring them to both sides of a cross-validation.

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
        X: Texts,  # noqa: N803
        y: Values,
        groups: Values | None = None,
        sample_weight: ArrayLike | None = None,
        unread: Sequence[Collection[str]] | None = None,
    ) -> Self:
        """Fit the model; return it.

        Parameters
        ----------
        X : sequence of str, (n,)
            Texts.
        y : array-like of str or int, (n,)
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
        TypeError
            If X or y is a table, or a text is no string.
        ValueError
            If there are fewer than two labels, or the sequences differ in length.
        """
        texts = strings(X, "X")
        numbers = self._learn_classes(column(y, "labels", len(texts)))
        documents = [*range(len(texts))] if groups is None else column(groups, "groups", len(texts))
        classes = [str(x) for x in self.classes_]
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
        settings = Settings(neighbours=recipe.neighbours, heading=recipe.heading)
        self.model_ = Model(weights, classes, settings, model_id=content_id(weights, classes, settings))
        return self

    def _learn_classes(self, labels: list[Any]) -> NDArray[np.int64]:
        """Set the classes; return the number of each label, -1 for none."""
        import pandas as pd

        given = pd.Series(labels, dtype=object)
        known = (given.notna() & (given != "")).to_numpy(dtype=bool)
        values = np.array(given[known].tolist())
        self.classes_, found = np.unique(values, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("needs at least 2 labels with examples")
        numbers = np.full(len(labels), -1, dtype=np.int64)
        numbers[known] = found
        return numbers

    def decision_function(self, X: Texts, groups: Values | None = None) -> Floats:  # noqa: N803
        """Decision values, ``(n, n_classes)``; ``X`` and ``groups`` as in :meth:`fit`."""
        check_is_fitted(self)
        return self.model_.decision_function(strings(X, "X"), documents=groups)

    def predict_proba(self, X: Texts, groups: Values | None = None) -> Floats:  # noqa: N803
        """Probabilities, ``(n, n_classes)``, rows sum to 1; ``X`` and ``groups`` as in :meth:`fit`."""
        check_is_fitted(self)
        return self.model_.predict_proba(strings(X, "X"), documents=groups)

    def predict(self, X: Texts, groups: Values | None = None) -> NDArray[Any]:  # noqa: N803
        """Labels, ``(n,)``, of the type of those learnt; ``X`` and ``groups`` as in :meth:`fit`."""
        best = self.decision_function(X, groups).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def score(
        self,
        X: Texts,  # noqa: N803
        y: Values,
        sample_weight: ArrayLike | None = None,
        groups: Values | None = None,
    ) -> float:
        """Share of right labels, weighted by ``sample_weight``; the others as in :meth:`fit`."""
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(y, self.predict(X, groups), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        """Say that the input is a sequence of strings."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


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
