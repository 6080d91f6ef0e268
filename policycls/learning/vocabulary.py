"""Building a vocabulary from texts, and counting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from policycls.model.features import (
    Vocabulary,
    bigram_keys,
    encode,
    is_counted,
    is_word,
    normalise,
    pair_keys,
    word_numbers,
)
from policycls.model.segmentation import Segmenter

#: A scipy.sparse.csr_matrix of float64; scipy has no types of its own.
Matrix: TypeAlias = Any

_BATCH = 2000


def build_vocabulary(
    texts: Sequence[str],
    segmenter: Segmenter,
    *,
    words: Iterable[str] = (),
    bigrams: Collection[str] = (),
    chars: Collection[str] = (),
    pairs: bool = True,
) -> Vocabulary:
    """Collect every feature that stands in the texts, and ``words``, ``bigrams`` and ``chars`` by name.

    Pairs of words are left out without ``pairs``.
    """
    code_sets = [np.array([ord(x) for x in chars], dtype=np.uint32)]
    key_sets = [np.array([(ord(x[0]) << 16) | ord(x[1]) for x in bigrams], dtype=np.uint64)]
    counts: Counter[str] = Counter()
    for batch in _batches(texts):
        normal = normalise(batch)
        codes, counted = normal.codes, is_counted(normal.codes)
        code_sets.append(np.unique(codes[counted]))
        both = np.flatnonzero(counted[:-1] & counted[1:])
        key_sets.append(np.unique(bigram_keys(codes[both], codes[both + 1])))
        counts.update(segmenter.cut(normal.text))
    known = {word for word in counts if is_word(word)} | set(words)
    vocabulary = Vocabulary(
        chars=np.unique(np.concatenate(code_sets)),
        bigrams=np.unique(np.concatenate(key_sets)),
        words=tuple(sorted(known, key=lambda word: (-counts[word], word))),
        pairs=np.zeros(0, dtype=np.uint64),
    )
    if not pairs:
        return vocabulary
    pair_sets = [vocabulary.pairs]
    for batch in _batches(texts):
        numbers, _, at = word_numbers(normalise(batch), vocabulary, segmenter)
        pair_sets.append(np.unique(pair_keys(numbers[at], numbers[at + 1])))
    found = np.unique(np.concatenate(pair_sets))
    return Vocabulary(vocabulary.chars, vocabulary.bigrams, vocabulary.words, found)


def count(texts: Sequence[str], vocabulary: Vocabulary, segmenter: Segmenter) -> Matrix:
    """Count the vocabulary in texts; ``(n_texts, n_rows)``."""
    parts = []
    for batch in _batches(texts):
        shape = (len(batch), len(vocabulary))
        blocks = [
            sparse.csr_matrix((np.ones(len(block.rows)), block.rows, block.starts), shape=shape)
            for block in encode(batch, vocabulary, segmenter)
        ]
        parts.append(sum(blocks[1:], blocks[0]))
    if not parts:
        return sparse.csr_matrix((0, len(vocabulary)))
    return sparse.vstack(parts, format="csr")


def inverse_document_frequency(counts: Matrix) -> NDArray[np.float32]:
    """Return ln((1 + n) / (1 + df)) + 1 for each column, as scikit-learn's smoothed idf; ``(n_rows,)``."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: NDArray[np.float32] = (np.log((1 + counts.shape[0]) / (1 + frequency)) + 1).astype(np.float32)
    return idf


def weigh(counts: Matrix, idf: NDArray[np.float32]) -> Matrix:
    """TF-IDF: counts times idf, each row divided by the root of the sum of idf² over its occurrences.

    That norm is the Euclidean one where no feature repeats, and can be summed over occurrences.
    """
    square = counts @ (idf.astype(np.float64) ** 2)
    inverse = np.divide(1.0, np.sqrt(square), out=np.zeros_like(square), where=square > 0)
    return (sparse.diags(inverse) @ counts @ sparse.diags(idf.astype(np.float64))).tocsr()


def neighbour_matrix(documents: Sequence[object], weights: Sequence[float]) -> Matrix:
    """Return the matrix that sums neighbours as the tagging side does; ``(n_units, n_units)``."""
    n = len(documents)
    run = np.cumsum([0, *(a != b for a, b in pairwise(documents))]) if n else np.zeros(0)
    total = sparse.csr_matrix((n, n))
    for distance, weight in enumerate(weights, 1):
        same = np.flatnonzero(run[distance:] == run[:-distance])
        step = sparse.csr_matrix((np.full(len(same), weight), (same + distance, same)), shape=(n, n))
        total = total + step + step.T
    return total.tocsr()


def with_neighbours(values: Matrix, near: Matrix) -> Matrix:
    """Return ``[values, near @ values]``, as scipy's ``hstack`` does but without its copies.

    ``near`` is a :func:`neighbour_matrix`. On many units the copies would be most of the memory.
    """
    n, width = values.shape
    parts = [
        sparse.hstack([values[at : at + _BATCH], near[at : at + _BATCH] @ values], format="csr")
        for at in range(0, n, _BATCH)
    ]
    if not parts:
        return sparse.csr_matrix((n, 2 * width))
    starts = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part.indptr) for part in parts]))])
    data = np.concatenate([part.data for part in parts])
    for part in parts:
        part.data = part.data[:0]
    indices = np.concatenate([part.indices for part in parts])
    return sparse.csr_matrix((data, indices, starts), shape=(n, 2 * width))


def _batches(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH))
