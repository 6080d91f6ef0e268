"""How far documents stand from what a model was trained on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policycls.errors import TooFewExamplesError
from policycls.model import Model
from policycls.model.features import is_word, normalise
from policycls.model.linear import Floats

#: Where people should look: points of unknown words above the reference, distance of the score
#: distributions (Kolmogorov and Smirnov's, 0 to 1), distance of the label shares (half the sum of the
#: differences, 0 to 1). Parts of one corpus differ by less.
UNKNOWN, SCORES, SHARES = 0.05, 0.15, 0.15


@dataclass(frozen=True)
class Sample:
    """Units to be compared.

    Attributes
    ----------
    texts, headings, docs : list of str, (n,)
    groups : mapping of str to list of str, (n,)
        By name (year, region, genre): the group of each unit, "" where it is not known.
    """

    texts: list[str]
    headings: list[str]
    docs: list[str]
    groups: Mapping[str, list[str]]


@dataclass(frozen=True)
class Look:
    """What a model sees in a sample.

    Attributes
    ----------
    units, documents : int
    unknown : float
        Share of its words that the model does not know.
    examples : list of str
        The most frequent of them.
    scores : ndarray of float64, (n,)
        The probability of each unit's label, sorted.
    shares : dict of str to float
        Share of the units by label.
    by : dict of str to dict of str to dict of str to float
        Label shares by group of each name, of groups with 20 units or more.
    """

    units: int
    documents: int
    unknown: float
    examples: list[str]
    scores: Floats
    shares: dict[str, float]
    by: dict[str, dict[str, dict[str, float]]]

    @property
    def sure(self) -> float:
        """The mean probability of the label that was given."""
        return float(self.scores.mean())


@dataclass(frozen=True)
class Drift:
    """New documents against a reference.

    Attributes
    ----------
    new, old : Look
    unknown : float
        Points of unknown words that the new ones have more.
    scores, shares : float
        Distance of the score distributions and of the label shares.
    """

    new: Look
    old: Look
    unknown: float
    scores: float
    shares: float

    @property
    def reasons(self) -> list[str]:
        """Return which of "unknown", "scores", "shares" are out of the ordinary."""
        found = []
        if self.unknown > UNKNOWN:
            found.append("unknown")
        if self.scores > SCORES and self.new.sure < self.old.sure:
            found.append("scores")
        if self.shares > SHARES:
            found.append("shares")
        return found


_LEAST = 20


def look(model: Model, sample: Sample) -> Look:
    """Let a model look at a sample.

    Raises
    ------
    TooFewExamplesError
        If it is empty.
    """
    if not sample.texts:
        raise TooFewExamplesError("there is no unit to look at")
    proba = model.predict_proba(sample.texts, headings=sample.headings, documents=sample.docs)
    decision = model.decision_function(sample.texts, headings=sample.headings, documents=sample.docs)
    labels = model.classes_[decision.argmax(axis=1)].tolist()
    chosen = proba[np.arange(len(proba)), decision.argmax(axis=1)]
    unknown, total = _unknown_words(model, sample.texts)
    by: dict[str, dict[str, dict[str, float]]] = {}
    for name, groups in sample.groups.items():
        members: dict[str, list[str]] = defaultdict(list)
        for group, label in zip(groups, labels, strict=True):
            if group:
                members[group].append(label)
        shown = {x: _shares(y, model) for x, y in sorted(members.items()) if len(y) >= _LEAST}
        if len(shown) > 1:
            by[name] = shown
    return Look(
        len(labels), len(set(sample.docs)), sum(unknown.values()) / max(total, 1),
        [word for word, _ in unknown.most_common(12)], np.sort(chosen), _shares(labels, model), by,
    )  # fmt: skip


def drift(new: Look, old: Look) -> Drift:
    """Compare two looks of one model."""
    both = np.concatenate([new.scores, old.scores])
    parts = [np.searchsorted(x.scores, both, side="right") / len(x.scores) for x in (new, old)]
    names = {*new.shares, *old.shares}
    distance = sum(abs(new.shares.get(x, 0) - old.shares.get(x, 0)) for x in names) / 2
    return Drift(new, old, new.unknown - old.unknown, float(np.abs(parts[0] - parts[1]).max()), distance)


def _shares(labels: Sequence[str], model: Model) -> dict[str, float]:
    counts = Counter(labels)
    return {str(x): counts[str(x)] / len(labels) for x in model.classes_}


def _unknown_words(model: Model, texts: Iterable[str]) -> tuple[Counter[str], int]:
    """Count the words that are not in the model's vocabulary, and all words."""
    known = set(model.weights.vocabulary.words)
    words = [x for x in model.segmenter.cut(normalise(list(texts)).text) if is_word(x) and not x.isascii()]
    return Counter(x for x in words if x not in known), len(words)
