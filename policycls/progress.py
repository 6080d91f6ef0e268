"""How far a run is, how fast, and how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policycls.streaming import Failure, TaggedDocument


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    documents, units : int
    part : float
        Share of the input's bytes in files that are done, from 0 to 1.
    seconds : float
        Since the start.
    """

    documents: int = 0
    units: int = 0
    part: float = 0.0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left; None while too little is done to say."""
        return self.seconds * (1 - self.part) / self.part if self.part > 0 else None


class Track:
    """Says how much of the input's bytes is behind."""

    def __init__(self, files: Sequence[str]) -> None:
        self._size = {file: _size(file) for file in files}
        self._total = sum(self._size.values()) or 1
        self._behind = 0
        self._here = 0.0

    def pass_by(self, result: TaggedDocument | Failure) -> None:
        """Take in a result."""
        size = self._size[result.file]
        if isinstance(result, Failure) or result.whole:
            self._behind += size
            self._here = 0.0
        else:
            # Inside of a table only a guess is to be had: its text, at three bytes a character.
            text = 3 * result.units[-1].end if result.units else 0
            self._here = min(self._here + text, 0.95 * size)

    @property
    def part(self) -> float:
        """From 0 to 1."""
        return (self._behind + self._here) / self._total


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0
