"""The label set: which measures there are, what they mean, and how a label is recognised."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from policycls.errors import CorpusError, UnknownLabelError
from policycls.resources import data_path, find_workspace, read_toml
from policycls.types import NONE

Language = Literal["en", "zh"]

MIN_LABELS, MAX_LABELS = 2, 200
_ID = re.compile(r"[^\W\d]\w{0,63}")
_TEXTS = ("name_en", "name_zh", "definition_en", "definition_zh")
_LISTS = ("covers_en", "covers_zh", "excludes_en", "excludes_zh")
_LABEL_KEYS = {"id", *_TEXTS, *_LISTS, "examples"}


@dataclass(frozen=True, slots=True)
class Example:
    """A border example: a sentence, its labels (primary first, none: empty) and the reason."""

    text: str
    labels: tuple[str, ...]
    reason_en: str = ""
    reason_zh: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One label of the schema.

    Attributes
    ----------
    id : str
        What programs use.
    name_en, name_zh : str
        What people read.
    definition_en, definition_zh : str
    covers_en, covers_zh, excludes_en, excludes_zh : tuple of str
        What belongs to it, and what is easily mistaken for it.
    examples : tuple of Example
    """

    id: str
    name_en: str
    name_zh: str
    definition_en: str = ""
    definition_zh: str = ""
    covers_en: tuple[str, ...] = ()
    covers_zh: tuple[str, ...] = ()
    excludes_en: tuple[str, ...] = ()
    excludes_zh: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    def name(self, lang: Language = "en") -> str:
        """Return the name in a language."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True)
class LabelSet:
    """The measures in order, and the label of a unit that carries none.

    Examples
    --------
    >>> labels = load_label_set()
    >>> labels.ids[0], labels.name("financing", "zh"), labels.resolve("招商引资")
    ('approval_streamlining', '资金支持', 'investment_attraction')
    """

    version: str
    labels: tuple[Label, ...]
    none: Label

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The measures' ids, in order, without "none"."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over version, ids and names: what must agree for two schemas to be one."""
        content = [self.version, [[x.id, x.name_en, x.name_zh] for x in (*self.labels, self.none)]]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Label]:
        return {label.id: label for label in (*self.labels, self.none)}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        every = (*self.labels, self.none)
        return {name: x.id for x in every for name in (x.name_en, x.name_zh, x.id)}

    def __getitem__(self, label_id: str) -> Label:
        """Return the label with this id; KeyError if there is none."""
        return self._by_id[label_id]

    def name(self, label_id: str, lang: Language = "en") -> str:
        """Return a label's name in ``lang``; a ``label_id`` that the schema does not have is its own name."""
        label = self._by_id.get(label_id)
        return label.name(lang) if label else label_id

    def resolve(self, value: str, *, path: str | Path | None = None, line: int | None = None) -> str:
        """Return the id of a label given by id or by name, spaces around it aside.

        Parameters
        ----------
        value : str
            An id, or a name in either language, exactly as the schema spells it.
        path, line : optional
            Where it was read, for the message.

        Raises
        ------
        UnknownLabelError
            With the nearest label.
        """
        found = self._by_name.get(value.strip())
        if found is None:
            raise unknown_label(value, self._by_name, path=path, line=line)
        return found

    def in_cell(self, cell: str, others: Container[str] = ()) -> list[str]:
        """Return the labels that ``cell`` names, primary first; all of it where a part is no label.

        Names in ``others`` are labels too.

        Examples
        --------
        >>> load_label_set().in_cell("助企服务、审批提速"), load_label_set().in_cell("助企/招商")
        (['助企服务', '审批提速'], ['助企/招商'])
        """
        parts = [part.strip() for part in re.split("[、；;,，|/]", cell) if part.strip()]
        return parts if all(part in others or part in self._by_name for part in parts) else [cell.strip()]

    @classmethod
    def of(cls, ids: Iterable[str], version: str = "1.0") -> LabelSet:
        """Make a set of this ``version`` from ``ids``, each its own name; one label and none will do."""
        labels = tuple(Label(x, x, x) for x in ids)
        return _checked(cls(version, labels, _NO_MEASURE), None, least=1)


_NO_MEASURE = Label(NONE, "no measure", "非措施")
#: The names of no measure, where labels have no schema.
NO_MEASURE = dict.fromkeys((_NO_MEASURE.name_en, _NO_MEASURE.name_zh), NONE)


def unknown_label(
    value: str, known: Iterable[str], *, path: str | Path | None = None, line: int | None = None
) -> UnknownLabelError:
    """Return the error for a label that the schema does not have, with the nearest that it has."""
    names = list(known)
    near = get_close_matches(value.strip().lower(), names, n=1, cutoff=0.6)
    if not near:  # a short Chinese name shares too few characters for a ratio of 0.6
        near = get_close_matches(value.strip(), names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else "see 'policycls labels' for the labels there are"
    return UnknownLabelError(f"unknown label {value!r}", hint=hint, path=path, line=line)


def load_label_set(path: str | Path | None = None) -> LabelSet:
    """Read a schema from a TOML file.

    Parameters
    ----------
    path : str or Path, optional
        By default the schema that ships with the package.

    Returns
    -------
    LabelSet

    Raises
    ------
    CorpusError
        If the file cannot be read or is not a schema: what is wrong, and at which label.

    Examples
    --------
    >>> load_label_set().ids[-1]
    'investment_attraction'
    """
    source = data_path("labels", "schema.toml") if path is None else Path(path)
    return _parse(read_toml(source, "the label file"), source)


def workspace_labels(workspace: Path) -> LabelSet:
    """Return a workspace's label set; errors as :func:`load_label_set`.

    Its ``labels/schema.toml`` holds a set of its own; without one, the labels of its ``labels/more.toml``
    stand after those that ship.
    """
    own, more = (workspace / "labels" / name for name in ("schema.toml", "more.toml"))
    if own.is_file():
        return load_label_set(own)
    shipped = load_label_set()
    rows = read_toml(more, "the label file").get("labels", []) if more.is_file() else []
    if not isinstance(rows, list):
        raise CorpusError("'labels' is no list of tables", hint="write [[labels]]", path=more)
    added = tuple(_label(row, f"label {n}", more) for n, row in enumerate(rows, 1))
    if not added:
        return shipped
    version = f"{shipped.version}+{len(added)}"
    return _checked(LabelSet(version, (*shipped.labels, *added), shipped.none), more)


def labels_of(ids: Sequence[str], own: LabelSet | None = None) -> LabelSet:
    """Return the label set with these measures: the workspace's or the shipped one, else a plain one.

    The names that a model brings as its ``own`` count for more than those that ship.
    """
    shipped, in_use = load_label_set(), schema_in_use()
    mine = own if own is not None and in_use.digest == shipped.digest else None
    known = (x for x in (mine, shipped, in_use, own) if x is not None and x.ids == tuple(ids))
    return next(known, None) or LabelSet.of(ids)


def label_names(labels: LabelSet) -> dict[str, list[str]]:
    """Return the names of labels, English and Chinese, by id; none where the ids are the names."""
    names = {x.id: [x.name_en, x.name_zh] for x in (*labels.labels, labels.none)}
    return names if any({*both} != {x} for x, both in names.items() if x != NONE) else {}


def named_labels(ids: Sequence[str], names: Mapping[str, Sequence[str]]) -> LabelSet:
    """Return the label set of ``ids`` that has these names; errors as :func:`load_label_set`."""
    none, *labels = (Label(x, names[x][0], names[x][1]) for x in (NONE, *ids))
    return _checked(LabelSet("1.0", tuple(labels), none), None, least=1)


def schema_in_use() -> LabelSet:
    """Return the label set of the workspace, outside of one that which ships."""
    workspace = find_workspace()
    return workspace_labels(workspace) if workspace else load_label_set()


def _parse(content: Mapping[str, Any], source: Path) -> LabelSet:
    version = content.get("version")
    if not isinstance(version, str) or not version.strip():
        raise CorpusError("'version' is missing; it is a text such as \"1.0\"", path=source)
    unknown = sorted(set(content) - {"version", "labels", "none"})
    if unknown:
        raise CorpusError(f"unknown key {unknown[0]!r}; known are version, labels, none", path=source)
    rows = content.get("labels")
    if not isinstance(rows, list):
        raise CorpusError("there is no [[labels]] table", path=source)
    labels = tuple(_label(row, f"label {n}", source) for n, row in enumerate(rows, 1))
    none = _NO_MEASURE
    if "none" in content:
        row = content["none"]
        none = _label({**row, "id": NONE} if isinstance(row, dict) else row, "none", source)
    return _checked(LabelSet(version.strip(), labels, none), source)


@dataclass(frozen=True, slots=True)
class _Row:
    """A table of the file; what is wrong in it is told with its place."""

    cells: Mapping[str, Any]
    where: str
    source: Path

    def wrong(self, message: str, hint: str = "") -> CorpusError:
        return CorpusError(f"{self.where}: {message}", hint=hint, path=self.source)

    def text(self, key: str) -> str:
        value = self.cells.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(f"{key!r} is not a text")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(x.strip() for x in self._list(key, str, "texts"))

    def rows(self, key: str) -> Iterator[_Row]:
        for cells in self._list(key, dict, "tables"):
            yield replace(self, cells=cells)

    def _list(self, key: str, kind: type, kinds: str) -> list[Any]:
        value = self.cells.get(key, [])
        if not isinstance(value, list) or not all(isinstance(x, kind) for x in value):
            raise self.wrong(f"{key!r} is not a list of {kinds}")
        return value


def _label(cells: object, where: str, source: Path) -> Label:
    if not isinstance(cells, dict):
        raise CorpusError(f"{where}: not a table of keys and values", path=source)
    row, label_id = _Row(cells, where, source), cells.get("id")
    if not isinstance(label_id, str) or not _ID.fullmatch(label_id):
        hint = "an id starts with a letter and has letters, digits and _, at most 64"
        raise row.wrong(f"'id' is {label_id!r}", hint)
    row = replace(row, where=f"{where} ({label_id})")
    unknown = sorted(set(cells) - _LABEL_KEYS)
    if unknown:
        near = get_close_matches(unknown[0], _LABEL_KEYS, n=1)
        raise row.wrong(f"unknown key {unknown[0]!r}", f"did you mean {near[0]!r}?" if near else "")
    fields: dict[str, Any] = {key: row.text(key) for key in _TEXTS} | {key: row.texts(key) for key in _LISTS}
    fields["name_en"] = fields["name_en"] or fields["name_zh"] or label_id
    fields["name_zh"] = fields["name_zh"] or fields["name_en"]
    examples = tuple(
        Example(x.text("text"), x.texts("labels"), x.text("reason_en"), x.text("reason_zh"))
        for x in row.rows("examples")
    )
    return Label(id=label_id, examples=examples, **fields)


def _checked(labels: LabelSet, source: Path | None, least: int = MIN_LABELS) -> LabelSet:
    """Refuse a set in which a label could be mistaken for another."""
    ids = labels.ids
    if not least <= len(ids) <= MAX_LABELS:
        message = f"{len(ids)} labels besides 'none'; from {least} to {MAX_LABELS} are possible"
        raise CorpusError(message, path=source)
    seen: dict[str, str] = {}
    for label in (labels.none, *labels.labels):
        for name in {label.id, label.name_en, label.name_zh}:
            if name in seen:
                message = f"{name!r} names both {seen[name]!r} and {label.id!r}"
                raise CorpusError(message, hint="ids and names must differ", path=source)
            seen[name] = label.id
        if "|" in label.name_en + label.name_zh:
            message = f"the name of {label.id!r} holds a |, which separates labels in tables"
            raise CorpusError(message, path=source)
    for label in (labels.none, *labels.labels):
        for example in label.examples:
            for value in example.labels:
                if value not in ids:
                    error = unknown_label(value, ids)
                    message = f"an example of {label.id!r}: {error.message}"
                    raise CorpusError(message, hint=error.hint, path=source)
    return labels
