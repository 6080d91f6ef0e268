"""The commands that read documents, and the options that commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from policycls import console

if TYPE_CHECKING:
    from policycls.batch import Report
    from policycls.streaming import Reading

SKIPPED = 8

Lang = Literal["en", "zh"]
Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, or - for standard input.")]
Language = Annotated[Lang, typer.Option(help="Language of column and label names in tables: en or zh.")]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="DIR", help="A model folder; by default the one that ships.")
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="Encoding of text files, where the guess is wrong.")
]
TextColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column of a table that holds the text.")
]
Jobs = Annotated[int, typer.Option(min=1, help="Processes; the result is the same for any number.")]
Meta = Annotated[
    str | None,
    typer.Option(metavar="TABLE", help="Join this table's columns (region, year ...) by its column doc."),
]
OutputFile = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write here; the suffix tells the format."),
]


def use_workspace(ctx: typer.Context, folder: str | None) -> str | None:
    """Use a workspace for the rest of the command."""
    from policycls.resources import WORKSPACE_VARIABLE, find_workspace

    if folder is not None:
        before = os.environ.get(WORKSPACE_VARIABLE)
        os.environ[WORKSPACE_VARIABLE] = str(find_workspace(folder))

        def restore() -> None:
            os.environ.pop(WORKSPACE_VARIABLE)
            if before is not None:
                os.environ[WORKSPACE_VARIABLE] = before

        ctx.call_on_close(restore)
    return folder


Workspace = Annotated[
    str | None,
    typer.Option(metavar="DIR", callback=use_workspace, help="The workspace; by default the nearest."),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No notes, no progress; errors and skipped inputs are told.")
]


def tag(
    ctx: typer.Context,
    paths: Paths,
    *,
    output: OutputFile = None,
    format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="table, jsonl, csv, xlsx or parquet; else by FILE's suffix."),
    ] = None,
    model: ModelOption = None,
    jobs: Jobs = 1,
    encoding: Encoding = None,
    text_column: TextColumn = None,
    lang: Language = "en",
    keep_noise: Annotated[
        bool, typer.Option("--keep-noise", help="Keep mastheads, page numbers and captions too.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Keep what is done when interrupted; run again to go on (jsonl and csv)."
        ),
    ] = False,
    meta: Meta = None,
    precision: Annotated[
        float | None,
        typer.Option(metavar="P", help="Mark for review so that the rest is right at this rate (0.95 ...)."),
    ] = None,
    raw_csv: Annotated[
        bool, typer.Option("--raw-csv", help="CSV without the ' before cells that look like formulas.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Tag on the workers of this Dask scheduler (tcp://host:8786), into a folder of Parquet.",
        ),
    ] = None,
    workspace: Workspace = None,
    quiet: Quiet = False,
) -> None:
    """Tag documents: label and scores for every sentence.

    Without -o: a table on a terminal, JSON lines into a pipe.

    Example: policycls tag bulletins/ -o tagged.xlsx --lang zh
    """
    from policycls.batch import Job, tag_job
    from policycls.output import choose_format

    del workspace
    screen = console.screen()
    kind = "parquet" if cluster else choose_format(output, format, terminal=screen.terminal)
    reading = _reading(paths, encoding, text_column, keep_noise)
    job = Job(paths, output, model, lang, jobs, reading, meta, resume, raw_csv, precision)
    quiet = quiet or ctx.obj
    shown = not quiet and (output is not None or not screen.terminal)
    with console.resumable(resume or cluster is not None), console.progress_bar(shown) as progress:
        if cluster is not None:
            from policycls.cluster import tag_on_cluster

            report = tag_on_cluster(job, format, cluster, tell=teller(quiet, lang), progress=progress)
        else:
            report = tag_job(job, kind, screen, tell=teller(quiet, lang), progress=progress)
    _finish(report, lang, quiet)


def extract(
    ctx: typer.Context,
    paths: Paths,
    *,
    output: OutputFile = None,
    format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="table, jsonl or text (the cleaned text alone)."),
    ] = None,
    encoding: Encoding = None,
    text_column: TextColumn = None,
    lang: Language = "en",
    quiet: Quiet = False,
) -> None:
    """Show the cleaned text and its sentences, untagged.

    Example: policycls extract notice.pdf --format text
    """
    from policycls.extraction import extract_job

    screen = console.screen()
    quiet = quiet or ctx.obj
    reading = _reading(paths, encoding, text_column)
    skipped = extract_job(
        paths, reading, screen, output=output, wanted=format, lang=lang, tell=teller(quiet, lang)
    )
    if skipped:
        raise typer.Exit(SKIPPED)


def report(
    ctx: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Documents, folders, tagged tables, or - for standard input."),
    ],
    *,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The page (.html), or with --table the CSV."),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="COLUMNS", help='Counts by these columns, such as region,year; "" for all.'),
    ] = None,
    shape: Annotated[
        Literal["long", "wide"],
        typer.Option(help="A row for each label, or all labels in one row."),
    ] = "long",
    meta: Meta = None,
    model: ModelOption = None,
    jobs: Jobs = 1,
    encoding: Encoding = None,
    text_column: TextColumn = None,
    lang: Annotated[Lang, typer.Option(help="The page opens in it; names in tables: en or zh.")] = "en",
    workspace: Workspace = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No notes, no progress; skipped inputs are told.")
    ] = False,
) -> None:
    """Make one offline page of documents or of a tagged table, or a table of counts.

    Example: policycls report bulletins/ --meta districts.csv -o report.html --lang zh
    """
    from datetime import UTC, datetime

    from policycls.reporting import ReportJob, report_job

    del workspace
    quiet = quiet or ctx.obj
    today = datetime.now(UTC).astimezone().date()
    reading = _reading(paths, encoding, text_column)
    job = ReportJob(paths, output, model, lang, jobs, reading, meta, table, shape, today)
    with console.progress_bar(not quiet) as progress:
        found, counts = report_job(job, tell=teller(quiet, lang), progress=progress)
    if output is None:
        console.print_lines(counts.decode("utf-8-sig").splitlines())
    _finish(found, lang, quiet)


def _reading(
    paths: list[str], encoding: str | None, text_column: str | None, keep_noise: bool = False
) -> Reading:
    from policycls.streaming import Reading

    stdin = console.read_stdin() if "-" in paths else None
    return Reading(encoding, text_column, keep_noise, stdin)


def teller(quiet: bool, lang: Lang = "en") -> Callable[[str], None]:
    """Return what tells the user of things as they happen; where quiet, only what is skipped."""
    from policycls.output.reasons import told

    def tell(message: str) -> None:
        if not quiet or message.startswith("skipped: "):
            console.say(told(message, lang))

    return tell


def _finish(report: Report, lang: Lang, quiet: bool) -> None:
    """Tell what a run came to, and end with the status for it."""
    for row in report.unmatched:
        console.say(f"meta: no document for {row}")
    if not quiet:
        tell = teller(quiet, lang)
        for note in report.notes:
            tell(f"note: {note}")
        tell(report.summary(lang))
    if report.skipped:
        raise typer.Exit(SKIPPED)
