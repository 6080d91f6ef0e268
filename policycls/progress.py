"""How far a run is, how fast, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policycls.output.resume import stamp
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
    """Follows a run through its files.

    Parameters
    ----------
    files : sequence of str
    show : callable or None
        Called after each result; without it nothing is measured.
    clock : callable
        Seconds.
    """

    def __init__(
        self, files: Sequence[str], show: Callable[[Progress], None] | None, clock: Callable[[], float]
    ) -> None:
        self._show, self._clock = show, clock
        self._size = {file: stamp(file)[0] for file in files} if show else {}
        self._total = sum(self._size.values()) or 1
        self._behind = 0
        self._here = 0.0
        self._start = clock()

    def pass_by(self, result: TaggedDocument | Failure, documents: int, units: int) -> None:
        """Take in a result, and how many documents and units that makes."""
        if self._show is None:
            return
        size = self._size[result.file]
        if isinstance(result, Failure) or result.whole:
            self._behind += size
            self._here = 0.0
        else:
            # Inside of a table only a guess is to be had: its text, at three bytes a character.
            text = 3 * result.units[-1].end if result.units else 0
            self._here = min(self._here + text, 0.95 * size)
        part = (self._behind + self._here) / self._total
        self._show(Progress(documents, units, part, self._clock() - self._start))
