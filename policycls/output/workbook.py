"""The workbook: units to filter and correct, a summary, the labels, and what was skipped."""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from policycls.atomic import scratch_folder
from policycls.documents import Skipped
from policycls.output.reasons import in_chinese
from policycls.output.rows import BEFORE, Cell, Layout, clean
from policycls.output.styles import WIDTHS, WORDS, Styles
from policycls.output.width import width
from policycls.types import TaggedUnit

#: Excel's limits: characters (UTF-16 units) in a cell, rows in a sheet.
CELL_LIMIT: Final = 32_767
SHEET_ROWS: Final = 1_048_576
LINE_HEIGHT: Final = 16.5
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
#: What a reader looks at first; start, end and model come last.
_ORDER: Final = ("doc", "unit", "kind", "page", "heading", "text", "label", "correction", "note", "review",
                 "evidence", "labels", "top", "*scores", "*carried", "start", "end", "model")  # fmt: skip


class WorkbookWriter:
    """An .xlsx file. Rows wait in a file beside it until all columns are known; memory stays flat.

    Parameters
    ----------
    path : Path
    layout : Layout
        Its language is that of the whole workbook.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self.notes: list[str] = []
        self._path, self._layout = path, layout
        scratch = scratch_folder(path)
        scratch.mkdir(exist_ok=True)
        self._scratch = scratch
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=scratch)  # noqa: SIM115
        self._fields: dict[str, None] = {}
        self._skipped: list[Skipped] = []
        self._by_doc: dict[str, list[int]] = {}
        self._rows = self._cut = 0

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Take in the units."""
        place = {label.id: n for n, label in enumerate(self._layout.choices())}
        words = self._layout.explain(units) if self._layout.explain else [()] * len(units)
        for unit, found in zip(units, words, strict=True):
            self._fields.update(dict.fromkeys(unit.fields))
            counts = self._by_doc.setdefault(clean(unit.doc), [0] * (len(place) + 1))
            counts[place[unit.label]] += 1
            counts[-1] += unit.review
            carried = {field: clean(value) for field, value in unit.fields.items()}
            evidence = "、".join(dict.fromkeys(clean(unit.text[x.start : x.end]) for x in found))
            row = [[*self._layout.cells(unit), evidence], unit.label, unit.review, carried]
            self._spool.write(f"{json.dumps(row, ensure_ascii=False)}\n")
        self._rows += len(units)

    def skip(self, item: Skipped) -> None:
        """Keep the input for the sheet of those."""
        self._skipped.append(item)

    def close(self) -> None:
        """Write the workbook."""
        import xlsxwriter.exceptions

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(self._scratch),
        }
        book = xlsxwriter.Workbook(str(self._path), options)
        book.use_zip64()
        try:
            self._styles = Styles(book, self._layout)
            self._units(book)
            self._summary(book)
            self._labels(book)
            self._skips(book)
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(*error.args[0].args) from error
        finally:
            for sheet in book.worksheets():  # after a failure XlsxWriter leaves its own pieces open
                sheet.row_data_fh.close()
        if self._cut:
            self.notes.append(
                f"{self._cut} cells hold more than {CELL_LIMIT:,} characters and are cut in the workbook; "
                "csv and jsonl keep them whole"
            )

    def release(self) -> None:
        """Close the file of waiting rows."""
        self._spool.close()

    # The sheets.

    def _units(self, book: Any) -> None:
        words = WORDS[self._layout.lang]
        columns, source = self._columns()
        place = {name: n for n, name in enumerate(columns)}
        rows, sheet_number = self._spooled(), 0
        left = self._rows
        while sheet_number == 0 or left:
            sheet_number += 1
            size = min(left, SHEET_ROWS - 1)
            left -= size
            sheet = book.add_worksheet(words["units"] + (f" {sheet_number}" if sheet_number > 1 else ""))
            self._head(sheet, columns)
            for number in range(1, size + 1):
                cells, label, review, carried = next(rows)
                sheet.set_row(number, self._height(cells))
                for column, (kind, key) in enumerate(source):
                    value = cells[key] if kind == "cell" else carried.get(key) if kind == "carried" else None
                    style = self._styles.cell(columns[column], label, review)
                    self._put(sheet, number, column, value, style)
            self._after(sheet, columns, place["correction"], size)
            # On paper the scores and offsets would make the sentences too small to read.
            sheet.print_area(0, 0, size, place["review"])

    def _columns(self) -> tuple[list[str], list[tuple[str, Any]]]:
        """Return the columns' keys in the sheet's order, and where each one's value comes from."""
        layout = self._layout
        english = [*BEFORE, *(f"*{n}" for n in layout.labels.ids), "review", "model", "evidence"]
        columns: list[str] = []
        source: list[tuple[str, Any]] = []
        for key in _ORDER:
            if key == "*scores":
                scores = [f"*{label}" for label in layout.labels.ids]
                columns += scores
                source += [("cell", english.index(score)) for score in scores]
            elif key == "*carried":
                columns += [f"+{field}" for field in self._fields]
                source += [("carried", field) for field in self._fields]
            elif key != "evidence" or layout.explain:
                columns.append(key)
                source.append(("cell", english.index(key)) if key in english else ("blank", None))
        return columns, source

    def _head(self, sheet: Any, columns: list[str]) -> None:
        layout = self._layout
        carried = layout.carried(self._fields)
        scores = dict(zip(layout.labels.ids, layout.score_columns, strict=True))
        for n, key in enumerate(columns):
            sort, rest = key[0], key[1:]
            name = scores[rest] if sort == "*" else carried[rest] if sort == "+" else layout.column(key)
            sheet.set_column(n, n, self._width(sort if sort in "*+" else key))
            self._put(sheet, 0, n, name, self._styles.head)

    def _after(self, sheet: Any, columns: list[str], correction: int, rows: int) -> None:
        """Set filters, the frozen header, drop-downs, and how it prints."""
        words = WORDS[self._layout.lang]
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        if rows:
            choices = list(self._layout.choices())
            sheet.data_validation(1, correction, rows, correction, {
                "validate": "list", "source": f"='{words['labels']}'!$A$2:$A${len(choices) + 1}",
                "input_title": words["correct"], "input_message": words["how"],
                "error_title": words["correct"], "error_message": words["only"],
            })  # fmt: skip
            for label in choices:
                sheet.conditional_format(1, correction, rows, correction, {
                    "type": "cell", "criteria": "==", "value": _quoted(self._layout.label(label.id)),
                    "format": self._styles.fill(label.id),
                })  # fmt: skip
        self._print(sheet)

    def _summary(self, book: Any) -> None:
        layout, words, styles = self._layout, WORDS[self._layout.lang], self._styles
        sheet = book.add_worksheet(words["summary"])
        choices = list(layout.choices())
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, len(choices) + 2, 15)
        totals = [sum(column) for column in zip(*self._by_doc.values(), strict=True)]
        totals = totals or [0] * (len(choices) + 1)
        whole = self._rows or 1
        self._row(sheet, 0, [words["by_label"]], [styles.title])
        self._row(sheet, 1, [layout.column("label"), words["count"], words["share"]], [styles.head] * 3)
        for n, (label, count) in enumerate(zip(choices, totals, strict=False), 2):
            look = [styles.fill(label.id), styles.plain, styles.percent]
            self._row(sheet, n, [layout.label(label.id), count, count / whole], look)
        look = [styles.strong, styles.strong, styles.percent]
        self._row(sheet, len(choices) + 2, [words["total"], self._rows, self._rows / whole], look)
        look = [styles.plain, styles.plain, styles.percent]
        self._row(sheet, len(choices) + 3, [words["to_review"], totals[-1], totals[-1] / whole], look)
        self._by_document(sheet, len(choices) + 5)
        self._print(sheet)

    def _by_document(self, sheet: Any, top: int) -> None:
        layout, words, styles = self._layout, WORDS[self._layout.lang], self._styles
        self._row(sheet, top, [words["by_doc"]], [styles.title])
        head: list[Cell] = [layout.column("doc"), words["total"]]
        head += [layout.label(label.id) for label in layout.choices()]
        head.append(words["to_review"])
        self._row(sheet, top + 1, head, [styles.head] * len(head))
        room = max(SHEET_ROWS - top - 2, 0)
        look = [styles.wrapped] + [styles.plain] * len(head)
        for n, (doc, counts) in enumerate(islice(self._by_doc.items(), room), top + 2):
            self._row(sheet, n, [doc, sum(counts[:-1]), *counts], look)
        sheet.autofilter(top + 1, 0, top + 1 + max(min(len(self._by_doc), room), 1), len(head) - 1)

    def _labels(self, book: Any) -> None:
        lang, words = self._layout.lang, WORDS[self._layout.lang]
        sheet = book.add_worksheet(words["labels"])
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 2, 90)
        self._row(
            sheet, 0, [self._layout.column("label"), words["name"], words["means"]], [self._styles.head] * 3
        )
        for n, label in enumerate(self._layout.choices(), 1):
            other = label.name("en") if lang == "zh" else label.name("zh")
            means = label.definition_zh if lang == "zh" else label.definition_en
            styles = [self._styles.fill(label.id), self._styles.wrapped, self._styles.wrapped]
            sheet.set_row(n, LINE_HEIGHT * _lines(means, 90))
            self._row(sheet, n, [self._layout.label(label.id), other, means], styles)
        sheet.freeze_panes(1, 0)
        self._print(sheet)

    def _skips(self, book: Any) -> None:
        words = WORDS[self._layout.lang]
        sheet = book.add_worksheet(words["skipped"])
        sheet.set_column(0, 1, 60)
        self._row(sheet, 0, [words["path"], words["reason"]], [self._styles.head] * 2)
        for n, item in enumerate(self._skipped[: SHEET_ROWS - 1], 1):
            reason = in_chinese(item.reason) if self._layout.lang == "zh" else item.reason
            self._row(sheet, n, [clean(item.path), clean(reason)], [self._styles.wrapped] * 2)
        if not self._skipped:
            self._row(sheet, 1, [words["nothing"]], [self._styles.plain])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(self._skipped), 1), 1)
        self._print(sheet)

    # Cells.

    def _width(self, column: str) -> float:
        if column in ("label", "correction", "top"):
            return max(width(self._layout.label(x.id)) for x in self._layout.choices()) + 3
        return WIDTHS[column]

    def _height(self, cells: Sequence[Cell]) -> float:
        """Return a row's height: readers other than Excel do not fit it to wrapped text themselves."""
        wrapped = ((name, cells[BEFORE.index(name)]) for name in ("doc", "heading", "text", "labels"))
        return LINE_HEIGHT * max(_lines(str(cell), WIDTHS[name]) for name, cell in wrapped)

    def _spooled(self) -> Iterator[tuple[list[Cell], str, bool, dict[str, str]]]:
        self._spool.seek(0)
        for line in self._spool:
            cells, label, review, carried = json.loads(line)
            yield cells, label, review, carried

    def _row(self, sheet: Any, row: int, values: Sequence[Cell], styles: Sequence[Any]) -> None:
        for column, value in enumerate(values):
            self._put(sheet, row, column, value, styles[column])

    def _put(self, sheet: Any, row: int, column: int, value: Cell, style: Any) -> None:
        if isinstance(value, bool):
            sheet.write_string(row, column, WORDS[self._layout.lang]["yes" if value else "no"], style)
        elif isinstance(value, str) and value:
            sheet.write_string(row, column, self._short(value), style)
        elif isinstance(value, int | float) and math.isfinite(value):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_blank(row, column, None, style)

    def _short(self, text: str) -> str:
        text = _NOT_XML.sub("", text)
        if len(text) * 2 <= CELL_LIMIT or len(text.encode("utf-16-le")) // 2 <= CELL_LIMIT:
            return text
        self._cut += 1
        mark = WORDS[self._layout.lang]["cut"]
        size = 2 * (CELL_LIMIT - len(mark))
        return text.encode("utf-16-le")[:size].decode("utf-16-le", "ignore") + mark

    def _print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def _lines(text: str, columns: float) -> int:
    """Return how many lines a text takes in a column, at most what a row can hold."""
    return min(max(1, math.ceil(width(text[:4000]) / (columns - 3))), 26)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
