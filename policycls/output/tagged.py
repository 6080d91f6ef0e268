"""Tagged tables read back: what ``tag`` wrote, corrected or not, and what people have labelled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any, Final, get_args

from policycls.documents import Skipped
from policycls.documents.boundary import translate
from policycls.documents.json_lines import loads
from policycls.documents.records import read_all_sheets, read_records
from policycls.errors import OutputError, PolicyclsError, TableError, UnknownLabelError
from policycls.output.rows import BEFORE, CHINESE, KINDS, unguard
from policycls.output.words import words
from policycls.schema import Label, LabelSet, Language, load_label_set
from policycls.types import NONE, Kind, TaggedUnit

_LINES: Final = (".jsonl", ".ndjson")
_TABLES: Final = (*_LINES, ".csv", ".xlsx", ".parquet")
_ENGLISH: Final = {chinese: name for name, chinese in CHINESE.items()} | {"判断依据": "evidence"}
_KINDS: Final = {chinese: name for name, chinese in KINDS.items()}
_BESIDE: Final = ("correction", "note", "evidence", "maybe", "was", "before", "after")
_OWN: Final = frozenset((*BEFORE, "scores", "review", "model", *_BESIDE))
_YES: Final = frozenset(("true", "yes", "是", "1"))


def is_tagged(path: str) -> bool:
    """Say whether a file is a table whose rows have a text and a label."""
    if not path.lower().endswith(_TABLES) or not Path(path).is_file():
        return False
    try:
        first = next(iter(_rows(path)), None)
    except PolicyclsError:
        return False
    return first is not None and {"text", "label"} <= set(first[1])


def is_result(path: str) -> bool:
    """Say whether a file is what ``tag`` wrote: a tagged table with documents, numbers and scores."""
    return is_tagged(path) and {"doc", "unit", "model"} <= {*next(_rows(path))[1]}


def read_tagged(path: str) -> Iterator[list[TaggedUnit]]:
    """Yield the units of each document of a tagged table, documents as they stand.

    A label in the column ``correction`` counts for more than the one in ``label``. Columns that the contract
    does not have are carried.

    Parameters
    ----------
    path : str
        A jsonl, csv, xlsx or parquet file with the columns ``text`` and ``label``, in either language.

    Raises
    ------
    TableError, DocumentError
        If the file cannot be read, or a row has no text or a number that is none.
    """
    for _, document in groupby(_units(path), key=lambda unit: unit.doc):
        yield list(document)


def _units(path: str) -> Iterator[TaggedUnit]:
    labels = load_label_set()
    for n, (line, row) in enumerate(_rows(path)):
        try:
            yield _unit(row, Path(path).name, n, labels)
        except _RowError as error:
            raise TableError(str(error), path=path, line=line) from error


def keep_corrections(path: str, take: str, columns: tuple[str, ...] = ("correction", "note")) -> None:
    """Refuse to replace a workbook that a person has filled in.

    Parameters
    ----------
    path : str
        Where results are to go; there may be nothing yet.
    take : str
        The command that takes corrections in.
    columns : tuple of str
        In which a person writes.

    Raises
    ------
    OutputError
        With the number of rows that are filled in.
    """
    if count := _filled(path, columns):
        hint = f"take them in with 'policycls {take} {path}' or name another file"
        raise OutputError(f"holds {count:,} correction{'s'[: count > 1]}", hint=hint, path=path)


def _filled(path: str, columns: tuple[str, ...]) -> int:
    if not path.lower().endswith(".xlsx") or not Path(path).is_file():
        return 0
    found = 0
    with suppress(PolicyclsError, OSError):  # of a workbook that is damaged, what can be read counts
        for names, rows in read_all_sheets(path):
            english = [_ENGLISH.get(name, name) for name in names]
            if "correction" in english:
                filled = [n for n, name in enumerate(english) if name in columns]
                for row in rows:
                    found += any(row.cells[n].strip() for n in filled)
    return found


def earlier_skips(path: str) -> list[Skipped]:
    """Return the inputs that a workbook of ``tag`` lists as not read."""
    if not path.lower().endswith(".xlsx"):
        return []
    heads = [[words(lang)["path"], words(lang)["reason"]] for lang in get_args(Language)]
    found = (rows for names, rows in read_all_sheets(path) if list(names) in heads)
    return [Skipped(*row.cells[:2]) for rows in found for row in rows if row.cells[1]]


def label_set_of(units: Iterable[TaggedUnit]) -> LabelSet:
    """Return the labels of tagged units: those that ship where they are among them, others by their ids."""
    shipped = load_label_set()
    found = dict.fromkeys(x for unit in units for x in (*unit.scores, unit.label) if x != NONE)
    others = tuple(Label(x, x, x) for x in found if x not in shipped.ids)
    known = shipped.labels if len(others) < len(found) or not found else ()
    return LabelSet(shipped.version, (*known, *others), shipped.none) if others else shipped


def _rows(path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each row with its line; columns by their English names."""
    if path.lower().endswith(_LINES):
        rows = _json_rows(path)
    else:
        guarded = path.lower().endswith(".csv")
        rows = (
            (line, {name: unguard(cell) if guarded else cell for name, cell in row.items()})
            for line, row in read_records(path, "the columns text and label")
        )
    for line, row in rows:
        yield line, {_ENGLISH.get(name, name): value for name, value in row.items()}


def _json_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    doc = Path(path).stem
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                row = loads(line)
                if not isinstance(row, dict):
                    raise TableError("is no JSON object", path=path, line=number)
                if set(row) == {"meta"}:
                    continue  # a corpus file tells about its document first
                yield number, {"doc": doc, **row}
    except OSError as error:
        raise translate(error, path) from error
    except (ValueError, RecursionError) as error:
        raise TableError("is no table of JSON lines", path=path) from error


class _RowError(ValueError):
    """What is wrong with a row."""


def _unit(row: Mapping[str, Any], doc: str, n: int, labels: LabelSet) -> TaggedUnit:
    """Make a unit of a row: the ``n``-th of its file, of the document ``doc`` where it names none."""
    text = _text(row.get("text"))
    if not text.strip():
        raise _RowError("a row without text")
    scores = _scores(row, labels)
    # A correction is all that a person saw in the sentence.
    corrected = labels.in_cell(_text(row.get("correction")), scores)
    given = corrected or [_text(row.get("label")) or NONE, *_several(row.get("labels"))]
    label, *several = (_label(x, labels) for x in given)
    best = max(scores, key=lambda x: scores[x]) if scores else ""
    kind = _text(row.get("kind"))
    kind = _KINDS.get(kind, kind)
    return TaggedUnit(
        doc=_text(row.get("doc")) or doc,
        unit=_number(row, "unit", n),
        kind=next((x for x in get_args(Kind) if x == kind), "sentence"),
        page=_number(row, "page") or None,
        start=_number(row, "start"),
        end=_number(row, "end"),
        heading=_text(row.get("heading")),
        text=text,
        label=label,
        top=label if label != NONE else _label(_text(row.get("top")) or best, labels),
        labels=tuple(dict.fromkeys(x for x in (label, *several) if x != NONE)) if label != NONE else (),
        scores=scores,
        review=not corrected and _text(row.get("review")).lower() in _YES,
        model=_text(row.get("model")),
        fields={name: _text(x) for name, x in row.items() if name not in _OWN and not _is_score(name)},
    )


def _is_score(name: str) -> bool:
    return name.startswith(("score_", "得分_"))


def _scores(row: Mapping[str, Any], labels: LabelSet) -> dict[str, float]:
    given = row.get("scores")
    found = dict(given) if isinstance(given, dict) else {}
    for name, value in row.items():
        if _is_score(name) and value not in (None, ""):
            found[_label(name.split("_", 1)[1], labels)] = value
    try:
        return {str(label): float(value) for label, value in found.items()}
    except (TypeError, ValueError) as error:
        raise _RowError("a score is no number") from error


def _several(value: object) -> list[str]:
    if isinstance(value, list):
        return [_text(x) for x in value]
    return [x for x in _text(value).split("|") if x.strip()]


def _label(value: str, labels: LabelSet) -> str:
    try:
        return labels.resolve(value)
    except UnknownLabelError:
        return value.strip()


def _number(row: Mapping[str, Any], name: str, default: int = 0) -> int:
    value = row.get(name)
    try:
        return default if value is None or value == "" else int(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise _RowError(f"{name} is no number: {value!r}") from error


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
