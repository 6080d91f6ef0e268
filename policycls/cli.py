"""The command line: a command parses, makes one call, and prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from policycls import cli_learning, cli_tagging, console
from policycls.cli_learning import Strict
from policycls.cli_tagging import Language, ModelOption, Quiet, Workspace, teller
from policycls.errors import OutputError, PolicyclsError

EPILOG = (
    "Exit status: 0 done, 2 usage, 3 input, 4 model, 5 labels or corpus, 6 output, 7 locked, "
    "8 done but some inputs were skipped (each is named), 1 a bug, 130 Ctrl-C, 143 terminated."
)


class Group(TyperGroup):
    """Turns what goes wrong in a command into one line on standard error and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except PolicyclsError as error:
            console.say(f"error: {error}")
            console.settle_stdout()
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
        except KeyboardInterrupt as end:
            console.say(": ".join(["interrupted", *map(str, end.args)]))
            raise typer.Exit(console.INTERRUPTED) from None
        except console.Terminated as end:
            console.say(": ".join(["terminated", *map(str, end.args)]))
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

for command in (cli_tagging.tag, cli_tagging.extract):
    app.command()(command)
cli_learning.add_to(app)
app.command()(cli_tagging.report)


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
    workspace: Workspace = None,
    quiet: Quiet = False,
) -> None:
    """Tag every sentence of Chinese policy documents with the measure that it carries."""
    del version, workspace
    ctx.obj = quiet


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence, or - for standard input.")],
    *,
    heading: Annotated[str, typer.Option(metavar="TEXT", help="The heading that it stands under.")] = "",
    model: ModelOption = None,
    words: Annotated[int, typer.Option(min=1, help="So many words for, and so many against.")] = 12,
    lang: Language = "en",
    workspace: Workspace = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every word and weight as JSON.")] = False,
) -> None:
    """Say which label a sentence gets, and which words decided.

    Example: policycls explain 企业开办一日办结
    """
    from policycls.output.explanation import explain_text

    del workspace
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
    strict: Strict = False,
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
    report = train_job(
        data, output, labels=labels, allow_small=allow_small, strict=strict, tune=tune, tell=teller(quiet)
    )
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    console.open_streams()
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
