"""Reports from files, for the command line: the page, and tables of counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from policycls.atomic import atomic_path, check_writable
from policycls.batch import BaseJob, Report, inputs, is_alone, run, same_file
from policycls.errors import ModelError, NoTextError, UsageError
from policycls.meta import MetaTable
from policycls.model import load_model
from policycls.model.evidence import explainer
from policycls.model.store import read_manifest
from policycls.output import Output
from policycls.output.report import Collector, Likeness, gather, render
from policycls.output.summary import Shape, frame_of, summarize, write_summary
from policycls.output.tagged import earlier_skips, is_tagged, label_set_of, read_tagged
from policycls.schema import labels_of

if TYPE_CHECKING:
    from policycls.model import Model
    from policycls.progress import Progress

#: So many units make a page that a browser is slow to open.
_MANY: Final = 30_000
#: With fewer units, a comparison with others says little.
_ENOUGH: Final = 100
_PERCENTILES: Final = (10, 50, 90)


@dataclass(frozen=True, slots=True)
class ReportJob(BaseJob):
    """What to report, and how; ``paths`` may be tagged tables too, and ``output`` is the page or the table.

    Attributes
    ----------
    table : str or None
        Columns to count by, with commas between; "" counts over all. None: make the page.
    shape : {"long", "wide"}
    made : date or None
        Told on the page.
    """

    table: str | None = None
    shape: Shape = "long"
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
    files, skipped = inputs(documents, job.output, tell=tell)
    meta = _meta(job.meta, tables, files)
    found = Collector()
    for path in tables:
        found.earlier += earlier_skips(path)
        for units in read_tagged(path):
            found.write(units if meta is None else meta.join(units))
    model = None
    if documents:
        model = load_model(job.model)
        found.explain = explainer(model) if job.table is None else None
        run(
            files, model, Output(found), reading=job.reading, skipped=skipped, jobs=job.jobs,
            alone=is_alone(job.paths, files, skipped), meta=meta, tell=tell, progress=progress,
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
    labels = labels_of(model.labels, model.own_labels) if model is not None else label_set_of(found.units)
    known = {*labels.ids, labels.none.id}
    if any(unit.label not in known for unit in found.units):
        labels = label_set_of(found.units)
    model = model or _tagger(job, found)
    card = {} if model is None or model.path is None else read_manifest(model.path)
    html = render(gather(found, labels, card, _likeness(model, found)), job.lang, job.made)
    if job.output is not None:
        with atomic_path(job.output) as path:
            path.write_bytes(html.encode("utf-8", "replace"))
    if len(found.units) > _MANY:
        report.notes.append(
            f"the page holds {len(found.units):,} units and opens slowly; a page for each district opens fast"
        )


def _tagger(job: ReportJob, found: Collector) -> Model | None:
    """Return the model that tagged what was read as tables, where it is at hand."""
    try:
        model = load_model(job.model)
    except ModelError:
        return None
    return model if job.model or {unit.model for unit in found.units} == {model.id} else None


def _likeness(model: Model | None, found: Collector) -> Likeness | None:
    """Compare what was read with documents like those that the model learnt from; None for a few units."""
    from policycls.learning.drift import Sample, advice, drift, look, reference

    units = [unit for unit in found.units if unit.kind != "noise"]
    if model is None or len(units) < _ENOUGH:
        return None
    try:
        old = look(model, reference(model))
    except ModelError:
        return None
    texts, headings, docs = zip(*((unit.text, unit.heading, unit.doc) for unit in units), strict=True)
    compared = drift(look(model, Sample(list(texts), list(headings), list(docs), {})), old)
    new = compared.new
    return Likeness(
        unknown=(new.unknown, old.unknown),
        sure=(new.sure, old.sure),
        spread={n: (new.percentile(n), old.percentile(n)) for n in _PERCENTILES},
        shares={label: (share, old.shares[label]) for label, share in new.shares.items()},
        words=new.examples,
        advice=(advice(compared, "en"), advice(compared, "zh")),
    )
