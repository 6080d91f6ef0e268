"""A model that needs no weights: labels by the words of the labels' own names, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policycls.documents import split_units
from policycls.model.explanation import Explanation, Reason
from policycls.model.weights import Settings
from policycls.schema import load_label_set
from policycls.types import NONE, Document, TaggedUnit, Unit

WORDS = {
    "approval_streamlining": "审批",
    "enterprise_assistance": "走访",
    "financing": "贷款",
    "supervision": "检查",
    "investment_attraction": "招商",
}


class FakeModel:
    """Labels a unit by the first of five words that it holds; no word: none."""

    id = "fake-1"
    path = None
    labels = load_label_set().ids
    own_labels = None
    settings = Settings()

    def tag(
        self, document: Document, units: Sequence[Unit] | None = None, *, keep_noise: bool = False
    ) -> list[TaggedUnit]:
        found = split_units(document) if units is None else units
        return [self._tag(document, unit) for unit in found if keep_noise or unit.kind != "noise"]

    def tag_many(
        self, documents: Sequence[Document], *, keep_noise: bool = False
    ) -> Iterator[list[TaggedUnit]]:
        for document in documents:
            yield self.tag(document, keep_noise=keep_noise)

    def _tag(self, document: Document, unit: Unit) -> TaggedUnit:
        places = {label: unit.text.find(word) for label, word in WORDS.items()}
        labels = sorted((label for label in WORDS if places[label] >= 0), key=places.__getitem__)
        scores = {label: 0.9 if label in labels else 0.04 for label in WORDS}
        return TaggedUnit(
            document.doc, unit.unit, unit.kind, unit.page, unit.start, unit.end, unit.heading, unit.text,
            labels[0] if labels else NONE, labels[0] if labels else "financing", tuple(labels), scores,
            "或" in unit.text, self.id, document.fields,
        )  # fmt: skip

    def explain(self, text: str, heading: str = "") -> Explanation:
        label = next((label for label, word in WORDS.items() if word in text), NONE)
        scores = {x: 0.9 if x == label else 0.04 for x in WORDS}
        rows = (
            Reason(label, WORDS.get(label, "的"), "word", 0, 2, 2.5),
            Reason(label, "或", "characters", 3, 4, -0.5),
        )
        return Explanation(label, scores, {}, rows)
