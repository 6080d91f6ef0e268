"""The workbook: units to filter and correct, a summary, the labels, and what was skipped."""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from policycls.atomic import scratch_folder
from policycls.documents import Skipped
from policycls.output.reasons import in_chinese
from policycls.output.rows import AFTER, BEFORE, Cell, Layout, clean
from policycls.output.styles import WIDTHS, Styles
from policycls.output.width import width
from policycls.output.words import words
from policycls.output.writers import Writer
from policycls.types import TaggedUnit

#: Excel's limits: characters (UTF-16 units) in a cell, rows in a sheet.
CELL_LIMIT: Final = 32_767
SHEET_ROWS: Final = 1_048_576
LINE_HEIGHT: Final = 16.5
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
#: What a reader looks at first; start, end and model come last. "*" are the scores, "+" what is carried.
_ORDER: Final = ("doc", "unit", "kind", "page", "heading", "text", "label", "correction", "note", "review",
                 "evidence", "labels", "top", "*", "+", "start", "end", "model")  # fmt: skip


class WorkbookWriter(Writer):
    """An .xlsx file. Rows wait in a file beside it until all columns are known; memory stays flat.

    Parameters
    ----------
    path : Path
    layout : Layout
        Its language is that of the whole workbook.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        super().__init__()
        self._path, self._layout, self._words = path, layout, words(layout.lang)
        self._choices = list(layout.choices())
        self._scratch = scratch_folder(path)
        self._scratch.mkdir(exist_ok=True)
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=self._scratch)  # noqa: SIM115
        self._fields: dict[str, None] = {}
        self._skipped: list[Skipped] = []
        self._by_doc: dict[str, list[int]] = {}
        self._rows = self._cut = 0

    def write(self, units: Sequence[TaggedUnit]) -> None:
        """Take in the units."""
        place = {label.id: n for n, label in enumerate(self._choices)}
        decided = self._layout.explain(units) if self._layout.explain else [()] * len(units)
        for unit, found in zip(units, decided, strict=True):
            self._fields.update(dict.fromkeys(unit.fields))
            counts = self._by_doc.setdefault(clean(unit.doc), [0] * (len(place) + 1))
            counts[place[unit.label]] += 1
            counts[-1] += unit.review
            carried = {f"+{field}": clean(value) for field, value in unit.fields.items()}
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
        columns, rows = self._columns(), self._spooled()
        left, name = self._rows, self._words["units"]
        while left or name == self._words["units"]:
            size = min(left, SHEET_ROWS - 1)
            left -= size
            sheet = book.add_worksheet(name)
            name = f"{self._words['units']} {len(book.worksheets()) + 1}"
            for n, (key, head) in enumerate(columns.items()):
                sheet.set_column(n, n, self._width(key))
                self._put(sheet, 0, n, head, self._styles.head)
            for number, (label, review, row) in enumerate(islice(rows, size), 1):
                sheet.set_row(number, self._height(row))
                for n, key in enumerate(columns):
                    self._put(sheet, number, n, row.get(key), self._styles.cell(key, label, review))
            place = list(columns)
            self._to_correct(sheet, place.index("correction"), size)
            self._finish(sheet, len(columns), size)
            # On paper the scores and offsets would make the sentences too small to read.
            sheet.print_area(0, 0, size, place.index("review"))

    def _columns(self) -> dict[str, str]:
        """Return the columns in the sheet's order: key and name."""
        layout = self._layout
        several = {
            "*": dict(zip(layout.labels.ids, layout.score_columns, strict=True)),
            "+": layout.carried(self._fields),
        }
        columns: dict[str, str] = {}
        for key in _ORDER:
            if key in several:
                columns |= {key + part: name for part, name in several[key].items()}
            elif key != "evidence" or layout.explain:
                columns[key] = layout.column(key)
        return columns

    def _spooled(self) -> Iterator[tuple[str, bool, Mapping[str, Cell]]]:
        """Yield label, mark and cells by key of each row."""
        own = (*BEFORE, *(f"*{label}" for label in self._layout.labels.ids), *AFTER, "evidence")
        self._spool.seek(0)
        for line in self._spool:
            cells, label, review, carried = json.loads(line)
            yield label, review, {**dict(zip(own, cells, strict=True)), **carried}

    def _to_correct(self, sheet: Any, column: int, rows: int) -> None:
        """Give the cells for corrections their drop-downs and colours."""
        said = self._words
        if not rows:
            return
        sheet.data_validation(1, column, rows, column, {
            "validate": "list", "source": f"='{said['labels']}'!$A$2:$A${len(self._choices) + 1}",
            "input_title": said["correct"], "input_message": said["how"],
            "error_title": said["correct"], "error_message": said["only"],
            "error_type": "warning",  # two measures are no entry of the list
        })  # fmt: skip
        for label in self._choices:
            name = self._layout.label(label.id).replace('"', '""')
            sheet.conditional_format(1, column, rows, column, {
                "type": "cell", "criteria": "==", "value": f'"{name}"', "format": self._styles.fill(label.id),
            })  # fmt: skip

    def _summary(self, book: Any) -> None:
        said, styles, labels = self._words, self._styles, self._choices
        sheet = book.add_worksheet(said["summary"])
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, len(labels) + 2, 15)
        totals = [sum(column) for column in zip(*self._by_doc.values(), strict=True)]
        totals = totals or [0] * (len(labels) + 1)
        head = [self._layout.column("label"), said["count"], said["share"]]
        self._row(sheet, 0, [said["by_label"]], styles.title)
        self._row(sheet, 1, head, styles.head)
        names = [*map(self._layout.label, (label.id for label in labels)), said["total"], said["to_review"]]
        looks = [[styles.fill(label.id), styles.plain] for label in labels]
        looks += [[styles.strong] * 2, [styles.plain] * 2]
        counts = [*totals[:-1], self._rows, totals[-1]]
        for n, (name, count, look) in enumerate(zip(names, counts, looks, strict=True), 2):
            self._row(sheet, n, [name, count, count / (self._rows or 1)], *look, styles.percent)
        self._by_document(sheet, len(labels) + 5)
        self._print(sheet)

    def _by_document(self, sheet: Any, top: int) -> None:
        said, styles = self._words, self._styles
        self._row(sheet, top, [said["by_doc"]], styles.title)
        names = [self._layout.label(label.id) for label in self._choices]
        head = [self._layout.column("doc"), said["total"], *names, said["to_review"]]
        self._row(sheet, top + 1, head, styles.head)
        room = max(SHEET_ROWS - top - 2, 0)
        for n, (doc, counts) in enumerate(islice(self._by_doc.items(), room), top + 2):
            self._row(sheet, n, [doc, sum(counts[:-1]), *counts], styles.wrapped, styles.plain)
        sheet.autofilter(top + 1, 0, top + 1 + max(min(len(self._by_doc), room), 1), len(head) - 1)

    def _labels(self, book: Any) -> None:
        lang, said, styles = self._layout.lang, self._words, self._styles
        sheet = book.add_worksheet(said["labels"])
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 2, 90)
        self._row(sheet, 0, [self._layout.column("label"), said["name"], said["means"]], styles.head)
        for n, label in enumerate(self._choices, 1):
            other = label.name("en" if lang == "zh" else "zh")
            means = getattr(label, f"definition_{lang}")
            sheet.set_row(n, LINE_HEIGHT * _lines(means, 90))
            cells = [self._layout.label(label.id), other, means]
            self._row(sheet, n, cells, styles.fill(label.id), styles.wrapped)
        self._finish(sheet)

    def _skips(self, book: Any) -> None:
        said, styles = self._words, self._styles
        sheet = book.add_worksheet(said["skipped"])
        sheet.set_column(0, 1, 60)
        self._row(sheet, 0, [said["path"], said["reason"]], styles.head)
        for n, item in enumerate(self._skipped[: SHEET_ROWS - 1], 1):
            reason = in_chinese(item.reason) if self._layout.lang == "zh" else item.reason
            self._row(sheet, n, [clean(item.path), clean(reason)], styles.wrapped)
        if not self._skipped:
            self._row(sheet, 1, [said["nothing"]], styles.plain)
        self._finish(sheet, 2, len(self._skipped))

    def _finish(self, sheet: Any, filtered: int = 0, rows: int = 0) -> None:
        """Freeze the header, set filters over so many columns, and how it prints."""
        sheet.freeze_panes(1, 0)
        if filtered:
            sheet.autofilter(0, 0, max(rows, 1), filtered - 1)
        self._print(sheet)

    def _print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    # Cells.

    def _width(self, key: str) -> float:
        if key in ("label", "correction", "top"):
            return max(width(self._layout.label(x.id)) for x in self._choices) + 3
        return WIDTHS[key if key in WIDTHS else key[0]]

    def _height(self, row: Mapping[str, Cell]) -> float:
        """Return a row's height: readers other than Excel do not fit it to wrapped text themselves."""
        wrapped = ("doc", "heading", "text", "labels")
        return LINE_HEIGHT * max(_lines(str(row[key]), WIDTHS[key]) for key in wrapped)

    def _row(self, sheet: Any, row: int, values: Sequence[Cell], *styles: Any) -> None:
        """Write cells in a style each; the last style is that of all that follow."""
        for column, value in enumerate(values):
            self._put(sheet, row, column, value, styles[min(column, len(styles) - 1)])

    def _put(self, sheet: Any, row: int, column: int, value: Cell, style: Any) -> None:
        # Never by XlsxWriter's own choice of type: it takes "{=…}" for a formula.
        if isinstance(value, bool):
            sheet.write_string(row, column, self._words["yes" if value else "no"], style)
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
        mark = self._words["cut"]
        size = 2 * (CELL_LIMIT - len(mark))
        return text.encode("utf-16-le")[:size].decode("utf-16-le", "ignore") + mark


def _lines(text: str, columns: float) -> int:
    """Return how many lines a text takes in a column, at most what a row can hold."""
    return min(max(1, math.ceil(width(text[:4000]) / (columns - 3))), 26)
