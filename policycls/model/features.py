"""Features of a text: its characters, pairs of characters, words and pairs of words, as row numbers.

A text is first normalised (see :func:`normalise`), then counted in four blocks:

- ``chars``: Han characters and the digit ``0``;
- ``bigrams``: two of them side by side;
- ``words``: what the segmenter cuts, those with a letter, a digit or a Han character;
- ``pairs``: two such words side by side.

A :class:`Vocabulary` says which of them are known and gives each a row; :func:`encode` turns many texts
at once into rows. Everything is done on whole batches: the texts are joined by line ends, cut in one
call and looked up as arrays. No feature crosses from one text into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from policycls.model.segmentation import Segmenter

BLOCKS = ("chars", "bigrams", "words", "pairs")

_SEPARATOR = "\n"
_DROPPED = 0  # code of what is left out: spaces, zero-width and control characters
_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FFF
_DIGIT = ord("0")
# Odd 64-bit constant of multiplicative hashing (Knuth, TAOCP vol. 3, 6.4): 2^64 divided by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _code_table() -> NDArray[np.uint32]:
    """Return the normal form of every character of the basic plane."""
    table = np.arange(0x10000, dtype=np.uint32)
    table[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)  # full-width forms of ASCII
    table[ord("A") : ord("Z") + 1] += 32
    table[0xFF21:0xFF3B] = np.arange(ord("a"), ord("z") + 1)
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[0xFF10:0xFF1A] = _DIGIT
    dropped = [*range(0x21), *range(0x7F, 0xA1), 0xAD, *range(0x2000, 0x2010), 0x3000, 0xFEFF]
    dropped += [*range(0x2028, 0x2030), *range(0x205F, 0x2070), *range(0xD800, 0xE000), 0x1680, 0x180E]
    table[dropped] = _DROPPED
    return table


_CODES = _code_table()


@dataclass(frozen=True, slots=True)
class Normalised:
    """Texts in normal form, joined: each is followed by a line end.

    Attributes
    ----------
    codes : ndarray of uint32, (n_characters,)
    owner : ndarray of int64, (n_characters,)
        Number of the text to which each character belongs.
    position : ndarray of int64, (n_characters,)
        Where it stands in the texts as given, joined by one character.
    """

    codes: NDArray[np.uint32]
    owner: NDArray[np.int64]
    position: NDArray[np.int64]

    @property
    def text(self) -> str:
        """The characters as one string."""
        return self.codes.astype("<u4").tobytes().decode("utf-32-le")


def normalise(texts: Sequence[str]) -> Normalised:
    """Fold what makes no difference: width, case, digits, white space, invisible characters.

    Full-width ASCII becomes half-width, letters lower case, every digit ``0``; white space and
    zero-width characters vanish (so "企 业" is "企业").
    """
    joined = _SEPARATOR.join(texts)
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes = _CODES[np.minimum(raw, 0xFFFF)]
    ends = np.cumsum(lengths + 1) - 1  # where each text's separator stands
    if len(texts):
        codes = np.append(codes, np.uint32(0))
        codes[ends] = ord(_SEPARATOR)
    owner = np.repeat(np.arange(len(texts)), lengths + 1)
    kept = np.flatnonzero(codes != _DROPPED)
    return Normalised(codes[kept], owner[kept], kept)


@dataclass(frozen=True, slots=True)
class Block:
    """The features of one kind in n texts, as in a CSR matrix of counts with repeated entries.

    Attributes
    ----------
    rows : ndarray of int32, (n_features,)
        Rows of the vocabulary.
    starts : ndarray of int64, (n + 1,)
        Text i has ``rows[starts[i]:starts[i + 1]]``.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]


class _Lookup:
    """From 64-bit keys to row numbers: open addressing with linear probing, built and asked in numpy."""

    def __init__(self, keys: NDArray[np.uint64], first_row: int) -> None:
        bits = max(4, int(2 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, dtype=np.uint64)
        self._rows = np.full(1 << bits, -1, dtype=np.int32)
        rows = np.arange(first_row, first_row + len(keys), dtype=np.int32)
        slots = self._slots(keys)
        while len(keys):
            free = self._rows[slots] < 0
            _, winners = np.unique(np.where(free, slots, -1), return_index=True)
            winners = winners[free[winners]]
            self._keys[slots[winners]] = keys[winners]
            self._rows[slots[winners]] = rows[winners]
            rest = np.ones(len(keys), dtype=bool)
            rest[winners] = False
            keys, rows, slots = keys[rest], rows[rest], (slots[rest] + 1) & self._mask

    def _slots(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((keys * _GOLDEN) >> self._shift).astype(np.int64)

    def __call__(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return the row of each key, -1 for unknown ones; ``(n,)``."""
        slots = self._slots(keys)
        found = self._rows[slots]
        waiting = np.flatnonzero((found >= 0) & (self._keys[slots] != keys))
        while len(waiting):
            slots[waiting] = (slots[waiting] + 1) & self._mask
            probe = slots[waiting]
            found[waiting] = self._rows[probe]
            waiting = waiting[(found[waiting] >= 0) & (self._keys[probe] != keys[waiting])]
        return found


def bigram_keys(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Pack two code points into one key."""
    return (left.astype(np.uint64) << np.uint64(16)) | right.astype(np.uint64)


def pair_keys(left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Pack two word numbers (0-based) into one key."""
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)


@dataclass(frozen=True)
class Vocabulary:
    """The features that a model knows; rows are numbered block after block.

    Attributes
    ----------
    chars : ndarray of uint32, (n_chars,)
        Code points.
    bigrams : ndarray of uint64, (n_bigrams,)
        Keys of :func:`bigram_keys`.
    words : tuple of str
    pairs : ndarray of uint64, (n_pairs,)
        Keys of :func:`pair_keys` over positions in ``words``.
    """

    chars: NDArray[np.uint32]
    bigrams: NDArray[np.uint64]
    words: tuple[str, ...]
    pairs: NDArray[np.uint64]

    @cached_property
    def offsets(self) -> tuple[int, int, int, int, int]:
        """First row of each block, and the number of rows."""
        sizes = np.cumsum([len(self.chars), len(self.bigrams), len(self.words), len(self.pairs)]).tolist()
        return (0, *sizes)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.offsets[-1]

    def term(self, row: int) -> tuple[str, str]:
        """Return the block and the text of a row."""
        block = int(np.searchsorted(self.offsets, row, side="right")) - 1
        at = row - self.offsets[block]
        if block == 0:
            return BLOCKS[0], chr(self.chars[at])
        if block == 1:
            key = int(self.bigrams[at])
            return BLOCKS[1], chr(key >> 16) + chr(key & 0xFFFF)
        if block == 2:
            return BLOCKS[2], self.words[at]
        key = int(self.pairs[at])
        return BLOCKS[3], self.words[key >> 32] + self.words[key & 0xFFFFFFFF]

    def rows(self, kinds: Sequence[str], texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of words and of runs of one or two characters; KeyError if one is not there.

        Parameters
        ----------
        kinds : sequence of {"word", "characters"}, (n,)
        texts : sequence of str, (n,)

        Returns
        -------
        ndarray of int64, (n,)
        """
        bigrams = {int(key): self.offsets[1] + n for n, key in enumerate(self.bigrams)}

        def row(kind: str, text: str) -> int:
            if kind == "word":
                return self.offsets[2] + self._word_numbers[text]
            if len(text) == 1:
                return int(self._char_rows[ord(text)])
            return bigrams[ord(text[0]) << 16 | ord(text[1])]

        return np.array([row(*item) for item in zip(kinds, texts, strict=True)], dtype=np.int64)

    @cached_property
    def _char_rows(self) -> NDArray[np.int32]:
        table = np.full(0x10000, -1, dtype=np.int32)
        table[self.chars] = np.arange(len(self.chars), dtype=np.int32)
        return table

    @cached_property
    def _word_numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _bigram_rows(self) -> _Lookup:
        return _Lookup(self.bigrams, self.offsets[1])

    @cached_property
    def _pair_rows(self) -> _Lookup:
        return _Lookup(self.pairs, self.offsets[3])


def is_counted(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which code points are counted as characters: Han and the digit."""
    counted: NDArray[np.bool_] = ((codes >= _FIRST_HAN) & (codes <= _LAST_HAN)) | (codes == _DIGIT)
    return counted


def is_word(token: str) -> bool:
    """Say whether a token counts as a word: not punctuation, not a symbol."""
    return any(char.isalnum() for char in token)


def encode(texts: Sequence[str], vocabulary: Vocabulary, segmenter: Segmenter) -> tuple[Block, ...]:
    """Find the known features of texts.

    Parameters
    ----------
    texts : sequence of str, (n,)
    vocabulary : Vocabulary
    segmenter : Segmenter

    Returns
    -------
    tuple of Block
        One for each of :data:`BLOCKS`.
    """
    n = len(texts)
    normal = normalise(texts)
    codes = normal.codes
    counted = is_counted(codes)
    both = np.flatnonzero(counted[:-1] & counted[1:])
    bigrams = vocabulary._bigram_rows(bigram_keys(codes[both], codes[both + 1]))
    numbers, owner, neighbours = word_numbers(normal, vocabulary, segmenter)
    words = np.where(numbers >= 0, numbers + np.int32(vocabulary.offsets[2]), np.int32(-1))
    pairs = vocabulary._pair_rows(pair_keys(numbers[neighbours], numbers[neighbours + 1]))
    return (
        _block(vocabulary._char_rows[codes], normal.owner, n),
        _block(bigrams, normal.owner[both], n),
        _block(words, owner, n),
        _block(pairs, owner[neighbours], n),
    )


def _block(rows: NDArray[np.int32], owner: NDArray[np.int64], n: int) -> Block:
    known = rows >= 0
    counts = np.bincount(owner[known], minlength=n)
    return Block(rows[known], np.concatenate([[0], np.cumsum(counts)]))


def word_numbers(
    normal: Normalised, vocabulary: Vocabulary, segmenter: Segmenter
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Cut texts and number their words.

    Returns
    -------
    numbers : ndarray of int32, (n_tokens,)
        Number of the word, -1 where unknown or no word.
    owner : ndarray of int64, (n_tokens,)
        Number of the text.
    neighbours : ndarray of int64
        Positions i at which tokens i and i + 1 are both known words of one text.
    """
    tokens = segmenter.cut(normal.text)
    get = vocabulary._word_numbers.get
    numbers = np.fromiter([get(token, -1) for token in tokens], dtype=np.int32, count=len(tokens))
    ends = np.fromiter([token == _SEPARATOR for token in tokens], dtype=bool, count=len(tokens))
    owner = np.cumsum(ends) - ends
    known = numbers >= 0  # a line end is never a known word, so no pair crosses it
    return numbers, owner, np.flatnonzero(known[:-1] & known[1:])
