"""What is done with a case, as policycls does it, and what must hold whatever comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from fuzz_seeds import CANARY, Case

from policycls.documents import read_documents
from policycls.documents.text import from_text
from policycls.errors import PolicyclsError
from policycls.learning.corpus import fingerprint, load_labelled
from policycls.learning.handout import rows_from
from policycls.learning.ledger import Ledger
from policycls.learning.review import read_units
from policycls.learning.workspace import Workspace
from policycls.meta import MetaTable
from policycls.model import Model, load_model
from policycls.output.rows import record
from policycls.output.tagged import is_tagged, label_set_of, read_tagged
from policycls.resources import current_model
from policycls.reviewing import is_plain, read_answers
from policycls.schema import LabelSet, load_label_set, workspace_labels
from policycls.types import Document, TaggedUnit

_SENTENCES = "一、融资\n银行向企业放款，开展联合检查。"
#: What says that a limit ended a reader, or a reader its process, in the message.
_ENDS: Final = {
    "took longer than": "LimitError: time",
    "memory": "LimitError: memory",
    "crashed": "parser crashed",
}


class BrokenError(AssertionError):
    """Something that must hold does not."""


@dataclass(frozen=True)
class Target:
    """What a case is read by.

    Attributes
    ----------
    name : str
    family : str
        What its tries are counted as: documents, tables and labelled data, models, settings.
    run : callable
        From the case's folder, the names in it, and a model, to what came of it.
    """

    name: str
    family: str
    run: Callable[[Path, Case, Model], str]


def attempt(target: Target, folder: Path, case: Case, model: Model) -> str:
    """Read a case that lies in a folder; return what came of it.

    Raises
    ------
    Exception
        Whatever policycls raises that is no error of its own; BrokenError if something else is wrong.
    """
    try:
        return target.run(folder, case, model)
    except PolicyclsError as error:
        said = str(error)
        _must("\n" not in said, f"a message of several lines: {said!r:.300}")
        return next((told for mark, told in _ENDS.items() if mark in said), type(error).__name__)


def put(folder: Path, case: Case) -> None:
    """Write a case's files into an empty folder, or over those of another of the same names."""
    for name, data in case.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenError(what)


@cache
def _schema_that_ships() -> LabelSet:
    return load_label_set()


def _first(folder: Path, case: Case) -> str:
    return str(folder / next(iter(case)))


def _document(folder: Path, case: Case, model: Model) -> str:
    for document in read_documents(_first(folder, case)):
        check_tagged(document, model)
    return "read"


def check_tagged(document: Document, model: Model) -> None:
    """Tag a document and see that its units are those of its text, and can be written."""
    document.text.encode()
    _must(CANARY not in document.text, "a file outside was read")
    units = model.tag(document)
    for unit in units:
        _must(unit.text == document.text[unit.start : unit.end], f"unit {unit.unit} is not at its place")
    _written(units)


def _written(units: Iterable[TaggedUnit]) -> None:
    for unit in units:
        json.dumps(record(unit), ensure_ascii=False).encode()


def _labelled(folder: Path, case: Case, model: Model) -> str:
    documents = load_labelled([_first(folder, case)], _schema_that_ships())
    fingerprint(documents)
    return "read"


def _tagged(folder: Path, case: Case, model: Model) -> str:
    path = _first(folder, case)
    there = is_tagged(path)
    for units in read_tagged(path):
        label_set_of(units)
        _written(units)
    read_units([path])
    return "read" if there else "read, no tagged table"


def _meta(folder: Path, case: Case, model: Model) -> str:
    table = MetaTable.read(_first(folder, case), ["x/a.txt"])
    _must(len(table.digest) == 64, "no digest")
    _written(table.join(model.tag(from_text(_SENTENCES, "x/a.txt"))))
    table.unmatched()
    return "read"


def _returned(folder: Path, case: Case, model: Model) -> str:
    path = _first(folder, case)
    if is_plain(Path(path)):
        load_labelled([path], _schema_that_ships())
        return "read as labelled data"
    rows = rows_from(read_answers(path), _schema_that_ships(), who="甲")
    Ledger(folder / "out.jsonl").append(rows)
    return "read" if rows else "read, nothing labelled"


def _ledger(folder: Path, case: Case, model: Model) -> str:
    ledger = Ledger(folder / "own.jsonl")
    try:
        ledger.read()
        return "read"
    finally:
        damaged, lines = ledger.damaged(), _lines(ledger)
        moved = ledger.repair()
        _must(moved == len(damaged), f"{moved} of {len(damaged)} damaged lines were moved")
        _must(_lines(ledger) == lines - len(damaged), "repair lost lines")
        ledger.read()
        ledger.quarantine.unlink(missing_ok=True)


def _lines(ledger: Ledger) -> int:
    data = ledger.path.read_bytes()
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def _schema(folder: Path, case: Case, model: Model) -> str:
    labels = load_label_set(_first(folder, case))
    for label in (*labels.labels, labels.none):
        _must(labels.resolve(label.name_zh) == label.id, f"{label.id} is not found by its name")
    return "read"


def _workspace(folder: Path, case: Case, model: Model) -> str:
    workspace = Workspace.find(folder)
    told = set()
    for look in (
        lambda: workspace_labels(folder), lambda: load_model(current_model(folder)),
        workspace.models.kept, workspace.models.history, workspace.models.previous, workspace.own,
    ):  # fmt: skip
        try:
            look()
        except PolicyclsError as error:
            told.add(type(error).__name__)
    return ", ".join(sorted(told)) or "read"


def _model(folder: Path, case: Case, model: Model) -> str:
    loaded = load_model(folder)
    proba = loaded.predict_proba([_SENTENCES])
    _must(
        bool(np.isfinite(proba).all() and (proba >= 0).all() and (proba <= 1).all()), f"probabilities {proba}"
    )
    check_tagged(from_text(_SENTENCES), loaded)
    loaded.explain(_SENTENCES)
    return "works"


_RUNS: dict[str, dict[str, Callable[[Path, Case, Model], str]]] = {
    "documents": dict.fromkeys(
        ("txt", "html", "mht", "pdf", "docx", "xlsx", "zip", "csv", "jsonl", "parquet"), _document
    ),
    "tables and labelled data": {
        "labelled": _labelled, "tagged": _tagged, "meta": _meta, "returned": _returned, "ledger": _ledger
    },
    "models": {"model": _model},
    "settings": {"schema": _schema, "workspace": _workspace},
}  # fmt: skip

TARGETS: Final = {
    name: Target(name, family, run) for family, runs in _RUNS.items() for name, run in runs.items()
}
