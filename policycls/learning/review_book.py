"""The workbook in which people label: a unit a row, drop-downs, what each label means on a second sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from policycls.atomic import atomic_path
from policycls.documents.records import read_records
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion
from policycls.learning.words import say
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
_MEANS: Final = {
    "en": ("label", "id", "what it means", "covers", "does not cover", "examples"),
    "zh": ("标签", "代码", "含义", "包括", "不包括", "示例"),
}
#: Columns whose text may take several lines; what people fill in.
_TALL: Final = ("before", "text", "after", "heading", "doc", "words")
_FILLED: Final = ("correction", "second", "note")
_LINE = 16.5


def write(path: Path, suggestions: Sequence[Suggestion], labels: LabelSet, lang: Language = "zh") -> None:
    """Write the workbook, whole or not at all."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic_path(path) as place, xlsxwriter.Workbook(str(place), options) as book:
        layout = Layout(labels, lang)
        styles = Styles(book, layout)
        sheet = book.add_worksheet(say("sheet_units", lang))
        look = {"valign": "top", "border": 1, "border_color": LINE, "bg_color": REVIEW, "text_wrap": True}
        rows = [_cells(n, x, layout) for n, x in enumerate(suggestions, 1)]
        _units(sheet, rows, book.add_format(look), styles)
        _furnish(sheet, max(len(suggestions), 1), layout, styles)
        _meanings(book.add_worksheet(say("sheet_labels", lang)), layout, styles)


def _units(sheet: Any, rows: Sequence[dict[str, Any]], fill: Any, styles: Styles) -> None:
    """Write a unit a row; the cells that people fill in have a colour of their own."""
    for row, values in enumerate(rows, 1):
        tall = max(1, *(_height(values[key], _COLUMNS[key][2]) for key in _TALL))
        sheet.set_row(row, _LINE * tall)
        for n, key in enumerate(_COLUMNS):
            style = fill if key in _FILLED else styles.wrapped
            value = values[key]
            if value == "":
                sheet.write_blank(row, n, None, style)
            elif isinstance(value, int):
                sheet.write_number(row, n, value, style)
            else:
                sheet.write_string(row, n, value, style)


def _furnish(sheet: Any, last: int, layout: Layout, styles: Styles) -> None:
    """Give the sheet its head, its drop-downs, and what makes it good to read and to print."""
    place = {key: n for n, key in enumerate(_COLUMNS)}
    for key, n in place.items():
        english, chinese, wide = _COLUMNS[key]
        sheet.set_column(n, n, wide or 12, None, None if wide else {"hidden": True})
        sheet.write_string(0, n, chinese if layout.lang == "zh" else english, styles.head)
    sheet.freeze_panes(1, place["after"])
    sheet.autofilter(0, 0, last, len(_COLUMNS) - 1)
    title, how, only = (say(f"choose_{x}", layout.lang) for x in ("title", "how", "only"))
    n = len(layout.labels.ids)
    for key, many in (("correction", n + 1), ("second", n)):
        sheet.data_validation(1, place[key], last, place[key], {
            "validate": "list", "source": f"='{say('sheet_labels', layout.lang)}'!$A$2:$A${many + 1}",
            "input_title": title, "input_message": how, "error_title": title, "error_message": only,
        })  # fmt: skip
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, place["doc"])


def _height(text: object, columns: float) -> int:
    return min(-(-width(str(text)) // max(int(columns) - 2, 1)), 24)


def _cells(number: int, x: Suggestion, layout: Layout) -> dict[str, Any]:
    record = x.item.record()
    given = () if x.given is None else x.given or (NONE,)
    first, second, *_ = (*map(layout.label, given), "", "")
    return {
        **record, "number": number, "note": x.note, "correction": first, "second": second,
        "model_label": layout.label(x.label), "words": "、".join(x.words),
        "why": say(f"why_{x.why}", layout.lang),
    }  # fmt: skip


def _meanings(sheet: Any, layout: Layout, styles: Styles) -> None:
    zh = layout.lang == "zh"
    for n, (head, wide) in enumerate(zip(_MEANS[layout.lang], (18, 24, 50, 40, 40, 60), strict=True)):
        sheet.set_column(n, n, wide)
        sheet.write_string(0, n, head, styles.head)
    for row, label in enumerate(layout.choices(), 1):
        examples = [
            f"{x.text} → {'|'.join(map(layout.label, x.labels or (NONE,)))}" for x in label.examples if x.text
        ]
        cells = (
            label.id if zh else label.name_zh,
            label.definition_zh if zh else label.definition_en,
            "\n".join(label.covers_zh if zh else label.covers_en),
            "\n".join(label.excludes_zh if zh else label.excludes_en),
            "\n".join(examples),
        )
        sheet.write_string(row, 0, layout.label(label.id), styles.fill(label.id))
        for n, text in enumerate(cells, 1):
            sheet.write_string(row, n, text, styles.wrapped)
    sheet.freeze_panes(1, 0)


def read(path: Path) -> Iterator[Said]:
    """Yield what people chose, from a workbook or a table with its columns; blank rows are passed over."""
    key_of = {name: key for key, (english, chinese, _) in _COLUMNS.items() for name in (english, chinese)}
    for line, cells in read_records(str(path), "the columns of a workbook for labelling"):
        row = {key_of[name]: value for name, value in cells.items() if name in key_of}
        missing = [_COLUMNS[x][1] for x in ("correction", "text", "id", "hash") if x not in row]
        if missing:
            hint = "take the workbook that 'policycls review export' wrote, with its hidden columns"
            if {"model", "模型"} & cells.keys():
                hint = f"take it in with 'policycls retrain {path}'"
                raise CorpusError("is what 'policycls tag' wrote", hint=hint, path=path)
            raise CorpusError(f"the column {missing[0]!r} is missing", hint=hint, path=path)
        first, second = row["correction"].strip(), row.get("second", "").strip()
        place = f"{path}: line {line}"
        if second and not first:
            raise CorpusError(f"{place}: a second label without a primary one")
        if first:
            yield Said(row, (first, *([second] if second else [])), "", row.get("note", "").strip(), place)
