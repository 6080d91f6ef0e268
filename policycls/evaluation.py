"""Evaluation from files, as text for a terminal and as JSON, for the command line."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policycls.errors import LabelMismatchError, UnknownLabelError
from policycls.output.width import fit, width
from policycls.schema import LabelSet, Language, labels_of, schema_in_use

if TYPE_CHECKING:
    from policycls.learning.bootstrap import Score
    from policycls.learning.corpus import LabelledDocument
    from policycls.learning.evaluate import Evaluation

_NAMES = {
    "accuracy": ("accuracy", "准确率"),
    "macro_f1": ("macro-F1", "宏平均 F1"),
    "set_f1": ("F1 over all labels of a unit", "全部标签 F1"),
    "detection_f1": ("F1 of measure or none", "是否措施 F1"),
    "label_given_detection": ("right label where both see one", "均判为措施时标签正确率"),
    "ece": ("calibration error (ECE)", "校准误差（ECE）"),
    "brier": ("Brier score", "Brier 分数"),
}


def evaluate_job(
    data: Sequence[str],
    *,
    model: str | None = None,
    alone: bool = False,
    lang: Language = "en",
    as_json: bool = False,
) -> Iterator[str]:
    """Evaluate a model on labelled files; yield the lines to print.

    Parameters
    ----------
    data : sequence of str
        Tables, JSONL files, or corpus folders; of a corpus that has a ``splits.json``, its test documents.
    model : str, optional
        A model folder; by default the one that ships.
    alone : bool
        Give each unit without heading and neighbours.
    lang : {"en", "zh"}
        Language of the names.
    as_json : bool

    Raises
    ------
    ModelError
        If the folder holds no model, or one that has other labels than the schema and the data.
    CorpusError, TableError, DocumentError
        If the data cannot be read, or has labels that the model does not know.
    """
    from policycls.learning.evaluate import evaluate
    from policycls.model import load_model

    loaded = load_model(model)
    labels = labels_of(loaded.labels)
    documents = read_test(data, labels)
    found = evaluate(loaded, documents, alone=alone)
    if as_json:
        yield json.dumps({"model": loaded.id, **found.record()}, ensure_ascii=False, indent=2)
    else:
        yield from evaluation_text(found, loaded.id, labels, lang)


def read_test(data: Sequence[str], labels: LabelSet) -> list[LabelledDocument]:
    """Read labelled files; of a corpus that has a ``splits.json``, its test documents alone.

    Raises
    ------
    LabelMismatchError
        If the labels are not these but those of the schema that is in use.
    """
    from policycls.learning.corpus import load_labelled
    from policycls.learning.splits import SPLITS, split

    try:
        documents = load_labelled(data, labels)
    except UnknownLabelError:
        schema = schema_in_use()
        with contextlib.suppress(UnknownLabelError):
            load_labelled(data, schema)
            known, given = (", ".join(x.ids) for x in (labels, schema))
            message = f"the model knows the labels {known}; the data has those of the schema, {given}"
            hint = "name another model, or train one on such data"
            raise LabelMismatchError(message, hint=hint) from None
        raise
    for folder in data:
        if (Path(folder) / SPLITS).is_file():
            # What a model was trained on says nothing about it.
            seen = {x.doc for x in split(load_labelled([folder], labels), folder)[0]}
            documents = [x for x in documents if x.doc not in seen]
    return documents


def evaluation_text(found: Evaluation, model: str, labels: LabelSet, lang: Language = "en") -> Iterator[str]:
    """Yield the lines that tell an evaluation, at most 80 columns wide."""
    zh = lang == "zh"
    how = ("，每句单独" if zh else ", each alone") if found.alone else ""
    size = (
        f"{found.documents:,} 份文件，{found.units:,} 个句子"
        if zh
        else f"{found.units:,} units of {found.documents:,} documents"
    )
    yield f"模型 {model}：{size}{how}" if zh else f"model {model} on {size}{how}"
    yield ""
    yield fit("", 34) + ("  数值  95% 区间（按文件）" if zh else "value  95 % interval by document")
    for name, both in _NAMES.items():
        score: Score = getattr(found, name)
        yield (fit(both[zh], 34) + f"{_number(score.value):>5}  {_interval(score)}").rstrip()
    yield ""
    names = {label: labels.name(label, lang) for label in found.labels}
    space = min(24, max(map(width, names.values())))
    head = (
        ("句数", "精确率", "召回率", "F1", "95% 区间") if zh else ("units", "prec.", "recall", "F1", "95 %")
    )
    yield fit("", space) + "".join(_right(x, 8) for x in head[:4]) + f"  {head[4]}"
    for label, x in found.labels.items():
        numbers = [f"{x.support:,}", *(_number(y.value) for y in (x.precision, x.recall, x.f1))]
        line = fit(names[label], space) + "".join(_right(y, 8) for y in numbers)
        yield f"{line}  {_interval(x.f1)}".rstrip()
    yield ""
    yield "给出的标签（列）与正确标签（行）" if zh else "labels given (columns) against true labels (rows)"
    yield from _confusion(found, [names[label] for label in found.labels], space)


def _confusion(found: Evaluation, names: Sequence[str], space: int) -> Iterator[str]:
    letters = [chr(ord("a") + n) if n < 26 else str(n) for n in range(len(names))]
    shown = range(min(len(names), (80 - space - 4) // 7))
    yield " " * (space + 4) + "".join(_right(letters[n], 7) for n in shown)
    for n, row in enumerate(found.confusion):
        yield f"{letters[n]:>2}  {fit(names[n], space)}" + "".join(_right(str(row[i]), 7) for i in shown)


def _right(text: str, columns: int) -> str:
    return " " * max(columns - width(text), 1) + text


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _interval(score: Score) -> str:
    return "" if math.isnan(score.low) else f"{score.low:.3f} to {score.high:.3f}"
