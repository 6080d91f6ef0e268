"""Which words decided, for many texts at once: what :mod:`explanation` tells of one, summed by word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from policycls.documents import looks_traditional, to_simplified
from policycls.model.features import (
    Normalised,
    bigram_keys,
    is_counted,
    normalise,
    pair_keys,
    word_numbers,
)
from policycls.model.linear import Floats
from policycls.types import NONE, TaggedUnit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from policycls.model.classifier import Model

#: Texts looked at in one go.
_BATCH: Final = 500
#: A word that weighs less than this part of the heaviest one did not decide.
_COUNTS: Final = 0.15


class Word(NamedTuple):
    """A word of a text that spoke for its label.

    Attributes
    ----------
    start, end : int
        Where it stands in the text, in characters.
    weight : float
        Its part in the decision value.
    """

    start: int
    end: int
    weight: float


def deciding_words(
    model: Model, texts: Sequence[str], labels: Sequence[str], most: int = 5
) -> list[tuple[Word, ...]]:
    """Return the words that spoke for each text's label, in the order of the text.

    A word's weight is its own, that of its characters, and a half of that of every pair (of characters, of
    words) that reaches into it. Summed over all words of a text this is the decision value without bias and
    context. One character by itself (by, at, has) tells a reader nothing and is left out.

    Parameters
    ----------
    model : Model
    texts : sequence of str, (n,)
    labels : sequence of str, (n,)
        Classes of the model; for another label nothing is found.
    most : int
        So many words for a text.

    Returns
    -------
    list of tuple of Word, (n,)

    Examples
    --------
    >>> from policycls.model import load_model
    >>> text = "推行容缺受理，开办企业一天办结。"
    >>> (words,) = deciding_words(load_model(), [text], ["approval_streamlining"])
    >>> any("办结" in text[word.start : word.end] for word in words)
    True
    """
    column = {str(label): n for n, label in enumerate(model.classes_)}
    found: list[tuple[Word, ...]] = []
    for at in range(0, len(texts), _BATCH):
        wanted = np.array([column.get(x, -1) for x in labels[at : at + _BATCH]], dtype=np.int64)
        found += _of_batch(model, texts[at : at + _BATCH], wanted, most)
    return found


Explain = Callable[[Sequence[TaggedUnit]], Sequence[Sequence[Word]]]


def explainer(model: Model) -> Explain | None:
    """Return what gives the deciding words of a document's units; None for a model of another make."""
    return partial(unit_words, model) if hasattr(model, "weights") else None


def unit_words(model: Model, units: Sequence[TaggedUnit], most: int = 5) -> list[tuple[Word, ...]]:
    """Return the deciding words of tagged units of one document; nothing for those without a measure."""
    measures = [n for n, unit in enumerate(units) if unit.label != NONE]
    texts = [units[n].text for n in measures]
    if looks_traditional("".join(texts)):
        simplified = [to_simplified(text) for text in texts]
        texts = [new if len(new) == len(old) else old for new, old in zip(simplified, texts, strict=True)]
    found: list[tuple[Word, ...]] = [()] * len(units)
    words = deciding_words(model, texts, [units[n].label for n in measures], most)
    for n, of_unit in zip(measures, words, strict=True):
        found[n] = of_unit
    return found


class _Cut(NamedTuple):
    """A segmenter for a text that is cut already."""

    tokens: list[str]

    def cut(self, text: str) -> list[str]:
        """Return the tokens."""
        del text
        return self.tokens


def _of_batch(
    model: Model, texts: Sequence[str], wanted: NDArray[np.int64], most: int
) -> list[tuple[Word, ...]]:
    normal = normalise(texts)
    weights, lengths = _weights(model, normal, wanted)
    starts = np.cumsum(lengths) - lengths
    heavy = np.flatnonzero((weights > 0) & (lengths > 1))
    heavy = heavy[np.lexsort((-weights[heavy], normal.owner[starts[heavy]]))]
    owner = normal.owner[starts[heavy]]
    first = np.searchsorted(owner, owner)  # where each text's words begin
    kept = (np.arange(len(heavy)) - first < most) & (weights[heavy] >= _COUNTS * weights[heavy[first]])
    begin = np.cumsum([0, *(len(text) + 1 for text in texts)])
    found: list[list[Word]] = [[] for _ in texts]
    for n, text in zip(heavy[kept].tolist(), owner[kept].tolist(), strict=True):
        start, end = normal.position[[starts[n], starts[n] + lengths[n] - 1]] - begin[text]
        found[text].append(Word(int(start), int(end) + 1, float(weights[n])))
    return [tuple(sorted(words)) for words in found]


def _weights(model: Model, normal: Normalised, wanted: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Return what each token weighs for its text's label, and how many characters it has; ``(n_tokens,)``."""
    vocabulary, codes = model.weights.vocabulary, normal.codes
    cut = _Cut(model.segmenter.cut(normal.text))
    lengths = np.fromiter(map(len, cut.tokens), np.int64, len(cut.tokens))
    token_of = np.repeat(np.arange(len(lengths)), lengths)
    counted = is_counted(codes)
    both = np.flatnonzero(counted[:-1] & counted[1:])
    bigrams = vocabulary._bigram_rows(bigram_keys(codes[both], codes[both + 1]))
    numbers, owner, neighbours = word_numbers(normal, vocabulary, cut)
    words = np.where(numbers >= 0, numbers + vocabulary.offsets[2], -1)
    pairs = vocabulary._pair_rows(pair_keys(numbers[neighbours], numbers[neighbours + 1]))
    here = np.arange(len(numbers))
    # Rows, and the two tokens between which what they say is divided.
    features = (
        (vocabulary._char_rows[codes], token_of, token_of),
        (bigrams, token_of[both], token_of[both + 1]),
        (words, here, here),
        (pairs, neighbours, neighbours + 1),
    )
    total, square = np.zeros(len(numbers)), np.zeros(len(wanted))
    own, idf = model.weights.own, model.weights.idf.astype(np.float64)
    for rows, left, right in features:
        known = np.flatnonzero(rows >= 0)
        row, a, b = rows[known], left[known], right[known]
        label = wanted[owner[a]]
        said = np.where(label >= 0, own.values[row, label] * own.step[label], 0.0)
        total += np.bincount(a, said / 2, len(total)) + np.bincount(b, said / 2, len(total))
        square += np.bincount(owner[a], idf[row] ** 2, len(square))
    norm = np.sqrt(square)[owner]
    weights: Floats = np.divide(total, norm, out=np.zeros(len(total)), where=norm > 0)
    return weights, lengths
