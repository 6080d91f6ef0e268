"""Which units a person should label: those from which a model learns most, and some to measure it by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policycls.documents.boundary import translate
from policycls.documents.json_lines import read_lines
from policycls.documents.records import read_records
from policycls.errors import TableError, UsageError
from policycls.learning.answers import latest, parts
from policycls.learning.corpus import DOC, HEADING, KIND, TEXT, UNIT
from policycls.learning.handout import Handout, Suggestion
from policycls.learning.ledger import Part, Row, unit_id
from policycls.learning.retrain import DOUBTS
from policycls.learning.workspace import Workspace
from policycls.model import Model, load_model
from policycls.model.linear import Floats
from policycls.output import unguard
from policycls.output.explanation import deciding_words
from policycls.output.rows import KINDS
from policycls.types import NONE

STRATEGIES: Final = ("mixed", "uncertain", "rare", "varied", "random", "doubtful", "conflicts", "labelled")
#: The share kept for testing, and how "mixed" divides the rest.
TEST_SHARE = 0.2
MIX: Final = {"uncertain": 0.45, "rare": 0.2, "doubtful": 0.1, "varied": 0.25}
#: Units whose character pairs have a cosine above this are near-duplicates.
ALIKE = 0.8
_POOL = 20  # candidates looked at for each unit wanted


@dataclass(frozen=True)
class Pool:
    """Units to choose from.

    Attributes
    ----------
    items : list of Handout, (n,)
    proba : ndarray of float64, (n, n_classes)
    classes : tuple of str
    """

    items: list[Handout]
    proba: Floats
    classes: tuple[str, ...]

    def order(self, strategy: str, rng: np.random.Generator, counts: dict[str, int]) -> NDArray[np.int64]:
        """Return the units' positions, the most wanted first."""
        if strategy == "uncertain":
            best = np.sort(self.proba, axis=1)
            return np.argsort(best[:, -1] - best[:, -2], kind="stable")
        if strategy == "rare":
            return self._by_rare_label(counts)
        return rng.permutation(len(self.items))

    def _by_rare_label(self, counts: dict[str, int]) -> NDArray[np.int64]:
        """Take the likeliest units of each label in turn, of labels with few examples more often."""
        columns = [n for n, x in enumerate(self.classes) if x != NONE]
        columns = sorted(columns, key=lambda n: counts.get(self.classes[n], 0))[: max(2, len(columns) // 2)]
        ranked = np.argsort(-self.proba[:, columns], axis=0, kind="stable")
        return np.array(list(dict.fromkeys(ranked.ravel().tolist())), dtype=np.int64)


def read_units(paths: Sequence[str]) -> list[tuple[str, int, str, str, str]]:
    """Read units from tagged or extracted tables or JSONL: document, number, kind, heading, text.

    Raises
    ------
    TableError, CorpusDamagedError
        If a file has not the columns ``doc``, ``unit`` and ``text``.
    """
    found = []
    for path in paths:
        rows = list(read_rows(path))
        if not rows:
            hint = "give what 'policycls tag' wrote"
            raise TableError("needs the columns doc, unit and text", hint=hint, path=path)
        found += [(x["doc"], x["unit"], x["kind"], x["heading"], x["text"]) for x in rows]
    return found


def read_rows(path: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the units of a tagged or extracted table: the columns as they are named in English, and others.

    Nothing is yielded for a file that is no such table.
    """
    if Path(path).suffix.lower() not in _TABLES:
        return
    for line, row in _rows(Path(path)):
        columns = {x: _first(row, names) for x, names in _NAMES.items()}
        if any(columns[x] is None for x in ("doc", "unit", "text")):
            return
        kind = KINDS_BACK.get(str(columns["kind"]), str(columns["kind"] or "sentence"))
        text = str(columns["text"]).strip()
        if kind == "noise" or not text:
            continue
        try:
            number = int(float(str(columns["unit"])))
        except (ValueError, OverflowError):
            raise TableError("'unit' is no number", path=path, line=line) from None
        heading, doc = str(columns["heading"] or ""), str(columns["doc"])
        yield {**row, "doc": doc, "unit": number, "kind": kind, "heading": heading, "text": text}


_TABLES: Final = (".jsonl", ".csv", ".xlsx", ".parquet")
KINDS_BACK: Final = {chinese: kind for kind, chinese in KINDS.items()}
_NAMES: Final = {"doc": DOC, "unit": UNIT, "kind": KIND, "heading": HEADING, "text": TEXT}


def _first(row: dict[str, Any], names: Sequence[str]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix != ".jsonl":
        for line, cells in read_records(str(path), "the columns doc, unit and text"):
            yield line, {name: unguard(cell) for name, cell in cells.items()}
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise translate(error, str(path)) from error
    yield from ((number, row) for number, row in read_lines(data, path) if "meta" not in row)


def handouts(units: Sequence[tuple[str, int, str, str, str]], known: dict[str, Part]) -> list[Handout]:
    """Put units between their neighbours, and say of each whether its document is kept for testing."""
    part = parts([doc for doc, *_ in units], known)
    ordered = sorted(units, key=lambda unit: unit[:2])
    found = []
    for n, (doc, number, kind, heading, text) in enumerate(ordered):
        before = ordered[n - 1][4] if n and ordered[n - 1][0] == doc else ""
        after = ordered[n + 1][4] if n + 1 < len(ordered) and ordered[n + 1][0] == doc else ""
        found.append(Handout(doc, number, kind, heading, before, text, after, part[doc]))
    return found


def suggest(
    workspace: Workspace,
    paths: Sequence[str],
    n: int = 200,
    *,
    strategy: str = "mixed",
    test_share: float = TEST_SHARE,
    seed: int = 0,
) -> list[Suggestion]:
    """Choose units to be labelled.

    Parameters
    ----------
    workspace : Workspace
    paths : sequence of str
        What ``policycls tag`` wrote; not needed for "conflicts" and "labelled".
    n : int
    strategy : str
        "uncertain": the model hesitates. "rare": likely examples of labels with few. "varied": drawn at
        random, none like another. "random". "doubtful": the user's own rows which a model that has not
        seen their document takes for unlikely. "mixed": some of all. "conflicts": units about which
        people differ. "labelled": all that is labelled.
    test_share : float
        The share drawn at random from documents that are kept for testing.
    seed : int

    Returns
    -------
    list of Suggestion
        By document, in reading order; at most n, fewer where there are no more.
    """
    if strategy not in STRATEGIES:
        raise UsageError(f"unknown strategy {strategy!r}", hint=f"there are {', '.join(STRATEGIES)}")
    rows = latest(workspace.ledger.read())
    model = load_model(workspace.models.path("current"))
    if strategy in ("conflicts", "labelled"):
        return _labelled(rows, model, only_conflicts=strategy == "conflicts")
    known: dict[str, Part] = {people[-1].doc: people[-1].part for people in rows.values()}
    items = handouts(read_units(paths), known)
    done = {people[-1].text for people in rows.values()}
    pool = pool_of(model, items)
    counts = _counts(rows)
    chosen = choose(pool, n, strategy, test_share=test_share, seed=seed, done=done, counts=counts)
    found = [_suggestion(model, pool.items[at], pool.proba[at], why) for at, why in chosen]
    if strategy in ("mixed", "doubtful"):
        wanted = n if strategy == "doubtful" else round(n * MIX["doubtful"])
        found = [*_doubtful(workspace, rows, model, wanted), *found][:n]
    return sorted(found, key=lambda x: (x.item.doc, x.item.unit))


def pool_of(model: Model, items: Sequence[Handout]) -> Pool:
    """Let a model look at units in their documents."""
    proba = model.predict_proba(
        [x.text for x in items], headings=[x.heading for x in items], documents=[x.doc for x in items]
    )
    return Pool(list(items), proba, tuple(str(x) for x in model.classes_))


def choose(
    pool: Pool,
    n: int,
    strategy: str,
    *,
    test_share: float = TEST_SHARE,
    seed: int = 0,
    done: frozenset[str] | set[str] = frozenset(),
    counts: dict[str, int] | None = None,
) -> list[tuple[int, str]]:
    """Return the positions of the chosen units, and why each was chosen.

    Units of documents that are kept for testing are drawn at random alone; no unit is like another one, or
    like one of ``done`` (texts).
    """
    rng = np.random.default_rng(seed)
    tests = np.flatnonzero([x.part == "test" for x in pool.items])
    others = np.flatnonzero([x.part == "train" for x in pool.items])
    picker = _Picker([x.text for x in pool.items], done)
    wanted = min(round(n * test_share), len(tests))
    found = [(at, "random") for at in picker.pick(rng.permutation(tests), wanted, apart=False)]
    left = n - len(found)
    mix = MIX if strategy == "mixed" else {strategy: 1.0}
    allowed = set(others.tolist())
    for part, share in mix.items():
        if part != "doubtful":
            order = pool.order(part, rng, counts or {})
            order = order[[at in allowed for at in order.tolist()]]
            picked = picker.pick(order, round(left * share), apart=part != "random")
            found += [(at, part) for at in picked]
    if strategy == "mixed":
        order = pool.order("uncertain", rng, counts or {})
        order = order[[at in allowed for at in order.tolist()]]
        found += [(at, "uncertain") for at in picker.pick(order, n - len(found), apart=False)]
    return found


class _Picker:
    """Takes units one by one, none twice and none like another."""

    def __init__(self, texts: Sequence[str], done: frozenset[str] | set[str]) -> None:
        self._texts = texts
        self._seen = {_key(text) for text in done}
        self._taken: list[int] = []

    def pick(self, order: NDArray[np.int64], n: int, *, apart: bool) -> list[int]:
        """Take the first n of an order that are new; with ``apart``, those alone that are like none taken."""
        from sklearn.feature_extraction.text import HashingVectorizer

        candidates = [at for at in order.tolist() if at not in self._taken][: max(n, 1) * _POOL]
        if not candidates:
            return []
        pairs = HashingVectorizer(
            analyzer="char", ngram_range=(2, 2), n_features=1 << 18, alternate_sign=False
        )
        values = pairs.transform([self._texts[at] for at in (*candidates, *self._taken)])
        near = list(range(len(candidates), values.shape[0]))
        found: list[int] = []
        for row, at in enumerate(candidates):
            if len(found) >= n:
                break
            key = _key(self._texts[at])
            like = apart and near and (values[near] @ values[row].T).max() > ALIKE
            if key in self._seen or like:
                continue
            self._seen.add(key)
            near.append(row)
            found.append(at)
        self._taken += found
        return found


def _key(text: str) -> str:
    """Return a text without what makes no difference: numbers, spaces, marks."""
    return "".join(x for x in text if x.isalpha()) or text


def _counts(rows: dict[str, tuple[Row, ...]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for people in rows.values():
        for label in people[-1].labels[:1]:
            counts[label] = counts.get(label, 0) + 1
    return counts


def _suggestion(model: Model, item: Handout, proba: Floats, why: str, **more: Any) -> Suggestion:
    found = model.explain(item.text, item.heading)
    best = str(model.classes_[int(proba.argmax())])
    return Suggestion(item, best, float(proba.max()), tuple(deciding_words(found)), why, **more)


def _handout(row: Row) -> Handout:
    return Handout(
        row.doc, row.unit, row.kind, row.heading, row.before or "", row.text, row.after or "", row.part
    )


def _labelled(rows: dict[str, tuple[Row, ...]], model: Model, *, only_conflicts: bool) -> list[Suggestion]:
    found = []
    for people in rows.values():
        differ = len({x.labels[:1] for x in people}) > 1
        if only_conflicts and not differ:
            continue
        item = _handout(people[-1])
        proba = model.predict_proba([item.before, item.text, item.after], documents=[0, 0, 0])[1]
        said = "; ".join(f"{x.who}: {'|'.join(x.labels) or NONE}" for x in people)
        given, why = (None, "conflict") if differ else (people[-1].labels, "labelled")
        found.append(
            _suggestion(model, item, proba, why, given=given, note=said if differ else people[-1].note)
        )
    return sorted(found, key=lambda x: (x.item.doc, x.item.unit))


def _doubtful(
    workspace: Workspace, rows: dict[str, tuple[Row, ...]], model: Model, n: int
) -> list[Suggestion]:
    """Return the user's own units whose label is the least likely, by the doubts beside the model in use."""
    file = workspace.models.path("current") / DOUBTS
    if not file.is_file():
        return []
    doubts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    wrong = sorted((x for x in doubts if x["suggested"] != x["label"]), key=lambda x: x["confidence"])
    found: list[Suggestion] = []
    for x in wrong:
        people = rows.get(unit_id(x["doc"], x["unit"], x["text"]))
        if people and not people[-1].settled and len(found) < n:
            item = _handout(people[-1])
            proba = model.predict_proba([item.text])[0]
            note = f"{'|'.join(people[-1].labels) or NONE} ({x['confidence']:.2f}) -> {x['suggested']}?"
            found.append(_suggestion(model, item, proba, "doubtful", note=note))
    return found
