"""Agreement, drift and the state of a workspace's corpus, as text for a terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from policycls.errors import CorpusDamagedError, DocumentError
from policycls.output.width import fit
from policycls.schema import Language, labels_of

if TYPE_CHECKING:
    from policycls.learning.bootstrap import Score
    from policycls.learning.drift import Drift, Sample
    from policycls.learning.workspace import Workspace
    from policycls.model import Model

_SHOWN = 20
_AGREE: Final = {
    "en": "{1} units of {0} documents read by both; {2} and {3} by one alone",
    "zh": "{0} 份文件的 {1} 个句子两人都标；另有 {2} 与 {3} 个只有一人标",
}


def agree_job(a: str, b: str, *, lang: Language, as_json: bool) -> Iterator[str]:
    """Compare two annotators' labels; yield the lines to print."""
    from policycls.learning.agreement import agree
    from policycls.learning.corpus import load_labelled

    found = agree(load_labelled([a]), load_labelled([b]))
    if as_json:
        record = {
            "documents": found.documents, "units": found.units,
            "only_a": found.only_a, "only_b": found.only_b,
            **{x: getattr(found, x).record() for x in ("agreed", "kappa", "alpha")},
            "labels": {x: {"a": m, "b": n, "kappa": s.record()} for x, (m, n, s) in found.labels.items()},
            "conflicts": [
                {"doc": doc, "unit": x.unit, "text": x.text, "a": list(x.labels), "b": list(y.labels)}
                for doc, x, y in found.conflicts
            ],
        }  # fmt: skip
        yield json.dumps(record, ensure_ascii=False, indent=2)
        return
    zh = lang == "zh"
    labels = labels_of([x for x in found.labels if x != "none"] or ["-"])
    sizes = (found.documents, found.units, found.only_a, found.only_b)
    yield _AGREE[lang].format(*sizes)
    names = ("一致率", "Cohen κ", "Krippendorff α") if zh else ("agreed", "Cohen's κ", "Krippendorff's α")
    for name, score in zip(names, (found.agreed, found.kappa, found.alpha), strict=True):
        yield f"  {fit(name, 24)}{_number(score)}"
    for label, (m, n, score) in found.labels.items():
        yield f"  {fit(labels.name(label, lang), 24)}{_number(score)}  ({m} / {n})"
    yield f"{'不一致' if zh else 'they differ about'}: {len(found.conflicts)}"
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
        yield json.dumps(drift_record(found), ensure_ascii=False, indent=2)
    else:
        yield from drift_text(found, loaded, lang)


def drift_record(found: Drift) -> dict[str, Any]:
    """Return it for JSON."""
    looks = {}
    for name, x in (("new", found.new), ("old", found.old)):
        looks[name] = {**asdict(x), "scores": {"mean": x.sure, "median": float(x.scores[len(x.scores) // 2])}}
    distances = {x: getattr(found, x) for x in ("unknown", "scores", "shares")}
    return {"reasons": found.reasons, "distance": distances, **looks}


def drift_text(found: Drift, model: Model, lang: Language = "en") -> Iterator[str]:
    """Yield the lines that tell a drift; the last says what to do."""
    from policycls.learning.drift import advice

    zh = lang == "zh"
    labels = labels_of(model.labels)
    new, old = found.new, found.old
    head = ("新文件", "参照", "差距") if zh else ("new", "reference", "distance")
    yield fit("", 34) + "".join(f"{x:>10}" for x in head)
    yield _row("句数" if zh else "units", f"{new.units:,}", f"{old.units:,}", "")
    rows = (
        ("生词占比" if zh else "unknown words", new.unknown, old.unknown, found.unknown),
        ("平均把握" if zh else "mean probability of the label", new.sure, old.sure, found.scores),
    )
    for name, *values in rows:
        yield _row(name, *(f"{x:.3f}" for x in values))
    for n, label in enumerate(new.shares):
        distance = f"{found.shares:.3f}" if n == 0 else ""
        shares = (f"{x.shares.get(label, 0):.3f}" for x in (new, old))
        yield _row(f"{'占比' if zh else 'share'} {labels.name(label, lang)}", *shares, distance)
    if new.examples:
        yield f"{'常见生词' if zh else 'unknown words'}: {'、'.join(new.examples)}"
    for name, groups in new.by.items():
        yield f"{'按' if zh else 'by '}{name}:"
        for group, found_shares in groups.items():
            top = sorted(found_shares.items(), key=lambda x: -x[1])[:3]
            yield f"  {fit(group, 20)}" + ", ".join(f"{labels.name(x, lang)} {y:.2f}" for x, y in top)
    yield advice(found, lang)


def _row(name: str, *values: str) -> str:
    return (fit(name, 34) + "".join(f"{x:>10}" for x in values)).rstrip()


def _sample(paths: Sequence[str], tell: Callable[[str], None]) -> Sample:
    """Read units from tables that have them, or from documents, which are split."""
    from policycls.batch import inputs
    from policycls.documents import read_documents, split_units
    from policycls.learning.drift import GROUPS, Sample
    from policycls.learning.review import read_rows

    texts: list[str] = []
    headings: list[str] = []
    docs: list[str] = []
    groups: dict[str, list[str]] = {x: [] for x in GROUPS}
    files, skipped = inputs(paths)
    for item in skipped:
        tell(f"skipped: {item.path}: {item.reason}")
    for file in files:
        rows = list(read_rows(file))
        if rows:
            for row in rows:
                texts.append(row["text"])
                headings.append(row["heading"])
                docs.append(row["doc"])
                for name, names in GROUPS.items():
                    groups[name].append(next((str(row[x]) for x in names if row.get(x)), ""))
            continue
        try:
            for document in read_documents(file):
                units = [x for x in split_units(document) if x.kind != "noise"]
                texts += [x.text for x in units]
                headings += [x.heading for x in units]
                docs += [document.doc] * len(units)
                for name, names in GROUPS.items():
                    value = next((document.fields[x] for x in names if document.fields.get(x)), "")
                    groups[name] += [value] * len(units)
        except DocumentError as error:
            if len(files) == 1:
                raise
            tell(f"skipped: {error}")
    return Sample(texts, headings, docs, groups)


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
    found = place.own()
    rows = len(place.ledger.read())
    zh = lang == "zh"
    yield f"{rows} 行完好" if zh else f"{rows} rows, all as they were written"
    for conflict in found.conflicts:
        yield f"{'意见不一：' if zh else 'people differ: '}{conflict}"


def stats_job(*, workspace: str | None, lang: Language, as_json: bool) -> Iterator[str]:
    """Count a workspace's rows; yield the lines to print."""
    from policycls.types import NONE

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
    zh = lang == "zh"
    yield f"{'行数' if zh else 'rows'}: {len(rows)} ({', '.join(f'{x} {n}' for x, n in people.items())})"
    yield f"{'意见不一' if zh else 'people differ about'}: {len(found.conflicts)}"
    yield fit("", 26) + "".join(f"{x:>10}" for x in (("训练", "测试") if zh else ("training", "test")))
    yield fit("文件" if zh else "documents", 26) + "".join(f"{len(x):>10}" for x in parts.values())
    for label in (*place.labels.ids, NONE):
        values = "".join(f"{counts[x][label]:>10}" for x in parts)
        yield fit(place.labels.name(label, lang), 26) + values


def repair_job(*, workspace: str | None, lang: Language) -> str:
    """Move damaged lines out of the way; return a line that says how many."""
    ledger = _place(workspace).ledger
    moved = ledger.repair()
    if lang == "zh":
        return f"已将 {moved} 行损坏的内容移至 {ledger.quarantine.name}"
    return f"moved {moved} damaged lines to {ledger.quarantine.name}"


def _place(workspace: str | None) -> Workspace:
    from policycls.learning.workspace import Workspace

    return Workspace.find(workspace)
