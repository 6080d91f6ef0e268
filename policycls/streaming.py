"""Documents of many files as a stream of tagged documents, in this process or in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

from policycls.documents import Skipped, is_table, read_bytes, read_documents
from policycls.errors import DocumentError, ModelError, PolicyclsError, TableError, UsageError
from policycls.output.resume import Done, stamp
from policycls.types import Document, TaggedUnit

if TYPE_CHECKING:
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

    @classmethod
    def of(cls, file: str, error: PolicyclsError, documents: int = 0) -> Failure:
        """Take an error without what it was raised from, which cannot always be sent to another process."""
        bare = type(error)(error.message, hint=error.hint, path=error.path, line=error.line)
        return cls(file, bare, documents)

    def do(self, model: Model) -> Iterator[Failure]:
        """Stand for itself among work to be done."""
        del model
        yield self

    def skipped(self) -> Skipped:
        """Return what to tell the user."""
        error = self.error
        reason = str(type(error)(error.message, hint=error.hint, line=error.line))
        if self.documents:
            reason += f" (the {self.documents} documents before are tagged)"
        return Skipped(self.file, reason)


Result = TaggedDocument | Failure


def tag_files(
    files: Sequence[str],
    model: Model,
    reading: Reading | None = None,
    *,
    jobs: int = 1,
    done: Mapping[str, Done] | None = None,
) -> Iterator[Result]:
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
        yield from Files(left, reading).do(model)
    else:
        yield from _in_processes(model, _tasks(left, reading), jobs)


def _to_skip(file: str, done: Done | None) -> int | None:
    """Return how many of a file's documents are done already; None where all are."""
    if done is None:
        return 0
    if file != STDIN and done.stamp != stamp(file):
        hint = "remove the unfinished output to start again"
        raise UsageError("has changed since the interrupted run", hint=hint, path=file)
    return None if done.whole else done.documents


@dataclass(frozen=True, slots=True)
class Files:
    """Work for a process: files to read and tag, each with how many of its documents are done already."""

    files: Sequence[tuple[str, int]]
    reading: Reading

    def do(self, model: Model) -> Iterator[Result]:
        """Read the files and tag them."""
        for file, skip in self.files:
            for part in parts(file, skip, self.reading):
                yield from part.do(model)


@dataclass(frozen=True, slots=True)
class Part:
    """Work for a process: documents of one file, the first of which is the ``number``-th (from 0)."""

    file: str
    number: int
    chunk: list[Document]
    last: bool
    keep_noise: bool

    def do(self, model: Model) -> Iterator[Result]:
        """Tag the documents."""
        tagged = model.tag_many(self.chunk, keep_noise=self.keep_noise)
        for n, (document, units) in enumerate(zip(self.chunk, tagged, strict=True), 1):
            whole = self.last and n == len(self.chunk)
            yield TaggedDocument(self.file, self.number + n, whole, units, document.notes)


def parts(file: str, skip: int, reading: Reading) -> Iterator[Part | Failure]:
    """Read a file in parts, the first ``skip`` documents left out."""
    return cut(file, islice(reading.documents(file), skip, None), skip, keep_noise=reading.keep_noise)


def cut(
    file: str, documents: Iterable[Document], number: int, *, keep_noise: bool
) -> Iterator[Part | Failure]:
    """Group documents to parts, the first of which begins with the ``number``-th document of the file.

    Before an error comes what was read.
    """
    chunk: list[Document] = []
    size = 0
    try:
        for document in documents:
            if chunk and (size + len(document.text) > CHUNK_CHARACTERS or len(chunk) == CHUNK_DOCUMENTS):
                yield Part(file, number, chunk, False, keep_noise)
                number, chunk, size = number + len(chunk), [], 0
            chunk.append(document)
            size += len(document.text)
    except (DocumentError, TableError) as error:
        if chunk:
            yield Part(file, number, chunk, False, keep_noise)
        yield Failure.of(file, error, number + len(chunk))
    else:
        yield Part(file, number, chunk, True, keep_noise)


def _tasks(files: Iterable[tuple[str, int]], reading: Reading) -> Iterator[Files | Part | Failure]:
    """Cut the work: several small files, or a part of one table, whose rows this process reads."""
    away = replace(reading, stdin=None)
    for here, group in groupby(files, key=lambda item: item[0] == STDIN or is_table(item[0])):
        if here:
            for file, skip in group:
                yield from parts(file, skip, reading)
        while several := list(islice(group, CHUNK_FILES)):
            yield Files(several, away)


def _in_processes(model: Model, tasks: Iterable[Files | Part | Failure], jobs: int) -> Iterator[Result]:
    """Do the tasks in several processes; a few are under way while this one reads on, never more."""
    from joblib.externals.loky import ProcessPoolExecutor

    source = str(model.path) if model.path is not None else model
    # A pool of our own: joblib takes loky's shared one for its own when a search or a fit asks for it later.
    pool = ProcessPoolExecutor(max_workers=jobs)
    submit = partial(pool.submit, _work, source, model.id, model.settings)
    under_way: deque[Callable[[], list[Result]]] = deque()
    try:
        for task in tasks:
            # A failure stays here: an error with its traceback does not travel to a process and back.
            under_way.append(partial(list, [task]) if isinstance(task, Failure) else submit(task).result)
            if len(under_way) > jobs * AHEAD:
                yield from under_way.popleft()()
        while under_way:
            yield from under_way.popleft()()
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _work(source: str | Model, model_id: str, settings: Settings, task: Files | Part) -> list[Result]:
    """Do a task in a process of its own, which loads the model once."""
    model = _loaded(source, settings) if isinstance(source, str) else source
    if model.id != model_id:
        raise ModelError("the model has changed while the run goes on", path=str(source))
    return list(task.do(model))


@lru_cache(maxsize=1)
def _loaded(path: str, settings: Settings) -> Model:
    from policycls.model import load_model

    return load_model(path).with_settings(settings)
