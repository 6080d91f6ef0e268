"""The terminal: streams, signals, messages and the progress bar."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from policycls.system import on_termination

if TYPE_CHECKING:
    from policycls.output.destination import Screen
    from policycls.progress import Progress

BUG, INTERRUPTED, TERMINATED = 1, 130, 143
#: No bar for work that is over before one could read it.
PATIENCE: Final = 0.7


class Terminated(BaseException):
    """The process was asked to end: unwinds everything, so that temporary files go."""


def screen() -> Screen:
    """Return standard output as it is now; what a GBK console cannot show becomes "?"."""
    from policycls.output.destination import Screen

    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="replace")
    terminal = out.isatty()
    columns = max(40, min(shutil.get_terminal_size((80, 24)).columns, 160)) if terminal else 80
    # The old Windows console shows escape sequences as they are.
    able = os.name != "nt" or "WT_SESSION" in os.environ
    colour = terminal and able and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(out.buffer, out, terminal, columns, colour)


def say(message: str) -> None:
    """Print a line on standard error."""
    # One line, whatever a file's name holds.
    line = "".join(" " if c.isspace() else c if c.isprintable() else f"\\x{ord(c):02x}" for c in message)
    print(line, file=sys.stderr, flush=True)


def print_lines(lines: Iterable[str]) -> None:
    """Print results on standard output: in the console's encoding, into a pipe or file as UTF-8."""
    out = screen()
    for line in lines:
        if out.terminal:
            print(line, file=out.text)
        else:
            out.binary.write(f"{line}\n".encode())
    out.text.flush()


def open_streams() -> None:
    """See that the standard streams are there, and that what is written to one is written whole.

    Streams that the caller has closed lead nowhere: print(file=None) would write to another. With
    ``PYTHONUNBUFFERED`` a write to a pipe may take a part and tell nobody.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        number, encoding, errors = sys.stdout.fileno(), sys.stdout.encoding, sys.stdout.errors
        sys.stdout = open(number, "w", encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115


def read_stdin() -> bytes:
    """Read standard input to its end."""
    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
        say(f"reading text from the keyboard; end it with {end}")
    return sys.stdin.buffer.read()


def catch_signals() -> None:
    """Let SIGTERM unwind the program like Ctrl-C does."""

    def end() -> None:
        raise Terminated

    on_termination(end)


@contextmanager
def resumable(resumed: bool) -> Iterator[None]:
    """Have the end of work that can be gone on with say how."""
    try:
        yield
    except (KeyboardInterrupt, Terminated) as end:
        if resumed:
            end.args = ("what is done is kept; run the same command again to go on",)
        raise


def settle_stdout() -> None:
    """Write what standard output still holds, or it is tried again at exit and ends with another status."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        abandon_stdout()


def abandon_stdout() -> None:
    """Point standard output at nothing: its reader has gone, and flushing at exit must not fail."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


@contextmanager
def progress_bar(shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Give a function that shows how far a run is, on a terminal; None elsewhere."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    with contextlib.ExitStack() as stack:
        update: Callable[[Progress], None] | None = None

        def show(progress: Progress) -> None:
            nonlocal update
            if update is None and progress.seconds >= PATIENCE:
                update = stack.enter_context(_bar())
            if update is not None:
                update(progress)

        yield show


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.fields[left]}")
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0, left="")

        def update(progress: Progress) -> None:
            left = "" if progress.left is None else f"{_clock(progress.left)} left"
            done = f"{progress.documents:,} documents  {progress.units:,} sentences  {progress.rate:,.0f}/s"
            bar.update(task, completed=progress.part, description=done, left=left)

        yield update


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
