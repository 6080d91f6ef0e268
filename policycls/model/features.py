"""Features of a text: its characters, pairs of characters, words and pairs of words, as row numbers.

A text is first normalised (see :func:`normalise`), then counted in four blocks:

- ``chars``: Han characters and the digit ``0``;
- ``bigrams``: two of them side by side;
- ``words``: what the segmenter cuts, those with a letter, a digit or a Han character;
- ``pairs``: two such words side by side.

A :class:`Vocabulary` says which of them are known and gives each a row; :func:`find_rows` turns many texts
at once into rows. Everything is done on whole batches: the texts are joined by line ends, cut in one
call and looked up as arrays. No feature crosses from one text into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policycls.model.lookup import Lookup

if TYPE_CHECKING:
    from policycls.model.segmentation import Segmenter

BLOCKS = ("chars", "bigrams", "words", "pairs")

_SEPARATOR = "\n"
_DROPPED = 0  # code of what is left out: spaces, zero-width and control characters
_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FFF
_DIGIT = ord("0")
#: A normal code has 16 bits, so that so many make a key of 64; longer words are looked up in a dict.
_PACKED = 4


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
        Rows of the vocabulary; -1 for what is not known, where :func:`encode` has not left it out.
    starts : ndarray of int64, (n + 1,)
        Text i has ``rows[starts[i]:starts[i + 1]]``.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]


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
        bigrams = {int(key): n for n, key in enumerate(self.bigrams, self.offsets[1])}
        words = {word: n for n, word in enumerate(self.words, self.offsets[2])}

        def row(kind: str, text: str) -> int:
            if kind == "word":
                return words[text]
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
    def _short_words(self) -> Lookup:
        """Numbers of the words that :func:`_packed` makes keys of."""
        codes = np.frombuffer("".join(self.words).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        lengths = np.fromiter(map(len, self.words), dtype=np.int64, count=len(self.words))
        starts = np.cumsum(lengths) - lengths
        short = np.flatnonzero((lengths > 0) & (lengths <= _PACKED))
        keys = _packed(np.minimum(codes, 0xFFFF), starts[short], lengths[short])
        return Lookup(keys, short.astype(np.int32))

    @cached_property
    def _long_words(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words) if len(word) > _PACKED}

    @cached_property
    def _bigram_rows(self) -> Lookup:
        return Lookup(self.bigrams, np.arange(*self.offsets[1:3], dtype=np.int32))

    @cached_property
    def _pair_rows(self) -> Lookup:
        return Lookup(self.pairs, np.arange(*self.offsets[3:5], dtype=np.int32))


def is_counted(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which code points are counted as characters: Han and the digit."""
    counted: NDArray[np.bool_] = ((codes >= _FIRST_HAN) & (codes <= _LAST_HAN)) | (codes == _DIGIT)
    return counted


def is_word(token: str) -> bool:
    """Say whether a token counts as a word: not punctuation, not a symbol."""
    return any(char.isalnum() for char in token)


def encode(texts: Sequence[str], vocabulary: Vocabulary, segmenter: Segmenter) -> tuple[Block, ...]:
    """Find the known features of texts, and those alone; parameters and result as :func:`find_rows`."""
    return tuple(_known(block) for block in find_rows(texts, vocabulary, segmenter))


def find_rows(texts: Sequence[str], vocabulary: Vocabulary, segmenter: Segmenter) -> tuple[Block, ...]:
    """Find the features of texts; those that are not known have row -1.

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
    normal, numbers = normalise(texts), np.arange(len(texts) + 1)
    return tuple(
        Block(found.rows, np.searchsorted(normal.owner.take(found.first), numbers))
        for found in occurrences(normal, vocabulary, segmenter)
    )


def _known(block: Block) -> Block:
    known = block.rows >= 0
    before = np.concatenate([[0], np.cumsum(known)])
    return Block(block.rows[known], before[block.starts])


class Occurrences(NamedTuple):
    """The features of one kind, each with its row (-1: not known) and where it stands in the normal form.

    Attributes
    ----------
    rows : ndarray of int32, (n_features,)
    first, last : ndarray of int64, (n_features,)
        Its first and its last character.
    """

    rows: NDArray[np.int32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def occurrences(
    normal: Normalised, vocabulary: Vocabulary, segmenter: Segmenter
) -> tuple[Occurrences, Occurrences, Occurrences, Occurrences]:
    """Find the features of texts in normal form, for each of :data:`BLOCKS`; every token is in ``words``."""
    codes, every = normal.codes, np.arange(len(normal.codes))
    counted = is_counted(codes)
    left = np.flatnonzero(counted[:-1] & counted[1:])
    bigrams = vocabulary._bigram_rows(bigram_keys(codes.take(left), codes.take(left + 1)))
    numbers, starts, lengths = _numbered(normal, vocabulary, segmenter)
    ends = starts + lengths - 1
    at = _neighbours(numbers) if len(vocabulary.pairs) else every[:0]
    words = np.where(numbers >= 0, numbers + np.int32(vocabulary.offsets[2]), np.int32(-1))
    pairs = vocabulary._pair_rows(pair_keys(numbers.take(at), numbers.take(at + 1)))
    return (
        Occurrences(vocabulary._char_rows.take(codes), every, every),
        Occurrences(bigrams, left, left + 1),
        Occurrences(words, starts, ends),
        Occurrences(pairs, starts.take(at), ends.take(at + 1)),
    )


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
    numbers, starts, _ = _numbered(normal, vocabulary, segmenter)
    return numbers, normal.owner.take(starts), _neighbours(numbers)


def _numbered(
    normal: Normalised, vocabulary: Vocabulary, segmenter: Segmenter
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return number, first character and length of each token."""
    tokens = segmenter.cut(normal.text)
    # Packed codes are hashed in numpy: asking a dict for every token costs twice as much.
    lengths = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    starts = np.cumsum(lengths) - lengths
    numbers = vocabulary._short_words(_packed(normal.codes, starts, lengths))
    for i in np.flatnonzero(lengths > _PACKED).tolist():
        numbers[i] = vocabulary._long_words.get(tokens[i], -1)
    return numbers, starts, lengths


def _neighbours(numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    known = numbers >= 0  # a line end is never a known word, so no pair crosses it
    return np.flatnonzero(known[:-1] & known[1:])


def _packed(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Pack the up to four codes of each stretch into a key; no code is 0, so keys of two lengths differ."""
    pairs = np.zeros(len(codes) + 3, dtype=np.uint64)
    pairs[: len(codes)] = codes
    pairs[:-1] = (pairs[:-1] << np.uint64(16)) | pairs[1:]
    fours = (pairs[:-2].take(starts) << np.uint64(32)) | pairs[2:].take(starts)
    unused: NDArray[np.uint64] = (_PACKED - np.minimum(lengths, _PACKED)).astype(np.uint64) << np.uint64(4)
    return fours >> unused
