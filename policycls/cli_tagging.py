"""The commands that tag documents, and the options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from policycls import console

if TYPE_CHECKING:
    from policycls.batch import Report

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
OutputFile = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write here; the suffix tells the format."),
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
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the result is the same for any number.")] = 1,
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
    meta: Annotated[
        str | None,
        typer.Option(metavar="TABLE", help="Join this table's columns (region, year ...) by its column doc."),
    ] = None,
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
    quiet: Quiet = False,
) -> None:
    """Tag documents: label and scores for every sentence.

    Without -o: a table on a terminal, JSON lines into a pipe.

    Example: policycls tag bulletins/ -o tagged.xlsx --lang zh
    """
    from policycls.batch import Job, Reading, tag_job
    from policycls.output import choose_format

    screen = console.screen()
    kind = "parquet" if cluster else choose_format(output, format, terminal=screen.terminal)
    stdin = console.read_stdin() if "-" in paths else None
    reading = Reading(encoding, text_column, keep_noise, stdin)
    job = Job(paths, output, model, lang, jobs, reading, meta, resume, raw_csv, precision)
    quiet = quiet or ctx.obj
    with console.progress_bar(not quiet and (output is not None or not screen.terminal)) as progress:
        if cluster is not None:
            from policycls.cluster import tag_on_cluster

            report = tag_on_cluster(job, format, cluster, tell=teller(quiet), progress=progress)
        else:
            report = tag_job(job, kind, screen, tell=teller(quiet), progress=progress)
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
    from policycls.streaming import Reading

    screen = console.screen()
    stdin = console.read_stdin() if "-" in paths else None
    quiet = quiet or ctx.obj
    reading = Reading(encoding, text_column, stdin=stdin)
    skipped = extract_job(paths, reading, screen, output=output, wanted=format, lang=lang, tell=teller(quiet))
    if skipped:
        raise typer.Exit(SKIPPED)


def teller(quiet: bool) -> Callable[[str], None]:
    """Return what tells the user of things as they happen; where quiet, only what is skipped."""

    def tell(message: str) -> None:
        if not quiet or message.startswith("skipped: "):
            console.say(message)

    return tell


def _finish(report: Report, lang: Lang, quiet: bool) -> None:
    """Tell what a run came to, and end with the status for it."""
    for row in report.unmatched:
        console.say(f"meta: no document for {row}")
    if not quiet:
        for note in report.notes:
            console.say(f"note: {note}")
        console.say(report.summary(lang))
    if report.skipped:
        raise typer.Exit(SKIPPED)


def add_to(app: typer.Typer) -> None:
    """Give the command line its commands."""
    for command in (tag, extract):
        app.command()(command)
