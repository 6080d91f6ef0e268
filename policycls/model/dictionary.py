"""jieba's dictionary as the file that it is, read by first character: a sentence needs a fiftieth of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

#: The file of jieba 0.42.1, which rjieba has built in: its length in bytes.
LENGTH = 5_071_852
#: The sum of its frequencies.
TOTAL = 60_101_967

#: The first of the lines that stand in order of their first character; some seventy odd words come before.
_FIRST = "\n一 ".encode()


class Dictionary:
    """Words and their frequencies.

    Parameters
    ----------
    content : bytes
        Lines of a word, its frequency and its part of speech, in UTF-8. Those after the first word 一 are
        in order of their first characters.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._begin = content.index(_FIRST) + 1

    def odd(self) -> dict[str, int]:
        """Return the words that stand out of order, with their frequencies."""
        return dict(_entries(self._content[: self._begin]))

    def beginning_with(self, character: str) -> dict[str, int]:
        """Return the words in order that begin with a character, with their frequencies."""
        key = character.encode()
        return dict(_entries(self._content[self._find(key) : self._find(key + b"\xff")]))

    def _find(self, key: bytes) -> int:
        """Return where the first line stands that is not before the key (a bisection)."""
        low, high = self._begin, len(self._content)
        while low < high:
            line = self._content.rfind(b"\n", low, (low + high) // 2) + 1 or low
            if self._content[line : line + len(key)] < key:
                low = self._content.find(b"\n", line) + 1 or high
            else:
                high = line
        return low


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary | None:
    """Read the dictionary that the installed jieba brings; None if it is another than rjieba's."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "dict.txt"
    if not file.is_file() or file.stat().st_size != LENGTH:
        return None
    return Dictionary(file.read_bytes())


def _entries(lines: bytes) -> Iterator[tuple[str, int]]:
    for line in lines.decode().splitlines():
        word, frequency, _ = line.split(" ")
        yield word, int(frequency)
