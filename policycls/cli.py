"""The command line: a command parses, makes one call, and prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from policycls import cli_learning, cli_report, console
from policycls.errors import OutputError, PolicyclsError

if TYPE_CHECKING:
    from policycls.batch import Report

EPILOG = (
    "Exit status: 0 done, 2 usage, 3 input, 4 model, 5 labels or corpus, 6 output, 7 locked, "
    "8 done but some inputs were skipped (each is named), 1 a bug, 130 Ctrl-C, 143 terminated."
)
SKIPPED = 8


class Group(TyperGroup):
    """Turns what goes wrong in a command into one line on standard error and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except PolicyclsError as error:
            console.say(f"error: {error}")
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            console.abandon_stdout()
            raise typer.Exit(0) from None
        except OSError as error:
            # Files have errors of their own by now; what is left is standard output.
            if os.environ.get("POLICYCLS_DEBUG"):
                raise
            console.abandon_stdout()
            console.say(f"error: standard output: {error.strerror or error}")
            raise typer.Exit(OutputError.exit_code) from None
        except KeyboardInterrupt:
            console.say("interrupted")
            raise typer.Exit(console.INTERRUPTED) from None
        except console.Terminated:
            console.say("terminated")
            raise typer.Exit(console.TERMINATED) from None
        except Exception as error:
            if isinstance(error, (typer.Exit, typer.Abort)) or type(error).__module__.startswith("typer."):
                raise
            if os.environ.get("POLICYCLS_DEBUG"):
                raise
            hint = "please report it, with the traceback that POLICYCLS_DEBUG=1 gives"
            console.say(f"bug: {type(error).__name__}: {error}; {hint}")
            raise typer.Exit(console.BUG) from None
        return result


app = typer.Typer(
    cls=Group,
    name="policycls",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)

cli_learning.add_to(app)
cli_report.add_to(app)

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


def _version(wanted: bool) -> None:
    if wanted:
        from policycls import __version__

        typer.echo(f"policycls {__version__}")
        raise typer.Exit


@app.callback()
def start(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    workspace: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", callback=cli_learning.use_workspace, help="A workspace; by default the nearest."
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tag every sentence of Chinese policy documents with the measure that it carries."""
    del version, workspace
    ctx.obj = quiet


@app.command()
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
    quiet: Quiet = False,
) -> None:
    """Tag documents: label and scores for every sentence.

    Without -o: a table on a terminal, JSON lines into a pipe.

    Example: policycls tag bulletins/ -o tagged.xlsx --lang zh
    """
    from policycls.batch import Job, Reading, tag_job
    from policycls.output import choose_format

    screen = console.screen()
    kind = choose_format(output, format, terminal=screen.terminal)
    stdin = console.read_stdin() if "-" in paths else None
    reading = Reading(encoding, text_column, keep_noise, stdin)
    job = Job(paths, output, model, lang, jobs, reading, meta, resume, raw_csv, precision)
    quiet = quiet or ctx.obj
    with console.progress_bar(not quiet and (output is not None or not screen.terminal)) as progress:
        report = tag_job(job, kind, screen, tell=_teller(quiet), progress=progress)
    _finish(report, lang, quiet)


@app.command()
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
    skipped = extract_job(
        paths, reading, screen, output=output, wanted=format, lang=lang, tell=_teller(quiet)
    )
    if skipped:
        raise typer.Exit(SKIPPED)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence, or - for standard input.")],
    *,
    heading: Annotated[str, typer.Option(metavar="TEXT", help="The heading that it stands under.")] = "",
    model: ModelOption = None,
    words: Annotated[int, typer.Option(min=1, help="So many words for, and so many against.")] = 12,
    lang: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Every word and weight as JSON.")] = False,
) -> None:
    """Say which label a sentence gets, and which words decided.

    Example: policycls explain 企业开办一日办结
    """
    from policycls.output.explanation import explain_text

    if text == "-":
        text = console.read_stdin().decode("utf-8-sig", "replace")
    lines = explain_text(text, heading=heading, model=model, lang=lang, limit=words, as_json=as_json)
    console.print_lines(lines)


@app.command()
def labels(
    file: Annotated[
        str | None, typer.Option("--labels", metavar="FILE", help="A schema of your own; it is checked.")
    ] = None,
    lang: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="The whole schema as JSON.")] = False,
) -> None:
    """Show the labels: names, meaning, borders, examples.

    Example: policycls labels --lang zh
    """
    import json

    from policycls.output.schema_text import schema_record, schema_text
    from policycls.schema import load_label_set

    found = load_label_set(file)
    if as_json:
        console.print_lines([json.dumps(schema_record(found), ensure_ascii=False, indent=2)])
    else:
        console.print_lines(schema_text(found, lang, console.screen().columns))


@app.command()
def train(
    ctx: typer.Context,
    data: Annotated[
        list[str], typer.Argument(metavar="DATA", help="Labelled tables, JSONL files or corpus folders.")
    ],
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="MODELDIR", help="The new model's folder.")
    ],
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|auto", help="A schema of your own, or auto: the labels that the data has."
        ),
    ] = None,
    allow_small: Annotated[
        bool, typer.Option("--allow-small", help="Accept labels with fewer than 3 sentences.")
    ] = False,
    tune: Annotated[
        bool, typer.Option("--search", help="Try some settings by cross-validation, and take the best.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Train a model on labelled documents.

    Example: policycls train labelled.xlsx -o my-model --labels auto
    """
    from policycls.training import train_job

    quiet = quiet or ctx.obj
    report = train_job(data, output, labels=labels, allow_small=allow_small, tune=tune, tell=_teller(quiet))
    if not quiet:
        for note in report.notes:
            console.say(f"note: {note}")
        console.say(report.summary())


@app.command()
def evidence(
    ctx: typer.Context,
    data: Annotated[
        list[str], typer.Argument(metavar="DATA", help="Labelled tables, JSONL files or corpus folders.")
    ],
    *,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="The table to write.")],
    corrections: Annotated[
        str | None, typer.Option(metavar="FILE", help="Labels mended afterwards: document, unit, label.")
    ] = None,
    min_documents: Annotated[
        int, typer.Option(metavar="N", min=2, help="Leave out words that stand in fewer documents.")
    ] = 5,
    quiet: Quiet = False,
) -> None:
    """Count what words say in labelled documents, as a table of figures without any sentence.

    Example: policycls evidence labelled.jsonl -o evidence.tsv
    """
    from policycls.training import evidence_job

    said = evidence_job(data, output, corrections=corrections, min_documents=min_documents)
    if not (quiet or ctx.obj):
        console.say(said)


@app.command()
def evaluate(
    more: Annotated[list[str] | None, typer.Argument(metavar="[DATA]...", help="Further DATA.")] = None,
    *,
    on: Annotated[
        list[str],
        typer.Option("--on", metavar="DATA", help="Labelled tables, JSONL files or corpus folders."),
    ],
    model: ModelOption = None,
    alone: Annotated[bool, typer.Option("--alone", help="Each sentence without its context.")] = False,
    lang: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Every figure as JSON.")] = False,
) -> None:
    """Measure a model on labelled documents that it has not seen, with 95 % intervals by document.

    Of a corpus with a splits.json, its test documents are taken.

    Example: policycls evaluate --on labelled.xlsx
    """
    from policycls.evaluation import evaluate_job

    found = evaluate_job([*on, *(more or [])], model=model, alone=alone, lang=lang, as_json=as_json)
    console.print_lines(found)


def _teller(quiet: bool) -> Callable[[str], None]:
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    console.open_missing()
    console.catch_signals()
    try:
        app(arguments, prog_name="policycls")
    except SystemExit as end:
        # Typer calls a closed pipe a failure while it prints help; it leaves this wrapper behind.
        if end.code == 1 and type(sys.stdout).__name__ == "PacifyFlushWrapper":
            sys.exit(0)
        raise
    except OSError as error:  # while help was printed
        console.abandon_stdout()
        sys.exit(0 if isinstance(error, BrokenPipeError) else OutputError.exit_code)
    except KeyboardInterrupt:
        sys.exit(console.INTERRUPTED)
    except console.Terminated:
        sys.exit(console.TERMINATED)
