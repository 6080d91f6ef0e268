"""Outputs whole or absent: a file is written beside its target and put in place in one step.

A writer that is killed leaves the old file as it was, and a stray of its own. A stray's name tells the
machine and the process that wrote it, so that the next writer in the folder can sweep what the dead left.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policycls.errors import OutputError
from policycls.system import machine, running

_STRAY = re.compile(r"\.policycls-(?P<node>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{12}\.tmp")


def check_writable(target: str | Path) -> None:
    """Make sure that ``target`` can be written, before any work is done for it.

    Raises
    ------
    OutputError
        If it is a folder or no regular file, is write-protected, or its folder is missing or refuses a new
        file. Nothing is changed.
    """
    path = Path(target)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    except OSError as error:
        raise failure(path, error) from error
    if mode is not None:
        if stat.S_ISDIR(mode):
            raise OutputError("is a folder", hint="give the name of a file", path=path)
        if not stat.S_ISREG(mode):
            hint = "leave -o out to write to standard output"
            raise OutputError("is not a regular file", hint=hint, path=path)
        if not os.access(path, os.W_OK):
            raise OutputError("is write-protected; it is kept as it is", path=path)
    folder = path.resolve().parent
    if not folder.is_dir():
        raise OutputError("its folder does not exist", hint=f"make {path.parent} first", path=path)
    try:
        probe = _create(folder)
        probe.unlink()
    except OSError as error:
        raise failure(path, error) from error


def check_folder(target: str | Path, holds: str) -> None:
    """Make sure that a folder with the file ``holds`` can be written at ``target``, before any work is done.

    Raises
    ------
    OutputError
        If ``target`` is a file, or a folder of other things, or cannot be made. Nothing is changed.
    """
    path = Path(target)
    if path.is_dir():
        # Names with a dot are what a killed writer left there, and what systems put into every folder.
        if any(x.name[0] != "." for x in path.iterdir()) and not (path / holds).is_file():
            raise OutputError("is a folder of other things", hint="name a new folder", path=path)
        check_writable(path / holds)
    elif path.exists() or path.is_symlink():
        raise OutputError("is a file, not a folder", hint="name a new folder", path=path)
    else:
        check_writable(path)


@contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """Give a path to write to; on leaving without an error it takes the place of ``target``.

    Parameters
    ----------
    target : str or Path
        Where the whole file shall stand. A symbolic link is followed.

    Yields
    ------
    Path
        An empty file in the same folder.

    Raises
    ------
    OutputError
        If the file cannot be made or put in place; what stood at ``target`` is kept. OSErrors raised inside
        the block (no space left, say) become one too; every other exception passes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic_path(f"{folder}/a.txt") as path:
    ...         _ = path.write_text("whole", encoding="utf-8")
    ...     Path(folder, "a.txt").read_text(encoding="utf-8")
    'whole'
    """
    place = Path(target).resolve()
    sweep(place.parent)
    try:
        temporary = _create(place.parent)
    except OSError as error:
        raise failure(target, error) from error
    try:
        yield temporary
        if place.exists():
            shutil.copymode(place, temporary)
        sync(temporary)
        temporary.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise failure(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        shutil.rmtree(scratch_folder(temporary), ignore_errors=True)


def scratch_folder(temporary: Path) -> Path:
    """Return the folder for a writer's own pieces; it goes when the temporary file goes."""
    return temporary.with_suffix(".dir")


def sweep(folder: Path) -> None:
    """Remove what writers of this machine that are no longer running left in ``folder``."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(".policycls-")]
    except OSError:
        return
    for name in names:
        path = folder / name
        match = _STRAY.fullmatch(path.with_suffix(".tmp").name)
        if match and match["node"] == _node() and not running(int(match["pid"])):
            if path.suffix == ".dir":
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()


def sync(path: Path) -> None:
    """Make the content of a file last through a power cut."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; where a folder cannot be opened (Windows), nothing is done."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def failure(target: str | Path, error: OSError) -> OutputError:
    """Return what to tell the user when ``target`` could not be written."""
    kept = "; what stood there is kept" if Path(target).is_file() else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputError(f"no space left to write it{kept}", path=target)
    hint = "is it open in another program?" if isinstance(error, PermissionError) else ""
    return OutputError(f"cannot be written: {error.strerror or error}{kept}", hint=hint, path=target)


def _create(folder: Path) -> Path:
    path = folder / f".policycls-{_node()}-{os.getpid()}-{secrets.token_hex(6)}.tmp"
    # As open() would make it: the user's umask decides who may read it (mkstemp lets nobody else).
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return path


def _node() -> str:
    return f"{zlib.crc32(machine().encode()):08x}"
