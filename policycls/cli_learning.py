"""The commands of a workspace: labels in, models out. A command parses, makes one call, and prints."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from policycls import console
from policycls.cli_tagging import Lang, Workspace, teller

Language = Annotated[Lang, typer.Option(help="Language of what is printed and of label names: en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Every figure as JSON.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who labelled; by default the account's name.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse texts that stand with different labels.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (init, retrain, compare, promote, rollback, models, agree, drift):
        app.command()(command)
    review = typer.Typer(no_args_is_help=True, help="Hand sentences to people, and take their answers back.")
    review.command("export")(review_export)
    review.command("import")(review_import)
    app.add_typer(review, name="review")
    corpus = typer.Typer(no_args_is_help=True, help="The state of a workspace's labelled sentences.")
    for name, command in (("check", corpus_check), ("stats", corpus_stats), ("repair", corpus_repair)):
        corpus.command(name)(command)
    app.add_typer(corpus, name="corpus")


def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new folder.")],
    *,
    labels: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A label set of your own, in place of the one that ships."),
    ] = None,
    lang: Language = "en",
) -> None:
    """Make a workspace: a folder for your own labels, labelled sentences and models.

    Example: policycls init my-bureau
    """
    from policycls.learning.words import say
    from policycls.learning.workspace import Workspace

    console.say(say("made", lang, root=Workspace.create(folder, labels).root))


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
        lang=lang, tell=teller(ctx.obj, lang),
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
    from policycls.evaluation import compare_job

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


def agree(
    ctx: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="One person's labelled sentences.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other person's, of the same sentences.")],
    *,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Measure how far two people agree, with 95 % intervals by document, and list where they differ.

    Example: policycls agree li.xlsx wang.xlsx
    """
    from policycls.surveying import agree_job

    console.print_lines(agree_job(a, b, lang=lang, as_json=as_json, tell=teller(ctx.obj, lang)))


def drift(
    ctx: typer.Context,
    data: Annotated[list[str], typer.Argument(metavar="DATA", help="Documents, folders or tagged tables.")],
    *,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="DATA", help="What to compare with; by default the corpus that ships."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="A model folder; by default the one in use.")
    ] = None,
    workspace: Workspace = None,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Say how far documents stand from those that the model was trained on, and what to do.

    Example: policycls drift bulletins/ --lang zh
    """
    from policycls.surveying import drift_job

    del workspace
    lines = drift_job(
        data, against or [], model=model, lang=lang, as_json=as_json, tell=teller(ctx.obj, lang)
    )
    console.print_lines(lines)


def corpus_check(*, workspace: Workspace = None, lang: Language = "en") -> None:
    """Check that every labelled row is as it was written, and list where people differ.

    Example: policycls corpus check --workspace my-bureau
    """
    from policycls.surveying import check_job

    console.print_lines(check_job(workspace=workspace, lang=lang))


def corpus_stats(*, workspace: Workspace = None, lang: Language = "en", as_json: Json = False) -> None:
    """Count the labelled rows by label, part and person.

    Example: policycls corpus stats --lang zh
    """
    from policycls.surveying import stats_job

    console.print_lines(stats_job(workspace=workspace, lang=lang, as_json=as_json))


def corpus_repair(*, workspace: Workspace = None, lang: Language = "en") -> None:
    """Move damaged rows to a file beside; nothing is deleted.

    Example: policycls corpus repair --workspace my-bureau
    """
    from policycls.surveying import repair_job

    console.say(repair_job(workspace=workspace, lang=lang))
