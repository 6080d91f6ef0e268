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

Engine = Literal["rjieba", "jieba"]

#: A word of one's own gets this frequency: often enough to win against its parts, as jieba's own rule
#: (``suggest_freq``) would give it in most cases, and the same in both engines.
WORD_FREQUENCY = 500

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
        Words to know beside the dictionary; Han characters alone, two or more (jieba itself never joins
        words over punctuation).
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
    def __init__(self, words: Sequence[str]) -> None:
        self._engine = _rjieba_extension().Jieba()
        for word in words:
            self._engine.add_word(word, WORD_FREQUENCY, "n")

    def cut(self, text: str) -> list[str]:
        words: list[str] = self._engine.cut(text, False)
        return words


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
