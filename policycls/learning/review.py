"""Which units a person should label: those from which a model learns most, and some to measure it by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from policycls.documents.boundary import guarded
from policycls.errors import TableError, UsageError
from policycls.learning.answers import differ, latest, parts
from policycls.learning.corpus import read_table
from policycls.learning.handout import Handout, Suggestion
from policycls.learning.ledger import Part, Row, unit_id
from policycls.learning.retrain import DOUBTS
from policycls.learning.workspace import Workspace
from policycls.model import Model, load_model
from policycls.model.linear import Floats
from policycls.output import Layout
from policycls.output.explanation import deciding_words
from policycls.schema import Language
from policycls.types import NONE

STRATEGIES: Final = ("mixed", "uncertain", "rare", "varied", "random", "doubtful", "conflicts", "labelled")
#: The share kept for testing, and how "mixed" divides the rest.
TEST_SHARE = 0.2
MIX: Final = {"uncertain": 0.45, "rare": 0.2, "doubtful": 0.1, "varied": 0.25}
#: Units whose character pairs have a cosine above this are near-duplicates.
ALIKE = 0.8
_POOL = 20  # candidates looked at for each unit wanted
_TABLES: Final = (".jsonl", ".csv", ".xlsx", ".parquet")


@dataclass(frozen=True)
class Pool:
    """Units to choose from."""

    items: list[Handout]
    proba: Floats  #: (n, n_classes)
    classes: tuple[str, ...]

    def order(self, strategy: str, rng: np.random.Generator, counts: Mapping[str, int]) -> list[int]:
        """Return the units' positions, the most wanted first."""
        if strategy == "uncertain":
            best = np.sort(self.proba, axis=1)
            order = np.argsort(best[:, -1] - best[:, -2], kind="stable")
        elif strategy == "rare":
            # The likeliest units of each label in turn, of the half of the labels with the fewest examples.
            columns = [n for n, x in enumerate(self.classes) if x != NONE]
            columns.sort(key=lambda n: counts.get(self.classes[n], 0))
            columns = columns[: max(2, len(columns) // 2)]
            order = np.argsort(-self.proba[:, columns], axis=0, kind="stable").ravel()
        else:
            order = rng.permutation(len(self.items))
        return list(dict.fromkeys(order.tolist()))


#: Document, number, kind, heading and text of a unit.
Read = tuple[str, int, str, str, str]


def read_units(paths: Sequence[str]) -> list[Read]:
    """Read units from tagged or extracted tables or JSONL; what is none is a TableError."""
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
    path = Path(path)
    if path.suffix.lower() not in _TABLES:
        return
    for line, row, cells in guarded(str(path), read_table(path, "the columns doc, unit and text")):
        if path.suffix == ".jsonl" and "meta" in row:
            continue
        if any(cells.get(x) is None for x in ("doc", "unit", "text")):
            return
        text = str(cells["text"]).strip()
        if cells["kind"] == "noise" or not text:
            continue
        try:
            number = int(float(str(cells["unit"])))
        except (ValueError, OverflowError):
            raise TableError("'unit' is no number", path=path, line=line) from None
        heading, doc = str(cells.get("heading") or ""), str(cells["doc"])
        yield {**row, "doc": doc, "unit": number, "kind": cells["kind"], "heading": heading, "text": text}


def handouts(units: Sequence[Read], known: Mapping[str, Part]) -> list[Handout]:
    """Put units between their neighbours, and say of each whether its document is kept for testing."""
    part = parts([doc for doc, *_ in units], known)
    found = []
    for doc, members in groupby(sorted(units, key=itemgetter(0, 1)), key=itemgetter(0)):
        rows = list(members)
        texts = ["", *(text for *_, text in rows), ""]
        for n, (_, number, kind, heading, text) in enumerate(rows):
            found.append(Handout(doc, number, kind, heading, texts[n], text, texts[n + 2], part[doc]))
    return found


def suggest(
    workspace: Workspace,
    paths: Sequence[str],
    n: int = 200,
    *,
    strategy: str = "mixed",
    test_share: float = TEST_SHARE,
    seed: int = 0,
    lang: Language = "en",
) -> list[Suggestion]:
    """Choose units to be labelled from what ``policycls tag`` wrote, at most n; return them in reading order.

    Parameters
    ----------
    strategy : str
        "uncertain": the model hesitates. "rare": likely examples of labels with few. "varied": drawn at
        random, none like another. "random". "doubtful": the user's own rows which a model that has not
        seen their document takes for unlikely. "mixed": some of all. "conflicts": units about which
        people differ, all of them. "labelled": all that is labelled.
    test_share : float
        The share drawn at random from documents that are kept for testing.
    lang : {"en", "zh"}
        In which remarks name labels.
    """
    if strategy not in STRATEGIES:
        raise UsageError(f"unknown strategy {strategy!r}", hint=f"there are {', '.join(STRATEGIES)}")
    rows = latest(workspace.ledger.read())
    model, name = load_model(workspace.models.path("current")), Layout(workspace.labels, lang).label
    if strategy in ("conflicts", "labelled"):
        return _in_order(_labelled(rows.values(), model, name, only_conflicts=strategy == "conflicts"))
    known: dict[str, Part] = {people[-1].doc: people[-1].part for people in rows.values()}
    pool = pool_of(model, handouts(read_units(paths), known))
    done = {people[-1].text for people in rows.values()}
    counts = Counter(people[-1].labels[0] for people in rows.values() if people[-1].labels)
    chosen = choose(pool, n, strategy, test_share=test_share, seed=seed, done=done, counts=counts)
    found = [_suggestion(model, pool.items[at], pool.proba[at], why) for at, why in chosen]
    if strategy in ("mixed", "doubtful"):
        wanted = n if strategy == "doubtful" else round(n * MIX["doubtful"])
        found = [*islice(_doubtful(workspace, rows, model, name), wanted), *found][:n]
    return _in_order(found)


def _in_order(found: Iterable[Suggestion]) -> list[Suggestion]:
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
    done: Collection[str] = (),
    counts: Mapping[str, int] | None = None,
) -> list[tuple[int, str]]:
    """Return the positions of the chosen units, and why each was chosen.

    Units of documents that are kept for testing are drawn at random alone; no unit is like another one, or
    like one of ``done`` (texts). ``counts`` tells how many examples each label has.
    """
    rng = np.random.default_rng(seed)
    tests = np.flatnonzero([x.part == "test" for x in pool.items])
    picker = _Picker([x.text for x in pool.items], done)
    wanted = min(round(n * test_share), len(tests))
    found = [(at, "random") for at in picker.pick(rng.permutation(tests).tolist(), wanted, apart=False)]
    left = n - len(found)
    mix = [(part, round(left * share), part != "random") for part, share in _mix(strategy).items()]
    if strategy == "mixed":
        mix.append(("uncertain", n, False))  # what is missing still, like others or not
    for part, many, apart in mix:
        order = [at for at in pool.order(part, rng, counts or {}) if pool.items[at].part == "train"]
        picked = picker.pick(order, min(many, n - len(found)), apart=apart)
        found += [(at, part) for at in picked]
    return found


def _mix(strategy: str) -> dict[str, float]:
    """Return the share of each strategy; the doubtful units are not in the pool."""
    mix = MIX if strategy == "mixed" else {strategy: 1.0}
    return {part: share for part, share in mix.items() if part != "doubtful"}


class _Picker:
    """Takes units one by one, none twice and none like another."""

    def __init__(self, texts: Sequence[str], done: Collection[str]) -> None:
        self._texts = texts
        self._seen = {_key(text) for text in done}
        self._taken: list[int] = []

    def pick(self, order: Sequence[int], n: int, *, apart: bool) -> list[int]:
        """Take the first n of an order that are new; with ``apart``, those alone that are like none taken."""
        from sklearn.feature_extraction.text import HashingVectorizer

        candidates = [at for at in order if at not in self._taken][: max(n, 1) * _POOL]
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


def _suggestion(model: Model, item: Handout, proba: Floats, why: str, **more: Any) -> Suggestion:
    words = deciding_words(model.explain(item.text, item.heading))
    best = str(model.classes_[int(proba.argmax())])
    return Suggestion(item, best, float(proba.max()), tuple(words), why, **more)


def _labelled(
    units: Iterable[tuple[Row, ...]], model: Model, name: Callable[[str], str], *, only_conflicts: bool
) -> Iterator[Suggestion]:
    for people in units:
        apart, row = differ(people), people[-1]
        if only_conflicts and not apart:
            continue
        item = Handout.of(row)
        proba = model.predict_proba([item.before, item.text, item.after], documents=[0, 0, 0])[1]
        if apart:
            note = "; ".join(f"{x.who}: {_said(x, name)}" for x in people)
            yield _suggestion(model, item, proba, "conflict", note=note)
        else:
            yield _suggestion(model, item, proba, "labelled", given=row.labels, note=row.note)


def _said(row: Row, name: Callable[[str], str]) -> str:
    return "|".join(map(name, row.labels or (NONE,)))


def _doubtful(
    workspace: Workspace, rows: Mapping[str, tuple[Row, ...]], model: Model, name: Callable[[str], str]
) -> Iterator[Suggestion]:
    """Yield the user's own units, the least likely label first, by the doubts beside the model in use."""
    file = workspace.models.path("current") / DOUBTS
    if not file.is_file():
        return
    doubts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for x in sorted(doubts, key=itemgetter("confidence")):
        people = rows.get(unit_id(x["doc"], x["unit"], x["text"]))
        if x["suggested"] == x["label"] or not people or people[-1].settled:
            continue
        item = Handout.of(people[-1])
        proba = model.predict_proba([item.text])[0]
        note = f"{_said(people[-1], name)} ({x['confidence']:.2f}) -> {name(x['suggested'])}?"
        yield _suggestion(model, item, proba, "doubtful", note=note)
