"""Documents of many files as a stream of tagged documents, in this process or in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from policycls.documents import Skipped, is_table, read_bytes, read_documents
from policycls.errors import DocumentError, ModelError, PolicyclsError, TableError, UsageError
from policycls.output.resume import Done, stamp
from policycls.types import Document, TaggedUnit

if TYPE_CHECKING:
    from concurrent.futures import Future

    from policycls.model import Model
    from policycls.model.weights import Settings

#: Text that is tagged in one go: small enough to hold, large enough that the cost of a call does not count.
CHUNK_CHARACTERS: Final = 40_000
CHUNK_DOCUMENTS: Final = 1_000
#: Files handed to a process in one go.
CHUNK_FILES: Final = 8
#: Chunks in the air for each process.
AHEAD: Final = 4
STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read.

    Attributes
    ----------
    encoding, text_column : str or None
        As for :func:`policycls.documents.read_documents`.
    keep_noise : bool
        Keep units of kind "noise".
    stdin : bytes or None
        What the path "-" stands for.
    """

    encoding: str | None = None
    text_column: str | None = None
    keep_noise: bool = False
    stdin: bytes | None = None

    def documents(self, file: str) -> Iterator[Document]:
        """Yield the documents of a file."""
        if file == STDIN:
            data = self.stdin or b""
            return read_bytes(STDIN, data, encoding=self.encoding, text_column=self.text_column)
        return read_documents(file, encoding=self.encoding, text_column=self.text_column)


@dataclass(frozen=True, slots=True)
class TaggedDocument:
    """A document's tagged units.

    Attributes
    ----------
    file : str
        The file it came from, as given.
    number : int
        1-based place among that file's documents.
    whole : bool
        It is the file's last document.
    units : list of TaggedUnit
    notes : tuple of str
        What was guessed while reading.
    """

    file: str
    number: int
    whole: bool
    units: list[TaggedUnit]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, or not to its end: ``documents`` of it are tagged."""

    file: str
    error: PolicyclsError
    documents: int = 0

    def skipped(self) -> Skipped:
        """Return what to tell the user."""
        reason = str(_without_path(self.error))
        if self.documents:
            reason += f" (the {self.documents} documents before are tagged)"
        return Skipped(self.file, reason)


def tag_files(
    files: Sequence[str],
    model: Model,
    reading: Reading | None = None,
    *,
    jobs: int = 1,
    done: Mapping[str, Done] | None = None,
) -> Iterator[TaggedDocument | Failure]:
    """Tag the documents of many files, in order, in bounded memory.

    Parameters
    ----------
    files : sequence of str
    model : Model
    reading : Reading, optional
    jobs : int
        Processes. The results and their order are the same for every number.
    done : mapping, optional
        What an earlier run has finished, by file; it is left out.

    Yields
    ------
    TaggedDocument or Failure
        A Failure stands where a file, or the rest of it, could not be read.
    """
    reading = reading or Reading()
    left = [(file, skip) for file in files if (skip := _to_skip(file, (done or {}).get(file))) is not None]
    if jobs == 1:
        for file, skip in left:
            yield from _tag_file(model, file, skip, reading)
        return
    yield from _in_processes(model, _tasks(left, reading), jobs)


def _in_processes(model: Model, tasks: Iterable[Task], jobs: int) -> Iterator[TaggedDocument | Failure]:
    """Do the tasks in several processes; a few are under way while this one reads on, never more."""
    from joblib.externals.loky import ProcessPoolExecutor

    source = str(model.path) if model.path is not None else model
    # A pool of our own: joblib takes loky's shared one for its own when a search or a fit asks for it later.
    pool = ProcessPoolExecutor(max_workers=jobs)
    submit = partial(pool.submit, _work, source, model.id, model.settings)
    under_way: deque[Future[list[TaggedDocument | Failure]]] = deque()
    try:
        for task in tasks:
            under_way.append(_done(task) if isinstance(task, Failure) else submit(task))
            if len(under_way) > jobs * AHEAD:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _done(failure: Failure) -> Future[list[TaggedDocument | Failure]]:
    """Return a failure as a result: an error with its traceback does not travel to a process and back."""
    from concurrent.futures import Future

    future: Future[list[TaggedDocument | Failure]] = Future()
    future.set_result([failure])
    return future


def _to_skip(file: str, done: Done | None) -> int | None:
    """Return how many of a file's documents are done already; None where all are."""
    if done is None:
        return 0
    if file != STDIN and done.stamp != stamp(file):
        hint = "remove the unfinished output to start again"
        raise UsageError("has changed since the interrupted run", hint=hint, path=file)
    return None if done.whole else done.documents


def _chunks(documents: Iterable[Document]) -> Iterator[tuple[list[Document], bool]]:
    """Group documents to chunks; with each, whether it is the last. Before an error comes what was read."""
    chunk: list[Document] = []
    size = 0
    try:
        for document in documents:
            if chunk and (size + len(document.text) > CHUNK_CHARACTERS or len(chunk) == CHUNK_DOCUMENTS):
                yield chunk, False
                chunk, size = [], 0
            chunk.append(document)
            size += len(document.text)
    except (DocumentError, TableError):
        if chunk:
            yield chunk, False
        raise
    yield chunk, True


@dataclass(frozen=True, slots=True)
class _Files:
    """Work for a process: files to read and tag, each with how many of its documents are done already."""

    files: list[tuple[str, int]]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Part:
    """Work for a process: documents of one file, the first of which is the ``number``-th (from 0)."""

    file: str
    number: int
    chunk: list[Document]
    last: bool
    keep_noise: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Work for a process: the documents that begin in a stretch of a Parquet table's rows, which it reads.

    They are numbered from the stretch's first one.

    Attributes
    ----------
    file, path : str
        The table as given, and where it lies for the process.
    rows : range
    reading : Reading
    """

    file: str
    path: str
    rows: range
    reading: Reading


Task = _Files | Part | Stretch | Failure


def _tag_file(model: Model, file: str, skip: int, reading: Reading) -> Iterator[TaggedDocument | Failure]:
    for task in parts(file, skip, reading):
        yield from do(model, task)


def parts(file: str, skip: int, reading: Reading) -> Iterator[Part | Failure]:
    """Read a file in parts, the first ``skip`` documents left out."""
    return _cut(file, islice(reading.documents(file), skip, None), skip, reading)


def _cut(file: str, documents: Iterable[Document], number: int, reading: Reading) -> Iterator[Part | Failure]:
    try:
        for chunk, last in _chunks(documents):
            yield Part(file, number, chunk, last, reading.keep_noise)
            number += len(chunk)
    except (DocumentError, TableError) as error:
        yield Failure(file, error, number)


def _tasks(files: Iterable[tuple[str, int]], reading: Reading) -> Iterator[Task]:
    """Cut the work: several small files, or a part of one table, whose rows this process reads."""
    away = replace(reading, stdin=None)
    several: list[tuple[str, int]] = []
    for file, skip in files:
        if file == STDIN or is_table(file):
            if several:
                yield _Files(several, away)
                several = []
            yield from parts(file, skip, reading)
            continue
        several.append((file, skip))
        if len(several) == CHUNK_FILES:
            yield _Files(several, away)
            several = []
    if several:
        yield _Files(several, away)


def do(model: Model, task: Task) -> Iterator[TaggedDocument | Failure]:
    """Do a task in this process."""
    if isinstance(task, Failure):
        yield task
    elif isinstance(task, _Files):
        for file, skip in task.files:
            yield from _tag_file(model, file, skip, task.reading)
    elif isinstance(task, Stretch):
        from policycls.documents.table_parts import read_stretch

        column = task.reading.text_column
        documents = read_stretch(task.path, task.rows, name=task.file, text_column=column)
        for part in _cut(task.file, documents, 0, task.reading):
            yield from do(model, part)
    else:
        tagged = model.tag_many(task.chunk, keep_noise=task.keep_noise)
        for n, (document, units) in enumerate(zip(task.chunk, tagged, strict=True), 1):
            whole = task.last and n == len(task.chunk)
            yield TaggedDocument(task.file, task.number + n, whole, units, document.notes)


def _work(
    source: str | Model, model_id: str, settings: Settings, task: Task
) -> list[TaggedDocument | Failure]:
    """Do a task in a process of its own, which loads the model once."""
    model = _loaded(source, settings) if isinstance(source, str) else source
    if model.id != model_id:
        raise ModelError("the model has changed while the run goes on", path=str(source))
    return list(do(model, task))


@lru_cache(maxsize=1)
def _loaded(path: str, settings: Settings) -> Model:
    from policycls.model import load_model

    return load_model(path).with_settings(settings)


def _without_path(error: PolicyclsError) -> PolicyclsError:
    """Return the error as it reads after its file was named."""
    return type(error)(error.message, hint=error.hint, line=error.line)
