"""doccano: JSONL both ways, and the zip with a file for each annotator.

A second label has a ``+`` before its name, so that the primary one can be told. What is not labelled has an
empty list of labels; none is a label of its own there.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from policycls.atomic import atomic_path
from policycls.documents.json_lines import read_lines
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion, write_lines
from policycls.schema import LabelSet
from policycls.types import NONE

SECOND = "+"
_LARGEST = 256 << 20


def write(path: Path, suggestions: Sequence[Suggestion], labels: LabelSet) -> None:
    """Write a line for each unit, and doccano's label configuration beside it as ``<name>.labels.json``."""
    write_lines(path, map(_row, suggestions))
    names = [*labels.ids, NONE, *(SECOND + x for x in labels.ids)]
    with atomic_path(path.with_suffix(".labels.json")) as place:
        place.write_text(json.dumps([{"text": x} for x in names], ensure_ascii=False), encoding="utf-8")


def _row(x: Suggestion) -> dict[str, Any]:
    # doccano has an id of its own.
    record = {f"{key}_" if key == "id" else key: value for key, value in x.item.record().items()}
    first, second = (x.given or (NONE,))[:1], (x.given or ())[1:]
    given = [] if x.given is None else [*first, *(SECOND + label for label in second)]
    return {
        **record, "label": given, "model_label": x.label, "model_score": round(x.score, 4),
        "words": " ".join(x.words), "why": x.why, "note": x.note,
    }  # fmt: skip


def read(path: Path) -> Iterator[Said]:
    """Yield what people said, by a JSONL export or a zip of them, one for each annotator."""
    if not zipfile.is_zipfile(path):
        yield from _lines(path.read_bytes(), str(path), "")
        return
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > _LARGEST:
            raise CorpusError(f"expands to more than {_LARGEST >> 20} MiB", path=path)
        for info in archive.infolist():
            name = PurePosixPath(info.filename)
            if name.suffix == ".jsonl":
                who = "" if name.stem == "all" else name.stem
                yield from _lines(archive.read(info), f"{path}: {name}", who)


def _lines(data: bytes, place: str, who: str) -> Iterator[Said]:
    for number, row in read_lines(data, place):
        given = row.get("label", row.get("labels", []))
        at = f"{place}: line {number}"
        if not isinstance(given, list) or not all(isinstance(x, str) for x in given):
            hint = "export a text classification project"
            raise CorpusError(f"{at}: 'label' is not a list of names", hint=hint)
        if not given:
            continue  # nobody has labelled it
        first = [x for x in given if not x.startswith(SECOND)]
        second = [x.removeprefix(SECOND) for x in given if x.startswith(SECOND)]
        if len(first) != 1:
            problem = "two primary labels" if first else "no primary label"
            raise CorpusError(f"{at}: {problem}", hint=f"second labels have a {SECOND} before their name")
        record = {**row, "id": row.get("id_")}
        yield Said(record, (*first, *second), str(row.get("username") or who), str(row.get("note") or ""), at)
