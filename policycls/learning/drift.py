"""How far documents stand from what a model was trained on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from policycls.errors import ModelError, TooFewExamplesError
from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.splits import split
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

_ADVICE: Final = {
    "en": {
        "": "These documents are like those of the training; the scores hold.",
        "shares": "Label shares differ and nothing else does: the documents may be about other things; read "
        "some dozens of sentences before you conclude.",
        "apart": "They stand apart ({}): label 200 sentences of them ('policycls review export'), retrain.",
    },
    "zh": {
        "": "这些文件与训练所用的相近，得分可以照用。",
        "shares": "标签占比与训练所用文件不同，其余相近：可能内容本就不同；抽查几十句再下结论。",
        "apart": "与训练所用文件有差距（{}）：请用 review export 选 200 句标注，再 retrain。",
    },
}
_REASONS: Final = {
    "en": {
        "unknown": "many words are unknown",
        "scores": "the model is less sure",
        "shares": "label shares differ",
    },
    "zh": {"unknown": "生词多", "scores": "模型把握低", "shares": "各标签占比不同"},
}


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

    def percentile(self, n: int) -> float:
        """Return the probability under which ``n`` per cent of the units lie."""
        return float(np.percentile(self.scores, n))


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
    names = dict.fromkeys((*new.shares, *old.shares))
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


def reference(model: Model) -> Sample:
    """Return the documents that the shipped corpus keeps for testing: like those a model learnt from, unseen.

    Raises
    ------
    ModelError
        If the model has other labels: what it was trained on is not here.
    """
    if not set(load_label_set().ids) <= set(model.labels):
        hint = "name documents like those that it was trained on with --against"
        raise ModelError("the model was not trained on the shipped corpus", hint=hint)
    folder = data_path("corpus")
    return _labelled(split(load_labelled([folder]), folder)[1])


def advice(found: Drift, lang: Language = "en") -> str:
    """Say in a sentence what to do."""
    told, reasons = _ADVICE[lang], found.reasons
    if reasons in ([], ["shares"]):
        return told[reasons[0] if reasons else ""]
    return told["apart"].format(("，" if lang == "zh" else ", ").join(_REASONS[lang][x] for x in reasons))


def _labelled(documents: Sequence[LabelledDocument]) -> Sample:
    units = [(x, unit) for x in documents for unit in x.units]
    texts, headings = [u.text for _, u in units], [u.heading for _, u in units]
    groups = {
        name: [next((str(x.meta[y]) for y in names if x.meta.get(y)), "") for x, _ in units]
        for name, names in GROUPS.items()
    }
    return Sample(texts, headings, [x.doc for x, _ in units], groups)
