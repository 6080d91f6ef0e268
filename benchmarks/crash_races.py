"""Four writers at once: each is let go at the same moment, and all of their work must fit together."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "learning"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "model"))

import numpy as np
from crash_cases import DamageError, Import, InWorkspace, Retrain, rows_of, texts
from crash_run import command, start, wait, whole
from workspaces import documents, write_tagged

from policycls.model import load_model
from policycls.model.store import save_model
from policycls.model.weights import Settings

WRITERS = 4
DONE, LOCKED = 0, 7


def at_once(works: Sequence[Callable[[], object]]) -> list[int]:
    """Let processes go at the same moment; return how they ended."""
    hold, gate = os.pipe()
    children = [start(work, lambda: (os.close(gate), os.read(hold, 1))) for work in works]
    os.close(hold)
    os.close(gate)  # the reads end
    return [wait(child) for child in children]


class ToOneFile:
    """Four taggings of different documents into one file: it is one of the four."""

    def __init__(self, root: Path) -> None:
        self.target = root / "out" / "tagged.jsonl"
        self.target.parent.mkdir(parents=True)
        self.given = [texts(root / str(n), 10 + n, 120) for n in range(WRITERS)]
        self.said = []
        for folder in self.given:
            whole(["tag", str(folder), "-o", str(self.target)])
            self.said.append(rows_of(self.target))

    def run(self, turn: int) -> None:
        """Race once."""
        del turn
        tagging = (["tag", str(folder), "-o", str(self.target)] for folder in self.given)
        ended = at_once([lambda x=x: command(x) for x in tagging])
        if ended != [DONE] * WRITERS or rows_of(self.target) not in self.said:
            raise DamageError(f"four writers of a table ended with {ended}, and it is none of theirs")
        if left := [x.name for x in self.target.parent.iterdir() if x != self.target]:
            raise DamageError(f"four writers of a table left {left}")


class Imports(Import):
    """Four imports of different rows: all rows are there."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "review import")

    def run(self, turn: int) -> None:
        """Race once."""
        begun = self.begin(turn)
        given = [documents(5, start=100 + 20 * (turn % self.fresh) + 5 * n) for n in range(WRITERS)]
        files = [write_tagged(self.root / f"{n}.jsonl", x) for n, x in enumerate(given)]
        commands = [[*begun, "review", "import", str(file), "--by", "li"] for file in files]
        ended = at_once([lambda x=x: command(x) for x in commands])
        added = self.ledger.read()[len(self.rows) :]
        found = sorted((x.doc, x.unit) for x in added)
        wanted = sorted((x.doc, u.unit) for y in given for x in y for u in x.units)
        InWorkspace.state(self)
        if ended != [DONE] * WRITERS or found != wanted or self.strays():
            raise DamageError(f"four imports ended with {ended}, {len(found)} of {len(wanted)} rows")


class Changes(Retrain):
    """Four that put models in use: some wait or are told, the history tells of the one in use."""

    def choose(self) -> list[list[str]]:
        """Return four commands."""
        names = [x.name for x in self.models.kept() if x.name != "shipped"][:2]
        return [["promote", names[0], "--force"], ["promote", names[1], "--force"], ["rollback"], ["promote",
                "shipped"]]  # fmt: skip

    def __init__(self, root: Path) -> None:
        super().__init__(root, "promote")

    def run(self, turn: int) -> None:
        """Race once."""
        begun = self.begin(turn)
        ended = at_once([lambda x=x: command([*begun, *x]) for x in self.choose()])
        self.state()
        lines = self.models.history_file.read_text(encoding="utf-8").splitlines()
        # Rollback may find nothing to go back to: 4.
        if not set(ended) <= {DONE, LOCKED, 4} or DONE not in ended:
            raise DamageError(f"four changes ended with {ended}")
        if json.loads(lines[-1])["model"] != self.models.current or self.strays():
            raise DamageError("the history does not tell of the model in use")


class Retrains(Changes):
    """Four trainings: one trains, the others are told that it does."""

    fresh = 5

    def choose(self) -> list[list[str]]:
        """Return four commands."""
        return [["retrain", "--force"]] * WRITERS


class ToOneModel:
    """Four that save a model to one folder: it loads, and is one of the four."""

    def __init__(self, root: Path) -> None:
        from small_model import CLASSES, small_weights

        self.folder = root / "model"
        self.root = root
        root.mkdir(parents=True)
        weights = [replace(small_weights(), bias=np.full(len(CLASSES), float(n))) for n in range(WRITERS)]
        settings = Settings(heading=0.0)
        self.save = [lambda x=x: save_model(self.folder, x, CLASSES, settings) for x in weights]
        self.ids = set()
        for save in self.save:
            save()
            self.ids.add(load_model(self.folder).id)

    def run(self, turn: int) -> None:
        """Race once."""
        del turn
        ended = at_once(self.save)
        try:
            found = load_model(self.folder).id
        except Exception as error:
            raise DamageError(f"four saves ended with {ended}: {error}") from error
        if ended != [DONE] * WRITERS or found not in self.ids:
            raise DamageError(f"four saves ended with {ended}, and the model is none of theirs")


RACES = {
    "four taggings into one file": ToOneFile,
    "four imports into one workspace": Imports,
    "four changes of the model in use": Changes,
    "four retrainings in one workspace": Retrains,
    "four models saved to one folder": ToOneModel,
}


def race(case: ToOneFile | Imports | Changes | ToOneModel, name: str, times: int) -> str:
    """Race so many times; return a line of the table.

    Raises
    ------
    DamageError
        At the first mismatch.
    """
    for turn in range(times):
        case.run(turn)
    return f"| {name} | {times} | 0 |"
