"""Many documents: streamed, in processes, gone on with after an interruption."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policycls.atomic import check_writable
from policycls.documents import Skipped, find_files, is_table
from policycls.errors import NoTextError, UsageError
from policycls.output import Layout, Output, open_output, open_stream
from policycls.output.destination import Format, Screen
from policycls.output.tagged import is_result, keep_corrections
from policycls.progress import Progress, Track
from policycls.resources import current_model, find_workspace
from policycls.schema import Language, labels_of, load_label_set
from policycls.streaming import STDIN, Failure, Reading, tag_files
from policycls.types import NONE, TaggedUnit

if TYPE_CHECKING:
    from policycls.meta import MetaTable
    from policycls.model import Model


@dataclass(slots=True)
class Report:
    """What a run came to.

    Attributes
    ----------
    documents, units, review : int
    labels : Counter of str
        Units by primary label.
    skipped : list of Skipped
    unmatched : list of str
        Rows of the ``--meta`` table that no document was found for.
    notes : list of str
        What the user should know about the output.
    """

    documents: int = 0
    units: int = 0
    review: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, units: Sequence[TaggedUnit]) -> None:
        """Count a document."""
        self.documents += 1
        self.units += len(units)
        self.review += sum(unit.review for unit in units)
        self.labels.update(unit.label for unit in units)

    def merge(self, other: Report) -> None:
        """Count what another run came to; what it skipped and noted stays with it."""
        self.documents += other.documents
        self.units += other.units
        self.review += other.review
        self.labels.update(other.labels)

    def summary(self, lang: Language = "en") -> str:
        """Return the run in one line."""
        counts = sorted(self.labels.items(), key=lambda item: (item[0] == NONE, -item[1], item[0]))
        if lang == "zh":
            known = load_label_set()
            shown = "，".join(f"{known.name(label, 'zh')} {count}" for label, count in counts)
            line = f"{self.documents} 份文档，{self.units} 句：{shown}；需复核 {self.review} 句"
            return line + (f"；跳过 {len(self.skipped)} 个输入" if self.skipped else "")
        shown = ", ".join(f"{label} {count}" for label, count in counts)
        line = f"{_count(self.documents, 'document')}, {_count(self.units, 'unit')}: {shown}; "
        line += f"{self.review} to review"
        return line + (f"; {_count(len(self.skipped), 'input')} skipped" if self.skipped else "")


def inputs(
    paths: Sequence[str], output: str | None = None, *, tell: Callable[[str], None] | None = None
) -> tuple[list[str], list[Skipped]]:
    """Return the files to read and what is skipped already; "-" stands for standard input.

    Parameters
    ----------
    paths : sequence of str
    output : str, optional
        Where results go; a folder's files do not count in the run's own output.
    tell : callable, optional
        Takes a line for the user; what an earlier run wrote into a folder is left out then, lest it count
        twice.

    Raises
    ------
    UsageError
        If an input was named that the output would replace.
    """
    files: list[str] = []
    skipped: list[Skipped] = []
    for path in dict.fromkeys(paths):
        if path == STDIN:
            files.append(path)
            continue
        found, missed = find_files([path])
        if output is not None:
            if path in found and same_file(path, output):
                raise UsageError("is input and output", hint="name another file with -o", path=path)
            found = [file for file in found if not same_file(file, output)]
        files += found if tell is None or path in found else _without_results(path, found, tell)
        skipped += missed
    return list(dict.fromkeys(files)), skipped


def _without_results(folder: str, files: Sequence[str], tell: Callable[[str], None]) -> list[str]:
    results = [file for file in files if is_table(file) and is_result(file)]
    for file in results:
        tell(f"note: {file}: is what 'policycls tag' wrote and left out; name it to read it")
    if files and len(results) == len(files):
        raise NoTextError("nothing but what 'policycls tag' wrote", hint="name it to read it", path=folder)
    return [file for file in files if file not in results]


def same_file(first: str, second: str) -> bool:
    """Say whether two paths are one file."""
    return os.path.realpath(first) == os.path.realpath(second)


def is_alone(paths: Sequence[str], files: Sequence[str], skipped: Sequence[Skipped]) -> bool:
    """Say whether one file was named and nothing else: its error is the run's error."""
    return len(files) == 1 and not skipped and list(files) == list(paths)


@dataclass(frozen=True, slots=True)
class BaseJob:
    """What to read, and how.

    Attributes
    ----------
    paths : sequence of str
        Files, folders, or "-" for standard input.
    output : str or None
        The file for the results.
    model : str or None
        A model folder; by default the model that ships.
    lang : {"en", "zh"}
        Language of column and label names in tables.
    jobs : int
        Processes.
    reading : Reading
    meta : str or None
        A table of columns to join by ``doc``.
    """

    paths: Sequence[str]
    output: str | None = None
    model: str | None = None
    lang: Language = "en"
    jobs: int = 1
    reading: Reading = field(default_factory=Reading)
    meta: str | None = None


@dataclass(frozen=True, slots=True)
class Job(BaseJob):
    """What to tag, and how; what is read as :class:`BaseJob` says.

    Attributes
    ----------
    resume : bool
        Go on with what an interrupted run left, and leave what can be gone on with.
    raw : bool
        CSV cells as they are.
    precision : float or None
        Mark for review what keeps the rest from being right at this rate.
    """

    resume: bool = False
    raw: bool = False
    precision: float | None = None

    def load_model(self) -> Model:
        """Read the model, at the precision wanted."""
        from policycls.model import load_model

        model = load_model(self.model)
        return model if self.precision is None else model.at_precision(self.precision)


def tag_job(
    job: Job,
    kind: Format,
    screen: Screen,
    *,
    tell: Callable[[str], None],
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Do a job: everything that can go wrong for good is found before the first document is read.

    Parameters
    ----------
    job : Job
    kind : str
        Format of the results.
    screen : Screen
        Where results go when the job names no file.
    tell : callable
        Takes a line for the user.
    progress : callable, optional
        Called after each document.
    """
    from policycls.meta import MetaTable

    if job.output is not None:
        check_writable(job.output)
        keep_corrections(job.output, "retrain")
    elif job.resume:
        raise UsageError("--resume needs a file to go on with", hint="name it with -o")
    files, skipped = inputs(job.paths, job.output, tell=tell)
    meta = MetaTable.read(job.meta, files) if job.meta else None
    model = job.load_model()
    if job.model is None and (place := find_workspace()) and place in (used := current_model(place)).parents:
        tell(f"note: using model {used.name} of the workspace {place}")
    with _open(job, kind, screen, model, meta) as output:
        if output.done:
            count = sum(done.documents for done in output.done.values())
            tell(f"going on: {count} documents of {len(output.done)} files are done already")
        report = run(
            files,
            model,
            output,
            reading=job.reading,
            skipped=skipped,
            jobs=job.jobs,
            meta=meta,
            alone=is_alone(job.paths, files, skipped),
            tell=tell,
            progress=progress,
        )
    report.notes = output.writer.notes
    return report


def _open(
    job: Job, kind: Format, screen: Screen, model: Model, meta: MetaTable | None
) -> AbstractContextManager[Output]:
    from policycls.model.evidence import explainer

    layout = Layout(
        labels_of(model.labels, model.own_labels), job.lang, explainer(model) if kind == "xlsx" else None
    )
    if job.output is None:
        return open_stream(screen, kind, layout, raw=job.raw)
    settings = _settings(job, model, meta) if job.resume else None
    return open_output(job.output, kind, layout, raw=job.raw, resume=settings)


def _settings(job: Job, model: Model, meta: MetaTable | None) -> dict[str, str]:
    """Return what must not change between the parts of an interrupted run."""
    return {
        "model": f"{model.id} {model.settings.review_below}",
        "encoding": job.reading.encoding or "",
        "text column": job.reading.text_column or "",
        "noise": "kept" if job.reading.keep_noise else "left out",
        "meta": meta.digest if meta else "",
    }


def run(
    files: Sequence[str],
    model: Model,
    output: Output,
    *,
    reading: Reading | None = None,
    skipped: Iterable[Skipped] = (),
    jobs: int = 1,
    meta: MetaTable | None = None,
    alone: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Tag files into an output.

    Parameters
    ----------
    files, model, reading, jobs
        As for :func:`tag_files`.
    output, meta, tell, progress, clock
        What takes the units, joins columns, takes a line for the user, is called after each document, and
        gives seconds.
    skipped : iterable of Skipped
        Inputs that are skipped already.
    alone : bool
        There is one input only: if it cannot be read, its error is raised.

    Raises
    ------
    DocumentError
        If nothing could be read.
    """
    report, track = Report(), Track(files, progress, clock)

    def skip(item: Skipped) -> None:
        report.skipped.append(item)
        output.skip(item)
        tell(f"skipped: {item.path}: {item.reason}")

    for item in skipped:
        skip(item)
    for result in tag_files(files, model, reading, jobs=jobs, done=output.done):
        if isinstance(result, Failure):
            if alone:
                raise result.error
            skip(result.skipped())
        else:
            units = result.units if meta is None else meta.join(result.units)
            output.write(units, file=result.file, documents=result.number, whole=result.whole)
            report.add(units)
            for note in result.notes:
                tell(f"note: {result.file}: {note}")
        track.pass_by(result, report.documents, report.units)
    if not report.documents and not output.done:
        if len(report.skipped) == 1:
            raise NoTextError(report.skipped[0].reason, path=report.skipped[0].path)
        raise NoTextError(f"none of the {len(report.skipped)} inputs could be read")
    report.unmatched = meta.unmatched() if meta is not None and not output.done else []
    return report


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
