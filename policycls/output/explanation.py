"""Why a text has its label, as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from policycls.errors import UsageError
from policycls.output.rows import Layout
from policycls.output.width import fit, printable, width
from policycls.output.words import words
from policycls.schema import Language, labels_of
from policycls.types import NONE

if TYPE_CHECKING:
    from policycls.model.explanation import Explanation, Reason


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

    text = text.strip()
    if not text:
        raise UsageError("there is no text to explain")
    loaded = load_model(model)
    found = loaded.explain(text, heading=heading)
    if as_json:
        yield json.dumps(explanation_record(found, text), ensure_ascii=False)
    else:
        yield from explanation_text(found, Layout(labels_of(loaded.labels, loaded.own_labels), lang), limit)


def explanation_text(found: Explanation, layout: Layout, limit: int = 12) -> Iterator[str]:
    """Yield the lines that tell label, scores and deciding words: ``limit`` for it, and ``limit`` against."""
    said = words(layout.lang)
    names = {label.id: printable(layout.label(label.id)) for label in layout.choices()}
    space = max(map(width, names.values()))
    yield names[found.label]
    yield ""
    yield said["scores"]
    for label, score in sorted(found.scores.items(), key=lambda item: -item[1]):
        yield f"  {fit(names.get(label, label), space)}  {score:.2f}  {'#' * round(score * 30)}".rstrip()
    target = _target(found)
    weights = _summed(found.rows, target)
    for side, sign in (("for", 1), ("against", -1)):
        items = [item for item in weights if item[2] * sign > 0][:limit]
        if items:
            yield ""
            yield said[side].format(names.get(target, target))
            longest = max(4, *(width(printable(term)) for term, _, _ in items))
        for term, kind, weight in items:
            yield f"  {fit(printable(term) or '-', longest)}  {weight:+.3f}  {said[kind]}".rstrip()


def deciding_words(found: Explanation, most: int = 5) -> list[str]:
    """Return the words that spoke most for the label, the strongest first."""
    summed = _summed(found.rows, _target(found))
    spoke = [term.strip() for term, kind, weight in summed if weight > 0 and kind in ("word", "characters")]
    return list(dict.fromkeys(word for word in spoke if word))[:most]


def explanation_record(found: Explanation, text: str) -> dict[str, Any]:
    """Return the explanation as a JSON object; ``weights`` holds a row for each word and label."""
    weights = [row._asdict() for row in found.rows]
    return {"text": text, "label": found.label, "scores": dict(found.scores), "weights": weights}


def _target(found: Explanation) -> str:
    """Return the label whose words are shown: the text's own, or where none has no words the best measure."""
    if found.label != NONE or any(row.label == NONE for row in found.rows):
        return found.label
    return max(found.scores, key=lambda label: found.scores[label])


def _summed(rows: Iterable[Reason], target: str) -> list[tuple[str, str, float]]:
    """Sum the weights for one label by word: characters inside of a word count to the word."""
    found = [row for row in rows if row.label == target]
    smallest = _words(found)
    total: dict[tuple[str, str], float] = {}
    for row in found:
        host = next((w for w in smallest if w.start <= row.start and row.end <= w.end), row)
        kind = "word" if host.kind == "term" else host.kind
        total[host.term, kind] = total.get((host.term, kind), 0.0) + row.weight
    summed = [(term, kind, weight) for (term, kind), weight in total.items()]
    return sorted(summed, key=lambda item: (-abs(item[2]), item[0]))


def _words(rows: Sequence[Reason]) -> list[Reason]:
    """Return the smallest words of the text: a pair of words is none of them."""
    found = {(r.start, r.end): r for r in rows if r.kind in ("word", "term") and r.start >= 0}
    return [
        word
        for (start, end), word in found.items()
        if not any(start <= a and b <= end and (a, b) != (start, end) for a, b in found)
    ]
