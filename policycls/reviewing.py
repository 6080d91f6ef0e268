"""Handing units to people and taking their answers back, for the command line."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from policycls.atomic import check_writable
from policycls.documents.boundary import guarded
from policycls.errors import DocumentError, UsageError
from policycls.learning.words import say
from policycls.output.tagged import keep_corrections
from policycls.schema import Language

if TYPE_CHECKING:
    from policycls.learning.handout import Said

#: The tool that a file is for, by its suffix, where none is named.
_BY_SUFFIX: Final = {".xlsx": "xlsx", ".json": "label-studio", ".jsonl": "doccano"}
_CONFLICTS: Final = 20


def export_job(
    data: Sequence[str],
    output: str,
    *,
    tool: str | None,
    n: int,
    strategy: str,
    test_share: float,
    seed: int,
    workspace: str | None,
    lang: Language,
) -> str:
    """Choose units, write them for a tool, and return a line that says what was written."""
    from policycls.learning import review_book
    from policycls.learning.review import suggest
    from policycls.learning.workspace import Workspace

    path = Path(output)
    kind = tool or _BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        hint = "name it .xlsx, .json or .jsonl, or pass --as"
        raise UsageError(f"{output}: which tool is it for?", hint=hint)
    check_writable(path)
    keep_corrections(output, "review import", ("correction",))  # remarks are filled in by the export too
    place = Workspace.find(workspace)
    if not data and strategy not in ("conflicts", "labelled"):
        raise UsageError("there is nothing to choose from", hint="give what 'policycls tag' wrote")
    found = suggest(place, data, n, strategy=strategy, test_share=test_share, seed=seed, lang=lang)
    if kind == "xlsx":
        review_book.write(path, found, place.labels, lang)
    else:
        _modules()[kind].write(path, found, place.labels)
    tests = sum(x.item.part == "test" for x in found)
    return say("exported", lang, n=len(found), path=path, tests=tests)


def import_job(
    files: Sequence[str],
    *,
    tool: str | None,
    who: str,
    settled: bool,
    strict: bool,
    workspace: str | None,
    lang: Language,
) -> Iterator[str]:
    """Take answers back, all of them or none; yield lines that say what came of it."""
    from policycls.learning.answers import answers
    from policycls.learning.corpus import load_labelled
    from policycls.learning.handout import rows_from
    from policycls.learning.intake import rows_of, take_in
    from policycls.learning.workspace import Workspace

    place = Workspace.find(workspace)
    rows = []
    for file in files:
        if tool is None and is_plain(Path(file)):
            documents = load_labelled([file], place.labels)
            rows += rows_of(place, documents, who=who, settled=settled, source=Path(file).name)
        else:
            rows += rows_from(read_answers(file, tool), place.labels, who=who, settled=settled, source=file)
    taken = take_in(place, rows, strict=strict)
    yield from taken.text(lang)
    for text in taken.alike:
        yield say("alike", lang, text=text)
    if conflicts := answers(place.ledger.read(), place.labels.ids).conflicts:
        yield say("conflicts", lang, n=len(conflicts))
        yield from (f"  {conflict}" for conflict in conflicts[:_CONFLICTS])


def read_answers(file: str, tool: str | None = None) -> Iterator[Said]:
    """Yield what people said in a file, by the tool that it is for; whatever is wrong with it is named."""
    path = Path(file)
    if not path.is_file():
        raise DocumentError("no such file", path=path)
    kind = tool or _BY_SUFFIX.get(path.suffix.lower(), "xlsx")
    if tool is None and kind == "doccano" and b'"cats"' in _first_line(path):
        kind = "spacy"
    if tool is None and path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        kind = "doccano"
    return guarded(file, _modules()[kind].read(path))


def is_plain(path: Path) -> bool:
    """Say whether a file holds labelled data and not a tool's answers, such as what the report page saves."""
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return False
    try:
        row = json.loads(_first_line(path))
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and isinstance(row.get("label"), str) and not {"id", "id_"} & set(row)


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(1 << 20)


def _modules() -> dict[str, ModuleType]:
    from policycls.learning import doccano, labelstudio, review_book, spacy

    return {"xlsx": review_book, "label-studio": labelstudio, "doccano": doccano, "spacy": spacy}
