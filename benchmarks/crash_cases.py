"""What the kills and races work on: commands, what they may leave, what they may not."""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "learning"))

from crash_run import whole
from workspaces import documents, workspace, write_tagged

from policycls.learning.ledger import Ledger
from policycls.learning.registry import Registry
from policycls.model import load_model

FORMATS = ("jsonl", "csv", "xlsx", "parquet", "txt")
_SENTENCES = (
    "推行一窗受理，开办企业一日办结。", "对小微企业发放贴息贷款，降低融资成本。",
    "开展双随机抽查，规范执法检查。", "引进重大项目，落实落户奖励。", "上门走访企业，帮助解决用工难题。",
    "会议总结了全年工作。",
)  # fmt: skip
#: All that a workspace may hold once a command has ended.
_OF_A_WORKSPACE = re.compile(
    r"policycls\.toml|README\.md|labels/schema\.toml|corpus/(own\.jsonl|own\.damaged\.jsonl|\.own\.jsonl\.lock)"
    r"|models/(\.lock|CURRENT|history\.jsonl|\d{4}-[0-9a-f]{8}/(CARD\.md|doubts\.jsonl|manifest\.json|weights\.npz))"
)
OLD, NEW = "old", "new"


class DamageError(Exception):
    """A file is neither old nor new, a row is lost, or something is left over."""


@dataclass
class Case:
    """A command that is killed again and again.

    Attributes
    ----------
    root : Path
        A folder of its own.
    name : str
    every : int
        After so many kills the command runs to its end, and nothing may be left over then.
    """

    root: Path
    name: str
    every: int = 1

    def before(self, turn: int) -> list[str]:
        """Make sure of the old state, and return the command's arguments."""
        raise NotImplementedError

    def state(self) -> str:
        """Return OLD or NEW; raise DamageError otherwise."""
        raise NotImplementedError

    def strays(self) -> list[str]:
        """Return what is there and should not be, once the command has run to its end."""
        raise NotImplementedError


def rows_of(path: Path) -> object:
    """Return what a file says: its cells where it is a workbook, which tells when it was made; else bytes."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    found = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    book.close()
    return found


def texts(folder: Path, seed: int, sentences: int = 240) -> Path:
    """Write documents that are like no others; return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    for number in range(3):
        lines = [f"第{seed}次通报之{number}", *(draw.choice(_SENTENCES) for _ in range(sentences // 3))]
        (folder / f"{number}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@dataclass
class Tag(Case):
    """Tagging into a file that is there already."""

    said: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write the documents, and learn what each of them comes to."""
        self.target = self.root / "out" / f"tagged.{self.name.partition(' ')[2]}"
        self.target.parent.mkdir(parents=True)
        self.kept = self.root / self.target.name
        self.new = texts(self.root / "new", 2)
        whole(["tag", str(self.new), "-o", str(self.target)])
        self.said[NEW] = rows_of(self.target)
        whole(["tag", str(texts(self.root / "old", 1)), "-o", str(self.target)])
        self.said[OLD] = rows_of(self.target)
        assert self.said[OLD] != self.said[NEW]
        shutil.copy(self.target, self.kept)

    def before(self, turn: int) -> list[str]:
        """Put the old file in place."""
        shutil.copy(self.kept, self.target)
        return ["tag", str(self.new), "-o", str(self.target)]

    def state(self) -> str:
        """Compare with both."""
        try:
            found = rows_of(self.target)
        except Exception as error:
            raise DamageError(f"{self.target.name} cannot be read: {error!r}") from error
        for name, said in self.said.items():
            if found == said:
                return name
        raise DamageError(f"{self.target.name} is neither old nor new")

    def strays(self) -> list[str]:
        """Return files beside the target."""
        return sorted(x.name for x in self.target.parent.iterdir() if x != self.target)


@dataclass
class InWorkspace(Case):
    """A command in a small workspace, which begins anew every ``fresh`` turns."""

    fresh: int = 20

    def __post_init__(self) -> None:
        """Make the workspace that all are copied from, with two models, unless it is there."""
        self.root.mkdir(parents=True)
        shared = self.root.parent / "template"
        self.template, self.place = shared / "bureau", self.root / "bureau"
        if not shared.exists():
            workspace(_made(shared), 12)
            begun = ["--workspace", str(self.template), "retrain"]
            whole(begun)
            more = write_tagged(shared / "second.jsonl", documents(4, start=20))
            whole([*begun, str(more), "--by", "li", "--force"])

    def begin(self, turn: int) -> list[str]:
        """Copy the workspace when it is time; return what begins each command."""
        if turn % self.fresh == 0:
            shutil.rmtree(self.place, ignore_errors=True)
            shutil.copytree(self.template, self.place)
        self.rows = self.ledger.read()
        self.model = self.models.current
        return ["--workspace", str(self.place)]

    @property
    def ledger(self) -> Ledger:
        """Its rows."""
        return Ledger(self.place / "corpus" / "own.jsonl")

    @property
    def models(self) -> Registry:
        """Its models."""
        return Registry(self.place)

    def state(self) -> str:
        """See that the model in use and the rows that were there are whole."""
        found = self.ledger.read()
        if found[: len(self.rows)] != self.rows:
            raise DamageError("rows are lost")
        current = self.models.current
        if current != "shipped" and load_model(self.models.path(current)).id != current.partition("-")[2]:
            raise DamageError("the model in use is not the one that is named")
        self.models.history()
        for kept in self.models.kept():
            load_model(self.models.path(kept.name))
        return OLD if current == self.model and found == self.rows else NEW

    def strays(self) -> list[str]:
        """Return files that are no part of a workspace."""
        names = (x.relative_to(self.place).as_posix() for x in self.place.rglob("*") if x.is_file())
        empty = [x.name for x in self.place.rglob("*") if x.is_dir() and not any(x.iterdir())]
        return sorted(x for x in names if not _OF_A_WORKSPACE.fullmatch(x)) + empty


@dataclass
class Import(InWorkspace):
    """Taking labelled rows in; a file of 150 rows each time."""

    def before(self, turn: int) -> list[str]:
        """Write a file of new rows."""
        start = self.begin(turn)
        self.given = documents(25, start=100 + 25 * (turn % self.fresh))
        file = write_tagged(self.root / "more.jsonl", self.given)
        return [*start, "review", "import", str(file), "--by", "li"]

    def state(self) -> str:
        """Count the rows: those that were there, and all of the new ones or none."""
        super().state()
        want = [(x.doc, u.unit, u.text, u.labels) for x in self.given for u in x.units]
        more = [(x.doc, x.unit, x.text, x.labels) for x in self.ledger.read()[len(self.rows) :]]
        if more not in ([], want):
            raise DamageError("some of the rows stand there, or some twice, or not as they were given")
        return NEW if more else OLD


@dataclass
class Retrain(InWorkspace):
    """Training anew; the new model is put in use whatever it is worth."""

    def before(self, turn: int) -> list[str]:
        """Train on what is there."""
        return [*self.begin(turn), "retrain", "--force"]


@dataclass
class Promote(InWorkspace):
    """Putting the other of two models in use."""

    def before(self, turn: int) -> list[str]:
        """Choose the model that is not in use."""
        start = self.begin(turn)
        other = next(x.name for x in self.models.kept() if not x.current and x.name != "shipped")
        return [*start, "promote", other, "--force"]

    def state(self) -> str:
        """See that the history, which is written first, knows of the model in use."""
        found = super().state()
        if found == NEW and json.loads(self._last())["model"] != self.models.current:
            raise DamageError("the history does not know of the model in use")
        return found

    def _last(self) -> str:
        return self.models.history_file.read_text(encoding="utf-8").splitlines()[-1]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
