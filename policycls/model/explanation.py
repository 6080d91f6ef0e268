"""Why a text has its label: what each word and each run of characters weighed, for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from policycls.model.features import bigram_keys, is_counted, normalise, pair_keys, word_numbers
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
    found = list(_occurrences(model, text))
    if not found:
        return
    weights = model.weights
    numbers = np.array([row for row, _, _ in found])
    norm = np.sqrt((weights.idf[numbers].astype(np.float64) ** 2).sum())
    said = weights.own.floats[numbers] / norm
    for (row, start, end), values in zip(found, said, strict=True):
        if values.any():
            block, term = weights.vocabulary.term(row)
            kind = "characters" if block in {"chars", "bigrams"} else "word"
            kind = "term" if weights.origin[row] & TERM else kind
            for label, value in zip(classes, values, strict=True):
                yield Reason(label, term, kind, start, end, float(value))


def _occurrences(model: Model, text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the row of each known feature, and where it starts and ends in the text."""
    vocabulary = model.weights.vocabulary
    normal = normalise([text])
    codes, at = normal.codes, normal.position
    for i in np.flatnonzero(vocabulary._char_rows[codes] >= 0):
        yield int(vocabulary._char_rows[codes[i]]), int(at[i]), int(at[i]) + 1
    counted = is_counted(codes)
    both = np.flatnonzero(counted[:-1] & counted[1:])
    for i, row in zip(both, vocabulary._bigram_rows(bigram_keys(codes[both], codes[both + 1])), strict=True):
        if row >= 0:
            yield int(row), int(at[i]), int(at[i + 1]) + 1
    ends = np.cumsum([len(token) for token in model.segmenter.cut(normal.text)])
    starts = np.concatenate([[0], ends[:-1]])
    numbers, _, neighbours = word_numbers(normal, vocabulary, model.segmenter)
    for i in np.flatnonzero(numbers >= 0):
        yield int(numbers[i]) + vocabulary.offsets[2], int(at[starts[i]]), int(at[ends[i] - 1]) + 1
    pairs = vocabulary._pair_rows(pair_keys(numbers[neighbours], numbers[neighbours + 1]))
    for i, row in zip(neighbours, pairs, strict=True):
        if row >= 0:
            yield int(row), int(at[starts[i]]), int(at[ends[i + 1] - 1]) + 1
