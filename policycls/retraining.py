"""What the commands of a workspace print: models, retraining, comparisons."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policycls.output.width import fit
from policycls.schema import LabelSet, Language, labels_of

if TYPE_CHECKING:
    from policycls.learning.bootstrap import Score
    from policycls.learning.comparison import Comparison, Flip
    from policycls.learning.intake import Taken
    from policycls.learning.retrain import Retrained

_FLIPS = 10

Tell = Callable[[str], None]


def person() -> str:
    """Return the name under which answers are kept where none is given: that of the account."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # Windows without USERNAME: no pwd
        return "unknown"


def taken_text(taken: Taken, lang: Language) -> str:
    """Say what was taken in."""
    if lang == "zh":
        return (
            f"新增 {taken.added} 条标注（其中 {taken.test} 条留作测试，{taken.corrected} 条更正旧标注），"
            f"已有 {taken.known} 条"
        )
    return (
        f"{taken.added} rows added ({taken.test} of them kept for testing, {taken.corrected} correct earlier "
        f"ones), {taken.known} were there already"
    )


def retrain_job(
    data: Sequence[str],
    *,
    workspace: str | None,
    who: str,
    margin: float,
    force: bool,
    strict: bool,
    lang: Language,
    tell: Tell,
) -> Iterator[str]:
    """Take labelled data in, retrain, and yield the lines that tell what came of it."""
    from policycls.learning.intake import take_files
    from policycls.learning.retrain import retrain
    from policycls.learning.workspace import Workspace

    place = Workspace.find(workspace)
    if data:
        taken = take_files(place, data, who=who, strict=strict, tell=tell)
        tell(taken_text(taken, lang))
        for text in taken.alike:
            tell(f"note: the same text stands with different labels: {text}")
    found = retrain(place, margin=margin, force=force, tell=tell)
    yield from retrained_text(found, place.labels, lang)


def retrained_text(found: Retrained, labels: LabelSet, lang: Language = "en") -> Iterator[str]:
    """Yield the lines that tell a retraining."""
    zh = lang == "zh"
    if found.own is not None:
        yield "在你自己的测试文件上：" if zh else "on your own test documents:"
        yield from comparison_text(found.own, labels, lang)
    if found.base is not None:
        yield "在随软件附带的测试文件上：" if zh else "on the test documents that ship:"
        yield from comparison_text(found.base, labels, lang, flips=found.own is None)
    for conflict in found.answers.conflicts[:_FLIPS]:
        yield f"{'意见不一，未用于训练：' if zh else 'left out, people differ: '}{conflict}"
    if n := len(found.answers.conflicts[_FLIPS:]):
        yield f"……另有 {n} 条意见不一" if zh else f"... and {n} more about which people differ"
    yield _verdict(found, zh)


def _verdict(found: Retrained, zh: bool) -> str:
    if not found.promoted:
        reasons = {"it is worse by more than chance": "变差，且超出偶然", "": ""}
        why = reasons.get(found.refused, f"损失超过 --margin：{found.refused}") if zh else found.refused
        return f"未启用 {found.name}：{why}；原模型不变" if zh else (
            f"{found.name} is not promoted: {why}; the model in use stays"
        )  # fmt: skip
    deciding = found.deciding
    if found.forced:
        gain = "虽未通过检验，按 --force 启用" if zh else f"by --force, although {found.refused}"
    elif deciding is None:
        gain = (
            "测试句太少，无法判断好坏" if zh else "there are too few test units to say whether it is better"
        )
    elif deciding.shown:
        gain = "已证实变好" if zh else "a gain was shown"
    else:
        gain = "没有变差，但也未能证实变好" if zh else "it is not worse, but no gain was shown"
    return f"已启用 {found.name}：{gain}" if zh else f"{found.name} is promoted: {gain}"


def comparison_text(
    found: Comparison, labels: LabelSet, lang: Language = "en", *, flips: bool = True
) -> Iterator[str]:
    """Yield the lines that tell a comparison, at most 80 columns wide but for the sentences."""
    zh = lang == "zh"
    size = f"{found.units:,} units of {found.documents:,} documents"
    yield f"  {found.documents:,} 份文件，{found.units:,} 个句子" if zh else f"  {size}"
    head = (
        ("句数", "旧", "新", "差", "95% 区间") if zh else ("units", "old", "new", "change", "95 % interval")
    )
    yield f"  {'':<24}{head[0]:>6}{head[1]:>8}{head[2]:>8}{head[3]:>9}  {head[4]}"
    names = {"macro_f1": "宏平均 F1" if zh else "macro-F1", "accuracy": "准确率" if zh else "accuracy"}
    for figure in ("macro_f1", "accuracy", *(f"f1:{x}" for x in found.support)):
        label = figure.removeprefix("f1:")
        if figure not in found.difference or math.isnan(found.difference[figure].value):
            continue
        count = str(found.support.get(label, "")) if label != figure else ""
        line = "  " + fit(names.get(figure) or labels.name(label, lang), 24)
        old, new = (f"{scores[figure].value:.3f}" for scores in (found.old, found.new))
        yield line + f"{count:>6}{old:>8}{new:>8}{_signed(found.difference[figure])}"
    if flips:
        yield from _flips(found.gained, "错 → 对" if zh else "wrong -> right", labels, lang)
        yield from _flips(found.lost, "对 → 错" if zh else "right -> wrong", labels, lang)


def _signed(score: Score) -> str:
    ends = "" if math.isnan(score.low) else f"  {score.low:+.3f} to {score.high:+.3f}"
    return f"{score.value:>+9.3f}{ends}"


def _flips(flips: Sequence[Flip], title: str, labels: LabelSet, lang: Language) -> Iterator[str]:
    yield f"  {title}: {len(flips)}"
    for flip in flips[:_FLIPS]:
        before, after = (labels.name(x, lang) if lang == "zh" else x for x in (flip.before, flip.after))
        yield f"    {flip.doc} {flip.unit}: {before} -> {after}: {flip.text}"


def compare_job(
    a: str, b: str, on: Sequence[str], *, workspace: str | None, lang: Language, as_json: bool
) -> Iterator[str]:
    """Compare model A with model B on labelled data; yield the lines to print."""
    from policycls.evaluation import read_test
    from policycls.learning.comparison import Widened, set_side_by_side
    from policycls.model import load_model
    from policycls.types import NONE

    new, old = (load_model(_model_path(x, workspace)) for x in (a, b))
    every = tuple(dict.fromkeys([*map(str, new.classes_), *map(str, old.classes_), NONE]))
    labels = labels_of([x for x in every if x != NONE])
    documents = read_test(on, labels)
    found = set_side_by_side(Widened(new, every), Widened(old, every), documents)
    if as_json:
        record = {"new": new.id, "old": old.id, **found.record(), "flips": [_flip(x) for x in found.flips]}
        yield json.dumps(record, ensure_ascii=False, indent=2)
        return
    yield f"{'新' if lang == 'zh' else 'new'}: {new.id}  {'旧' if lang == 'zh' else 'old'}: {old.id}"
    yield from comparison_text(found, labels, lang)


def _flip(flip: Flip) -> dict[str, object]:
    return {x: getattr(flip, x) for x in ("doc", "unit", "text", "truth", "before", "after")}


def _model_path(name: str, workspace: str | None) -> Path | None:
    """Return a model's folder by its path, or by its name in the workspace."""
    from policycls.learning.workspace import Workspace
    from policycls.resources import data_path, find_workspace

    if Path(name).is_dir():
        return Path(name)
    if name == "shipped":
        return data_path("models", "default")
    root = find_workspace(workspace)
    return Path(name) if root is None else Workspace(root).models.path(name)


def models_job(*, workspace: str | None, lang: Language, as_json: bool) -> Iterator[str]:
    """List the models of a workspace, and what happened to them; yield the lines to print."""
    from policycls.learning.workspace import Workspace

    models = Workspace.find(workspace).models
    kept, history = models.kept(), models.history()
    when = {line["model"]: line["when"] for line in reversed(history)}
    if as_json:
        rows = [
            {
                "name": x.name, "current": x.current, "made": when.get(x.name), "id": x.manifest["id"],
                "corpus": x.manifest.get("corpus"), "own": x.manifest.get("own"),
                "evaluation": x.manifest.get("evaluation"),
            }
            for x in kept
        ]  # fmt: skip
        yield json.dumps({"models": rows, "history": history}, ensure_ascii=False, indent=2)
        return
    head = (
        ("模型", "日期", "自有句", "全部句", "宏平均F1 自有", "附带")
        if lang == "zh"
        else ("model", "date", "own units", "all units", "macro-F1: own", "shipped")
    )
    yield "  " + "  ".join(fit(x, w) for x, w in zip(head, _COLUMNS, strict=True)).rstrip()
    for x in kept:
        corpus, own, scores = (x.manifest.get(key) or {} for key in ("corpus", "own", "evaluation"))
        cells = (
            x.name, when.get(x.name, "")[:10], f"{own.get('units', 0):,}", f"{corpus.get('units', 0):,}",
            *(_macro(scores.get(key)) for key in ("own", "base")),
        )  # fmt: skip
        mark = "*" if x.current else " "
        yield f"{mark} " + "  ".join(fit(c, w) for c, w in zip(cells, _COLUMNS, strict=True)).rstrip()
    yield ""
    yield from (_told(line, lang) for line in history)


_COLUMNS = (14, 10, 9, 9, 14, 8)


def _macro(record: object) -> str:
    found = record.get("new", {}).get("macro_f1") if isinstance(record, dict) else None
    return "-" if not found or found["value"] is None else f"{found['value']:.3f}"


def _told(line: dict[str, object], lang: Language) -> str:
    zh = {"promote": "启用", "refuse": "未启用", "rollback": "退回"}
    en = {"promote": "promoted", "refuse": "refused", "rollback": "went back to"}
    action = (zh if lang == "zh" else en).get(str(line["action"]), line["action"])
    text = f"{str(line['when'])[:16].replace('T', ' ')}  {action} {line['model']}"
    if line.get("forced"):
        text += f" (--force: {line.get('refused')})"
    elif line.get("refused"):
        text += f" ({line['refused']})"
    return text
