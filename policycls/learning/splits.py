"""Which documents are kept for testing: whole documents, fixed once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policycls.errors import CorpusDamagedError
from policycls.learning.corpus import LabelledDocument

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
    """Divide documents into training and test.

    Parameters
    ----------
    documents : sequence of LabelledDocument
    folder : str or Path or None
        A corpus folder; its ``splits.json`` names the frozen test documents and those that were there
        when they were fixed. Documents that it does not name fall by :func:`falls_to_test`.

    Returns
    -------
    train, test : list of LabelledDocument

    Raises
    ------
    CorpusDamagedError
        If the list of test documents is not the one whose digest stands beside it.
    """
    test_ids: set[str] = set()
    train_ids: set[str] = set()
    path = None if folder is None else Path(folder) / SPLITS
    if path is not None and path.is_file():
        frozen = json.loads(path.read_text(encoding="utf-8"))
        test_ids, train_ids = set(frozen["test"]), set(frozen["train"])
        if digest(frozen["test"]) != frozen["test_digest"]:
            raise CorpusDamagedError("the frozen test documents have changed", path=path)
    kept = [x.doc in test_ids or (x.doc not in train_ids and falls_to_test(x.doc)) for x in documents]
    train = [x for x, is_test in zip(documents, kept, strict=True) if not is_test]
    return train, [x for x, is_test in zip(documents, kept, strict=True) if is_test]


def folds(
    documents: Sequence[object], n: int, seed: int = 0
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Divide units into n folds by document.

    Parameters
    ----------
    documents : sequence, (n_units,)
        The document of each unit.
    n : int
        At most the number of documents is used.

    Yields
    ------
    train, test : ndarray of int64
        Positions of units.
    """
    names = list(dict.fromkeys(documents))
    order = np.random.default_rng(seed).permutation(len(names))
    number = {names[at]: place % n for place, at in enumerate(order)}
    fold = np.array([number[name] for name in documents])
    for k in range(min(n, len(names))):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)
