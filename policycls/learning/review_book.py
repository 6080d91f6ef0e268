"""The workbook in which people label: a unit a row, drop-downs, what each label means on a second sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from policycls.atomic import atomic_path
from policycls.documents.records import read_records
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion
from policycls.output import Layout
from policycls.output.styles import LINE, REVIEW, Styles
from policycls.output.width import width
from policycls.schema import LabelSet, Language
from policycls.types import NONE

#: Columns by key: name in English and in Chinese, width. Those of no width are hidden.
_COLUMNS: Final[dict[str, tuple[str, str, float]]] = {
    "number": ("no.", "编号", 6),
    "before": ("before", "上一句", 26),
    "text": ("text", "正文", 60),
    "after": ("after", "下一句", 26),
    "correction": ("correction", "改正标签", 15),
    "second": ("second", "第二标签", 15),
    "note": ("note", "备注", 18),
    "model_label": ("model_label", "模型标签", 14),
    "words": ("words", "判断依据", 22),
    "why": ("why", "选取原因", 11),
    "heading": ("heading", "所属标题", 20),
    "doc": ("doc", "文档", 20),
    "unit": ("unit", "序号", 0),
    "kind": ("kind", "类型", 0),
    "part": ("part", "用途", 0),
    "id": ("id", "编码", 0),
    "hash": ("hash", "校验", 0),
}
_WHY: Final = {
    "uncertain": "拿不准", "rare": "少见标签", "doubtful": "疑似有误", "varied": "有代表性", "random": "随机",
    "conflict": "意见不一", "labelled": "已标注",
}  # fmt: skip
_SHEETS: Final = {"en": ("label", "labels"), "zh": ("标注", "标签说明")}
_MEANS: Final = {
    "en": ("label", "id", "what it means", "covers", "does not cover", "examples"),
    "zh": ("标签", "代码", "含义", "包括", "不包括", "示例"),
}
_HOW: Final = {
    "en": (
        "Choose from the list",
        "One primary label in every row; a row left blank counts as not labelled.",
        "Choose one of the labels of the list.",
    ),
    "zh": ("从下拉列表中选择", "每行选一个主标签；留空的行视为未标注。", "请从下拉列表中选择标签。"),
}
_LINE = 16.5


def write_workbook(
    path: Path, suggestions: Sequence[Suggestion], labels: LabelSet, lang: Language = "zh"
) -> None:
    """Write the workbook, whole or not at all."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic_path(path) as place, xlsxwriter.Workbook(str(place), options) as book:
        styles = Styles(book, Layout(labels, lang))
        _units(book, suggestions, labels, lang, styles)
        _meanings(book, labels, lang, styles)


def _units(
    book: Any, suggestions: Sequence[Suggestion], labels: LabelSet, lang: Language, styles: Styles
) -> None:
    sheet = book.add_worksheet(_SHEETS[lang][0])
    place = {key: n for n, key in enumerate(_COLUMNS)}
    look = {"valign": "top", "border": 1, "border_color": LINE, "bg_color": REVIEW, "text_wrap": True}
    fill = book.add_format(look)
    for key, n in place.items():
        english, chinese, wide = _COLUMNS[key]
        sheet.set_column(n, n, wide or 12, None, None if wide else {"hidden": True})
        sheet.write_string(0, n, chinese if lang == "zh" else english, styles.head)
    for row, x in enumerate(suggestions, 1):
        values = _cells(row, x, labels, lang)
        sheet.set_row(row, _LINE * max(1, *(_lines(values[key], _COLUMNS[key][2]) for key in _TALL)))
        for key, value in values.items():
            style = fill if key in ("correction", "second", "note") else styles.wrapped
            if value == "":
                sheet.write_blank(row, place[key], None, style)
            elif isinstance(value, int):
                sheet.write_number(row, place[key], value, style)
            else:
                sheet.write_string(row, place[key], value, style)
    last = max(len(suggestions), 1)
    sheet.freeze_panes(1, place["after"])
    sheet.autofilter(0, 0, last, len(_COLUMNS) - 1)
    title, how, only = _HOW[lang]
    for key, many in (("correction", len(labels.ids) + 1), ("second", len(labels.ids))):
        sheet.data_validation(1, place[key], last, place[key], {
            "validate": "list", "source": f"='{_SHEETS[lang][1]}'!$A$2:$A${many + 1}",
            "input_title": title, "input_message": how, "error_title": title, "error_message": only,
        })  # fmt: skip
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, place["doc"])


#: Columns whose text may take several lines.
_TALL: Final = ("before", "text", "after", "heading", "doc", "words")


def _lines(text: object, columns: float) -> int:
    return min(-(-width(str(text)) // max(int(columns) - 2, 1)), 24)


def _cells(row: int, x: Suggestion, labels: LabelSet, lang: Language) -> dict[str, str | int]:
    def name(label: str) -> str:
        return labels.name(label, lang) if lang == "zh" else label

    given = [] if x.given is None else [name(label) for label in x.given or (NONE,)]
    record = x.item.record()
    return {
        "number": row, "before": x.item.before, "text": x.item.text, "after": x.item.after,
        "correction": given[0] if given else "", "second": given[1] if len(given) > 1 else "", "note": x.note,
        "model_label": name(x.label), "words": "、".join(x.words),
        "why": _WHY.get(x.why, x.why) if lang == "zh" else x.why,
        "heading": x.item.heading, "doc": x.item.doc,
        **{key: record[key] for key in ("unit", "kind", "part", "id", "hash")},
    }  # fmt: skip


def _meanings(book: Any, labels: LabelSet, lang: Language, styles: Styles) -> None:
    sheet = book.add_worksheet(_SHEETS[lang][1])
    for n, (head, wide) in enumerate(zip(_MEANS[lang], (18, 24, 50, 40, 40, 60), strict=True)):
        sheet.set_column(n, n, wide)
        sheet.write_string(0, n, head, styles.head)
    for row, label in enumerate((*labels.labels, labels.none), 1):
        zh = lang == "zh"
        examples = [x for x in label.examples if x.text]
        cells = (
            label.name("zh") if zh else label.id,
            label.id if zh else label.name("zh"),
            label.definition_zh if zh else label.definition_en,
            "\n".join(label.covers_zh if zh else label.covers_en),
            "\n".join(label.excludes_zh if zh else label.excludes_en),
            "\n".join(f"{x.text} → {'|'.join(x.labels) or NONE}" for x in examples),
        )
        sheet.write_string(row, 0, cells[0], styles.fill(label.id))
        for n, text in enumerate(cells[1:], 1):
            sheet.write_string(row, n, text, styles.wrapped)
    sheet.freeze_panes(1, 0)


def read_workbook(path: Path) -> Iterator[Said]:
    """Yield what people chose, from a workbook or from a table with its columns; blank rows are passed over.

    Raises
    ------
    CorpusError
        If it has not the columns of such a workbook.
    TableError
        If it cannot be read.
    """
    key_of = {name: key for key, (english, chinese, _) in _COLUMNS.items() for name in (english, chinese)}
    for line, cells in read_records(str(path), "the columns of a workbook for labelling"):
        row = {key_of[name]: value for name, value in cells.items() if name in key_of}
        missing = [_COLUMNS[x][1] for x in ("correction", "text", "id", "hash") if x not in row]
        if missing:
            hint = "take the workbook that 'policycls review export' wrote, with its hidden columns"
            raise CorpusError(f"the column {missing[0]!r} is missing", hint=hint, path=path)
        first, second = row["correction"].strip(), row.get("second", "").strip()
        place = f"{path}: line {line}"
        if second and not first:
            raise CorpusError(f"{place}: a second label without a primary one")
        if first:
            yield Said(row, (first, *([second] if second else [])), "", row.get("note", "").strip(), place)
