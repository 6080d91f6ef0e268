"""Retraining in a workspace, and the list of its models: lines for a terminal, or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policycls.evaluation import comparison_lines
from policycls.learning.words import line, say
from policycls.schema import Language

if TYPE_CHECKING:
    from policycls.learning.retrain import Retrained

_CONFLICTS = 10


def person() -> str:
    """Return the name under which answers are kept where none is given: that of the account."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # Windows without USERNAME: no pwd
        return "unknown"


def retrain_job(
    data: Sequence[str],
    *,
    workspace: str | None,
    who: str,
    margin: float,
    force: bool,
    strict: bool,
    lang: Language,
    tell: Callable[[str], None],
) -> Iterator[str]:
    """Take labelled data in, retrain, and yield the lines that tell what came of it."""
    from policycls.learning.corpus import load_labelled
    from policycls.learning.intake import rows_of, take_in
    from policycls.learning.retrain import retrain
    from policycls.learning.workspace import Workspace

    place = Workspace.find(workspace)
    if data:
        source = ", ".join(Path(file).name for file in data)
        rows = rows_of(place, load_labelled(data, place.labels, tell=tell), who=who, source=source)
        taken = take_in(place, rows, strict=strict)
        for text in taken.text(lang):
            tell(text)
        for text in taken.alike:
            tell(f"note: the same text stands with different labels: {text}")
    found = retrain(place, margin=margin, force=force, tell=tell)
    for title, comparison in (("on_own", found.own), ("on_base", found.base)):
        if comparison is not None:
            yield say(title, lang)
            flips = comparison is found.own or found.own is None
            yield from comparison_lines(comparison, place.labels, lang, flips=flips)
    for conflict in found.conflicts[:_CONFLICTS]:
        yield say("left_out", lang, conflict=conflict)
    if more := len(found.conflicts[_CONFLICTS:]):
        yield say("left_out_more", lang, n=more)
    yield _verdict(found, lang)


def _verdict(found: Retrained, lang: Language) -> str:
    from policycls.learning.comparison import WORSE

    if not found.promoted:
        why = say("refused_worse" if found.refused == WORSE else "refused_margin", lang, why=found.refused)
        return say("refused", lang, name=found.name, why=why)
    if found.forced:
        gain = "forced"
    elif found.deciding is None:
        gain = "unknown"
    else:
        gain = "shown" if found.deciding.shown else "open"
    return say("promoted", lang, name=found.name, gain=say(f"gain_{gain}", lang, why=found.refused))


def models_job(*, workspace: str | None, lang: Language, as_json: bool) -> Iterator[str]:
    """List the models of a workspace, and what happened to them; yield the lines to print."""
    from policycls.learning.workspace import Workspace

    models = Workspace.find(workspace).models
    kept, history = models.kept(), models.history()
    when = {row["model"]: row["when"] for row in reversed(history)}
    if as_json:
        rows = [
            {
                "name": x.name, "current": x.current, "made": when.get(x.name), "id": x.manifest["id"],
                **{key: x.manifest.get(key) for key in ("corpus", "own", "evaluation")},
            }
            for x in kept
        ]  # fmt: skip
        yield json.dumps({"models": rows, "history": history}, ensure_ascii=False, indent=2)
        return
    columns = (2, 16, 12, 11, 11, 16, 8)
    head = ("model", "date", "own_units", "all_units", "macro_f1_own", "shipped")
    yield line(("", *(say(x, lang) for x in head)), columns)
    for x in kept:
        corpus, own, scores = (x.manifest.get(key) or {} for key in ("corpus", "own", "evaluation"))
        sizes = (f"{part.get('units', 0):,}" for part in (own, corpus))
        figures = (_macro(scores.get(part)) for part in ("own", "base"))
        yield line(("*" if x.current else "", x.name, when.get(x.name, "")[:10], *sizes, *figures), columns)
    yield ""
    yield from (_told(row, lang) for row in history)


def _macro(record: object) -> str:
    found = record.get("new", {}).get("macro_f1") if isinstance(record, dict) else None
    return "-" if not found or found["value"] is None else f"{found['value']:.3f}"


def _told(row: Mapping[str, Any], lang: Language) -> str:
    action = row["action"]
    if action in ("promote", "refuse", "rollback"):
        action = say(f"did_{action}", lang)
    text = f"{row['when'][:16].replace('T', ' ')}  {action} {row['model']}"
    if row.get("forced"):
        return f"{text} (--force: {row.get('refused')})"
    return f"{text} ({row['refused']})" if row.get("refused") else text
