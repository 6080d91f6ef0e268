"""Labelled documents: read from a corpus folder or from tables, and told apart by a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final

from policycls.documents.boundary import guarded
from policycls.documents.json_lines import read_lines
from policycls.documents.records import read_records
from policycls.errors import (
    CorpusDamagedError,
    CorpusError,
    DocumentError,
    TableError,
    TooFewExamplesError,
    UnknownLabelError,
)
from policycls.learning.repeats import check_repeats, several
from policycls.output import unguard
from policycls.output.rows import KINDS
from policycls.schema import NO_MEASURE, LabelSet
from policycls.types import NONE

#: Names of columns in tables of labelled and of tagged units, the surest first.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "正文", "文本", "内容", "句子", "sentence", "content"),
    "label": ("label", "主标签", "标签", "类别", "label_id", "category"),
    "labels": ("labels", "全部标签", "所有标签"),
    "doc": ("doc", "文档", "文件", "document", "doc_id"),
    "heading": ("heading", "所属标题", "标题", "上级标题"),
    "unit": ("unit", "序号"),
    "kind": ("kind", "类型"),
    # What people fill in beside a model's label; where the column is there, a blank cell is not labelled.
    "correction": ("correction", "改正标签"),
    "second": ("second", "第二标签"),
    "before": ("before", "上一句"),
    "after": ("after", "下一句"),
    "maybe": ("maybe",),
    "note": ("note", "备注"),
}

_KINDS = {chinese: kind for kind, chinese in KINDS.items()}


@dataclass(frozen=True, slots=True)
class LabelledUnit:
    """A unit with the labels that people gave it."""

    text: str
    labels: tuple[str, ...]  #: measure ids, primary first; empty for none
    kind: str = "sentence"
    heading: str = ""
    maybe: tuple[str, ...] = ()  #: left open: they count neither right nor wrong
    unit: int = 0  #: its number as the file states it, or its place among the labelled units
    before: str | None = None  #: the unit before it, "" for none; None where it is not known
    after: str | None = None  #: likewise
    note: str = ""  #: what the person remarked

    @property
    def label(self) -> str:
        """The primary label, "none" included."""
        return self.labels[0] if self.labels else NONE


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """Labelled units of one document, in reading order."""

    doc: str
    units: tuple[LabelledUnit, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)  #: title, genre, region, year … as far as stated
    weight: float = 1.0  #: what a unit of it counts in training
    open: tuple[str, ...] = ()  #: labels for which it was not read: that a unit lacks them says nothing


def load_labelled(
    paths: Iterable[str | Path],
    labels: LabelSet | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> list[LabelledDocument]:
    """Read labelled data: documents in the order of the files, those of one name put together.

    ``paths`` are corpus folders (every ``*.jsonl`` in them), JSONL files, or tables (csv, xlsx, parquet) with
    some of :data:`COLUMNS`. Where a table has no ``doc``, a row is a document. Labels are held to a schema
    where there is one. ``tell`` takes a line about what was left out: rows without a label, and units that
    stand there twice.

    Raises
    ------
    UnknownLabelError
        If labels are not in the schema: all of them, with their lines.
    CorpusError, TableError
        If a file cannot be read as labelled data, nothing in it is labelled, or a unit (document, number
        and text) stands there with different labels.
    """
    documents: dict[str, list[LabelledUnit]] = {}
    metas: dict[str, Mapping[str, Any]] = {}
    blank, column = 0, ""
    for doc, meta, unit in _every_row(paths, labels):
        if meta is None:
            blank, column = blank + 1, doc
            continue
        units = documents.setdefault(doc, [])
        if meta:
            metas[doc] = meta
        if unit is not None:
            units.append(unit)
    check_repeats(
        ((doc, unit.unit, unit.text), f"{doc}, unit {unit.unit}", unit.labels)
        for doc, units in documents.items()
        for unit in units
    )
    found = [
        LabelledDocument(doc, tuple({(x.unit, x.text): x for x in units}.values()), metas.get(doc, {}))
        for doc, units in documents.items()
        if units
    ]
    if not found:
        hint = f"fill in the column {column!r} first" if column else "label some rows first"
        raise TooFewExamplesError("no labelled unit found", hint=hint)
    if blank:
        tell(f"note: rows without a label, left out: {blank:,}")
    if twice := sum(map(len, documents.values())) - sum(len(x.units) for x in found):
        tell(f"note: units that stand there twice, taken once: {twice:,}")
    return found


def fingerprint(documents: Sequence[LabelledDocument]) -> str:
    """Return the SHA-256 over every document's name, units and labels: what a model was trained on."""
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda x: x.doc):
        units = [[unit.kind, unit.text, list(unit.labels)] for unit in document.units]
        digest.update(json.dumps([document.doc, units], ensure_ascii=False).encode())
    return digest.hexdigest()


def _files(paths: Iterable[str | Path]) -> Iterator[Path]:
    for path in map(Path, paths):
        if not path.exists():
            raise DocumentError("no such file or folder", path=path)
        if path.is_dir():
            files = sorted(path.glob("*.jsonl"))
            if not files:
                raise CorpusError(
                    "no .jsonl file in this folder", hint="a corpus is a document a file", path=path
                )
            yield from files
        else:
            yield path


def read_table(path: Path, needs: str) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Yield the rows of a JSONL file or a table that ``needs`` some columns.

    Of each it is the line, the row, and its cells under the names of :data:`COLUMNS`, the kind in English.
    """
    if path.suffix == ".jsonl":
        rows: Iterable[tuple[int, dict[str, Any]]] = read_lines(path.read_bytes(), path)
    else:
        # A cell of a table that policycls wrote may stand behind a ' that keeps spreadsheets from running it.
        found = read_records(str(path), needs)
        rows = ((line, {name: unguard(cell) for name, cell in row.items()}) for line, row in found)
    for line, row in rows:
        cells = {key: row[name] for key, name in _names(tuple(row)).items()}
        kind = str(cells.get("kind") or "sentence")
        yield line, row, {**cells, "kind": _KINDS.get(kind, kind)}


@lru_cache(maxsize=64)
def _names(columns: tuple[str, ...]) -> dict[str, str]:
    """Return under which of these names each column of the contract stands."""
    named = {key: next((x for x in known if x in columns), None) for key, known in COLUMNS.items()}
    return {key: name for key, name in named.items() if name is not None}


#: Of a row without a label, the column for it alone; of a line about the document, no unit.
_Row = tuple[str, Mapping[str, Any] | None, LabelledUnit | None]


def _every_row(paths: Iterable[str | Path], labels: LabelSet | None) -> Iterator[_Row]:
    wrong: list[UnknownLabelError] = []
    for file in _files(paths):
        yield from guarded(str(file), _rows(file, labels, wrong))
    if wrong:
        raise UnknownLabelError(several(_grouped(wrong)))


def _grouped(wrong: Sequence[UnknownLabelError]) -> list[UnknownLabelError]:
    """Return the first error about each label, with the number of rows that have it."""
    times, first = Counter(x.message for x in wrong), {x.message: x for x in reversed(wrong)}
    return [
        UnknownLabelError(f"{message} ({n:,} rows)", hint=x.hint, path=x.path, line=x.line) if n > 1 else x
        for message, n in times.items()
        for x in (first[message],)
    ]


def _rows(file: Path, labels: LabelSet | None, wrong: list[UnknownLabelError]) -> Iterator[_Row]:
    doc, lines = file.stem, file.suffix == ".jsonl"
    for n, (line, row, cells) in enumerate(_between(read_table(file, "the columns text and label"))):
        meta = row.get("meta", {})
        if lines and not isinstance(meta, dict):
            raise CorpusDamagedError("not a JSON object of a labelled unit", path=file, line=line)
        if set(row) == {"meta"}:
            doc = str(meta.get("doc", doc))
            yield doc, meta, None
            continue
        _check_columns(row, cells, file, line)
        written = _labels(cells, labels)
        if written is None:
            names = _names(tuple(row))
            yield names.get("correction") or names.get("label", ""), None, None
            continue
        try:
            given = [
                labels.resolve(x, path=file, line=line) if labels else NO_MEASURE.get(x, x) for x in written
            ]
        except UnknownLabelError as error:
            wrong.append(error)
            continue
        if not str(cells["text"]).strip():
            raise CorpusError("a labelled row without text", path=file, line=line)
        default = doc if lines else f"{file.name}#{n + 1}"
        yield str(cells.get("doc") or default), {}, _unit(cells, given, n)


_Read = tuple[int, dict[str, Any], dict[str, Any]]


def _between(rows: Iterator[_Read]) -> Iterable[_Read]:
    """Put the rows of a workbook of ``tag`` between their neighbours, of which not all are corrected."""
    first = next(rows, None)
    if first is None or {"correction", "doc", "unit"} - first[2].keys() or "before" in first[2]:
        return rows if first is None else chain([first], rows)
    every = [first, *rows]
    whole = [x for _, _, x in every if x["kind"] != "noise" and str(x["unit"]).isdigit()]
    whole.sort(key=lambda x: (x["doc"], int(x["unit"])))
    for cells in whole:
        cells["before"] = cells["after"] = ""
    for one, other in pairwise(whole):
        if one["doc"] == other["doc"]:
            one["after"], other["before"] = other["text"], one["text"]
    return every


def _check_columns(row: Mapping[str, Any], cells: Mapping[str, Any], file: Path, line: int) -> None:
    if "text" in cells and cells.keys() & {"label", "labels", "correction"}:
        return
    missing = COLUMNS["label" if "text" in cells else "text"]
    near = {name: get_close_matches(str(name).lower(), missing, 1) for name in row}
    hint = next((f"did you mean {x[0]} by {name}? rename it" for name, x in near.items() if x), "")
    shown = ", ".join(map(str, row))
    raise TableError(f"needs columns text and label; found {shown}", hint=hint, path=file, line=line)


def _labels(cells: Mapping[str, Any], labels: LabelSet | None) -> list[str] | None:
    """Return the labels as written, primary first, [] for none; None where the row is not labelled."""
    corrected = "correction" in cells
    primary = _written(cells.get("correction" if corrected else "label"))
    several = cells.get("second" if corrected else "labels")
    if isinstance(several, str):
        several = _split(several)
    if corrected and not primary:
        return None
    others = [x for x in map(_written, several) if x] if isinstance(several, list) else []
    if corrected and labels:
        primary, *more = labels.in_cell(primary) or [primary]
        others = more + others
    if primary:
        return [primary, *(x for x in others if x != primary)]
    return others if others or several == [] else None


def _written(value: object) -> str:
    """Return a label as written, "" for none: where a cell was blank, pandas writes nan."""
    text = "" if value is None else str(value).strip()
    return "" if text.lower() == "nan" else text


def _split(text: str) -> list[str] | None:
    if text.startswith("["):
        with suppress(ValueError):
            return [str(x) for x in json.loads(text)]
    return [part for part in text.replace(",", "|").replace("，", "|").split("|") if part.strip()] or None


def _unit(cells: Mapping[str, Any], given: Sequence[str], place: int) -> LabelledUnit:
    maybe, stated = cells.get("maybe"), str(cells.get("unit", ""))
    before, after = (str(cells[x] or "") if x in cells else None for x in ("before", "after"))
    return LabelledUnit(
        text=str(cells["text"]),
        labels=tuple(dict.fromkeys(x for x in given if x != NONE)),
        kind=cells["kind"],
        heading=str(cells.get("heading") or ""),
        maybe=tuple(x for x in map(str, maybe) if x != NONE) if isinstance(maybe, list) else (),
        unit=int(stated) if stated.isdigit() else place,
        before=before,
        after=after,
        note=str(cells.get("note") or ""),
    )
