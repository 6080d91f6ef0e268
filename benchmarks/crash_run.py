"""Running the command line in a process of its own, to its end or to a kill; needs fork."""

from __future__ import annotations

import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What changes a file or a folder, or makes it last.
STEPS = ("open", "fsync", "replace", "rename", "unlink", "truncate", "mkdir", "rmdir")

#: Runs before the command, in its process.
Setup = Callable[[], object]


@dataclass(frozen=True)
class Length:
    """How long a command is.

    Attributes
    ----------
    seconds : float
    steps : int
        Changes of the file system.
    """

    seconds: float
    steps: int


def whole(arguments: Sequence[str]) -> Length:
    """Run a command to its end, which must be a good one; return how long it is."""
    count = mmap.mmap(-1, 8)
    start = time.perf_counter()
    status = wait(begin(arguments, lambda: _at_step(lambda done: count.__setitem__(slice(8), _eight(done)))))
    if status != 0:
        raise AssertionError(f"policycls {' '.join(arguments)} ended with {status}")
    return Length(time.perf_counter() - start, int.from_bytes(count[:8], "little"))


def killed(arguments: Sequence[str], length: Length, draw: random.Random) -> bool:
    """Run a command and kill it at a random moment or a random step; say whether the kill came in time."""
    if draw.random() < 0.5:
        at = draw.randrange(length.steps)
        child = begin(arguments, lambda: _at_step(lambda done: done > at and _die()))
    else:
        child = begin(arguments)
        time.sleep(draw.uniform(0, length.seconds))
        os.kill(child, signal.SIGKILL)
    status = wait(child)
    if status not in (0, -signal.SIGKILL):
        raise AssertionError(f"policycls {' '.join(arguments)} ended with {status}")
    return status == -signal.SIGKILL


def begin(arguments: Sequence[str], setup: Setup | None = None) -> int:
    """Start a command in a copy of this process, which has loaded all that it needs; return its number."""
    return start(lambda: command(arguments), setup)


def start(work: Callable[[], object], setup: Setup | None = None) -> int:
    """Do some work in a copy of this process, in silence."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        if not os.environ.get("CRASH_DEBUG"):
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
        if setup is not None:
            setup()
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stderr.flush()
        os._exit(status)


def command(arguments: Sequence[str]) -> None:
    """Run the command line here; a training keeps to this process, which alone is killed."""
    import joblib

    from policycls.cli import main

    with joblib.parallel_config("sequential"):
        main(list(arguments))


def wait(child: int) -> int:
    """Wait for a process; return its status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def preload(folder: Path) -> None:
    """Load once what the commands load, so that each of their processes need not."""
    import joblib  # noqa: F401
    import openpyxl  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.optimize  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import xlsxwriter  # noqa: F401

    import policycls

    assert policycls.tag_text("加快审批。", model=policycls.load_model())
    folder.mkdir(parents=True, exist_ok=True)


def _at_step(act: Callable[[int], object]) -> None:
    """Call ``act`` before each change of the file system, with how many there were and this one."""
    done = 0

    def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **keywords: Any) -> Any:
            nonlocal done
            done += 1
            act(done)
            return call(*arguments, **keywords)

        return called

    for name in STEPS:
        setattr(os, name, wrap(getattr(os, name)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _eight(number: int) -> bytes:
    return number.to_bytes(8, "little")
