"""Label Studio: tasks with the model's labels as predictions, the labelling page, and its JSON export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from policycls.atomic import atomic_path
from policycls.documents.json_lines import loads
from policycls.errors import CorpusError
from policycls.learning.handout import Said, Suggestion
from policycls.schema import LabelSet
from policycls.types import NONE


def write_tasks(path: Path, suggestions: Sequence[Suggestion], labels: LabelSet) -> None:
    """Write tasks as JSON, and the labelling page beside them as ``<name>.xml``."""
    tasks = [_task(x) for x in suggestions]
    with atomic_path(path) as place:
        place.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf-8")
    with atomic_path(path.with_suffix(".xml")) as place:
        place.write_text(page(labels), encoding="utf-8")


def page(labels: LabelSet) -> str:
    """Return the labelling page: one primary label, any second ones, a note."""

    def choices(name: str, kind: str, ids: Sequence[str], more: str) -> list[str]:
        rows = [f'  <Choices name="{name}" toName="text" choice="{kind}" showInline="true"{more}>']
        for label in ids:
            shown, hint = labels.name(label, "zh"), labels[label].definition_zh
            hints = f" hint={quoteattr(hint)}" if hint else ""
            rows.append(f"    <Choice value={quoteattr(shown)} alias={quoteattr(label)}{hints}/>")
        return [*rows, "  </Choices>"]

    lines = [
        "<View>",
        '  <Header value="$heading" size="5"/>',
        '  <Text name="before" value="$before"/>',
        '  <Text name="text" value="$text"/>',
        '  <Text name="after" value="$after"/>',
        '  <Header value="主标签" size="5"/>',
        *choices("label", "single", (*labels.ids, NONE), ' required="true"'),
        '  <Header value="第二标签" size="5"/>',
        *choices("second", "multiple", labels.ids, ""),
        '  <TextArea name="note" toName="text" placeholder="备注" rows="1" maxSubmissions="1"/>',
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _task(x: Suggestion) -> dict[str, Any]:
    data = {**x.item.record(), "words": " ".join(x.words), "why": x.why}
    task: dict[str, Any] = {"data": data}
    prediction = _result([x.label])
    task["predictions"] = [{"model_version": "policycls", "score": round(x.score, 4), "result": prediction}]
    if x.given is not None:
        task["annotations"] = [{"result": _result(list(x.given) or [NONE])}]
    return task


def _result(labels: list[str]) -> list[dict[str, Any]]:
    parts = [("label", labels[:1]), ("second", labels[1:])]
    return [
        {"id": name, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": chosen}}
        for name, chosen in parts
        if chosen
    ]


def read_export(path: Path) -> Iterator[Said]:
    """Yield what people said, by a JSON export: an answer for each annotation that was not cancelled.

    Of one person's several annotations of a task the last counts. An empty one means none.

    Raises
    ------
    CorpusError
        If it is no export of Label Studio.
    """
    try:
        tasks = loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CorpusError("not valid JSON", path=path) from error
    if not isinstance(tasks, list) or not all(
        isinstance(x, dict) and isinstance(x.get("data"), dict) for x in tasks
    ):
        raise CorpusError("no export of Label Studio", hint="export as JSON, not JSON-MIN", path=path)
    for number, task in enumerate(tasks, 1):
        last: dict[str, Said] = {}
        for annotation in task.get("annotations") or []:
            if annotation.get("was_cancelled"):
                continue
            who = _person(annotation.get("completed_by"))
            found = _chosen(annotation.get("result") or [])
            chosen = (*(found.get("label") or [NONE]), *found.get("second", []))
            note = " ".join(found.get("note", []))
            last[who] = Said(task["data"], chosen, who, note, f"{path}: task {task.get('id', number)}")
        yield from last.values()


def _chosen(result: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in result:
        value = part.get("value", {})
        given = value.get("choices") or value.get("text") or []
        found.setdefault(str(part.get("from_name")), []).extend(map(str, given))
    return found


def _person(stated: object) -> str:
    if isinstance(stated, dict):
        return str(stated.get("email") or stated.get("id") or "")
    return "" if stated is None else f"user {stated}"
