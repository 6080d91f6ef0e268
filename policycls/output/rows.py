"""Tagged units as rows: the columns of every table, and what a cell must be made safe from."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policycls.schema import Label, LabelSet, Language
from policycls.types import TaggedUnit

if TYPE_CHECKING:
    from policycls.model.evidence import Explain

Cell = str | int | float | bool | None

_SURROGATES: Final = re.compile("[\ud800-\udfff]")

#: The columns before the scores, then those after; scores stand between, one for each measure.
BEFORE: Final = ("doc", "unit", "kind", "page", "start", "end", "heading", "text", "label", "top", "labels")
AFTER: Final = ("review", "model")
#: Those of a unit that is cut but not tagged.
EXTRACTED: Final = BEFORE[: BEFORE.index("label")]
CHINESE: Final[Mapping[str, str]] = {
    "doc": "文档", "unit": "序号", "kind": "类型", "page": "页码", "start": "起始位置", "end": "结束位置",
    "heading": "所属标题", "text": "正文", "label": "标签", "top": "最接近的措施", "labels": "全部标签",
    "review": "需复核", "model": "模型",
    # columns for people to fill in
    "correction": "改正标签", "note": "备注",
    # the words that decided, in the workbook
    "evidence": "判断依据",
}  # fmt: skip
KINDS: Final[Mapping[str, str]] = {"heading": "标题", "sentence": "句子", "noise": "版面"}
TYPES: Final[Mapping[str, type]] = {"unit": int, "page": int, "start": int, "end": int, "review": bool}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a table has, in which language.

    Attributes
    ----------
    labels : LabelSet
        The model's measures, in the order of the score columns.
    lang : {"en", "zh"}
        Language of the column and label names. Records (JSONL) always keep the English keys and ids: they are
        for programs.
    explain : callable, optional
        Gives the deciding words of units; the workbook has a column for them then.

    Examples
    --------
    >>> from policycls.schema import load_label_set
    >>> Layout(load_label_set(), "zh").columns[8:13]
    ('标签', '最接近的措施', '全部标签', '得分_审批提速', '得分_助企服务')
    """

    labels: LabelSet
    lang: Language = "en"
    explain: Explain | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, carried ones aside."""
        return (*map(self.column, BEFORE), *self.score_columns, *map(self.column, AFTER))

    @property
    def score_columns(self) -> tuple[str, ...]:
        """The names of the score columns."""
        if self.lang == "zh":
            return tuple(f"得分_{self.labels.name(label, 'zh')}" for label in self.labels.ids)
        return tuple(f"score_{label}" for label in self.labels.ids)

    def column(self, name: str) -> str:
        """Return a column's name in the layout's language."""
        return CHINESE[name] if self.lang == "zh" else name

    def label(self, label_id: str) -> str:
        """Return what stands in a cell for a label: its id, or its Chinese name."""
        return self.labels.name(label_id, "zh") if self.lang == "zh" else label_id

    def choices(self) -> Iterator[Label]:
        """Yield what a person may choose from: the measures, then none."""
        yield from self.labels.labels
        yield self.labels.none

    def carried(self, fields: Iterable[str]) -> dict[str, str]:
        """Map the names of carried columns to names that no column of the contract has."""
        own = {*self.columns, *map(self.column, ("correction", "note", "evidence"))}
        names: dict[str, str] = {}
        for field in fields:
            names[field] = beside(own, field)
            own.add(names[field])
        return names

    def cells(self, unit: TaggedUnit) -> list[Cell]:
        """Return the values of the contract's columns, in the order of ``columns``."""
        zh = self.lang == "zh"
        return [
            clean(unit.doc), unit.unit, KINDS.get(unit.kind, unit.kind) if zh else unit.kind, unit.page,
            unit.start, unit.end, clean(unit.heading), clean(unit.text), self.label(unit.label),
            self.label(unit.top), "|".join(map(self.label, unit.labels)),
            *(unit.scores.get(label) for label in self.labels.ids), unit.review, unit.model,
        ]  # fmt: skip


def record(unit: TaggedUnit) -> dict[str, Any]:
    """Return a unit as the JSON object of the contract; carried columns stand after it under their own names.

    Examples
    --------
    >>> unit = TaggedUnit("a.txt", 0, "sentence", None, 0, 3, "", "好。", "none", "financing", (),
    ...                   {"financing": 0.125}, False, "m1", {"区": "东区", "text": "!"})
    >>> {key: value for key, value in record(unit).items() if key in ("label", "scores", "区", "input_text")}
    {'label': 'none', 'scores': {'financing': 0.125}, '区': '东区', 'input_text': '!'}
    """
    row: dict[str, Any] = {
        "doc": clean(unit.doc), "unit": unit.unit, "kind": unit.kind, "page": unit.page, "start": unit.start,
        "end": unit.end, "heading": clean(unit.heading), "text": clean(unit.text), "label": unit.label,
        "top": unit.top, "labels": list(unit.labels), "scores": dict(unit.scores), "review": unit.review,
        "model": unit.model,
    }  # fmt: skip
    for field, value in unit.fields.items():
        row[beside(row, field)] = clean(value)
    return row


def beside(taken: Container[str], field: str) -> str:
    """Return a carried column's name, as one that is not taken."""
    name = clean(field) or "_"
    while name in taken:
        name = f"input_{name}"
    return name


def clean(text: str) -> str:
    """Return text that can be written as UTF-8: an undecodable byte of a file name becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text


#: What a spreadsheet takes for the start of a formula (in full width too), and control characters.
_FORMULA: Final = frozenset("=+-@＝＋－＠" + "".join(map(chr, [*range(32), *range(127, 160)])))


def guard(text: str) -> str:
    """Put ' before a cell that a spreadsheet could run as a formula; :func:`unguard` takes it away.

    Examples
    --------
    >>> guard("=1+1"), guard("第一条"), unguard(guard("=1+1")), unguard(guard("'quoted"))
    ("'=1+1", '第一条', '=1+1', "'quoted")
    """
    return f"'{text}" if text[:1] in _FORMULA or text.startswith("'") else text


def unguard(text: str) -> str:
    """Undo :func:`guard`; a text that it cannot have made is left as it is."""
    if text.startswith("'") and len(text) > 1 and (text[1] in _FORMULA or text[1] == "'"):
        return text[1:]
    return text
