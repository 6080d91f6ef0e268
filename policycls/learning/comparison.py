"""Two models on the same documents: what differs, and whether it is more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from policycls.learning.bootstrap import DRAWS, Score, differences, sample
from policycls.learning.corpus import LabelledDocument
from policycls.learning.evaluate import OVERALL, Chooser, judge
from policycls.learning.metrics import Judged
from policycls.model import Model
from policycls.model.calibration import Calibration
from policycls.model.weights import Quantised
from policycls.types import NONE

#: A label with fewer test units than this decides nothing.
LEAST_SUPPORT = 20
#: The name of the macro-F1 over labels with enough units.
DECIDING = "deciding_f1"
#: So much macro-F1 may be lost before a candidate is refused, where chance would explain it.
MARGIN = 0.01
WORSE = "it is worse by more than chance"


@dataclass(frozen=True, slots=True)
class Flip:
    """A unit that one of two models has right and the other wrong."""

    doc: str
    unit: int
    text: str
    truth: str  #: what people said
    before: str  #: what the old model says
    after: str  #: what the new model says


@dataclass(frozen=True)
class Comparison:
    """A new model against an old one; figures are named as in :func:`policycls.learning.metrics.scores`."""

    documents: int
    units: int
    new: dict[str, Score]
    old: dict[str, Score]
    difference: dict[str, Score]  #: new minus old, with the interval of the paired bootstrap by document
    support: dict[str, int]  #: units by primary label, of those that occur
    flips: tuple[Flip, ...]

    @property
    def gained(self) -> list[Flip]:
        """Units that were wrong and are right."""
        return [x for x in self.flips if x.after == x.truth]

    @property
    def lost(self) -> list[Flip]:
        """Units that were right and are wrong."""
        return [x for x in self.flips if x.after != x.truth]

    @property
    def decides(self) -> bool:
        """Whether these documents can decide: two labels or more have 20 units or more."""
        return DECIDING in self.difference

    @property
    def deciding(self) -> Score:
        """The difference that decides: macro-F1 over the labels with enough units; NaN where none can."""
        return self.difference.get(DECIDING, Score(math.nan, math.nan, math.nan))

    def refused(self, margin: float = MARGIN) -> str:
        """Say why the new model must not take the old one's place; "" where it may."""
        if self.deciding.high < 0:
            return WORSE
        if self.deciding.value < -margin:
            return f"it loses more than the margin of {margin:g}"
        return ""

    @property
    def shown(self) -> bool:
        """Whether a gain was shown: the interval lies above 0."""
        return self.deciding.low > 0

    def record(self) -> dict[str, Any]:
        """Return it for JSON, the texts of flipped units aside."""
        names = [x for x in self.difference if x in (*OVERALL, DECIDING) or x.startswith("f1:")]
        return {
            "documents": self.documents,
            "units": self.units,
            "support": self.support,
            **{
                part: {x: scores[x].record() for x in names if x in scores}
                for part, scores in (("new", self.new), ("old", self.old), ("difference", self.difference))
            },
            "gained": len(self.gained),
            "lost": len(self.lost),
        }


def all_classes(*models: Chooser) -> tuple[str, ...]:
    """Return all labels that one of the models knows, and none."""
    return tuple(dict.fromkeys([*(str(x) for model in models for x in model.classes_), NONE]))


def compare(
    new: Chooser, old: Chooser, documents: Sequence[LabelledDocument], *, draws: int = DRAWS
) -> Comparison:
    """Compare two models among all labels that one of them knows; errors as those of ``evaluate``."""
    classes = all_classes(new, old)
    a, b = (judge(model, documents, among=classes) for model in (new, old))
    counts = np.bincount(a.truth, minlength=len(classes))
    drawn_a, drawn_b = (sample(x, draws=draws) for x in (a, b))
    difference = (drawn_a - drawn_b).scores()
    enough = np.flatnonzero(counts >= LEAST_SUPPORT)
    if len(enough) > 1:
        kept = np.flatnonzero(np.isin(a.truth, enough))
        difference[DECIDING] = differences(a.take(kept), b.take(kept), draws=draws)["macro_f1"]
    support = {x: n for x, n in zip(classes, counts.tolist(), strict=True) if n}
    return Comparison(
        len(documents), len(a.truth), drawn_a.scores(), drawn_b.scores(), difference, support,
        _flips(a, b, documents),
    )  # fmt: skip


def _flips(a: Judged, b: Judged, documents: Sequence[LabelledDocument]) -> tuple[Flip, ...]:
    units = [(document.doc, unit) for document in documents for unit in document.units]
    found = []
    for n in np.flatnonzero((a.guess == a.truth) != (b.guess == b.truth)).tolist():
        doc, unit = units[n]
        labels = (a.classes[x] for x in (a.truth[n], b.guess[n], a.guess[n]))
        found.append(Flip(doc, unit.unit, unit.text, *labels))
    return tuple(found)


def narrowed(model: Model, labels: Sequence[str]) -> Model:
    """Return a model that chooses among fewer labels, by the same weights."""
    known = [str(x) for x in model.classes_]
    kept = [n for n, x in enumerate(known) if x in labels or x == NONE]
    if len(kept) == len(known):
        return model
    w = model.weights
    own, context = (
        Quantised(np.ascontiguousarray(x.values[:, kept]), x.step[kept]) for x in (w.own, w.context)
    )
    calibration = Calibration(w.calibration.slope[kept], w.calibration.intercept[kept])
    weights = replace(w, own=own, context=context, bias=w.bias[kept], calibration=calibration)
    return Model(weights, [known[n] for n in kept], model.settings, model_id=model.id, path=model.path)
