"""The command ``report``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from policycls import console

SKIPPED = 8


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
    meta: Annotated[
        str | None,
        typer.Option(metavar="TABLE", help="Join this table's columns (region, year ...) by its column doc."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="DIR", help="A model folder; by default the one that ships."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the result is the same for any number.")] = 1,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoding of text files, where the guess is wrong.")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column of a table that holds the text.")
    ] = None,
    lang: Annotated[
        Literal["en", "zh"], typer.Option(help="The page opens in it; names in tables: en or zh.")
    ] = "en",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No notes, no progress; skipped inputs are told.")
    ] = False,
) -> None:
    """Make one offline page of documents or of a tagged table, or a table of counts.

    Example: policycls report bulletins/ --meta districts.csv -o report.html --lang zh
    """
    from datetime import UTC, datetime

    from policycls.reporting import ReportJob, report_job
    from policycls.streaming import Reading

    quiet = quiet or ctx.obj

    def tell(message: str) -> None:
        if not quiet or message.startswith("skipped: "):
            console.say(message)

    stdin = console.read_stdin() if "-" in paths else None
    reading = Reading(encoding, text_column, stdin=stdin)
    today = datetime.now(UTC).astimezone().date()
    job = ReportJob(paths, output, table, shape, model, lang, jobs, reading, meta, today)
    with console.progress_bar(not quiet) as progress:
        found, counts = report_job(job, tell=tell, progress=progress)
    if output is None:
        console.print_lines(counts.decode("utf-8-sig").splitlines())
    for row in found.unmatched:
        console.say(f"meta: no document for {row}")
    if not quiet:
        for note in found.notes:
            console.say(f"note: {note}")
        console.say(found.summary(lang))
    if found.skipped:
        raise typer.Exit(SKIPPED)


def add_to(app: typer.Typer) -> None:
    """Give the command line its command."""
    app.command()(report)
