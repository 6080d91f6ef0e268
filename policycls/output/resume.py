"""Going on with an interrupted run: the unfinished file, and a journal of what in it is whole.

``out.jsonl.part`` holds the rows, ``out.jsonl.part.journal`` a first line with the settings and then, after
each document's rows were handed to the system, a line that says how long the file is now. Killed at any
moment, the file is cut back to the last length in the journal: nothing is lost that the journal names, and
nothing stands twice.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from policycls.atomic import failure, sync, sync_folder
from policycls.errors import LockedError, OutputError, UsageError

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Done:
    """What of one input file is already written.

    Attributes
    ----------
    documents : int
        So many of its documents, from the first.
    whole : bool
        That was all of them.
    stamp : tuple of int
        Size and time of change of the file when it was read.
    """

    documents: int
    whole: bool
    stamp: Stamp


def stamp(path: str) -> Stamp:
    """Return size and time of change of an input file; zeros where it is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def leftovers(target: Path) -> tuple[Path, Path, Path]:
    """Return the unfinished file, its journal and its lock, as they lie beside ``target``."""
    part = target.with_name(f"{target.name}.part")
    return part, part.with_name(f"{part.name}.journal"), part.with_name(f"{part.name}.lock")


def discard(target: Path) -> None:
    """Remove what an unfinished run left beside ``target``."""
    for path in leftovers(target):
        path.unlink(missing_ok=True)


class Journal:
    """The unfinished output beside ``target``, open for going on.

    Parameters
    ----------
    target : Path
    settings : mapping
        What must be the same in every part of the run: format, language, model and the like.

    Attributes
    ----------
    stream : BinaryIO
        The unfinished file, at the end of what is whole.
    done : dict of str to Done
        By input file.
    carried : list of str or None
        The carried columns that the unfinished file has; None where nothing is written yet.

    Raises
    ------
    LockedError
        If another run is writing the same output.
    UsageError
        If the unfinished file was made with other settings.
    """

    def __init__(self, target: Path, settings: Mapping[str, str]) -> None:
        from filelock import FileLock, Timeout

        self.target = target.resolve()
        self.part, self._path, lock = leftovers(self.target)
        self.done: dict[str, Done] = {}
        self.carried: list[str] | None = None
        self._settings = dict(settings)
        self._lock = FileLock(lock)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise LockedError("another run is writing it", hint="wait for it to end", path=target) from None
        except OSError as error:
            raise failure(target, error) from error
        try:
            self.stream, self._log = self._open()
        except BaseException:
            self._release()
            raise

    def add(self, file: str, done: Done, carried: list[str]) -> None:
        """Note that the rows written so far are whole, and which document was the last."""
        self.stream.flush()
        entry = {"file": file, "documents": done.documents, "whole": done.whole, "stamp": done.stamp,
                 "length": self.stream.tell(), "carried": carried}  # fmt: skip
        self._log.write(f"{json.dumps(entry)}\n".encode())
        self._log.flush()

    def take_place(self) -> None:
        """Put the file, which is whole now, in the target's place."""
        self.stream.close()
        sync(self.part)
        self.part.replace(self.target)
        sync_folder(self.target.parent)

    def forget(self) -> None:
        """Remove what served for going on: the target is whole."""
        self.stream.close()
        self._log.close()
        self._path.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the files; what is unfinished stays."""
        with contextlib.suppress(OSError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self._log.close()
        self._release()

    def _release(self) -> None:
        self._lock.release()
        with contextlib.suppress(OSError):
            Path(self._lock.lock_file).unlink()

    def _open(self) -> tuple[BinaryIO, BinaryIO]:
        try:
            length, tail = self._read()
            stream = self.part.open("r+b" if length else "wb")
            stream.truncate(length)
            stream.seek(length)
            log = self._path.open("r+b" if tail else "wb")
            log.truncate(tail)
            log.seek(tail)
            if not tail:
                log.write(f"{json.dumps(self._settings)}\n".encode())
                log.flush()
        except OSError as error:
            raise failure(self.part, error) from error
        return stream, log

    def _read(self) -> tuple[int, int]:
        """Return how much of the unfinished file is whole, and how much of the journal."""
        if not self._path.is_file() or not self.part.is_file():
            return 0, 0
        size = self.part.stat().st_size
        length = tail = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines):
                try:
                    entry = json.loads(line) if line.endswith(b"\n") else None
                    if number == 0:
                        self._compare(entry)
                    elif entry is None or entry["length"] > size:
                        break
                    else:
                        length = self._take(entry)
                except (ValueError, KeyError, TypeError):
                    break  # torn by the kill
                tail += len(line)
        return length, tail

    def _compare(self, settings: Any) -> None:
        if settings is None:
            raise ValueError("torn")
        if not isinstance(settings, dict):
            raise OutputError("is no journal of an unfinished run", hint="remove it", path=self._path)
        for name, value in self._settings.items():
            if settings.get(name) != value:
                message = f"the unfinished run had {name} {settings.get(name)!r}, this one has {value!r}"
                hint = f"use the same options, or remove {self.part.name} to start again"
                raise UsageError(message, hint=hint, path=self.part)

    def _take(self, entry: Mapping[str, Any]) -> int:
        size, changed = entry["stamp"]
        self.done[entry["file"]] = Done(entry["documents"], entry["whole"], (size, changed))
        self.carried = list(entry["carried"])
        length: int = entry["length"]
        return length
