"""Where results go: a file that appears whole, an unfinished file to go on with, or standard output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Literal, TextIO, get_args

from policycls.atomic import atomic_path, check_writable, failure
from policycls.documents import Skipped
from policycls.errors import OutputError, UsageError
from policycls.output.resume import Done, Journal, discard, stamp
from policycls.output.rows import Layout
from policycls.output.terminal import TerminalWriter
from policycls.output.writers import CsvWriter, JsonlWriter, Writer
from policycls.types import TaggedUnit

Format = Literal["table", "jsonl", "csv", "xlsx", "parquet"]
#: Format by suffix.
SUFFIXES: Final[Mapping[str, Format]] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet",
    ".txt": "table",
}  # fmt: skip
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def choose_format(target: str | None, wanted: str | None, *, terminal: bool) -> Format:
    """Return the format to write: as wanted, else by the file's suffix, else by where standard output goes.

    Raises
    ------
    UsageError
        If the suffix says nothing, or the format cannot go to standard output.
    OutputError
        If ``target`` is a folder.

    Examples
    --------
    >>> choose_format("a.csv", None, terminal=True), choose_format(None, None, terminal=False)
    ('csv', 'jsonl')
    """
    known = next((name for name in FORMATS if name == wanted), None)
    if wanted is not None and known is None:
        raise UsageError(f"unknown format {wanted!r}", hint=f"choose from {', '.join(FORMATS)}")
    if target is None:
        if known in ("xlsx", "parquet"):
            raise UsageError(f"{known} cannot go to standard output", hint=f"use -o FILE.{known}")
        return known or ("table" if terminal else "jsonl")
    suffix = Path(target).suffix.lower()
    found = known or SUFFIXES.get(suffix)
    if found is None and Path(target).is_dir():
        raise OutputError("is a folder", hint="give the name of a file", path=target)
    if found is None:
        hint = f"use one of {' '.join(SUFFIXES)}, or --format"
        raise UsageError(f"no format is known by the suffix {suffix!r}", hint=hint, path=target)
    return found


@dataclass
class Output:
    """An open output: takes documents one by one.

    Attributes
    ----------
    writer : Writer
    target : str
        What to call it in a message.
    journal : Journal or None
        Where the run can be gone on with: told what is whole.
    done : Mapping
        What of which input file an earlier, interrupted run has written already.
    """

    writer: Writer
    target: str = "standard output"
    journal: Journal | None = None
    done: Mapping[str, Done] = field(default_factory=dict)

    def write(
        self, units: Sequence[TaggedUnit], *, file: str = "", documents: int = 0, whole: bool = True
    ) -> None:
        """Write the units of a document: the ``documents``-th of ``file``, and its last if ``whole``."""
        with _told(self.target):
            self.writer.write(units)
            if self.journal is not None:
                fields = self.writer.fields if isinstance(self.writer, CsvWriter) else []
                self.journal.add(file, Done(documents, whole, stamp(file)), fields)

    def skip(self, item: Skipped) -> None:
        """Take note of an input that was not read."""
        self.writer.skip(item)

    def close(self) -> None:
        """Finish what the writer has begun."""
        with _told(self.target):
            self.writer.close()


@contextmanager
def _told(target: str) -> Iterator[None]:
    """Turn what the system says of a write into an error that names the target."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise failure(target, error) from error


@contextmanager
def open_output(
    target: str, kind: Format, layout: Layout, *, raw: bool = False, resume: Mapping[str, str] | None = None
) -> Iterator[Output]:
    """Open a file for results. It takes its place when the block ends without an error.

    Parameters
    ----------
    target : str
    kind : str
        Format.
    layout : Layout
    raw : bool
        CSV without the ' before cells that look like formulas.
    resume : mapping, optional
        Keep what is written when the run is interrupted, and go on with what an interrupted run with the same
        settings left. For jsonl and csv.

    Raises
    ------
    OutputError
        If ``target`` cannot be written. What stood there is kept.
    UsageError
        If the format cannot be gone on with, or the unfinished run had other settings.
    """
    check_writable(target)
    if resume is None:
        with _whole(target, kind, layout, raw) as output:
            yield output
    elif kind in ("jsonl", "csv"):
        settings = {"format": kind, "lang": layout.lang, "raw": str(raw), **resume}
        with _resumed(target, settings, layout, raw) as output:
            yield output
    else:
        raise UsageError(f"--resume cannot go on with {kind}", hint="it works for jsonl and csv")


@contextmanager
def _whole(target: str, kind: Format, layout: Layout, raw: bool) -> Iterator[Output]:
    with atomic_path(target) as path:
        with ExitStack() as stack:
            writer = _writer(path, kind, layout, raw, stack)
            stack.callback(writer.release)
            output = Output(writer, target)
            yield output
            output.close()
        if isinstance(writer, CsvWriter) and writer.short:
            with atomic_path(path) as longer:
                writer.lengthen(path, longer)
    discard(Path(target).resolve())


def _writer(path: Path, kind: Format, layout: Layout, raw: bool, stack: ExitStack) -> Writer:
    if kind == "xlsx":
        from policycls.output.workbook import WorkbookWriter

        return WorkbookWriter(path, layout)
    if kind == "parquet":
        from policycls.output.parquet import ParquetWriter

        return ParquetWriter(path, layout)
    if kind == "table":
        return TerminalWriter(stack.enter_context(path.open("w", encoding="utf-8")), layout, columns=100)
    stream = stack.enter_context(path.open("wb"))
    return CsvWriter(stream, layout, raw=raw) if kind == "csv" else JsonlWriter(stream)


@contextmanager
def _resumed(target: str, settings: Mapping[str, str], layout: Layout, raw: bool) -> Iterator[Output]:
    with closing(Journal(Path(target), settings)) as journal:
        writer: Writer = JsonlWriter(journal.stream)
        if settings["format"] == "csv":
            writer = CsvWriter(journal.stream, layout, raw=raw, carried=journal.carried)
        output = Output(writer, target, journal, journal.done)
        yield output
        output.close()
        with _told(target):
            if isinstance(writer, CsvWriter) and writer.short:
                with atomic_path(target) as longer:
                    writer.lengthen(journal.part, longer)
            else:
                journal.take_place()
            journal.forget()


@dataclass(frozen=True)
class Screen:
    """Standard output.

    Attributes
    ----------
    binary : BinaryIO
        For lines, always UTF-8.
    text : TextIO
        For people, in the console's encoding.
    terminal : bool
    columns : int
    colour : bool
    """

    binary: BinaryIO
    text: TextIO
    terminal: bool = False
    columns: int = 80
    colour: bool = False


@contextmanager
def open_stream(screen: Screen, kind: Format, layout: Layout, *, raw: bool = False) -> Iterator[Output]:
    """Open standard output for results: lines are UTF-8 whatever the console's encoding, a table is text."""
    writer: Writer
    if kind == "table":
        writer = TerminalWriter(screen.text, layout, columns=screen.columns, colour=screen.colour)
    elif kind == "csv":
        writer = CsvWriter(screen.binary, layout, file=False, raw=raw)
    elif kind == "jsonl":
        writer = JsonlWriter(screen.binary)
    else:
        raise OutputError(f"{kind} cannot go to standard output")
    output = Output(writer)
    yield output
    output.close()
