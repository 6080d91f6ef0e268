"""Sees what must not happen while a file is read: code run, a socket, a program, a file outside written.

An audit hook cannot be taken away again, so there is one for each process, which counts while it is told to.
It is in the parsers' process too, through ``sitecustomize``. Importing a module is no fault: libraries load
parts of themselves when first they are needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The folder in which files may be written, and the file into which a parsers' process tells what it saw.
FOLDER, TOLD = "POLICYCLS_FUZZ_FOLDER", "POLICYCLS_FUZZ_TOLD"

_NEVER = frozenset(
    ("exec", "marshal.loads", "code.__new__", "pickle.find_class", "os.system", "os.exec", "os.posix_spawn",
     "os.spawn", "os.fork", "os.forkpty", "pty.spawn", "ctypes.dlopen", "subprocess.Popen", "urllib.Request")
)  # fmt: skip
_WRITES = frozenset(
    ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
     "os.truncate", "os.utime", "os.mkfifo")
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PARSERS = "from policycls.documents import worker"


class Watch:
    """What was seen.

    Parameters
    ----------
    folder : str
        Where files may be written.
    """

    def __init__(self, folder: str) -> None:
        self.seen: list[str] = []
        self.on = False
        self._folder = os.path.realpath(folder)
        sys.addaudithook(self._hook)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count from here to the end."""
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.on and self._fault(event, args) and not _importing():
            self.on = False
            self.note(f"{event} {args!r:.200}")
            self.on = True

    def note(self, what: str) -> None:
        """Keep what was seen."""
        self.seen.append(what)

    def _fault(self, event: str, args: tuple[Any, ...]) -> bool:
        if event == "open":
            return bool(args[2] & _WRITING) and self._outside(args[0])
        if event in _WRITES:
            return any(self._outside(x) for x in args[:2] if isinstance(x, str | bytes))
        if event == "subprocess.Popen":
            return not any(_PARSERS in str(x) for x in args[1])
        return event in _NEVER or event.startswith("socket.")

    def _outside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # an open file's number
        full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        return not f"{full}/".startswith((f"{self._folder}/", f"{os.devnull}/"))


class _Teller(Watch):
    """A watch in a process of its own: what it sees goes to a file."""

    def __init__(self, folder: str, told: str) -> None:
        self._told = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        super().__init__(folder)
        self.on = True

    def note(self, what: str) -> None:
        os.write(self._told, f"{what}\n".encode("utf-8", "replace"))


def watch_from_the_start() -> None:
    """Watch this process, as its environment says."""
    if FOLDER in os.environ:
        _Teller(os.environ[FOLDER], os.environ[TOLD])


def watch_parsers(folder: Path, told: Path) -> None:
    """Have the processes that are started from here watched."""
    here = Path(__file__).resolve().parent
    os.environ |= {
        FOLDER: str(folder),
        TOLD: str(told),
        "PYTHONPATH": os.pathsep.join((str(here / "fuzz_watched"), str(here))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _importing() -> bool:
    """Say whether a module is imported, or the process's own program started."""
    frame = sys._getframe(1).f_back
    if frame is None:
        return True
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
