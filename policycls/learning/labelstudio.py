"""Label Studio: tasks with the model's labels as predictions, the labelling page, and its JSON export."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policycls.atomic import atomic_path
from policycls.documents.json_lines import loads
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion
from policycls.schema import LabelSet
from policycls.types import NONE


def write(path: Path, suggestions: Sequence[Suggestion], labels: LabelSet) -> None:
    """Write tasks as JSON, and the labelling page beside them as ``<name>.xml``."""
    tasks = [_task(x) for x in suggestions]
    with atomic_path(path) as place:
        place.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf-8")
    with atomic_path(path.with_suffix(".xml")) as place:
        place.write_text(page(labels), encoding="utf-8")


def page(labels: LabelSet) -> str:
    """Return the labelling page: one primary label, any second ones, a note."""
    from lxml.builder import E
    from lxml.etree import tostring

    def choices(name: str, kind: str, ids: Sequence[str], **more: str) -> Any:
        return E.Choices(*map(choice, ids), name=name, toName="text", choice=kind, showInline="true", **more)

    def choice(label: str) -> Any:
        hint = labels[label].definition_zh
        return E.Choice(value=labels.name(label, "zh"), alias=label, **({"hint": hint} if hint else {}))

    view = E.View(
        E.Header(value="$heading", size="5"),
        *(E.Text(name=x, value=f"${x}") for x in ("before", "text", "after")),
        E.Header(value="主标签", size="5"),
        choices("label", "single", (*labels.ids, NONE), required="true"),
        E.Header(value="第二标签", size="5"),
        choices("second", "multiple", labels.ids),
        E.TextArea(name="note", toName="text", placeholder="备注", rows="1", maxSubmissions="1"),
    )
    return str(tostring(view, encoding="unicode", pretty_print=True))


def _task(x: Suggestion) -> dict[str, Any]:
    prediction = {"model_version": "policycls", "score": round(x.score, 4), "result": _result([x.label])}
    task = {
        "data": {**x.item.record(), "words": " ".join(x.words), "why": x.why},
        "predictions": [prediction],
    }
    if x.given is not None:
        task["annotations"] = [{"result": _result(x.given or [NONE])}]
    return task


def _result(labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": chosen}}
        for name, chosen in (("label", [*labels[:1]]), ("second", [*labels[1:]]))
        if chosen
    ]


def read(path: Path) -> Iterator[Said]:
    """Yield what people said, by a JSON export: an answer for each annotation that was not cancelled.

    Of one person's several annotations of a task the last counts. An empty one means none.
    """
    try:
        tasks = loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CorpusError("not valid JSON", path=path) from error
    rows = tasks if isinstance(tasks, list) else [None]
    if not all(isinstance(x, dict) and isinstance(x.get("data"), dict) for x in rows):
        raise CorpusError("no export of Label Studio", hint="export as JSON, not JSON-MIN", path=path)
    for number, task in enumerate(tasks, 1):
        place = f"{path}: task {task.get('id', number)}"
        last: dict[str, Said] = {}
        for annotation in task.get("annotations") or []:
            if annotation.get("was_cancelled"):
                continue
            who = _person(annotation.get("completed_by"))
            found: dict[str, list[str]] = defaultdict(list)
            for part in annotation.get("result") or []:
                value = part.get("value", {})
                found[str(part.get("from_name"))] += map(str, value.get("choices") or value.get("text") or [])
            chosen = (*(found["label"] or [NONE]), *found["second"])
            last[who] = Said(task["data"], chosen, who, " ".join(found["note"]), place)
        yield from last.values()


def _person(stated: object) -> str:
    if isinstance(stated, dict):
        return str(stated.get("email") or stated.get("id") or "")
    return "" if stated is None else f"user {stated}"
