"""The user's labelled rows: a file to which lines are only added, each with a hash of its own.

A row that was wrong is superseded by a later one; nothing is deleted. Rows are added all together or not at
all: meanwhile a file tells how long the rows were before. What a killed process has written beyond is passed
over, and moved to a file beside it before the next rows are added.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from policycls.atomic import atomic_path, failure
from policycls.errors import CorpusDamagedError, CorpusError, LockedError
from policycls.types import NONE

Part = Literal["train", "test"]

#: Seconds that one writer waits for another: adding takes far less.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """What a person said about a unit."""

    doc: str
    unit: int  #: its number in the document
    text: str
    labels: tuple[str, ...]  #: measure ids, primary first; empty for none
    who: str
    when: str  #: ISO date and time
    guideline: str  #: version of the label set under which it was read
    part: Part  #: whether its document is kept for testing
    among: tuple[str, ...]  #: the measures from which the labels were chosen
    kind: str = "sentence"
    heading: str = ""
    before: str | None = None  #: the unit before it in the document, "" for none
    after: str | None = None  #: likewise
    settled: bool = False  #: it decides between earlier rows that differ
    note: str = ""
    source: str = ""  #: the file it came from

    @property
    def id(self) -> str:
        """Sixteen digits that name the unit: a hash of document, number and text."""
        return unit_id(self.doc, self.unit, self.text)

    @property
    def said(self) -> str:
        """The labels as people write them, "none" for none."""
        return "|".join(self.labels) or NONE


def unit_id(doc: str, unit: int, text: str) -> str:
    """Return the sixteen digits that name a unit."""
    return hashlib.sha256(json.dumps([doc, unit, text], ensure_ascii=False).encode()).hexdigest()[:16]


class Ledger:
    """The file of rows; it is made at the first writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.quarantine = path.with_name(f"{path.stem}.damaged.jsonl")
        self._lock = path.with_name(f".{path.name}.lock")
        self._begun = path.with_name(f".{path.name}.begun")

    def read(self) -> list[Row]:
        """Return all rows in the order in which they were added.

        What a process that was killed had begun to add is passed over. The first line that is not what was
        written is a CorpusDamagedError.
        """
        rows = []
        for number, line in enumerate(self._lines(), 1):
            if line.endswith(b"\n"):
                found = _row(line)
                if found is None:
                    hint = f"'policycls corpus repair' moves it to {self.quarantine.name}"
                    raise CorpusDamagedError(
                        "is not what was written", hint=hint, path=self.path, line=number
                    )
                rows.append(found)
        return rows

    def damaged(self) -> list[int]:
        """Return the numbers of the lines that are not what was written."""
        return [n for n, line in enumerate(self._lines(), 1) if not line.endswith(b"\n") or not _row(line)]

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows; after a kill, or where there is no space left, all of them are there or none.

        Raises
        ------
        LockedError
            If another process holds the file for long.
        """
        data = b"".join(_line(row) for row in rows)
        with self._locked():
            size = self._heal()
            with atomic_path(self._begun) as place:
                place.write_text(str(size), encoding="ascii")
            try:
                with self.path.open("ab") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.truncate(self.path, size)
                    self._begun.unlink()
                raise failure(self.path, error) from error
            self._begun.unlink()

    def repair(self) -> int:
        """Move damaged lines to the file beside it; return how many."""
        with self._locked():
            lines = list(self._lines())
            bad = [line for line in lines if not line.endswith(b"\n") or _row(line) is None]
            if bad:
                self._keep(b"".join(line.rstrip(b"\n") + b"\n" for line in bad))
                with atomic_path(self.path) as place:
                    place.write_bytes(b"".join(line for line in lines if line not in bad))
            self._begun.unlink(missing_ok=True)
        return len(bad)

    def _heal(self) -> int:
        """Move what was not added to its end out of the way; return the size of the file."""
        lines = list(self._lines())
        if lines and not lines[-1].endswith(b"\n"):
            self._keep(lines.pop() + b"\n")
            os.truncate(self.path, sum(map(len, lines)))
        self._begun.unlink(missing_ok=True)
        return sum(map(len, lines))

    def _keep(self, data: bytes) -> None:
        with self.quarantine.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines; what was not added to its end comes last, as one without an end."""
        size = self._size_before()
        try:
            with self.path.open("rb") as file:
                while (size is None or file.tell() < size) and (line := file.readline()):
                    yield line
                if rest := file.read():
                    yield rest.rstrip(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise CorpusError(error.strerror or "cannot be read", path=self.path) from error

    def _size_before(self) -> int | None:
        """Return the size of the file before rows that are not all added; None where all are."""
        try:
            return int(self._begun.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = FileLock(self._lock).acquire(timeout=PATIENCE)
        except Timeout as error:
            raise LockedError("another process is writing to it", hint="try again", path=self.path) from error
        except OSError as error:
            raise CorpusError(f"cannot be written: {error.strerror or error}", path=self.path) from error
        with lock:
            yield


_NAMES = tuple(field.name for field in fields(Row))


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, ensure_ascii=False).encode()).hexdigest()[:16]


def _line(row: Row) -> bytes:
    record = {"id": row.id, **asdict(row)}
    return (json.dumps({**record, "hash": _digest(record)}, ensure_ascii=False) + "\n").encode()


def _row(line: bytes) -> Row | None:
    """Return the row, None where the line is not what was written."""
    try:
        record = json.loads(line)
        stated = record.pop("hash")
        if stated != _digest(record):
            return None
        record = {name: record[name] for name in _NAMES if name in record}
        return Row(**{**record, "labels": tuple(record["labels"]), "among": tuple(record["among"])})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
