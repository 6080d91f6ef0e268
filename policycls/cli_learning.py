"""The commands of a workspace: labels in, models out. A command parses, makes one call, and prints."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Literal

import typer

from policycls import console

Lang = Literal["en", "zh"]
Language = Annotated[Lang, typer.Option(help="Language of what is printed and of label names: en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Every figure as JSON.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who labelled; by default the account's name.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse texts that stand with different labels.")]
Data = Annotated[list[str], typer.Argument(metavar="DATA", help="Labelled tables, JSONL or corpus folders.")]


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


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (init, retrain, compare, promote, rollback, models):
        app.command()(command)
    review = typer.Typer(no_args_is_help=True, help="Hand sentences to people, and take their answers back.")
    review.command("export")(review_export)
    review.command("import")(review_import)
    app.add_typer(review, name="review")


def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new folder.")],
    *,
    labels: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A label set of your own, in place of the one that ships."),
    ] = None,
) -> None:
    """Make a workspace: a folder for your own labels, labelled sentences and models.

    Example: policycls init my-bureau
    """
    from policycls.learning.workspace import Workspace

    console.say(f"made {Workspace.create(folder, labels).root}; README.md in it tells what to do next")


def retrain(
    ctx: typer.Context,
    data: Annotated[
        list[str] | None, typer.Argument(metavar="[DATA]...", help="Labelled data to take in before.")
    ] = None,
    *,
    by: By = None,
    margin: Annotated[
        float, typer.Option(min=0, max=1, help="So much macro-F1 may be lost where chance would explain it.")
    ] = 0.01,
    force: Annotated[bool, typer.Option("--force", help="Promote it even where the gate refuses.")] = False,
    strict: Strict = False,
    workspace: Workspace = None,
    lang: Language = "en",
) -> None:
    """Train anew with your labelled sentences, compare, and use the new model if it is not worse.

    Example: policycls retrain labelled.xlsx --by 李华
    """
    from policycls.retraining import person, retrain_job

    lines = retrain_job(
        data or [], workspace=workspace, who=by or person(), margin=margin, force=force, strict=strict,
        lang=lang, tell=_teller(ctx),
    )  # fmt: skip
    console.print_lines(lines)


def compare(
    new: Annotated[str, typer.Argument(metavar="A", help="A model: folder, name, current or shipped.")],
    old: Annotated[str, typer.Argument(metavar="B", help="The model to compare it with.")],
    *,
    on: Annotated[list[str], typer.Option("--on", metavar="DATA", help="Labelled data; may be repeated.")],
    workspace: Workspace = None,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Compare model A with model B on labelled documents, and show the sentences that flipped.

    Example: policycls compare current shipped --on labelled.xlsx
    """
    from policycls.retraining import compare_job

    console.print_lines(compare_job(new, old, on, workspace=workspace, lang=lang, as_json=as_json))


def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name, number or id of a model; or shipped.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Even one that was refused.")] = False,
    workspace: Workspace = None,
) -> None:
    """Use another model of the workspace.

    Example: policycls promote 0002
    """
    from policycls.learning.retrain import promote as change
    from policycls.learning.workspace import Workspace as Place

    console.say(f"{change(Place.find(workspace), model, force=force)} is in use")


def rollback(*, workspace: Workspace = None) -> None:
    """Go back to the model that was in use before.

    Example: policycls rollback --workspace my-bureau
    """
    from policycls.learning.retrain import rollback as go_back
    from policycls.learning.workspace import Workspace as Place

    left, found = go_back(Place.find(workspace))
    console.say(f"went back from {left} to {found}")


def models(*, workspace: Workspace = None, lang: Language = "en", as_json: Json = False) -> None:
    """List the models of the workspace with their scores, and what happened to them.

    Example: policycls models --lang zh
    """
    from policycls.retraining import models_job

    console.print_lines(models_job(workspace=workspace, lang=lang, as_json=as_json))


Tool = Annotated[
    Literal["xlsx", "label-studio", "doccano", "spacy"] | None,
    typer.Option("--as", help="The tool that the file is for; by default the suffix tells."),
]


def review_export(
    data: Annotated[
        list[str] | None, typer.Argument(metavar="[TAGGED]...", help="What 'policycls tag' wrote.")
    ] = None,
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The file for the people who label.")
    ],
    n: Annotated[int, typer.Option("--n", min=1, help="So many sentences.")] = 200,
    strategy: Annotated[
        Literal["mixed", "uncertain", "rare", "varied", "random", "doubtful", "conflicts", "labelled"],
        typer.Option(help="How to choose; conflicts: where people differ; labelled: what is labelled."),
    ] = "mixed",
    test_share: Annotated[
        float, typer.Option(min=0, max=1, help="The share drawn from documents kept for testing.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Another number draws others.")] = 0,
    tool: Tool = None,
    workspace: Workspace = None,
    lang: Language = "zh",
) -> None:
    """Choose sentences that are worth labelling, and write them for people: a workbook, or another tool.

    Example: policycls review export tagged.jsonl -o to-label.xlsx --n 200
    """
    from policycls.reviewing import export_job

    said = export_job(
        data or [], output, tool=tool, n=n, strategy=strategy, test_share=test_share, seed=seed,
        workspace=workspace, lang=lang,
    )  # fmt: skip
    console.say(said)


def review_import(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="What came back from the people.")],
    *,
    by: By = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="These decide where people differ, or correct what stands.")
    ] = False,
    strict: Strict = False,
    tool: Tool = None,
    workspace: Workspace = None,
    lang: Language = "en",
) -> None:
    """Take labelled sentences back into the workspace: all of a file or nothing.

    Example: policycls review import to-label.xlsx --by 李华
    """
    from policycls.retraining import person
    from policycls.reviewing import import_job

    lines = import_job(
        files, tool=tool, who=by or person(), settled=settle, strict=strict, workspace=workspace, lang=lang
    )
    console.print_lines(lines)


def _teller(ctx: typer.Context) -> Callable[[str], None]:
    return (lambda _: None) if ctx.obj else console.say
