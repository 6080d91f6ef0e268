"""Why a text has its label, as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from policycls.errors import UsageError
from policycls.output.rows import Layout
from policycls.output.width import fit, printable, width
from policycls.schema import Language, labels_of
from policycls.types import NONE


class Row(NamedTuple):
    """A stretch of the text, and how much it weighed for a label."""

    label: str
    term: str
    kind: str
    start: int
    end: int
    weight: float


_KINDS: Mapping[str, tuple[str, str]] = {
    "word": ("", ""), "characters": ("between words", "跨词字串"),
    "context": ("heading", "标题"), "bias": ("before any word", "起点"),
}  # fmt: skip


class Explained(Protocol):
    """What a model says about one text: its label, the scores, and what weighed how much for which label."""

    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def scores(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def rows(self) -> Iterable[Any]: ...  # noqa: D102


def explain_text(
    text: str,
    *,
    heading: str = "",
    model: str | None = None,
    lang: Language = "en",
    limit: int = 12,
    as_json: bool = False,
) -> Iterator[str]:
    """Explain a text with a model, by default the one that ships; yield the lines to print.

    Raises
    ------
    UsageError
        If there is no text.
    """
    from policycls.model import load_model

    if not text.strip():
        raise UsageError("there is no text to explain")
    loaded = load_model(model)
    found = loaded.explain(text.strip(), heading=heading)
    if as_json:
        yield json.dumps(explanation_record(found, text.strip()), ensure_ascii=False)
    else:
        yield from explanation_text(found, Layout(labels_of(loaded.labels), lang), limit)


def explanation_text(found: Explained, layout: Layout, limit: int = 12) -> Iterator[str]:
    """Yield the lines that tell label, scores and deciding words.

    Parameters
    ----------
    found : Explanation
    layout : Layout
    limit : int
        So many words for, and so many against.
    """
    zh = layout.lang == "zh"
    names = {label.id: printable(layout.label(label.id)) for label in layout.choices()}
    space = max(map(width, names.values()))
    yield names[found.label]
    yield ""
    yield "得分" if zh else "scores"
    for label, score in sorted(found.scores.items(), key=lambda item: -item[1]):
        yield f"  {fit(names.get(label, label), space)}  {score:.2f}  {'#' * round(score * 30)}".rstrip()
    target = _target(found)
    weights = _summed(found.rows, target)
    supporting = [item for item in weights if item[2] > 0][:limit]
    opposing = [item for item in weights if item[2] < 0][:limit]
    for head, items in (("支持" if zh else "for", supporting), ("反对" if zh else "against", opposing)):
        if items:
            yield ""
            yield f"{head} {names.get(target, target)}" if not zh else f"{head}“{names.get(target, target)}”"
            longest = max(4, *(width(printable(term)) for term, _, _ in items))
            for term, kind, weight in items:
                shown = _KINDS.get(kind, (kind, kind))[zh]
                yield f"  {fit(printable(term) or '-', longest)}  {weight:+.3f}  {shown}".rstrip()


def deciding_words(found: Explained, most: int = 5) -> list[str]:
    """Return the words that spoke most for the label, the strongest first."""
    summed = _summed(found.rows, _target(found))
    words = [term.strip() for term, kind, weight in summed if weight > 0 and kind in ("word", "characters")]
    return list(dict.fromkeys(word for word in words if word))[:most]


def explanation_record(found: Explained, text: str) -> dict[str, Any]:
    """Return the explanation as a JSON object; ``weights`` holds a row for each word and label."""
    keys = ("label", "term", "kind", "start", "end", "weight")
    weights = [dict(zip(keys, row, strict=True)) for row in found.rows]
    return {"text": text, "label": found.label, "scores": dict(found.scores), "weights": weights}


def _target(found: Explained) -> str:
    """Return the label whose words are shown: the text's own, or where none has no words the best measure."""
    if found.label != NONE or any(row[0] == NONE for row in found.rows):
        return found.label
    return max(found.scores, key=lambda label: found.scores[label])


def _summed(rows: Iterable[Any], target: str) -> list[tuple[str, str, float]]:
    """Sum the weights for one label by word: characters inside of a word count to the word."""
    found = [Row(*row) for row in rows if row[0] == target]
    words = _words(found)
    total: dict[tuple[str, str], float] = {}
    for row in found:
        host = next((w for w in words if w.start <= row.start and row.end <= w.end), row)
        kind = "word" if host.kind == "term" else host.kind
        total[host.term, kind] = total.get((host.term, kind), 0.0) + row.weight
    summed = [(term, kind, weight) for (term, kind), weight in total.items()]
    return sorted(summed, key=lambda item: (-abs(item[2]), item[0]))


def _words(rows: Sequence[Row]) -> list[Row]:
    """Return the smallest words of the text: a pair of words is none of them."""
    words = {(r.start, r.end): r for r in rows if r.kind in ("word", "term") and r.start >= 0}
    return [
        word
        for (start, end), word in words.items()
        if not any(start <= a and b <= end and (a, b) != (start, end) for a, b in words)
    ]
