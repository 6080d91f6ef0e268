"""Beyond one machine: a data set in partitions, tagged by the workers of a Dask scheduler."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policycls.api import tag_frame
from policycls.batch import Job, Report, inputs, is_alone
from policycls.errors import DocumentError, LimitError, ModelError, UsageError
from policycls.model import load_model
from policycls.output import Layout
from policycls.partitions import (
    UNFINISHED,
    Partition,
    Tally,
    Work,
    lengthen,
    output_folder,
    partitions,
    prepare,
    uneven,
    write_part,
)
from policycls.progress import Progress
from policycls.schema import labels_of

if TYPE_CHECKING:
    import pandas as pd

    from policycls.model import Model
    from policycls.model.weights import Settings

try:
    from distributed import WorkerPlugin
except ImportError:  # _dask() says so, where it is needed
    WorkerPlugin = object  # type: ignore[assignment,misc]

#: Partitions in the air for each thread of the workers.
AHEAD: Final = 4
#: Seconds after which a scheduler that does not answer is given up.
PATIENCE: Final = 10


@dataclass(frozen=True, slots=True)
class Ticket:
    """Names a model in a task. The model itself is sent to each worker once."""

    id: str
    settings: Settings
    path: str | None


_models: dict[Ticket, Model] = {}


class ModelPlugin(WorkerPlugin):
    """Brings a model to every worker, to those that join later too."""

    def __init__(self, ticket: Ticket, model: Model) -> None:
        self.name = f"policycls-{ticket.id}-{ticket.settings}"
        self.ticket, self.model = ticket, model

    def setup(self, worker: Any) -> None:
        """Keep the model in the worker's process."""
        del worker
        _models.setdefault(self.ticket, self.model)


def tag_dataset(
    data: Any,
    *,
    text: str,
    doc: str | None = None,
    heading: str | None = None,
    client: Any = None,
    model: Model | None = None,
) -> Any:
    """Label each row of a data set larger than memory, by partitions: :func:`policycls.tag_frame` on each.

    A row is a unit, nothing is split. Rows of one document that stand next to each other within a partition
    are each other's context; a document that lies across two partitions loses it at the seam. With
    partitions of some 50,000 rows that concerns few documents; where none may be cut, divide the data set
    at documents, or have ``policycls tag --cluster`` do it.

    Parameters
    ----------
    data : dask DataFrame, str or Path
        Or the path of a Parquet file or folder.
    text, doc, heading : str
        Names of columns, as for :func:`policycls.tag_frame`.
    client : distributed.Client, optional
        By default the one that is active, if any. Its workers get the model now, once each.
    model : Model, optional
        By default the workspace's, else the one that ships.

    Returns
    -------
    dask DataFrame
        Nothing is computed yet. Index, divisions and columns are kept; those of ``tag_frame`` follow.

    Raises
    ------
    UsageError, TableError, DocumentError
        Without Dask; if a column is missing; if there is nothing at that path.

    Examples
    --------
    >>> import dask.dataframe as dd, pandas as pd
    >>> data = dd.from_pandas(pd.DataFrame({"正文": ["会议于9时开始。"]}), npartitions=1)
    >>> tag_dataset(data, text="正文")["label"].compute().tolist()
    ['none']
    """
    dataframe = _dask("dask.dataframe")
    if isinstance(data, str | PathLike):
        try:
            data = dataframe.read_parquet(data)
        except FileNotFoundError:
            raise DocumentError("no such file or folder", path=str(data)) from None
    used = model or load_model()
    ticket = _hand_out(used, client or _active_client())
    columns = {"text": text, "doc": doc, "heading": heading}
    meta = tag_frame(data._meta_nonempty, **columns, model=used).iloc[:0]  # type: ignore[arg-type]
    return data.map_partitions(_tag_partition, ticket, columns, meta, meta=meta)


def _tag_partition(
    frame: pd.DataFrame, ticket: Ticket, columns: dict[str, Any], meta: pd.DataFrame
) -> pd.DataFrame:
    tagged = tag_frame(frame, **columns, model=_model(ticket))
    return tagged if len(tagged) else tagged.astype(meta.dtypes.to_dict())


def _hand_out(model: Model, client: Any) -> Ticket:
    """Send a model to every worker of a client, and keep it for tasks in this process."""
    ticket = Ticket(model.id, model.settings, None if model.path is None else str(model.path.resolve()))
    if client is not None:
        client.register_plugin(ModelPlugin(ticket, model))
    _models.setdefault(ticket, model)
    return ticket


def _model(ticket: Ticket) -> Model:
    """Return the model that was handed out; where it was not, the one at its path."""
    if ticket not in _models:
        if ticket.path is None:
            raise ModelError("the model was not sent to this worker", hint="give tag_dataset its client")
        found = load_model(ticket.path).with_settings(ticket.settings)
        if found.id != ticket.id:
            raise ModelError(f"model {found.id} lies here, not {ticket.id}", path=ticket.path)
        _models[ticket] = found
    return _models[ticket]


def _dask(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        hint = "pip install 'policycls[cluster]'"
        raise UsageError("a cluster needs Dask, which is not installed", hint=hint) from error


def _active_client() -> Any:
    try:
        return _dask("distributed").default_client()
    except ValueError:
        return None


def tag_on_cluster(
    job: Job,
    wanted: str | None,
    address: str,
    *,
    tell: Callable[[str], None],
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Do a job on the workers of a scheduler; its output is a folder of Parquet files.

    Together they hold, in order, the rows that the same job gives on one machine. Parquet is read by the
    workers, a stretch of row groups each; everything else is read here and sent. Parts are written by the
    workers, each whole or not at all. What is interrupted can be gone on with.

    Parameters
    ----------
    job : Job
        ``output`` names the folder, which the workers reach under the same path.
    wanted : str or None
        Format that was asked for.
    address : str
        The scheduler's.
    tell, progress : callable
        As for :func:`policycls.batch.tag_job`.

    Raises
    ------
    UsageError, OutputError, DocumentError
        Without a scheduler; for a folder of other things; if nothing could be read.
    """
    folder = output_folder(job, wanted)
    files, skipped = inputs(job.paths, tell=tell)
    files = [file for file in files if folder not in Path(file).resolve().parents]
    model = job.load_model()
    with _connect(address) as client:
        done = prepare(folder, job, model, files)
        if done:
            tell(f"going on: {len(done)} parts are done already")
        if not client.nthreads():
            tell("note: the scheduler has no workers yet; waiting for one")
        alone = is_alone(job.paths, files, ())
        write = _Writing(
            _hand_out(model, client), Layout(labels_of(model.labels, model.own_labels), job.lang), alone
        )
        tally, start = Tally(files, skipped, tell), time.monotonic()
        report = tally.report
        for partition, part in _spread(client, write, partitions(files, job.reading), folder, done):
            tally.add(partition, part)
            if progress is not None:
                seconds = time.monotonic() - start
                progress(Progress(report.documents, report.units, partition.share, seconds))
        if not done:
            tally.close(alone=alone)
        short, columns = uneven(folder)
        for future in client.map(lengthen, short, names=columns, pure=False):
            _result(future)
    (folder / UNFINISHED).unlink()
    return report


@contextmanager
def _connect(address: str) -> Iterator[Any]:
    distributed = _dask("distributed")
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = "start one with 'dask scheduler', or check the address"
        raise UsageError(f"no Dask scheduler answers at {address}", hint=hint) from error
    with client:
        yield client


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a worker makes a part."""

    ticket: Ticket
    layout: Layout
    strict: bool

    def __call__(self, tasks: Sequence[Work], path: str) -> Report:
        return write_part(_model(self.ticket), tasks, path, self.layout, strict=self.strict)


def _spread(
    client: Any, write: _Writing, work: Iterator[Partition], folder: Path, done: set[str]
) -> Iterator[tuple[Partition, Report]]:
    """Have partitions done, so many at a time; yield them in order."""
    under_way: deque[tuple[Partition, Any]] = deque()
    for number, partition in enumerate(work):
        path = folder / f"part-{number:05}.parquet"
        if path.name in done:
            continue
        under_way.append((partition, client.submit(write, partition.tasks, str(path), pure=False)))
        while len(under_way) > AHEAD * max(1, sum(client.nthreads().values())):
            yield _next(under_way)
    while under_way:
        yield _next(under_way)


def _next(under_way: deque[tuple[Partition, Any]]) -> tuple[Partition, Report]:
    partition, future = under_way.popleft()
    return partition, _result(future)


def _result(future: Any) -> Any:
    distributed = _dask("distributed")
    try:
        return future.result()
    except distributed.KilledWorker as error:
        hint = "give each worker more memory, then go on with --resume"
        raise LimitError("a part has brought down one worker after another", hint=hint) from error
    except distributed.client.FutureCancelledError as error:
        raise UsageError("the scheduler is gone", hint="go on with --resume") from error
    except ModuleNotFoundError as error:
        raise UsageError(f"a worker lacks {error.name}", hint="install policycls[cluster] there") from error
