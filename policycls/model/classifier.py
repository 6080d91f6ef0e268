"""The model: texts in, labels and probabilities out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from policycls.atomic import check_folder
from policycls.documents import looks_traditional, split_units, to_simplified
from policycls.errors import UsageError
from policycls.model.context import neighbours_sum, runs
from policycls.model.features import find_rows
from policycls.model.linear import Floats, batches
from policycls.model.segmentation import Engine, Segmenter, make_segmenter
from policycls.model.texts import column, one_string, strings
from policycls.model.weights import Settings, Weights
from policycls.types import NONE, Document, TaggedUnit, Unit

if TYPE_CHECKING:
    from policycls.model.explanation import Explanation
    from policycls.schema import LabelSet
    from policycls.types import Texts, Values

_MOST_SECONDARY = 2
#: Characters scored at a time: enough to keep numpy busy, few enough to stay in the cache.
_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model decides about a text; the attributes are those of :class:`policycls.types.TaggedUnit`."""

    label: str
    top: str
    labels: tuple[str, ...]
    scores: dict[str, float]
    review: bool


class Model:
    """A trained classifier of policy sentences.

    Parameters
    ----------
    weights : Weights
    classes : sequence of str
        Class ids in the order of the weights' columns; "none" among them where the model knows it.
    settings : Settings, optional
    model_id : str, optional
        Short id, told with every result; in the attribute ``id``.
    path : Path, optional
        The folder it was read from.
    engine : {"rjieba", "jieba"}, optional
        Which engine cuts words; both cut the same.

    Attributes
    ----------
    classes_ : ndarray of str, (n_classes,)
    labels : tuple of str
        The measures: the classes without "none".
    id : str
        The model's short id.

    Examples
    --------
    >>> from policycls import load_model
    >>> load_model().predict(["推行容缺受理和告知承诺，开办企业一天办结。"]).tolist()
    ['approval_streamlining']
    """

    def __init__(
        self,
        weights: Weights,
        classes: Sequence[str],
        settings: Settings | None = None,
        *,
        model_id: str = "",
        path: Path | None = None,
        engine: Engine = "rjieba",
    ) -> None:
        self.weights = weights
        self.classes_ = np.array(classes)
        self.labels = tuple(label for label in classes if label != NONE)
        self.settings = settings or Settings()
        self.id = model_id
        self.path = path
        self.engine = engine
        self.own_labels: LabelSet | None = None

    @cached_property
    def segmenter(self) -> Segmenter:
        """The engine with the model's words; built at first use, in each process."""
        return make_segmenter(self.weights.taught, self.engine)

    def __getstate__(self) -> dict[str, object]:
        """Leave the engine out: it cannot be sent to another process and is built again there."""
        return {key: value for key, value in self.__dict__.items() if key != "segmenter"}

    def first_scores(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Score each text by itself.

        Parameters
        ----------
        texts : sequence of str, (n,)

        Returns
        -------
        own, context : ndarray of float64, (n, n_classes)
            What a text's words say about itself, and about the units around it. They do not depend on
            the other texts; repeated texts are scored once.
        """
        numbers: dict[str, int] = {}
        where = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int64, len(texts))
        distinct = list(numbers)
        k = len(self.classes_)
        scores = np.zeros((len(distinct), 2 * k))
        for batch in batches(distinct, _BATCH):
            blocks = find_rows(distinct[batch], self.weights.vocabulary, self.segmenter)
            scores[batch] = self.weights.scorer.score(blocks)
        return scores[where, :k], scores[where, k:]

    def decision_function(
        self,
        texts: Texts,
        *,
        headings: Texts | None = None,
        documents: Values | None = None,
    ) -> Floats:
        """Decision values before calibration.

        Parameters
        ----------
        texts : sequence of str, (n,)
        headings : sequence of str, (n,), optional
            The heading above each text, "" for none.
        documents : sequence, (n,), optional
            The document of each text: texts of one document that stand next to each other are each
            other's context. Without it every text stands alone, which costs accuracy on sentences that
            carry their label only in context.

        Returns
        -------
        ndarray of float64, (n, n_classes)
            Columns in the order of ``classes_``.
        """
        every = strings(texts)
        n = len(every)
        if headings is not None and self.settings.heading:
            every += strings(headings, "headings", n)  # in one go, which counts in small documents
        own, context = self.first_scores(every)
        decision = own[:n] + self.weights.bias
        if documents is not None and n > 1:
            stretches = runs(column(documents, "documents", n))
            decision += neighbours_sum(context[:n], stretches, self.settings.neighbours)
        if len(every) > n:
            decision += self.settings.heading * context[n:]
        return decision

    def predict_proba(
        self,
        texts: Texts,
        *,
        headings: Texts | None = None,
        documents: Values | None = None,
    ) -> Floats:
        """Calibrated probabilities of the primary label; parameters as in :meth:`decision_function`.

        Returns
        -------
        ndarray of float64, (n, n_classes)
            Columns in the order of ``classes_``; each row sums to 1. The label is the class with the
            largest decision value, which weighs rare classes as much as frequent ones; it need not be the
            most probable one.
        """
        return self.weights.calibration(self.decision_function(texts, headings=headings, documents=documents))

    def predict(
        self,
        texts: Texts,
        *,
        headings: Texts | None = None,
        documents: Values | None = None,
    ) -> NDArray[np.str_]:
        """Primary labels; parameters as in :meth:`decision_function`.

        Returns
        -------
        ndarray of str, (n,)
        """
        decision = self.decision_function(texts, headings=headings, documents=documents)
        labels: NDArray[np.str_] = self.classes_[decision.argmax(axis=1)]
        return labels

    def tag(
        self, document: Document, units: Sequence[Unit] | None = None, *, keep_noise: bool = False
    ) -> list[TaggedUnit]:
        """Tag the units of a document.

        Parameters
        ----------
        document : Document
        units : sequence of Unit, optional
            By default what :func:`policycls.documents.split_units` makes of it.
        keep_noise : bool
            Noise units come out too, with the label "none".

        Returns
        -------
        list of TaggedUnit
        """
        found = None if units is None else [units]
        return next(self.tag_many([document], found, keep_noise=keep_noise))

    def tag_many(
        self,
        documents: Sequence[Document],
        units: Sequence[Sequence[Unit]] | None = None,
        *,
        keep_noise: bool = False,
    ) -> Iterator[list[TaggedUnit]]:
        """Tag several documents in one go, faster for small ones; parameters as in :meth:`tag`."""
        split = [split_units(document) for document in documents] if units is None else units
        texts, headings, numbers = [], [], []
        for number, (document, found) in enumerate(zip(documents, split, strict=True)):
            read = to_simplified if looks_traditional(document.text) else str
            body = [unit for unit in found if unit.kind != "noise"]
            texts += [read(unit.text) for unit in body]
            headings += [read(unit.heading) for unit in body]
            numbers += [number] * len(body)
        choices = iter(self.choose(texts, headings=headings, documents=numbers))
        noise = Choice(NONE, self.labels[0], (), dict.fromkeys(self.labels, 0.0), review=False)
        for document, found in zip(documents, split, strict=True):
            yield [
                self._tagged(document, unit, noise if unit.kind == "noise" else next(choices))
                for unit in found
                if keep_noise or unit.kind != "noise"
            ]

    def at_precision(self, precision: float) -> Model:
        """Return the same model with another line between what is sure and what a person should look at.

        Parameters
        ----------
        precision : float
            The share of right labels wanted among the units that are not marked ``review``. It held on
            training documents out of fold; documents of another kind may fall short of it.

        Returns
        -------
        Model

        Raises
        ------
        UsageError
            If the model was not measured at so high a precision.
        """
        threshold = next((at for reached, at in self.settings.precisions if reached >= precision), None)
        if threshold is None:
            known = ", ".join(str(reached) for reached, _ in self.settings.precisions) or "none"
            raise UsageError(
                f"no threshold is known for a precision of {precision}", hint=f"known are {known}"
            )
        return self.with_settings(replace(self.settings, review_below=threshold))

    def with_settings(self, settings: Settings) -> Model:
        """Return the same model, used in another way, which ``settings`` tell."""
        found = copy(self)
        found.settings = settings
        return found

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the model to the folder ``path``, which :func:`policycls.load_model` reads.

        A model that is there is replaced.

        Raises
        ------
        OutputError
            If the folder cannot be written, or holds other things.
        """
        from policycls.model.store import MANIFEST, save_model
        from policycls.schema import label_names

        folder = Path(path)
        check_folder(folder, MANIFEST)
        about = {"labels": {"names": label_names(self.own_labels)}} if self.own_labels else None
        return save_model(folder, self.weights, self.classes_.tolist(), self.settings, about=about)

    def explain(self, text: str, heading: str = "") -> Explanation:
        """Say why a ``text``, standing alone or under a ``heading``, has its label."""
        from policycls.model.explanation import explain

        return explain(self, one_string(text), one_string(heading, "heading"))

    def choose(
        self,
        texts: Texts,
        *,
        headings: Texts | None = None,
        documents: Values | None = None,
    ) -> list[Choice]:
        """Decide about texts, labels and scores; parameters as in :meth:`decision_function`.

        Returns
        -------
        list of Choice, (n,)
        """
        decision = self.decision_function(texts, headings=headings, documents=documents)
        return self._choices(decision, self.weights.calibration(decision))

    def _choices(self, decision: Floats, proba: Floats) -> list[Choice]:
        classes: list[str] = self.classes_.tolist()
        measures = np.flatnonzero(self.classes_ != NONE)
        chosen = decision.argmax(axis=1)
        ranked = measures[np.argsort(-decision[:, measures], axis=1, kind="stable")]
        certain = proba[np.arange(len(chosen)), chosen]
        likely = proba >= self.settings.secondary_above
        likely[np.arange(len(chosen)), chosen] = False
        several = likely[:, measures].any(axis=1) & (self.classes_[chosen] != NONE)
        labels = [((x,) if x != NONE else ()) for x in classes]
        columns = (
            chosen.tolist(),
            ranked[:, 0].tolist(),
            proba[:, measures].round(6).tolist(),
            (certain < self.settings.review_below).tolist(),
        )
        choices = [
            Choice(classes[n], classes[top], labels[n], dict(zip(self.labels, scores, strict=True)), review)
            for n, top, scores, review in zip(*columns, strict=True)
        ]
        for i in np.flatnonzero(several).tolist():
            beside = [n for n in ranked[i].tolist() if likely[i, n]][:_MOST_SECONDARY]
            choices[i] = replace(choices[i], labels=tuple(classes[n] for n in [chosen[i], *beside]))
        return choices

    def _tagged(self, document: Document, unit: Unit, choice: Choice) -> TaggedUnit:
        return TaggedUnit(
            doc=document.doc, unit=unit.unit, kind=unit.kind, page=unit.page, start=unit.start, end=unit.end,
            heading=unit.heading, text=unit.text, label=choice.label, top=choice.top, labels=choice.labels,
            scores=choice.scores, review=choice.review or unit.fragment, model=self.id,
            fields=document.fields,
        )  # fmt: skip
