"""Word segmentation: jieba's algorithm and dictionary, without its HMM, by either of two engines.

rjieba (jieba-rs) is the default because it is some nineteen times faster; jieba is the reference. With
the HMM off both give the same words. This is the only module that imports either.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol

from policycls.model.dictionary import TOTAL, Dictionary, load_dictionary

Engine = Literal["rjieba", "jieba"]

#: A word of one's own gets this frequency: often enough to win against its parts, as jieba's own rule
#: (``suggest_freq``) would give it in most cases, and the same in both engines.
WORD_FREQUENCY = 500

#: With more distinct characters than these, building the whole dictionary is the cheaper.
MANY_CHARACTERS = 200

_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


class Segmenter(Protocol):
    """Cuts text into words that joined together are the text again."""

    def cut(self, text: str) -> list[str]:
        """Return the words of ``text``, in order."""
        ...


@lru_cache(maxsize=4)
def make_segmenter(words: tuple[str, ...] = (), engine: Engine = "rjieba") -> Segmenter:
    """Build a segmenter.

    Parameters
    ----------
    words : tuple of str
        Words to know that the dictionary lacks (see :func:`missing_words`); Han characters alone, two or
        more (jieba itself never joins words over punctuation).
    engine : {"rjieba", "jieba"}

    Returns
    -------
    Segmenter
        Its own dictionary in memory: nothing is shared with other users of the engines, and no cache file
        is read or written.
    """
    usable = [word for word in words if _HAN.fullmatch(word)]
    return _Rjieba(usable) if engine == "rjieba" else _Jieba(usable)


def missing_words(words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that jieba's own dictionary lacks and that a segmenter can be taught."""
    known = _jieba_tokenizer().FREQ
    return [word for word in words if _HAN.fullmatch(word) and not known.get(word)]


class _Rjieba:
    """jieba-rs; as long as it meets few characters it knows no more words than begin with one of them.

    Those give the same cut as all would, and a sentence need not wait for the whole dictionary.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._taught: dict[str, list[str]] = {}
        for word in words:
            self._taught.setdefault(word[0], []).append(word)
        self._dictionary = load_dictionary()
        self._met: set[str] = set()
        if self._dictionary is None:
            self._know_all()
        else:
            self._engine = _rjieba_extension().Jieba.empty()
            self._rest = TOTAL + len(words) * WORD_FREQUENCY
            self._add(self._dictionary.odd())

    def cut(self, text: str) -> list[str]:
        if self._dictionary is not None and not self._met.issuperset(text):
            self._meet(set(text) - self._met, self._dictionary)
        words: list[str] = self._engine.cut(text, False)
        return words

    def _meet(self, characters: set[str], dictionary: Dictionary) -> None:
        self._met |= characters
        if len(self._met) > MANY_CHARACTERS:
            self._know_all()
            return
        for character in characters:
            self._add(dictionary.beginning_with(character))
            self._add(dict.fromkeys(self._taught.get(character, ()), WORD_FREQUENCY))
        # A word counts by its share of all, so what is not there yet counts as one word that no text holds.
        self._engine.add_word(" ", self._rest, "")

    def _add(self, words: dict[str, int]) -> None:
        for word, frequency in words.items():
            self._engine.add_word(word, frequency, "")
            self._rest -= frequency

    def _know_all(self) -> None:
        self._engine = _rjieba_extension().Jieba()
        for words in self._taught.values():
            for word in words:
                self._engine.add_word(word, WORD_FREQUENCY, "")
        self._dictionary = None


class _Jieba:
    def __init__(self, words: Sequence[str]) -> None:
        self._engine = _jieba_tokenizer()
        for word in words:
            self._engine.add_word(word, WORD_FREQUENCY, "n")

    def cut(self, text: str) -> list[str]:
        words: list[str] = self._engine.lcut(text, HMM=False)
        return words


@lru_cache(maxsize=1)
def _rjieba_extension() -> Any:
    """Return rjieba's compiled module alone.

    Importing the package builds a segmenter of its own beside ours, which takes as long as everything
    else in tagging a sentence.
    """
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    package = PathFinder.find_spec("rjieba")
    spec = package and PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations)
    if spec is None or spec.loader is None or "rjieba" in sys.modules:
        import rjieba

        return rjieba
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _jieba_tokenizer() -> Any:
    """Build jieba's tokenizer from its dictionary, past its cache file in the shared temp folder."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has invalid escape sequences in its source
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
