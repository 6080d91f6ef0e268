"""Which documents are kept for testing: whole documents, fixed once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policycls.errors import CorpusDamagedError
from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.schema import LabelSet

SPLITS = "splits.json"
#: One document in so many is kept for testing.
SHARE = 6


def digest(ids: Sequence[str]) -> str:
    """Return the SHA-256 over document ids, whatever their order."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def rank(doc: str) -> int:
    """Return a large number made from a document's id."""
    return int(hashlib.sha256(doc.encode()).hexdigest(), 16)


def falls_to_test(doc: str) -> bool:
    """Say by a hash of its id alone whether a document that is in no frozen list is kept for testing."""
    return rank(doc) % SHARE == 0


def split(
    documents: Sequence[LabelledDocument], folder: str | Path | None
) -> tuple[list[LabelledDocument], list[LabelledDocument]]:
    """Divide the documents of a corpus folder into those for training and those for testing.

    Its ``splits.json`` names the frozen test documents, and those that were there when they were fixed;
    documents that it does not name fall by :func:`falls_to_test`.

    Raises
    ------
    CorpusDamagedError
        If the list of test documents is not the one whose digest stands beside it.
    """
    frozen: dict[str, set[str]] = {"test": set(), "train": set()}
    path = None if folder is None else Path(folder) / SPLITS
    if path is not None and path.is_file():
        stated = json.loads(path.read_text(encoding="utf-8"))
        if digest(stated["test"]) != stated["test_digest"]:
            raise CorpusDamagedError("the frozen test documents have changed", path=path)
        frozen = {part: set(stated[part]) for part in frozen}
    parts: tuple[list[LabelledDocument], list[LabelledDocument]] = [], []
    for x in documents:
        kept = x.doc in frozen["test"] or (x.doc not in frozen["train"] and falls_to_test(x.doc))
        parts[kept].append(x)
    return parts


def stated_parts(data: Sequence[str], labels: LabelSet | None) -> tuple[set[str], set[str]]:
    """Return the names of training and of test documents in those folders that have a ``splits.json``."""
    train: set[str] = set()
    test: set[str] = set()
    for folder in data:
        if (Path(folder) / SPLITS).is_file():
            parts = split(load_labelled([folder], labels), folder)
            train |= {x.doc for x in parts[0]}
            test |= {x.doc for x in parts[1]}
    return train, test


def folds(
    documents: Sequence[object], n: int, seed: int = 0
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Divide units, given the document of each, into n folds by document, or as many as there are documents.

    Yields the positions of the units of training and of testing.
    """
    names = list(dict.fromkeys(documents))
    order = np.random.default_rng(seed).permutation(len(names))
    number = {names[at]: place % n for place, at in enumerate(order)}
    fold = np.array([number[name] for name in documents])
    for k in range(min(n, len(names))):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)
