"""Which words decided, for many texts at once: what :mod:`explanation` tells of one, summed by word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from policycls.documents import looks_traditional, to_simplified
from policycls.model.features import Normalised, normalise, occurrences
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
    found = occurrences(normal, model.weights.vocabulary, model.segmenter)
    lengths = found[2].last - found[2].first + 1
    token_of = np.repeat(np.arange(len(lengths)), lengths)
    total, square = np.zeros(len(lengths)), np.zeros(len(wanted))
    own, idf = model.weights.own, model.weights.idf.astype(np.float64)
    for rows, first, last in found:
        known = np.flatnonzero(rows >= 0)
        row, owner = rows[known], normal.owner[first[known]]
        label = wanted[owner]
        said = np.where(label >= 0, own.values[row, label] * own.step[label], 0.0)
        # What it says is divided between the two tokens into which it reaches; mostly they are one.
        left, right = (np.bincount(token_of[at[known]], said / 2, len(total)) for at in (first, last))
        total += left + right
        square += np.bincount(owner, idf[row] ** 2, len(square))
    norm = np.sqrt(square)[normal.owner[found[2].first]]
    weights: Floats = np.divide(total, norm, out=np.zeros(len(total)), where=norm > 0)
    return weights, lengths
