"""Retraining in a workspace: fit a candidate, compare it with the model in use, promote it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policycls.errors import ModelError, TooFewExamplesError
from policycls.learning.answers import Answers, Conflict
from policycls.learning.card import save_with_card
from policycls.learning.comparison import MARGIN, Comparison, all_classes, compare, narrowed
from policycls.learning.corpus import LabelledDocument
from policycls.learning.fit import Recipe
from policycls.learning.handout import write_lines
from policycls.learning.knowledge import shipped_knowledge
from policycls.learning.train import Trained, train
from policycls.learning.workspace import Workspace
from policycls.model import Model, load_model

#: What a labelled unit of the user's counts against one of the corpus that ships.
OWN_WEIGHT = 4.0
#: Test documents of the user's own that are needed for them to decide.
LEAST_DOCUMENTS = 5
#: Fewer parts than a first training has: there is a model in use to compare with, and people wait.
N_FOLDS = 3
DOUBTS = "doubts.jsonl"


@dataclass(frozen=True)
class Retrained:
    """What a retraining came to."""

    name: str  #: the candidate's
    own: Comparison | None  #: on the user's test documents, where there are any
    base: Comparison | None  #: likewise on those that ship
    deciding: Comparison | None  #: that of the two which decided, if one could
    refused: str  #: why it was refused; "" where it was not
    forced: bool  #: it was put to use all the same
    conflicts: list[Conflict]  #: units that were left out

    @property
    def promoted(self) -> bool:
        """Whether it is in use."""
        return self.forced or not self.refused


def retrain(
    workspace: Workspace,
    *,
    margin: float = MARGIN,
    force: bool = False,
    recipe: Recipe | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Retrained:
    """Fit a candidate on the shipped corpus and the workspace's rows, and promote it if the gate passes.

    Up to ``margin`` of macro-F1 may be lost where chance would explain it. With ``force`` it is promoted even
    so; the history tells. ``tell`` takes a line about what is being done.

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
        trained = _trained(workspace, own, base_train, recipe, tell)
        tell("comparing it with the model in use")
        found = _compared(trained.model, load_model(models.path("current")), own.test, base_test)
        decided = next((part for part, x in found.items() if _can_decide(part, x)), "")
        deciding = found.get(decided)
        refused = deciding.refused(margin) if deciding else ""
        evaluation = {part: x.record() for part, x in found.items()}
        name = _keep(workspace, trained.told(evaluation=evaluation), own.train)
        told: dict[str, Any] = {"margin": margin, "decided_by": decided, "refused": refused}
        if deciding:
            told |= {"difference": deciding.deciding.record(), "shown": deciding.shown}
        forced = bool(force and refused)
        if forced or not refused:
            models.use(name, "promote", forced=forced, **told)
        else:
            models.note("refuse", name, **told)
    return Retrained(name, found.get("own"), found.get("base"), deciding, refused, forced, own.conflicts)


def _trained(
    workspace: Workspace,
    own: Answers,
    base: Sequence[LabelledDocument],
    recipe: Recipe | None,
    tell: Callable[[str], None],
) -> Trained:
    """Train on the shipped corpus and the user's own documents, of which a unit counts more."""
    if not own.train and not base:
        raise TooFewExamplesError("there is no labelled unit here", hint="take some in: 'policycls review'")
    size = {"documents": len(own.train), "units": _units(own.train)}
    tell(f"training on {_units(base):,} units that ship and {size['units']:,} of your own")
    if own.test and not own.train:
        further = "the model learns from further ones"
        tell(f"note: all of your documents are kept for testing so far; {further}")
    weighty = [replace(x, weight=OWN_WEIGHT) for x in own.train] if base else own.train
    trained = train(
        [*base, *weighty], workspace.labels, recipe=recipe, knowledge=shipped_knowledge(), allow_small=True,
        n_folds=N_FOLDS,
    )  # fmt: skip
    return trained.told(own={**size, "weight": OWN_WEIGHT})


def promote(workspace: Workspace, name: str, *, force: bool = False) -> str:
    """Put a model of the workspace in use; return its name. One that was refused needs ``force``."""
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
    """Go back to the model that was in use before; return the names of the one left and of that one."""
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
) -> dict[str, Comparison]:
    """Compare on the user's documents among all labels, on shipped ones among those they were read for."""
    found = {}
    if full := [x for x in own if not x.open]:
        found["own"] = compare(new, old, full)
    if base:
        read_for = [x for x in all_classes(new, old) if x not in base[0].open]
        found["base"] = compare(narrowed(new, read_for), narrowed(old, read_for), base)
    return found


def _can_decide(part: str, comparison: Comparison) -> bool:
    return comparison.decides and (part == "base" or comparison.documents >= LEAST_DOCUMENTS)


def _keep(workspace: Workspace, trained: Trained, own: Sequence[LabelledDocument]) -> str:
    """Write the model, its card and its doubts; return its name."""
    models = workspace.models
    with models.staged() as staged:
        save_with_card(trained, staged, workspace.labels)
        write_lines(staged / DOUBTS, _doubts(trained, own))
        return models.adopt(staged)


def _doubts(trained: Trained, own: Sequence[LabelledDocument]) -> Iterator[dict[str, Any]]:
    """Yield how likely each of the user's labels is to a model that has not seen its document."""
    units = [(document.doc, unit) for document in own for unit in document.units]
    classes = list(trained.classes)
    proba = trained.out_of_fold[len(trained.out_of_fold) - len(units) :]
    for (doc, unit), scores in zip(units, proba, strict=True):
        yield {
            "doc": doc, "unit": unit.unit, "text": unit.text, "label": unit.label,
            "confidence": round(float(scores[classes.index(unit.label)]), 4),
            "suggested": classes[int(scores.argmax())],
        }  # fmt: skip


def _units(documents: Sequence[LabelledDocument]) -> int:
    return sum(len(x.units) for x in documents)
