"""Handing units to people and taking their answers back, for the command line."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from policycls.atomic import check_writable
from policycls.documents.boundary import guarded
from policycls.errors import UsageError
from policycls.retraining import taken_text
from policycls.schema import Language

if TYPE_CHECKING:
    from policycls.learning.handout import Said

Tool = Literal["xlsx", "label-studio", "doccano", "spacy"]
#: The tool that a file is for, by its suffix, where none is named.
_BY_SUFFIX: Final[dict[str, Tool]] = {".xlsx": "xlsx", ".json": "label-studio", ".jsonl": "doccano"}
_CONFLICTS: Final[dict[Language, str]] = {
    "en": "people differ about {} units; 'policycls review export --strategy conflicts' hands them out, "
    "'review import --settle' takes the decision back",
    "zh": "{} 个句子意见不一；用 policycls review export --strategy conflicts 导出，"
    "改好后以 review import --settle 收回",
}


def export_job(
    data: Sequence[str],
    output: str,
    *,
    tool: Tool | None,
    n: int,
    strategy: str,
    test_share: float,
    seed: int,
    workspace: str | None,
    lang: Language,
) -> str:
    """Choose units, write them for a tool, and return a line that says what was written."""
    from policycls.learning import doccano, labelstudio, spacy
    from policycls.learning.review import suggest
    from policycls.learning.review_book import write_workbook
    from policycls.learning.workspace import Workspace

    path = Path(output)
    kind = tool or _BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        hint = "name it .xlsx, .json or .jsonl, or pass --as"
        raise UsageError(f"{output}: which tool is it for?", hint=hint)
    check_writable(path)
    place = Workspace.find(workspace)
    if not data and strategy not in ("conflicts", "labelled"):
        raise UsageError("there is nothing to choose from", hint="give what 'policycls tag' wrote")
    found = suggest(place, data, n, strategy=strategy, test_share=test_share, seed=seed)
    if kind == "xlsx":
        write_workbook(path, found, place.labels, lang)
    else:
        write = {
            "label-studio": labelstudio.write_tasks, "doccano": doccano.write_jsonl,
            "spacy": spacy.write_cats,
        }[kind]  # fmt: skip
        write(path, found, place.labels)
    tests = sum(x.item.part == "test" for x in found)
    if lang == "zh":
        return f"已写出 {len(found)} 个句子到 {path}，其中 {tests} 个来自留作测试的文件"
    return f"wrote {len(found)} units to {path}, {tests} of them from documents kept for testing"


def import_job(
    files: Sequence[str],
    *,
    tool: Tool | None,
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
            continue
        rows += rows_from(read_answers(file, tool), place.labels, who=who, settled=settled, source=file)
    taken = take_in(place, rows, strict=strict)
    yield taken_text(taken, lang)
    for text in taken.alike:
        yield f"{'同一句子标签不同：' if lang == 'zh' else 'the same text has different labels: '}{text}"
    conflicts = answers(place.ledger.read(), place.labels.ids).conflicts
    if conflicts:
        yield _CONFLICTS[lang].format(len(conflicts))
        yield from (f"  {conflict}" for conflict in conflicts[:20])


def read_answers(file: str, tool: Tool | None = None) -> Iterator[Said]:
    """Yield what people said in a file, by the tool that it is for; whatever is wrong with it is named."""
    from policycls.learning import doccano, labelstudio, spacy
    from policycls.learning.review_book import read_workbook

    path = Path(file)
    check_there(path)
    kind = tool or _BY_SUFFIX.get(path.suffix.lower())
    if tool is None and kind == "doccano":
        with path.open("rb") as opened:
            head = opened.readline(1 << 20)
        kind = "spacy" if b'"cats"' in head else "doccano"
    if tool is None and path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        kind = "doccano"
    read: Callable[[Path], Iterator[Said]] = {
        "xlsx": read_workbook, "label-studio": labelstudio.read_export, "doccano": doccano.read_export,
        "spacy": spacy.read_cats,
    }[kind or "xlsx"]  # fmt: skip
    return guarded(file, read(path))


def is_plain(path: Path) -> bool:
    """Say whether a file holds labelled data and not a tool's answers, such as what the report page saves."""
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return False
    with path.open("rb") as opened:
        try:
            row = json.loads(opened.readline(1 << 20))
        except (ValueError, RecursionError):
            return False
    return isinstance(row, dict) and isinstance(row.get("label"), str) and not {"id", "id_"} & set(row)


def check_there(path: Path) -> None:
    """Refuse a file that is not there."""
    from policycls.errors import DocumentError

    if not path.is_file():
        raise DocumentError("no such file", path=path)
