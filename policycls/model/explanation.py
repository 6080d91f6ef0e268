"""Why a text has its label: what each word and each run of characters weighed, for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from policycls.model.features import normalise, occurrences
from policycls.model.weights import TERM
from policycls.types import NONE

if TYPE_CHECKING:
    from policycls.model.classifier import Model


class Reason(NamedTuple):
    """One thing that weighed in.

    Attributes
    ----------
    label : str
        The class it speaks for (weight above 0) or against.
    term : str
        The stretch of text, in the model's normal form; "" for context and bias.
    kind : {"word", "characters", "term", "context", "bias"}
    start, end : int
        Where it stands in the text, in characters; -1 for context and bias.
    weight : float
        Its part in the decision value.
    """

    label: str
    term: str
    kind: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision taken apart.

    Attributes
    ----------
    label : str
    scores : Mapping
        Measure id to calibrated probability.
    decision : Mapping
        Class id to decision value before calibration: the sum of the weights in ``rows`` for that class.
    rows : tuple of Reason
    """

    label: str
    scores: Mapping[str, float]
    decision: Mapping[str, float]
    rows: tuple[Reason, ...]


def explain(model: Model, text: str, heading: str = "") -> Explanation:
    """Take the decision about a text apart; see :meth:`Model.explain`."""
    classes = [str(label) for label in model.classes_]
    decision = model.decision_function([text], headings=[heading])
    proba = model.weights.calibration(decision)[0]
    rows = [
        *_own(model, text, classes),
        *(Reason(x, "", "bias", -1, -1, float(w)) for x, w in zip(classes, model.weights.bias, strict=True)),
    ]
    if heading and model.settings.heading:
        context = model.settings.heading * model.first_scores([heading])[1][0]
        rows += [Reason(x, "", "context", -1, -1, float(w)) for x, w in zip(classes, context, strict=True)]
    scores = {x: round(float(p), 6) for x, p in zip(classes, proba, strict=True) if x != NONE}
    values = dict(zip(classes, map(float, decision[0]), strict=True))
    return Explanation(classes[int(decision[0].argmax())], scores, values, tuple(rows))


def _own(model: Model, text: str, classes: list[str]) -> Iterator[Reason]:
    """Yield what each known feature of the text weighs for each class."""
    weights, normal = model.weights, normalise([text])
    found = occurrences(normal, weights.vocabulary, model.segmenter)
    rows = np.concatenate([kind.rows for kind in found])
    first = normal.position[np.concatenate([kind.first for kind in found])]
    last = normal.position[np.concatenate([kind.last for kind in found])]
    known = np.flatnonzero(rows >= 0)
    norm = np.sqrt((weights.idf[rows[known]].astype(np.float64) ** 2).sum())
    for at in known.tolist():
        row = int(rows[at])
        values = weights.own.floats[row] / norm
        if not values.any():
            continue
        block, term = weights.vocabulary.term(row)
        kind = "characters" if block in {"chars", "bigrams"} else "word"
        kind = "term" if weights.origin[row] & TERM else kind
        for label, value in zip(classes, values, strict=True):
            yield Reason(label, term, kind, int(first[at]), int(last[at]) + 1, float(value))
