"""Agreement, drift and the state of a workspace's corpus, as text for a terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from policycls.errors import CorpusDamagedError, DocumentError
from policycls.output.width import fit
from policycls.output.words import words
from policycls.schema import LabelSet, Language, labels_of, load_label_set, schema_in_use
from policycls.types import NONE

if TYPE_CHECKING:
    from policycls.learning.bootstrap import Score
    from policycls.learning.drift import Drift, Sample
    from policycls.learning.workspace import Workspace

_SHOWN: Final = 20


def agree_job(a: str, b: str, *, lang: Language, as_json: bool, tell: Callable[[str], None]) -> Iterator[str]:
    """Compare two annotators' labels, ids or names; yield the lines to print."""
    from policycls.learning.agreement import agree, resolved, strangers
    from policycls.learning.corpus import load_labelled

    schemas = schema_in_use(), load_label_set()
    found = agree(*(resolved(load_labelled([x]), schemas) for x in (a, b)))
    if odd := strangers(found):
        tell(f"note: {odd}")
    figures = {name: getattr(found, name) for name in ("agreed", "kappa", "alpha")}
    if as_json:
        record = {
            "documents": found.documents, "units": found.units,
            "only_a": found.only_a, "only_b": found.only_b,
            **{name: score.record() for name, score in figures.items()},
            "labels": {x: {"a": m, "b": n, "kappa": s.record()} for x, (m, n, s) in found.labels.items()},
            "conflicts": [
                {"doc": doc, "unit": x.unit, "text": x.text, "a": list(x.labels), "b": list(y.labels)}
                for doc, x, y in found.conflicts
            ],
        }  # fmt: skip
        yield json.dumps(record, ensure_ascii=False, indent=2)
        return
    said, labels = words(lang), next((x for x in schemas if {*x.ids} & {*found.labels}), schemas[0])
    yield said["both"].format(found.documents, found.units, found.only_a, found.only_b)
    for name, score in figures.items():
        yield f"  {fit(said[name], 24)}{_number(score)}"
    for label, (m, n, score) in found.labels.items():
        yield f"  {fit(labels.name(label, lang), 24)}{_number(score)}  ({m} / {n})"
    yield f"{said['differ']}: {len(found.conflicts)}"
    for doc, x, y in found.conflicts[:_SHOWN]:
        yield f"  {doc} {x.unit}: {labels.name(x.label, lang)} / {labels.name(y.label, lang)}: {x.text}"


def _number(score: Score) -> str:
    if math.isnan(score.value):
        return "-"
    ends = "" if math.isnan(score.low) else f"  {score.low:.3f} – {score.high:.3f}"
    return f"{score.value:.3f}{ends}"


def drift_job(
    data: Sequence[str],
    against: Sequence[str],
    *,
    model: str | None,
    lang: Language,
    as_json: bool,
    tell: Callable[[str], None],
) -> Iterator[str]:
    """Say how far documents stand from others; yield the lines to print."""
    from policycls.learning.drift import drift, look, reference
    from policycls.model import load_model

    loaded = load_model(model)
    new = look(loaded, _sample(data, tell))
    old = look(loaded, _sample(against, tell) if against else reference(loaded))
    found = drift(new, old)
    if as_json:
        yield json.dumps(_record(found), ensure_ascii=False, indent=2)
    else:
        yield from _told(found, labels_of(loaded.labels, loaded.own_labels), lang)


def _record(found: Drift) -> dict[str, Any]:
    looks = {}
    for name, x in (("new", found.new), ("old", found.old)):
        looks[name] = {**asdict(x), "scores": {"mean": x.sure, "median": float(x.scores[len(x.scores) // 2])}}
    distances = {x: getattr(found, x) for x in ("unknown", "scores", "shares")}
    return {"reasons": found.reasons, "distance": distances, **looks}


def _told(found: Drift, labels: LabelSet, lang: Language) -> Iterator[str]:
    """Yield the lines that tell a drift; the last says what to do."""
    from policycls.learning.drift import advice

    said, new, old = words(lang), found.new, found.old
    yield _row("", said["new"], said["old"], said["distance"])
    yield _row(said["units"] if lang == "en" else said["count"], f"{new.units:,}", f"{old.units:,}")
    yield _row(said["unknown"], *(f"{x:.3f}" for x in (new.unknown, old.unknown, found.unknown)))
    yield _row(said["sure"], *(f"{x:.3f}" for x in (new.sure, old.sure, found.scores)))
    for n, label in enumerate(new.shares):
        distance = [] if n else [f"{found.shares:.3f}"]
        shares = (f"{x.shares.get(label, 0):.3f}" for x in (new, old))
        yield _row(f"{said['share']} {labels.name(label, lang)}", *shares, *distance)
    if new.examples:
        yield f"{said['unknown_words']}: {'、'.join(new.examples)}"
    for name, groups in new.by.items():
        yield f"{said['by'].format(name)}:"
        for group, found_shares in groups.items():
            top = sorted(found_shares.items(), key=lambda x: -x[1])[:3]
            yield f"  {fit(group, 20)}" + ", ".join(f"{labels.name(x, lang)} {y:.2f}" for x, y in top)
    yield advice(found, lang)


def _row(name: str, *values: str) -> str:
    return (fit(name, 34) + "".join(f"{x:>10}" for x in values)).rstrip()


def _sample(paths: Sequence[str], tell: Callable[[str], None]) -> Sample:
    """Read units from tables that have them, or from documents, which are split."""
    from policycls.batch import inputs
    from policycls.learning.drift import GROUPS, Sample
    from policycls.learning.review import read_rows

    found = Sample([], [], [], {name: [] for name in GROUPS})
    files, skipped = inputs(paths)
    for item in skipped:
        tell(f"skipped: {item.path}: {item.reason}")
    for file in files:
        rows = list(read_rows(file))
        try:
            for text, heading, doc, fields in _units(file, rows):
                found.texts.append(text)
                found.headings.append(heading)
                found.docs.append(doc)
                for group, names in GROUPS.items():
                    found.groups[group].append(next((str(fields[x]) for x in names if fields.get(x)), ""))
        except DocumentError as error:
            if len(files) == 1:
                raise
            tell(f"skipped: {error}")
    return found


def _units(file: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Yield text, heading, document and columns of each unit: of the rows, or of a file that has none."""
    from policycls.documents import read_documents, split_units

    for row in rows:
        yield row["text"], row["heading"], row["doc"], row
    for document in () if rows else read_documents(file):
        for unit in split_units(document):
            if unit.kind != "noise":
                yield unit.text, unit.heading, document.doc, document.fields


def check_job(*, workspace: str | None, lang: Language) -> Iterator[str]:
    """Check a workspace's rows; yield the lines to print, then raise if some are damaged."""
    place = _place(workspace)
    bad = place.ledger.damaged()
    if bad:
        lines = ", ".join(map(str, bad[:_SHOWN]))
        hint = f"'policycls corpus repair' moves them to {place.ledger.quarantine.name}"
        raise CorpusDamagedError(
            f"{len(bad)} lines are not what was written: {lines}", hint=hint, path=place.ledger.path
        )
    found, said = place.own(), words(lang)
    yield said["whole"].format(len(place.ledger.read()))
    for conflict in found.conflicts:
        yield said["conflict"].format(conflict)


def stats_job(*, workspace: str | None, lang: Language, as_json: bool) -> Iterator[str]:
    """Count a workspace's rows; yield the lines to print."""
    place = _place(workspace)
    found, rows = place.own(), place.ledger.read()
    parts = {"train": found.train, "test": found.test}
    counts = {
        name: Counter(unit.labels[0] if unit.labels else NONE for x in documents for unit in x.units)
        for name, documents in parts.items()
    }
    people = Counter(row.who for row in rows)
    if as_json:
        record = {
            "rows": len(rows), "people": people, "conflicts": len(found.conflicts),
            **{
                x: {"documents": len(parts[x]), "units": counts[x].total(), "labels": counts[x]}
                for x in parts
            },
        }  # fmt: skip
        yield json.dumps(record, ensure_ascii=False, indent=2)
        return
    said = words(lang)
    yield f"{said['rows']}: {len(rows)} ({', '.join(f'{x} {n}' for x, n in people.items())})"
    yield f"{said['conflicts']}: {len(found.conflicts)}"
    yield fit("", 26) + "".join(f"{said[x]:>10}" for x in parts)
    yield fit(said["documents"], 26) + "".join(f"{len(x):>10}" for x in parts.values())
    for label in (*place.labels.ids, NONE):
        values = "".join(f"{counts[x][label]:>10}" for x in parts)
        yield fit(place.labels.name(label, lang), 26) + values


def repair_job(*, workspace: str | None, lang: Language) -> str:
    """Move damaged lines out of the way; return a line that says how many."""
    ledger = _place(workspace).ledger
    return words(lang)["moved"].format(ledger.repair(), ledger.quarantine.name)


def _place(workspace: str | None) -> Workspace:
    from policycls.learning.workspace import Workspace

    return Workspace.find(workspace)
