"""The models of a workspace: one folder each, the one in use, and what happened to them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from policycls.atomic import atomic_path, failure
from policycls.documents.json_lines import read_lines
from policycls.errors import CorpusDamagedError, LockedError, ModelError, ModelNotFoundError, OutputError
from policycls.model import load_model
from policycls.model.store import MANIFEST, read_manifest
from policycls.resources import CURRENT, SHIPPED, current_model, data_path

#: Begins the names of folders that are not models yet.
STAGED = ".staged-"


@dataclass(frozen=True, slots=True)
class Kept:
    """A model of the workspace."""

    name: str  #: its folder's name, or "shipped"
    current: bool  #: whether it is the one in use
    manifest: Mapping[str, Any]


class Registry:
    """The folder of a workspace's models."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.folder = workspace / "models"
        self.history_file = self.folder / "history.jsonl"

    @property
    def current(self) -> str:
        """The name of the model in use."""
        folder = current_model(self.workspace)
        return folder.name if folder.parent == self.folder else SHIPPED

    def path(self, name: str) -> Path:
        """Return the folder of a model by its name, its number, its short id, "current" or "shipped"."""
        if name in (SHIPPED, "current"):
            return data_path("models", "default") if name == SHIPPED else current_model(self.workspace)
        named = [x for x in self._names() if name in (x, x.partition("-")[0], x.partition("-")[2])]
        if len(named) != 1:
            known = ", ".join([*self._names(), SHIPPED])
            raise ModelNotFoundError(f"no model {name!r} here", hint=f"there are {known}", path=self.folder)
        return self.folder / named[0]

    def kept(self) -> list[Kept]:
        """Return the models, the oldest first."""
        current = self.current
        return [Kept(x, x == current, read_manifest(self.path(x))) for x in (SHIPPED, *self._names())]

    def history(self) -> list[dict[str, Any]]:
        """Return what happened, the oldest first; a last line that was not finished is passed over."""
        try:
            data = self.history_file.read_bytes()
        except FileNotFoundError:
            return []
        rows = list(read_lines(data[: data.rfind(b"\n") + 1], self.history_file))
        for number, row in rows:
            if not all(isinstance(row.get(key), str) for key in ("when", "action", "model")):
                raise CorpusDamagedError("is not what was written", path=self.history_file, line=number)
        return [row for _, row in rows]

    @contextmanager
    def staged(self) -> Iterator[Path]:
        """Give a folder for a model that is not whole yet; what of it is not adopted goes."""
        folder = self.folder / f"{STAGED}{os.getpid()}"
        try:
            yield folder
        except OSError as error:
            raise failure(self.folder, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, staged: Path) -> str:
        """Give a whole model its name and place; return the name."""
        numbers = [int(x.partition("-")[0]) for x in self._names()]
        name = f"{max(numbers, default=0) + 1:04}-{read_manifest(staged)['id']}"
        staged.rename(self.folder / name)
        return name

    def use(self, name: str, action: str, **told: Any) -> None:
        """Put a model in use, once it has been seen to load.

        The line in the history is written first: whichever way a kill falls, CURRENT names a whole model.
        """
        load_model(self.path(name))
        self.note(action, name, previous=self.current, **told)
        with atomic_path(self.folder / CURRENT) as place:
            place.write_text(f"{name}\n", encoding="utf-8")

    def note(self, action: str, name: str, **told: Any) -> None:
        """Add a line to the history."""
        record = {"when": now(), "action": action, "model": name, **told}
        text = self.history_file.read_text(encoding="utf-8") if self.history_file.exists() else ""
        text = text[: text.rfind("\n") + 1]  # what a killed process left
        with atomic_path(self.history_file) as place:
            place.write_text(text + json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")

    def previous(self) -> str:
        """Return the model that was in use before the current one; a ModelError if there was none."""
        current = self.current
        for line in reversed(self.history()):
            if line["model"] == current and line["action"] == "promote":
                return str(line.get("previous", SHIPPED))
        raise ModelError("there is no earlier model to go back to", path=self.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing models; one that is at it is named in a LockedError."""
        lock = FileLock(self.folder / ".lock")
        holder = self.folder / ".lock.pid"
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            try:
                pid = holder.read_text(encoding="utf-8").strip()
            except OSError:  # it is done by now
                pid = "?"
            hint = "wait until it is done"
            raise LockedError(
                f"another retrain is running (pid {pid})", hint=hint, path=self.folder
            ) from error
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror or error}", path=self.folder) from error
        try:
            holder.write_text(f"{os.getpid()}\n", encoding="utf-8")
            for left in self.folder.glob(f"{STAGED}*"):  # by processes that were killed
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def _names(self) -> list[str]:
        found = (x.parent.name for x in self.folder.glob(f"[0-9]*-*/{MANIFEST}"))
        return sorted(found, key=lambda name: int(name.partition("-")[0]))


def now() -> str:
    """Return the moment as an ISO date and time."""
    return datetime.now(UTC).isoformat(timespec="seconds")
