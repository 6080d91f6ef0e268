"""A job cut into partitions: what each is made of, the folder of parts they become, what they came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policycls.atomic import atomic_path, check_folder
from policycls.batch import Job, Report
from policycls.documents import Skipped
from policycls.documents.table_parts import read_stretch, stretches
from policycls.errors import DocumentError, NoTextError, OutputError, TableError, UsageError
from policycls.output import Layout, open_output
from policycls.output.resume import stamp
from policycls.streaming import STDIN, Failure, Part, Reading, Result, cut, parts

if TYPE_CHECKING:
    from policycls.model import Model

#: Rows of a Parquet table that make a partition, and characters of everything else.
ROWS: Final = 50_000
CHARACTERS: Final = 1_000_000
#: Stands in an output folder until its last part is there.
UNFINISHED: Final = "_unfinished.json"
PARTS: Final = "part-*.parquet"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The documents that begin in a stretch of a Parquet table's rows, which a worker reads.

    They are numbered from the stretch's first one.

    Attributes
    ----------
    file, path : str
        The table as given, and where it lies for the worker.
    rows : range
    reading : Reading
    """

    file: str
    path: str
    rows: range
    reading: Reading

    def do(self, model: Model) -> Iterator[Result]:
        """Read the rows and tag them."""
        column = self.reading.text_column
        documents = read_stretch(self.path, self.rows, name=self.file, text_column=column)
        for part in cut(self.file, documents, 0, keep_noise=self.reading.keep_noise):
            yield from part.do(model)


Work = Part | Stretch | Failure


@dataclass(frozen=True, slots=True)
class Partition:
    """Work that becomes one part of the output, and the share of the input that ends with it."""

    tasks: Sequence[Work]
    share: float


def output_folder(job: Job, wanted: str | None) -> Path:
    """Check that options go together; return the folder for the parts."""
    if job.output is None:
        raise UsageError("--cluster needs a folder for its parts", hint="name it with -o")
    if wanted not in (None, "parquet"):
        raise UsageError(f"--cluster writes parquet, not {wanted}")
    if job.meta is not None:
        raise UsageError("--meta does not go with --cluster", hint="join the columns to the table before")
    if job.jobs != 1:
        raise UsageError("--jobs does not go with --cluster", hint="its workers are the processes")
    check_folder(job.output, UNFINISHED)
    return Path(job.output).resolve()


def prepare(folder: Path, job: Job, model: Model, files: Sequence[str]) -> set[str]:
    """Make the folder, or find what an interrupted run left in it: the names of its parts."""
    reading = job.reading
    settings = {
        "model": f"{model.id} {model.settings.review_below}", "lang": job.lang, "encoding": reading.encoding,
        "text column": reading.text_column, "noise": reading.keep_noise, "rows": ROWS,
        "inputs": [[file, *stamp(file)] for file in files],
    }  # fmt: skip
    note = folder / UNFINISHED
    if note.is_file():
        if not job.resume:
            raise OutputError(
                "holds an unfinished run", hint="--resume goes on with it, or name another", path=job.output
            )
        if json.loads(note.read_text(encoding="utf-8")) != settings:
            hint = "use the same as before, or name another folder"
            raise UsageError("the unfinished run had other inputs or settings", hint=hint, path=job.output)
        return {path.name for path in folder.glob(PARTS)}
    folder.mkdir(exist_ok=True)
    with atomic_path(note) as path:
        path.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")
    return set()


def partitions(files: Sequence[str], reading: Reading) -> Iterator[Partition]:
    """Cut the input, always at the same places."""
    tasks: list[Work] = []
    size = 0
    for n, file in enumerate(files):
        cut = _stretches(file, reading)
        if cut and tasks:
            yield Partition(tasks, n / len(files))
            tasks, size = [], 0
        for rows in cut:
            work = Stretch(file, str(Path(file).resolve()), rows, replace(reading, stdin=None))
            yield Partition([work], (n + rows.stop / cut[-1].stop) / len(files))
        for task in () if cut else parts(file, 0, reading):
            tasks.append(task)
            size += sum(len(x.text) for x in task.chunk) if isinstance(task, Part) else 0
            if size >= CHARACTERS:
                yield Partition(tasks, n / len(files))
                tasks, size = [], 0
    if tasks:
        yield Partition(tasks, 1.0)


def _stretches(file: str, reading: Reading) -> list[range]:
    try:
        return [] if file == STDIN else stretches(file, text_column=reading.text_column, least=ROWS)
    except (DocumentError, TableError):
        return []  # reading it as any other file tells what is wrong


def write_part(model: Model, tasks: Sequence[Work], path: str, layout: Layout, *, strict: bool) -> Report:
    """Do tasks and write a part, whole or not at all; return what it came to, with the notes of its inputs.

    Parameters
    ----------
    model, tasks, layout
        As elsewhere.
    path : str
    strict : bool
        Raise the error of an input that cannot be read; else it is skipped.
    """
    report = Report()
    with open_output(path, "parquet", layout) as output:
        for result in (x for task in tasks for x in task.do(model)):
            if not isinstance(result, Failure):
                output.write(result.units)
                report.add(result.units)
                report.notes += [f"{result.file}: {note}" for note in result.notes]
            elif strict:
                raise result.error
            else:
                report.skipped.append(result.skipped())
    return report


class Tally:
    """Counts parts as they come, and tells what was skipped and noted.

    Parameters
    ----------
    files : sequence of str
    skipped : list of Skipped
        What is skipped already.
    tell : callable
        Takes a line for the user.
    """

    def __init__(self, files: Sequence[str], skipped: list[Skipped], tell: Callable[[str], None]) -> None:
        self.report = Report()
        self._tell = tell
        self._read = dict.fromkeys(files, 0)
        self._skip(skipped)

    def add(self, partition: Partition, part: Report) -> None:
        """Count a part."""
        self.report.merge(part)
        for task in partition.tasks:
            # Only a table that is read elsewhere may turn out empty; the rest fails while it is read here.
            self._read[task.file] += part.documents if isinstance(task, Stretch) else 1
        self._skip(part.skipped)
        for note in dict.fromkeys(part.notes):
            self._tell(f"note: {note}")

    def close(self, *, alone: bool) -> None:
        """Name the tables without text; an error where they are all there is."""
        empty = [
            NoTextError("no row holds text", path=file) for file, count in self._read.items() if not count
        ]
        if empty and alone:
            raise empty[0]
        self._skip([Failure(str(error.path), error).skipped() for error in empty])
        if not self.report.documents:
            raise NoTextError(f"none of the {len(self.report.skipped)} inputs could be read")

    def _skip(self, items: Sequence[Skipped]) -> None:
        self.report.skipped += items
        for item in items:
            self._tell(f"skipped: {item.path}: {item.reason}")


def uneven(folder: Path) -> tuple[list[str], list[str]]:
    """Return the parts that lack columns that others have, and the columns of all.

    Inputs carry columns of their own, and a folder is read with the columns of its first file.
    """
    import pyarrow.parquet as pq

    columns = {path: pq.read_schema(path).names for path in sorted(folder.glob(PARTS))}
    whole = list(dict.fromkeys(name for names in columns.values() for name in names))
    return [str(path) for path, names in columns.items() if names != whole], whole


def lengthen(path: str, names: Sequence[str]) -> None:
    """Write a part anew with all columns, empty ones where it has none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from policycls.output.parquet import put_together

    known = pq.read_schema(path)
    schema = pa.schema([known.field(x) if x in known.names else pa.field(x, pa.string()) for x in names])
    with atomic_path(path) as longer:
        put_together([Path(path)], longer, schema)
