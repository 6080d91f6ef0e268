"""Reports from files, for the command line: the page, and tables of counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policycls.batch import Report, inputs, run
from policycls.errors import ModelError, NoTextError, UsageError
from policycls.meta import MetaTable
from policycls.model import load_model
from policycls.model.evidence import explainer
from policycls.model.store import read_manifest
from policycls.output import Output, atomic_path, check_writable
from policycls.output.destination import same_file
from policycls.output.report import Collector, gather, render
from policycls.output.summary import Shape, frame_of, summarize, write_summary
from policycls.output.tagged import is_tagged, label_set_of, read_tagged
from policycls.resources import default_model
from policycls.schema import Language, labels_of
from policycls.streaming import Reading

if TYPE_CHECKING:
    from policycls.model import Model
    from policycls.progress import Progress

#: So many units make a page that a browser is slow to open.
_MANY: Final = 30_000


@dataclass(frozen=True, slots=True)
class ReportJob:
    """What to report, and how.

    Attributes
    ----------
    paths : sequence of str
        Documents, folders, tagged tables, or "-".
    output : str or None
        The page, or the table; a table without a file is only returned.
    table : str or None
        Columns to count by, with commas between; "" counts over all. None: make the page.
    shape : {"long", "wide"}
    model : str or None
        A model folder; by default that of the workspace, or the one that ships.
    lang : {"en", "zh"}
        The language in which the page opens, or that of the table's names.
    jobs : int
    reading : Reading
    meta : str or None
        A table of columns to join by ``doc``.
    made : date or None
        Told on the page.
    """

    paths: Sequence[str]
    output: str | None = None
    table: str | None = None
    shape: Shape = "long"
    model: str | None = None
    lang: Language = "en"
    jobs: int = 1
    reading: Reading = field(default_factory=Reading)
    meta: str | None = None
    made: date | None = None


def report_job(
    job: ReportJob,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Report, bytes]:
    """Tag what is not tagged yet, and write the page or the table.

    Returns
    -------
    report : Report
        What was read.
    table : bytes
        The table as CSV; empty for a page.

    Raises
    ------
    UsageError
        If the page has no file to go to.
    DocumentError, TableError
        If there is nothing to report on.
    """
    if job.output is not None:
        check_writable(job.output)
    elif job.table is None:
        raise UsageError("a page needs a file", hint="name it with -o, such as -o report.html")
    found, model, unmatched = _collect(job, tell, progress)
    if not found.units:
        raise NoTextError("there is nothing tagged to report on")
    report = Report(skipped=found.skipped, unmatched=unmatched)
    for _, units_of_doc in groupby(found.units, key=lambda unit: unit.doc):
        report.add(list(units_of_doc))
    if job.table is not None:
        return report, _table(job, found)
    _page(job, found, model, report)
    return report, b""


def _collect(
    job: ReportJob, tell: Callable[[str], None], progress: Callable[[Progress], None] | None
) -> tuple[Collector, Model | None, list[str]]:
    """Read tagged tables and tag the rest; return it, the model, and rows of ``meta`` without a document."""
    tables = [path for path in job.paths if is_tagged(path)]
    for path in tables:
        if job.output is not None and same_file(path, job.output):
            raise UsageError("is input and output", hint="name another file with -o", path=path)
    documents = [path for path in job.paths if path not in tables]
    files, skipped = inputs(documents, job.output)
    meta = _meta(job.meta, tables, files)
    found = Collector()
    for path in tables:
        for units in read_tagged(path):
            found.write(units if meta is None else meta.join(units))
    model = None
    if documents:
        model = load_model(job.model)
        found.explain = explainer(model) if job.table is None else None
        alone = len(job.paths) == len(files) == 1 and not skipped and files == list(job.paths)
        run(
            files, model, Output(found), reading=job.reading, skipped=skipped, jobs=job.jobs, alone=alone,
            meta=meta, tell=tell, progress=progress,
        )  # fmt: skip
    return found, model, meta.unmatched() if meta else []


def _meta(path: str | None, tables: Sequence[str], files: Sequence[str]) -> MetaTable | None:
    if path is None:
        return None
    names = {unit.doc for table in tables for units in read_tagged(table) for unit in units}
    return MetaTable.read(path, [*files, *sorted(names)])


def _table(job: ReportJob, found: Collector) -> bytes:
    by = [name.strip() for name in (job.table or "").split(",") if name.strip()]
    counted = summarize(
        frame_of(found.units), by, shape=job.shape, lang=job.lang, labels=label_set_of(found.units)
    )
    if job.output is None:
        return write_summary(counted)
    with atomic_path(job.output) as path:
        return write_summary(counted, path)


def _page(job: ReportJob, found: Collector, model: Model | None, report: Report) -> None:
    labels = labels_of(model.labels) if model is not None else label_set_of(found.units)
    known = {*labels.ids, labels.none.id}
    if any(unit.label not in known for unit in found.units):
        labels = label_set_of(found.units)
    html = render(gather(found, labels, _card(job, model, found)), job.lang, job.made)
    if job.output is not None:
        with atomic_path(job.output) as path:
            path.write_bytes(html.encode("utf-8", "replace"))
    if len(found.units) > _MANY:
        report.notes.append(
            f"the page holds {len(found.units):,} units and opens slowly; a page for each district opens fast"
        )


def _card(job: ReportJob, model: Model | None, found: Collector) -> Mapping[str, Any]:
    """Return the manifest of the model that tagged, where it is at hand."""
    folder = model.path if model is not None else Path(job.model) if job.model else default_model()
    if folder is None:
        return {}
    try:
        manifest = read_manifest(folder)
    except ModelError:
        return {}
    tagged_by = {unit.model for unit in found.units}
    return manifest if job.model or tagged_by == {manifest["id"]} else {}
