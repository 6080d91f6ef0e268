"""Evaluation: how right a model is on labelled documents, with intervals by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from policycls.documents import looks_traditional, to_simplified
from policycls.errors import LabelMismatchError, TooFewExamplesError
from policycls.learning.bootstrap import DRAWS, Score, differences, intervals
from policycls.learning.corpus import LabelledDocument, LabelledUnit, fingerprint
from policycls.learning.metrics import Judged, count
from policycls.learning.stretches import placed
from policycls.model.classifier import Choice
from policycls.schema import unknown_label
from policycls.types import NONE

#: Figures about all labels together, in the order in which they are told.
OVERALL = ("accuracy", "macro_f1", "set_f1", "detection_f1", "label_given_detection", "ece", "brier")


class Chooser(Protocol):
    """What can be evaluated: a model, or anything that decides about texts as one."""

    @property
    def classes_(self) -> Any:
        """Labels, (k,)."""
        ...

    def choose(
        self,
        texts: Sequence[str],
        *,
        headings: Sequence[str] | None = None,
        documents: Sequence[object] | None = None,
    ) -> Sequence[Choice]:
        """Decide about texts, as :meth:`policycls.model.Model.choose`."""
        ...


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Figures about one label.

    Attributes
    ----------
    support : int
        Units with this primary label. Where there are none the figures are NaN.
    f1, precision, recall : Score
    """

    support: int
    f1: Score
    precision: Score
    recall: Score


@dataclass(frozen=True)
class Evaluation:
    """How right a model is; each figure has a 95 % interval from drawing documents again.

    Attributes
    ----------
    documents, units : int
    fingerprint : str
        SHA-256 of the labelled documents.
    alone : bool
        Units were given without their context.
    accuracy : Score
        Share of right primary labels, "none" included.
    macro_f1 : Score
        Mean F1 over the labels, "none" included, that occur in the data; others are left out.
    set_f1 : Score
        F1 over all labels of all units, primary or not; those left open count neither way.
    detection_f1 : Score
        F1 of seeing a measure, whichever.
    label_given_detection : Score
        Share of right labels among units in which both people and model see a measure.
    ece, brier : Score
        Expected calibration error (ten bins of equal count) and squared error of the probabilities
        against the primary label, each averaged over the measures.
    labels : dict of str to LabelScores
    confusion : tuple of tuple of int, (k, k)
        Units by true (row) and given label, in the order of ``labels``.
    """

    documents: int
    units: int
    fingerprint: str
    alone: bool
    accuracy: Score
    macro_f1: Score
    set_f1: Score
    detection_f1: Score
    label_given_detection: Score
    ece: Score
    brier: Score
    labels: dict[str, LabelScores]
    confusion: tuple[tuple[int, ...], ...]

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        whole = {"documents": self.documents, "units": self.units}
        parts = ("f1", "precision", "recall")
        return {
            "data": {**whole, "fingerprint": self.fingerprint, "alone": self.alone},
            **{name: getattr(self, name).record() for name in OVERALL},
            "labels": {
                label: {"support": x.support, **{part: getattr(x, part).record() for part in parts}}
                for label, x in self.labels.items()
            },
            "confusion": [list(row) for row in self.confusion],
        }


def evaluate(
    model: Chooser, documents: Sequence[LabelledDocument], *, alone: bool = False, draws: int = DRAWS
) -> Evaluation:
    """Measure a model on labelled documents.

    Parameters
    ----------
    model : Model
    documents : sequence of LabelledDocument
        Documents that it has not seen in training.
    alone : bool
        Give each unit without heading and neighbours.
    draws : int
        Bootstrap draws for the intervals; they are the same in every run.

    Returns
    -------
    Evaluation

    Raises
    ------
    UnknownLabelError
        If a label of the data is none of the model's.
    TooFewExamplesError
        If there is no unit.

    Examples
    --------
    >>> from policycls import load_model
    >>> units = (LabelledUnit("推行容缺受理，企业开办一天办结。", ("approval_streamlining",)),)
    >>> evaluate(load_model(), [LabelledDocument("a", units)]).accuracy.value
    1.0
    """
    judged = judge(model, documents, alone=alone)
    found = intervals(judged, draws=draws)
    confusion = count(judged).confusion.sum(axis=0).astype(int)
    labels = {
        label: LabelScores(
            int(confusion[n].sum()), *(found[f"{part}:{label}"] for part in ("f1", "precision", "recall"))
        )
        for n, label in enumerate(judged.classes)
    }
    return Evaluation(
        documents=len(documents),
        units=len(judged.truth),
        fingerprint=fingerprint(documents),
        alone=alone,
        **{name: found[name] for name in OVERALL},
        labels=labels,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def compare(
    a: Chooser,
    b: Chooser,
    documents: Sequence[LabelledDocument],
    *,
    alone: bool = False,
    draws: int = DRAWS,
) -> dict[str, Score]:
    """Measure how much better ``a`` is than ``b`` on the same documents.

    Returns
    -------
    dict of str to Score
        Figures of ``a`` minus those of ``b`` by name: those of :class:`Evaluation`, and ``f1:``,
        ``precision:`` and ``recall:`` with each label. Intervals come from drawing the same documents for
        both; one that does not hold 0 tells a difference.

    Raises
    ------
    LabelMismatchError
        If the two do not know the same labels.
    """
    if set(map(str, a.classes_)) != set(map(str, b.classes_)):
        raise LabelMismatchError(
            "the two models know different labels", hint="compare models of one label set"
        )
    judged = [judge(model, documents, alone=alone) for model in (a, b)]
    return differences(*judged, draws=draws)


def judge(model: Chooser, documents: Sequence[LabelledDocument], *, alone: bool = False) -> Judged:
    """Have a model decide about labelled units, as tagging would: traditional text is read simplified.

    Returns
    -------
    Judged

    Raises
    ------
    UnknownLabelError, TooFewExamplesError
        As :func:`evaluate`.
    """
    pairs = [(n, unit) for n, document in enumerate(documents) for unit in document.units]
    if not pairs:
        raise TooFewExamplesError("there is no labelled unit to evaluate on")
    known = [str(x) for x in model.classes_]
    classes = (*known, *([NONE] if NONE not in known else []))
    _check_labels(documents, classes)
    owner = np.array([n for n, _ in pairs], dtype=np.int64)
    traditional = [looks_traditional("\n".join(unit.text for unit in x.units)) for x in documents]

    def read(n: int, text: str) -> str:
        return to_simplified(text) if traditional[n] else text

    if alone:
        choices = model.choose([read(n, unit.text) for n, unit in pairs])
    else:
        rows = list(placed(documents))
        found = model.choose(
            [read(n, text) for n, text, _, _ in rows],
            headings=[read(n, heading) for n, _, heading, _ in rows],
            documents=[n for n, *_ in rows],
        )
        choices = [choice for choice, (*_, unit) in zip(found, rows, strict=True) if unit is not None]
    return _judged(classes, [unit for _, unit in pairs], choices, owner)


def _judged(
    classes: tuple[str, ...],
    units: Sequence[LabelledUnit],
    choices: Sequence[Choice],
    owner: NDArray[np.int64],
) -> Judged:
    column = {label: n for n, label in enumerate(classes)}
    shape = (len(units), len(classes))
    proba, wanted, given = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for n, (unit, choice) in enumerate(zip(units, choices, strict=True)):
        for label, score in choice.scores.items():
            proba[n, column[label]] = score
        wanted[n, [column[x] for x in unit.labels if x not in unit.maybe]] = True
        given[n, [column[x] for x in choice.labels if x not in unit.maybe]] = True
    proba[:, column[NONE]] = np.maximum(1 - proba.sum(axis=1), 0)
    return Judged(
        classes,
        np.array([column[unit.label] for unit in units], dtype=np.int64),
        np.array([column[choice.label] for choice in choices], dtype=np.int64),
        proba,
        wanted,
        given,
        owner,
    )


def _check_labels(documents: Sequence[LabelledDocument], classes: Sequence[str]) -> None:
    for document in documents:
        for number, unit in enumerate(document.units, 1):
            for label in unit.labels:
                if label not in classes:
                    raise unknown_label(label, classes, path=document.doc, line=number)
