"""Header and rows of each kind of table: csv, jsonl, xlsx, parquet. Every cell comes out as text."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

from policycls.documents.archive import check_office
from policycls.documents.encoding import SAMPLE, decode, guess_wide
from policycls.errors import EncodingError, LimitError, NoTextError, TableError, UnsupportedError

#: One cell holds at most so many characters.
MAX_CELL = 16 * 1024 * 1024
#: A sheet has at most so many columns; one far cell makes readers fill millions of empty ones.
MAX_COLUMNS = 1000
#: Excel's own limit; a row that says to be beyond it makes readers fill in empty ones without end.
MAX_ROWS = 1 << 20
#: Above the names of a workbook's columns may stand a title: they are looked for in so many rows.
HEADER_WITHIN = 5
_UNNAMED = "name every column that holds something, or empty the cells beside the table"
# That of UTF-32-LE begins as UTF-16's.
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
#: A row's line in the file, and its cells.
_Cells = tuple[int, list[str]]


class Row(NamedTuple):
    """A row: its 1-based number among the data rows, its line in the file, and its cells."""

    number: int
    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and the rows below it, not yet read."""

    names: Sequence[str]
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()
    #: What tells this sheet's rows from those of the first one; "" for the first.
    mark: str = ""
    title: str = ""
    #: What to do where a row has more cells than there are names, or fewer.
    hint: str = "quote fields that hold the separator"


def read_sheets(kind: str, name: str, file: BinaryIO, encoding: str | None) -> Generator[Sheet, None, None]:
    """Yield the sheets of a csv, jsonl, xlsx or parquet file."""
    if kind == "xlsx":
        yield from _xlsx(name, file.read())
    elif kind == "parquet":
        yield _parquet(name, file)
    else:
        codec, notes = _codec(name, file, encoding)
        reader = io.TextIOWrapper(file, encoding=codec, newline="" if kind == "csv" else "\n")
        try:
            names, rows = (_csv if kind == "csv" else _jsonl)(name, codec, reader)
            yield Sheet(names, _numbered(rows), tuple(notes))
        finally:
            reader.detach()  # the file is closed by who opened it


def _numbered(rows: Iterator[_Cells]) -> Iterator[Row]:
    return (Row(number, *row) for number, row in enumerate(rows, 1))


def _csv(name: str, codec: str, reader: io.TextIOWrapper) -> tuple[list[str], Iterator[_Cells]]:
    """Read a delimited file; its separator is the one that the header line holds most of."""
    header = _line(name, codec, reader, 1)
    while header and not header.strip():
        header = _line(name, codec, reader, 1)
    unquoted = "".join(header.split('"')[::2])
    # csv's limit is a setting of the process; this room only ever raises it.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    parsed = csv.reader(chain([header], reader), delimiter=max(",\t;", key=unquoted.count), strict=True)
    rows = _csv_rows(name, codec, parsed)
    first = next(rows, None) if header else None
    if first is None:
        raise NoTextError("no text found", path=name)
    return [cell.removeprefix("\ufeff") for cell in first[1]], rows


def _csv_rows(name: str, codec: str, parsed: Any) -> Iterator[_Cells]:
    while True:
        line = parsed.line_num + 1
        try:
            cells = next(parsed)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"cannot be read: {error}"
            if "unexpected end" in message:
                message = "a quote is opened here and never closed"
            elif "field larger" in message:
                message = f"a field of more than {MAX_CELL >> 20} million characters, or a quote never closed"
            raise TableError(message, hint="double the quotes inside a field", path=name, line=line) from None
        except UnicodeDecodeError as error:
            raise EncodingError(
                f"is not {codec.removesuffix('-sig')} after this line ({error.reason})",
                hint="convert it to UTF-8, or pass --encoding",
                path=name,
                line=line,
            ) from None
        if cells:
            yield line, cells


def _codec(name: str, file: BinaryIO, encoding: str | None) -> tuple[str, list[str]]:
    """Find the encoding from the beginning of a file, and go back there."""
    start = file.tell()
    sample = file.read(SAMPLE)
    file.seek(start)
    if encoding:
        decode(b"", name, encoding)  # refuses an unknown name
        return codecs.lookup(encoding).name, []
    # A sample must not end inside a character: it is a whole number of wide ones, or of lines of others.
    if not sample.startswith(_WIDE) and guess_wide(sample) is None:
        file.seek(start + len(sample))
        rest = file.readline(4 * MAX_CELL)
        if len(rest) == 4 * MAX_CELL:
            raise _endless(name, sample.count(b"\n") + 1)
        sample += rest
        file.seek(start)
    notes = decode(sample, name)[1]
    codec = notes[0].removeprefix("read as ") if notes and notes[0].startswith("read as ") else "utf-8-sig"
    return codec, notes


def _line(name: str, codec: str, reader: io.TextIOWrapper, number: int) -> str:
    """Read a line, "" at the end; one of endless length is refused."""
    try:
        line = reader.readline(MAX_CELL)
    except UnicodeDecodeError:
        hint = "convert it to UTF-8, or pass --encoding"
        raise EncodingError(f"is not {codec}", hint=hint, path=name, line=number) from None
    if len(line) >= MAX_CELL:
        raise _endless(name, number)
    return line


def _endless(name: str, line: int) -> LimitError:
    return LimitError(f"a line of more than {MAX_CELL >> 20} million characters", path=name, line=line)


def _jsonl(name: str, codec: str, reader: io.TextIOWrapper) -> tuple[list[str], Iterator[_Cells]]:
    """Read JSON Lines; the columns are the first row's, and rows may lack some or have more."""
    objects = _objects(name, codec, reader)
    first = next(objects, None)
    if first is None:
        raise NoTextError("no text found", path=name)
    names = list(first[1])
    return names, ((line, [text_of(row.get(at)) for at in names]) for line, row in chain([first], objects))


def _objects(name: str, codec: str, reader: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    while True:
        number += 1
        line = _line(name, codec, reader, number)
        if not line:
            return
        if not line.strip():
            continue
        try:
            item = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        except json.JSONDecodeError as error:
            raise TableError(
                f"is no JSON: {error.msg} at column {error.colno}",
                hint="one object a line",
                path=name,
                line=number,
            ) from None
        if not isinstance(item, dict):
            raise TableError("is no JSON object", hint="one object a line", path=name, line=number)
        # The first line of a corpus file tells about the document; it is no row.
        if not (number == 1 and set(item) == {"meta"}):
            yield number, item


def text_of(value: object) -> str:
    """Return a cell as text: lists and objects as JSON, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _xlsx(name: str, data: bytes) -> Iterator[Sheet]:
    """Read every sheet of a workbook; a first row that is empty is skipped."""
    check_office(name, data)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (KeyError, ValueError) as error:
        raise UnsupportedError(
            "is not a workbook that can be read", hint="save it anew as .xlsx", path=name
        ) from error
    for number, sheet in enumerate(book.worksheets):
        # What a sheet says of its own size is often wrong, and rows beyond it would be lost.
        sheet.reset_dimensions()
        rows = _sheet_rows(name, sheet)
        _, names = next(rows, (0, None))
        if names is None:
            continue
        while names and not names[-1].strip():
            names.pop()
        fitted = _numbered(_fitted(rows, len(names)))
        yield Sheet(names, fitted, (), f"{sheet.title}!" if number else "", sheet.title, _UNNAMED)


def below_title(sheet: Sheet, is_header: Callable[[Sequence[str]], bool]) -> Sheet:
    """Take the names from below a title: the first row that is a header, else the first of several cells."""
    if is_header(sheet.names):
        return sheet
    ahead = list(islice(sheet.rows, HEADER_WITHIN - 1))
    rows = [[cell.strip() for cell in row.cells] for row in ahead]
    several = (n for n, cells in enumerate(rows) if len(sheet.names) == 1 < sum(map(bool, cells)))
    at = next((n for n, cells in enumerate(rows) if is_header(cells)), next(several, None))
    if at is None:
        return replace(sheet, rows=chain(ahead, sheet.rows))
    names = rows[at]
    while not names[-1]:
        names.pop()
    rest = _fitted(((x.line, list(x.cells)) for x in chain(ahead[at + 1 :], sheet.rows)), len(names))
    note = f"names of columns found in line {ahead[at].line}"
    return replace(sheet, names=names, rows=_numbered(rest), notes=(*sheet.notes, note))


def _sheet_rows(name: str, sheet: Any) -> Iterator[_Cells]:
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if line > MAX_ROWS:
            hint = "delete the empty rows far below"
            raise LimitError(f"more than {MAX_ROWS:,} rows", hint=hint, path=name)
        if len(values) > MAX_COLUMNS:
            hint = "delete the empty cells far to the right"
            raise LimitError(f"more than {MAX_COLUMNS:,} columns", hint=hint, path=name, line=line)
        cells = [value if type(value) is str else _cell(value) for value in values]
        if any(map(str.strip, cells)):
            yield line, cells


def _cell(value: object) -> str:
    """Return a cell as it is shown: whole numbers without ".0"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _fitted(rows: Iterator[_Cells], width: int) -> Iterator[_Cells]:
    """Fill up rows, which end at their last filled cell; cells beyond the header are an error later."""
    for line, cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        yield line, cells + [""] * (width - len(cells))


def _parquet(name: str, file: BinaryIO) -> Sheet:
    try:
        import pyarrow.parquet
    except ImportError:
        raise UnsupportedError("is Parquet", hint="install policycls[parquet]", path=name) from None
    table = pyarrow.parquet.ParquetFile(file)
    return Sheet(table.schema_arrow.names, parquet_rows(table))


def parquet_rows(table: Any, start: int = 0) -> Iterator[Row]:
    """Yield rows, a row group at a time, from the group that begins after ``start`` rows."""
    number = 0
    for group in range(table.num_row_groups):
        if number < start:
            number += table.metadata.row_group(group).num_rows
            continue
        for batch in table.iter_batches(batch_size=1000, row_groups=[group]):
            columns = [column.to_pylist() for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                yield Row(number, number, [text_of(value) for value in values])
