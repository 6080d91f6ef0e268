"""How far documents stand from what a model was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policycls.errors import ModelError, TooFewExamplesError
from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.splits import split
from policycls.learning.words import say
from policycls.model import Model
from policycls.model.features import is_word, normalise
from policycls.model.linear import Floats
from policycls.resources import data_path
from policycls.schema import Language, load_label_set

#: Where people should look: points of unknown words above the reference, distance of the score
#: distributions (Kolmogorov and Smirnov's, 0 to 1), distance of the label shares (half the sum of the
#: differences, 0 to 1). Parts of one corpus differ by less.
UNKNOWN, SCORES, SHARES = 0.05, 0.15, 0.15

#: Columns by which label shares are told, and the names that tables have for them.
GROUPS: Final = {
    "year": ("year", "年份", "年度"),
    "region": ("region", "地区", "区域"),
    "genre": ("genre", "type", "文种"),
}  # fmt: skip

_LEAST = 20  # units that a group must have to be told


@dataclass(frozen=True)
class Sample:
    """Units to be compared; ``groups`` tells by name (year, region, genre) the group of each, "" for none."""

    texts: list[str]
    headings: list[str]
    docs: list[str]
    groups: Mapping[str, list[str]]


@dataclass(frozen=True)
class Look:
    """What a model sees in a sample."""

    units: int
    documents: int
    unknown: float  #: share of its words that the model does not know
    examples: list[str]  #: the most frequent of them
    scores: Floats  #: the probability of each unit's label, sorted; (n,)
    shares: dict[str, float]  #: share of the units by label
    #: likewise by group of each name, of groups with 20 units or more
    by: dict[str, dict[str, dict[str, float]]]

    @property
    def sure(self) -> float:
        """The mean probability of the label that was given."""
        return float(self.scores.mean())

    def percentile(self, n: int) -> float:
        """Return the probability under which ``n`` per cent of the units lie."""
        return float(np.percentile(self.scores, n))


@dataclass(frozen=True)
class Drift:
    """New documents against a reference."""

    new: Look
    old: Look
    unknown: float  #: points of unknown words that the new ones have more
    scores: float  #: distance of the distributions of scores
    shares: float  #: distance of the label shares

    @property
    def reasons(self) -> list[str]:
        """Return which of "unknown", "scores", "shares" are out of the ordinary."""
        found = {
            "unknown": self.unknown > UNKNOWN,
            "scores": self.scores > SCORES and self.new.sure < self.old.sure,
            "shares": self.shares > SHARES,
        }
        return [name for name, out in found.items() if out]


def look(model: Model, sample: Sample) -> Look:
    """Let a model look at a sample; an empty one is a TooFewExamplesError."""
    if not sample.texts:
        raise TooFewExamplesError("there is no unit to look at")
    proba = model.predict_proba(sample.texts, headings=sample.headings, documents=sample.docs)
    decision = model.decision_function(sample.texts, headings=sample.headings, documents=sample.docs)
    chosen = decision.argmax(axis=1)
    unknown, total = _unknown_words(model, sample.texts)
    by = {name: _by_group(model, groups, chosen) for name, groups in sample.groups.items()}
    return Look(
        len(chosen), len(set(sample.docs)), sum(unknown.values()) / max(total, 1),
        [word for word, _ in unknown.most_common(12)], np.sort(proba[np.arange(len(chosen)), chosen]),
        _shares(model, chosen), {name: shown for name, shown in by.items() if len(shown) > 1},
    )  # fmt: skip


def drift(new: Look, old: Look) -> Drift:
    """Compare two looks of one model."""
    from scipy.stats import ks_2samp

    apart = float(ks_2samp(new.scores, old.scores, method="asymp").statistic)
    distance = sum(abs(new.shares[x] - old.shares[x]) for x in new.shares) / 2
    return Drift(new, old, new.unknown - old.unknown, apart, distance)


def _by_group(model: Model, groups: Sequence[str], chosen: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    names = np.array(groups)
    members = {str(group): chosen[names == group] for group in np.unique(names) if group}
    return {group: _shares(model, x) for group, x in members.items() if len(x) >= _LEAST}


def _shares(model: Model, chosen: NDArray[np.int64]) -> dict[str, float]:
    shares = np.bincount(chosen, minlength=len(model.classes_)) / len(chosen)
    return dict(zip(map(str, model.classes_), shares.tolist(), strict=True))


def _unknown_words(model: Model, texts: Sequence[str]) -> tuple[Counter[str], int]:
    """Count the words that are not in the model's vocabulary, and all words."""
    known = set(model.weights.vocabulary.words)
    words = [x for x in model.segmenter.cut(normalise(texts).text) if is_word(x) and not x.isascii()]
    return Counter(x for x in words if x not in known), len(words)


def reference(model: Model) -> Sample:
    """Return the documents that the shipped corpus keeps for testing: like those a model learnt from, unseen.

    A model that has other labels is a ModelError: what it was trained on is not here.
    """
    if not set(load_label_set().ids) <= set(model.labels):
        hint = "name documents like those that it was trained on with --against"
        raise ModelError("the model was not trained on the shipped corpus", hint=hint)
    folder = data_path("corpus")
    return _labelled(split(load_labelled([folder]), folder)[1])


def advice(found: Drift, lang: Language = "en") -> str:
    """Say in a sentence what to do."""
    reasons = found.reasons
    if reasons in ([], ["shares"]):
        return say("drift_shares" if reasons else "drift_none", lang)
    return say(
        "drift_apart", lang, reasons=say("comma", lang).join(say(f"reason_{x}", lang) for x in reasons)
    )


def _labelled(documents: Sequence[LabelledDocument]) -> Sample:
    units = [(x, unit) for x in documents for unit in x.units]
    texts, headings = [u.text for _, u in units], [u.heading for _, u in units]
    groups = {
        name: [next((str(x.meta[y]) for y in names if x.meta.get(y)), "") for x, _ in units]
        for name, names in GROUPS.items()
    }
    return Sample(texts, headings, [x.doc for x, _ in units], groups)
