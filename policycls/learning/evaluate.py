"""Evaluation: how right a model is on labelled documents, with intervals by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from policycls.documents import looks_traditional, to_simplified
from policycls.errors import TooFewExamplesError
from policycls.learning.bootstrap import DRAWS, Score, intervals
from policycls.learning.corpus import LabelledDocument, fingerprint
from policycls.learning.metrics import Judged, count
from policycls.learning.stretches import placed
from policycls.model.classifier import Choice
from policycls.schema import unknown_label
from policycls.types import NONE

#: Figures about all labels together, in the order in which they are told.
OVERALL = ("accuracy", "macro_f1", "set_f1", "detection_f1", "label_given_detection", "ece", "brier")
#: Figures about one label.
BY_LABEL = ("f1", "precision", "recall")


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


@dataclass(frozen=True)
class Evaluation:
    """How right a model is, with intervals from drawing documents again."""

    documents: int
    units: int
    fingerprint: str  #: SHA-256 of the labelled documents
    alone: bool  #: units were given without their context
    scores: dict[str, Score]  #: those of :func:`policycls.learning.metrics.scores`
    support: dict[str, int]  #: units by primary label
    confusion: list[list[int]]  #: units by true (row) and given label, in the order of ``support``

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "data": {x: getattr(self, x) for x in ("documents", "units", "fingerprint", "alone")},
            **{name: self.scores[name].record() for name in OVERALL},
            "labels": {
                label: {"support": n, **{x: self.scores[f"{x}:{label}"].record() for x in BY_LABEL}}
                for label, n in self.support.items()
            },
            "confusion": self.confusion,
        }


def evaluate(
    model: Chooser, documents: Sequence[LabelledDocument], *, alone: bool = False, draws: int = DRAWS
) -> Evaluation:
    """Measure a model on labelled documents that it has not seen in training.

    With ``alone`` each unit is given without heading and neighbours. Intervals are the same in every run.

    Raises
    ------
    UnknownLabelError
        If a label of the data is none of the model's.
    TooFewExamplesError
        If there is no unit.

    Examples
    --------
    >>> from policycls import load_model
    >>> from policycls.learning.corpus import LabelledUnit
    >>> units = (LabelledUnit("推行容缺受理，企业开办一天办结。", ("approval_streamlining",)),)
    >>> evaluate(load_model(), [LabelledDocument("a", units)]).scores["accuracy"].value
    1.0
    """
    judged = judge(model, documents, alone=alone)
    confusion = count(judged).confusion.sum(axis=0).astype(int)
    support = dict(zip(judged.classes, confusion.sum(axis=1).tolist(), strict=True))
    return Evaluation(
        len(documents), len(judged.truth), fingerprint(documents), alone, intervals(judged, draws=draws),
        support, confusion.tolist(),
    )  # fmt: skip


def judge(
    model: Chooser,
    documents: Sequence[LabelledDocument],
    *,
    alone: bool = False,
    among: Sequence[str] | None = None,
) -> Judged:
    """Have a model decide about labelled units, as tagging would: traditional text is read simplified.

    The classes are the model's own and none, or those ``among`` which it is compared with another model.
    The rest is as for :func:`evaluate`.
    """
    rows = placed(documents)
    if not rows.labelled:
        raise TooFewExamplesError("there is no labelled unit to evaluate on")
    classes = tuple(dict.fromkeys([*map(str, among or model.classes_), NONE]))
    _check_labels(documents, classes)
    traditional = [looks_traditional("\n".join(unit.text for unit in x.units)) for x in documents]
    texts, headings = (
        [to_simplified(x) if traditional[n] else x for n, x in zip(rows.owners, column, strict=True)]
        for column in (rows.texts, rows.headings)
    )
    if alone:
        choices = model.choose([texts[n] for n in rows.labelled])
    else:
        found = model.choose(texts, headings=headings, documents=rows.owners)
        choices = [found[n] for n in rows.labelled]
    return _judged(classes, documents, choices)


def _judged(
    classes: tuple[str, ...], documents: Sequence[LabelledDocument], choices: Sequence[Choice]
) -> Judged:
    column = {label: n for n, label in enumerate(classes)}
    units = [unit for document in documents for unit in document.units]
    shape = (len(units), len(classes))
    proba, wanted, given = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for n, (unit, choice) in enumerate(zip(units, choices, strict=True)):
        proba[n, [column[x] for x in choice.scores]] = list(choice.scores.values())
        wanted[n, [column[x] for x in unit.labels if x not in unit.maybe]] = True
        given[n, [column[x] for x in choice.labels if x not in unit.maybe]] = True
    proba[:, column[NONE]] = np.maximum(1 - proba.sum(axis=1), 0)
    truth, guess = (np.array([column[x.label] for x in said], dtype=np.int64) for said in (units, choices))
    owner = np.repeat(np.arange(len(documents)), [len(x.units) for x in documents])
    return Judged(classes, truth, guess, proba, wanted, given, owner)


def _check_labels(documents: Sequence[LabelledDocument], classes: Sequence[str]) -> None:
    for document in documents:
        for number, unit in enumerate(document.units, 1):
            for label in unit.labels:
                if label not in classes:
                    raise unknown_label(label, classes, path=document.doc, line=number)
