"""A workspace: the user's own labels, labelled rows and models, with what ships as their base."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path

from policycls.atomic import atomic_path
from policycls.errors import CorpusError, OutputError
from policycls.learning.answers import Answers, answers
from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.ledger import Ledger
from policycls.learning.registry import Registry
from policycls.learning.splits import split
from policycls.resources import WORKSPACE_FILE, data_path, find_workspace
from policycls.schema import LabelSet, load_label_set, workspace_labels
from policycls.types import NONE

_MORE = "labels/more.toml"
#: What a new workspace holds; what makes it one comes last.
_FILES = (_MORE, "README.md", WORKSPACE_FILE)


@dataclass(frozen=True)
class Workspace:
    """The user's folder."""

    root: Path

    @classmethod
    def find(cls, stated: str | Path | None = None) -> Workspace:
        """Return that of :func:`policycls.resources.find_workspace`; a CorpusError if there is none."""
        root = find_workspace(stated)
        if root is None:
            hint = "make one with 'policycls init DIR' and run this in it, or pass --workspace DIR"
            raise CorpusError("this is not in a workspace", hint=hint)
        return cls(root)

    @classmethod
    def create(cls, folder: str | Path, labels: str | Path | None = None) -> Workspace:
        """Make a workspace in a new or empty folder.

        A schema of one's own, which is copied, takes the place of the one that ships.

        Raises
        ------
        OutputError
            If there is something in the folder, or it cannot be made.
        CorpusError
            If the schema is none.
        """
        root = Path(folder)
        templates = resources.files("policycls.learning").joinpath("templates", "workspace")
        contents = {name: templates.joinpath(name).read_text(encoding="utf-8") for name in _FILES}
        if labels is not None:
            load_label_set(labels)
            del contents[_MORE]
            contents = {"labels/schema.toml": Path(labels).read_text(encoding="utf-8-sig"), **contents}
        try:
            if root.exists() and (not root.is_dir() or any(root.iterdir())):
                raise OutputError("is there already", hint="name a new folder", path=root)
            for name in ("labels", "corpus", "models"):
                (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot be made: {error.strerror or error}", path=root) from error
        for name, text in contents.items():
            with atomic_path(root / name) as place:
                place.write_text(text, encoding="utf-8")
        return cls(root.resolve())

    @cached_property
    def labels(self) -> LabelSet:
        """The label set: one of its own, or that which ships with the labels that were added."""
        return workspace_labels(self.root)

    @property
    def ledger(self) -> Ledger:
        """The labelled rows."""
        return Ledger(self.root / "corpus" / "own.jsonl")

    @property
    def models(self) -> Registry:
        """The models."""
        return Registry(self.root)

    def own(self) -> Answers:
        """Return what holds of the labelled rows; errors as :meth:`Ledger.read`."""
        known = {*self.labels.ids, NONE}
        found = answers(self.ledger.read(), self.labels.ids)
        for document in (*found.train, *found.test):
            for unit in document.units:
                if lost := [x for x in unit.labels if x not in known]:
                    hint = "put it back into labels/, or correct the row"
                    raise CorpusError(f"the label {lost[0]!r} of a row is gone", hint=hint, path=document.doc)
        return found

    def base(self) -> tuple[list[LabelledDocument], list[LabelledDocument]]:
        """Return the shipped corpus for training and for testing, open for labels that it was not read for.

        Both are empty where the workspace has a label set of its own.
        """
        shipped = load_label_set()
        if not set(shipped.ids) <= set(self.labels.ids):
            return [], []
        folder = data_path("corpus")
        missing = tuple(x for x in self.labels.ids if x not in shipped.ids)
        train, test = split(load_labelled([folder], shipped), folder)
        return [replace(x, open=missing) for x in train], [replace(x, open=missing) for x in test]
