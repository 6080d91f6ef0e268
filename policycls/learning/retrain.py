"""Retraining in a workspace: fit a candidate, compare it with the model in use, promote it or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policycls.atomic import atomic_path
from policycls.errors import ModelError, TooFewExamplesError
from policycls.learning.answers import Answers
from policycls.learning.card import card
from policycls.learning.comparison import MARGIN, Comparison, Widened, narrowed, set_side_by_side
from policycls.learning.corpus import LabelledDocument
from policycls.learning.fit import Recipe
from policycls.learning.knowledge import shipped_knowledge
from policycls.learning.train import Trained, train
from policycls.learning.workspace import Workspace
from policycls.model import Model, load_model
from policycls.types import NONE

#: What a labelled unit of the user's counts against one of the corpus that ships.
OWN_WEIGHT = 4.0
#: Test documents of the user's own that are needed for them to decide.
LEAST_DOCUMENTS = 5
#: Fewer parts than a first training has: there is a model in use to compare with, and people wait.
N_FOLDS = 3
DOUBTS = "doubts.jsonl"


@dataclass(frozen=True)
class Retrained:
    """What a retraining came to.

    Attributes
    ----------
    name : str
        The candidate's name.
    trained_on : int
        The user's units among what it learnt from.
    own, base : Comparison or None
        On the user's test documents and on those that ship; None where there are none.
    decided_by : {"own", "base", ""}
        Which of them decided; "" where none could.
    refused : str
        Why it was refused; "" where it was not.
    promoted, forced : bool
    answers : Answers
        What it learnt from, and the conflicts that it left out.
    """

    name: str
    trained_on: int
    own: Comparison | None
    base: Comparison | None
    decided_by: str
    refused: str
    promoted: bool
    forced: bool
    answers: Answers

    @property
    def deciding(self) -> Comparison | None:
        """The comparison that decided."""
        return {"own": self.own, "base": self.base}.get(self.decided_by)


def retrain(
    workspace: Workspace,
    *,
    margin: float = MARGIN,
    force: bool = False,
    recipe: Recipe | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Retrained:
    """Fit a candidate on the shipped corpus and the workspace's rows, and promote it if the gate passes.

    Parameters
    ----------
    workspace : Workspace
    margin : float
        So much macro-F1 may be lost where chance would explain it.
    force : bool
        Promote it even so; the history tells.
    recipe : Recipe, optional
    tell : callable
        Takes a line about what is being done.

    Returns
    -------
    Retrained

    Raises
    ------
    LockedError
        If another process retrains in this workspace.
    TooFewExamplesError
        If there is nothing to learn from.
    """
    models = workspace.models
    with models.locked():
        own = workspace.own()
        base_train, base_test = workspace.base()
        if not own.train and not base_train:
            raise TooFewExamplesError(
                "there is no labelled unit here", hint="take some in: 'policycls review'"
            )
        tell(f"training on {_units(base_train):,} units that ship and {_units(own.train):,} of your own")
        if own.test and not own.train:
            tell(
                "note: all of your documents are kept for testing so far; the model learns from further ones"
            )
        documents = [*base_train, *(replace(x, weight=OWN_WEIGHT) for x in own.train)]
        if not base_train:
            documents = own.train
        trained = train(
            documents, workspace.labels, recipe=recipe, knowledge=shipped_knowledge(), allow_small=True,
            n_folds=N_FOLDS,
        )  # fmt: skip
        tell("comparing it with the model in use")
        found = _compared(trained.model, load_model(models.path("current")), own.test, base_test)
        decided = next((x for x in ("own", "base") if _can_decide(x, found)), "")
        deciding = found[decided] if decided else None
        refused = deciding.refused(margin) if deciding else ""
        promoted = force or not refused
        about = {
            "own": {"documents": len(own.train), "units": _units(own.train), "weight": OWN_WEIGHT},
            "evaluation": {x: y.record() for x, y in found.items() if y},
        }
        name = _keep(workspace, trained, documents[len(base_train) :], about)
        told: dict[str, Any] = {"margin": margin, "decided_by": decided, "refused": refused}
        if deciding:
            told |= {"difference": deciding.deciding.record(), "shown": deciding.shown}
        if promoted:
            models.use(name, "promote", forced=bool(force and refused), **told)
        else:
            models.note("refuse", name, **told)
    return Retrained(
        name, _units(own.train), found["own"], found["base"], decided, refused, promoted,
        bool(force and refused), own,
    )  # fmt: skip


def promote(workspace: Workspace, name: str, *, force: bool = False) -> str:
    """Put a model of the workspace in use; return its name.

    Raises
    ------
    ModelError
        If there is no such model, or it was refused and ``force`` is not given.
    """
    models = workspace.models
    with models.locked():
        found = _named(workspace, name)
        last = [line for line in models.history() if line["model"] == found and line["action"] != "rollback"]
        refused = last[-1].get("refused", "") if last else ""
        if refused and not force:
            raise ModelError(f"{found} was refused: {refused}", hint="--force promotes it all the same")
        if found != models.current:
            models.use(found, "promote", forced=bool(refused), refused=refused)
        return found


def rollback(workspace: Workspace) -> tuple[str, str]:
    """Go back to the model that was in use before; return the name of the one left and of the one now in use.

    Raises
    ------
    ModelError
        If there was none.
    """
    models = workspace.models
    with models.locked():
        left, found = models.current, models.previous()
        models.use(found, "rollback")
        return left, found


def _named(workspace: Workspace, name: str) -> str:
    folder = workspace.models.path(name)
    return folder.name if folder.parent == workspace.models.folder else "shipped"


def _compared(
    new: Model, old: Model, own: Sequence[LabelledDocument], base: Sequence[LabelledDocument]
) -> dict[str, Comparison | None]:
    """Compare on the user's documents among all labels, on shipped ones among those they were read for."""
    every = tuple(dict.fromkeys([*map(str, new.classes_), *map(str, old.classes_), NONE]))
    full = [x for x in own if not x.open]
    found: dict[str, Comparison | None] = dict.fromkeys(("own", "base"))
    if full:
        found["own"] = set_side_by_side(Widened(new, every), Widened(old, every), full)
    if base:
        read_for = [x for x in every if x not in base[0].open]
        a, b = (Widened(narrowed(model, read_for), tuple(read_for)) for model in (new, old))
        found["base"] = set_side_by_side(a, b, base)
    return found


def _can_decide(which: str, found: dict[str, Comparison | None]) -> bool:
    comparison = found[which]
    if comparison is None or not comparison.decides:
        return False
    return which == "base" or comparison.documents >= LEAST_DOCUMENTS


def _keep(
    workspace: Workspace, trained: Trained, own: Sequence[LabelledDocument], about: dict[str, Any]
) -> str:
    """Write the model, its card and its doubts; return its name."""
    models = workspace.models
    with models.staged() as staged:
        trained.told(**about).save(staged)
        with atomic_path(staged / "CARD.md") as place:
            place.write_text(card(trained.told(**about), workspace.labels), encoding="utf-8")
        _write_doubts(staged / DOUBTS, trained, own)
        return models.adopt(staged)


def _write_doubts(path: Path, trained: Trained, own: Sequence[LabelledDocument]) -> None:
    """Write how likely each of the user's labels is to a model that has not seen its document."""
    units = [(document.doc, unit) for document in own for unit in document.units]
    classes = list(trained.classes)
    proba = trained.out_of_fold[len(trained.out_of_fold) - len(units) :]
    with atomic_path(path) as place, place.open("w", encoding="utf-8") as file:
        for (doc, unit), scores in zip(units, proba, strict=True):
            row = {
                "doc": doc, "unit": unit.unit, "text": unit.text, "label": unit.label,
                "confidence": round(float(scores[classes.index(unit.label)]), 4),
                "suggested": classes[int(scores.argmax())],
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _units(documents: Sequence[LabelledDocument]) -> int:
    return sum(len(x.units) for x in documents)
