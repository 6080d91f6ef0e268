"""Which files a list of paths stands for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policycls.errors import DocumentError, NoTextError

#: Suffixes that are worth opening in a folder; a file named outright is opened whatever its name.
SUFFIXES = frozenset(
    [
        *(".txt", ".text", ".md", ".markdown", ".htm", ".html", ".xhtml", ".mht", ".pdf", ".docx", ".doc"),
        *(".wps", ".rtf", ".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".jsonl", ".ndjson", ".json"),
        *(".parquet", ".zip"),
    ]
)
_TABLES = frozenset([".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xlsm"])


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that was not read, and why."""

    path: str
    reason: str


def is_table(path: str) -> bool:
    """Whether ``path`` is named like a table, whose rows stream instead of making one document."""
    return Path(path).suffix.lower() in _TABLES


def find_files(paths: Sequence[str]) -> tuple[list[str], list[Skipped]]:
    """Expand files and folders to the files to read, in a stable order.

    Parameters
    ----------
    paths : sequence of str
        Files or folders as the user gave them. Folders are walked to the bottom.

    Returns
    -------
    files : list of str
        Paths as given, a folder's joined with the relative name by "/", each once, a folder's sorted.
    skipped : list of Skipped
        What was met and is no regular, readable file inside the folder.

    Raises
    ------
    DocumentError
        If a path does not exist.
    NoTextError
        If a folder holds no document at all.
    """
    files: list[str] = []
    skipped: list[Skipped] = []
    for path in paths:
        if not os.path.lexists(path):
            raise DocumentError("no such file or folder", path=path)
        if Path(path).is_dir():
            found, missed = _walk(path)
            if not found and not missed:
                hint = "it may hold " + " ".join(sorted(SUFFIXES))
                raise NoTextError("no document in this folder", hint=hint, path=path)
            files += found
            skipped += missed
        elif reason := _why_not(path):
            skipped.append(Skipped(path, reason))
        else:
            files.append(path)
    return list(dict.fromkeys(files)), skipped


def _why_not(path: str) -> str:
    """Why ``path`` cannot be read as a file; "" where it can."""
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return "link that leads nowhere"
    except OSError as error:
        return "link that leads round in a circle" if Path(path).is_symlink() else str(error.strerror)
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return "" if os.access(path, os.R_OK) else "permission denied"


def _walk(folder: str) -> tuple[list[str], list[Skipped]]:
    """All files below ``folder``, without following a link to a folder or out of it."""
    files: list[str] = []
    skipped: list[Skipped] = []
    root = os.path.realpath(folder)
    for relative, entry in _entries(folder, "", skipped):
        path = f"{folder.rstrip('/')}/{relative}" if folder.rstrip("/") else f"/{relative}"
        if reason := _where_link_leads(entry, root) or _why_not(entry.path):
            skipped.append(Skipped(path, reason))
        elif Path(relative).suffix.lower() in SUFFIXES:
            files.append(path)
    return files, skipped


def _where_link_leads(entry: os.DirEntry[str], root: str) -> str:
    """Why a link in a folder is not followed; "" for what is no link, and for a link to a file inside."""
    if not entry.is_symlink():
        return ""
    target = os.path.realpath(entry.path)
    if not Path(target).exists():
        return _why_not(entry.path)
    if target != root and not target.startswith(root + os.sep):
        return "link that leads out of the folder"
    return "link to a folder" if Path(target).is_dir() else ""


def _entries(folder: str, prefix: str, skipped: list[Skipped]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield (relative name, entry) of everything that is no folder, sorted by name, hidden ones left out."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        skipped.append(Skipped(folder, error.strerror or "cannot be listed"))
        return
    for entry in entries:
        # Dot files are the system's; "~$name.docx" is the lock that Word leaves beside an open file.
        if entry.name.startswith((".", "~$")):
            continue
        name = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{name}/", skipped)
        else:
            yield name, entry
