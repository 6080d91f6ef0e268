"""Units to measure speed on: the corpus's clauses put together anew, with digits and names changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.splits import split
from policycls.resources import data_path

_CLAUSE = re.compile(r"[^，。；]+[，。；]?")
_INNER = re.compile("[。；！？!?;]")
_NAME = re.compile(r"[\u4e00-\u9fff]{2}(?=市|县|区|镇|街道|公司)")
_PLACES = "江河湖海山川东南西北中原平安宁和兴泰丰华明清光新城林石"
#: Units of one document, where documents are needed.
TOGETHER = 20


def corpus() -> tuple[list[LabelledDocument], list[LabelledDocument]]:
    """Return training and frozen test documents."""
    return split(load_labelled([data_path("corpus")]), data_path("corpus"))


def recombined(n: int, seed: int = 0) -> list[str]:
    """Return n units, as long as the corpus's own."""
    return [text for text, _ in recombined_with_labels(n, seed)]


def recombined_with_labels(n: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Yield n units, each of clauses of one label, and that label."""
    rng = np.random.default_rng(seed)
    units = [unit for document in corpus()[0] for unit in document.units if unit.kind == "sentence"]
    clauses: dict[str, list[str]] = {}
    for unit in units:
        clauses.setdefault(unit.label, []).extend(_CLAUSE.findall(unit.text))
    for at in rng.integers(len(units), size=n):
        unit = units[at]
        pool = clauses[unit.label]
        count = len(_CLAUSE.findall(unit.text))
        text = "".join(pool[i] for i in rng.integers(len(pool), size=max(count, 1)))
        yield _changed(text, rng), unit.label


def _changed(text: str, rng: np.random.Generator) -> str:
    text = re.sub(r"\d", lambda _: str(rng.integers(10)), text)
    return _NAME.sub(lambda _: "".join(_PLACES[i] for i in rng.integers(len(_PLACES), size=2)), text)


def repeated(texts: Sequence[str]) -> float:
    """Return the share of texts that stood there before."""
    return 1 - len(set(texts)) / len(texts)


def write_documents(path: Path, n_units: int) -> None:
    """Write a JSONL of documents of some twenty units each, so that n units come out of it in all."""
    texts = recombined(10_000)
    rng = np.random.default_rng(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(n_units // TOGETHER):
            chosen = [texts[i] for i in rng.integers(len(texts), size=TOGETHER)]
            text = "\n".join(f"{_changed(_INNER.sub('，', x).rstrip('，'), rng)}。" for x in chosen)
            file.write(json.dumps({"doc": f"d{number}", "text": text}, ensure_ascii=False) + "\n")
