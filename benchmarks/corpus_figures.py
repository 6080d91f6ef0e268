"""Figures of the corpus for its datasheet: counts, and how far its two readings agree.

``python benchmarks/corpus_figures.py`` writes them into ``corpus/DATASHEET.md``, ``--check`` says whether
they stand there. A unit that ``readings.tsv`` does not list got its labels in both readings.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from policycls.learning.corpus import LabelledDocument, load_labelled
from policycls.learning.splits import split
from policycls.schema import load_label_set
from policycls.types import NONE

CORPUS = Path(__file__).parent.parent / "corpus"
DATASHEET = CORPUS / "DATASHEET.md"
CLASSES = (*load_label_set().ids, NONE)

SETS = {
    "A": "single topic: approval streamlining",
    "B": "single topic: enterprise assistance",
    "C": "single topic: financing",
    "D": "single topic: supervision",
    "E": "single topic: investment attraction",
    "F": "full of firms, projects, money and reform, yet mostly no measure",
    "G": "district press and bulletins by other hands",
    "H": "short units, lists and headings; long units with two or three labels",
    "P": "bulletins, features, news, firm visits, service halls, investment news",
    "Q": "action plans, Q&A, summaries, circulars, guides, speeches, surveys, cases",
    "R": "government work reports",
    "S": "statutes and government rules",
    "T": "national notices, broadcast news, press conferences, commentary, evaluations",
    "U": "county and park policies, investment guides, fund and guarantee rules",
    "V": "long-winded district press and bulletins",
    "W": "departmental and grass-roots dispatches",
}

# Genres are named freely in the corpus; the first family whose pattern is found holds the document.
FAMILIES = {
    "government work reports": "^政府工作报告$|^work report$|半年工作报告|计划执行情况报告",
    "statutes and government rules": "条例|规章|法规|statute|若干规定|便利化规定|权益保护办法",
    "questions and answers, interviews, press conferences": "问答|访谈|发布会|答记者问|Q&A|实录|解读|答复",
    "speeches and commentary": "讲话|发言|致辞|speech|评论|时评|署名文章|推介词|述职",
    "news and features": "新闻|通讯|特写|报道|feature|news|消息|侧记|纪实|快报|推文|新媒体|融媒体|专版"
    "|宣传|活动|随笔|故事|回眸|盘点|综述|企业简介|园区概况|县报|快讯",
    "notices and circulars": "通知|通报|公告|notice|circular|批复",
    "plans, measures, opinions": "方案|措施|意见|计划|plan|规划|清单|要点|scheme",
    "support policies, guides, brochures": "指南|手册|政策|画册|简介|rules|细则|办法|制度|规程|规范性"
    "文件|科技创新券",
    "summaries, surveys, evaluations": "总结|汇报|报告|report|评估|纪要|亮点|统计公报",
    "bulletins, briefs, dispatches": "",
}

Readings = dict[tuple[str, int], tuple[str, str, str]]


def family(genre: str) -> str:
    """Return the family of a genre."""
    return next(name for name, pattern in FAMILIES.items() if re.search(pattern, genre))


def read_readings(path: Path = CORPUS / "readings.tsv") -> tuple[Readings, Counter[str]]:
    """Return (first, second, settled) of every unit that had to be settled, and how often by each rule."""
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    found: Readings = {}
    rules: Counter[str] = Counter()
    for row in rows:
        found[row["doc"], int(row["unit"])] = (row["first"], row["second"], row["settled"])
        rules[row["rule"]] += 1
    return found, rules


def primaries(documents: Iterable[LabelledDocument], readings: Readings) -> list[tuple[str, str]]:
    """Return the primary labels of both readings for every unit."""
    pairs = []
    for document in documents:
        for number, unit in enumerate(document.units):
            first, second, _ = readings.get((document.doc, number), (unit.label, unit.label, ""))
            pairs.append((first.split(",")[0], second.split(",")[0]))
    return pairs


def agreement(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Return the share of equal labels, and Cohen's kappa."""
    observed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[x] * second[x] for x in first) / len(pairs) ** 2
    return observed, (observed - expected) / (1 - expected)


def specific(pairs: Sequence[tuple[str, str]], label: str) -> float:
    """Return the agreement on one label: units where both gave it, over the mean of each reading's count."""
    both = sum(a == b == label for a, b in pairs)
    return 2 * both / sum((a == label) + (b == label) for a, b in pairs)


def english(documents: Sequence[LabelledDocument]) -> str:
    """Return the datasheet's figures."""
    readings, rules = read_readings()
    pairs = primaries(documents, readings)
    observed, kappa = agreement(pairs)
    units = [unit for document in documents for unit in document.units]
    train, test = split(documents, CORPUS)
    measures = [unit for unit in units if unit.labels]
    several = sum(len(unit.labels) > 1 for unit in measures)
    years = [int(document.meta["year"]) for document in documents]
    headings = sum(unit.kind == "heading" for unit in units)
    differing = [x for x in readings.values() if x[0] != x[1]]
    primary = sum(first.split(",")[0] != second.split(",")[0] for first, second, _ in differing)
    sides = Counter(
        "first" if settled == first else "second" if settled == second else "neither"
        for first, second, settled in differing
    )
    lines = [
        f"{len(documents)} documents, {len(units):,} units ({headings:,} headings), "
        f"{sum(len(unit.text) for unit in units):,} characters; "
        f"years {min(years)} to {max(years)} as the documents state them. "
        f"{several:,} of {len(measures):,} measure units ({several / len(measures):.1%}) have a secondary "
        "label.",
        "",
        "### Labels",
        "",
        *_table(
            ("label", "primary", "share", "secondary", "in test", "agreement of the readings"),
            [_label_row(label, units, test, pairs) for label in CLASSES],
        ),
        "",
        f"The two readings gave the same primary label to {observed:.1%} of the units, Cohen's κ "
        f"{kappa:.3f}. The last column is the agreement on one label: units to which both gave it, over the "
        "mean of how many each gave it to.",
        "",
        f"{len(differing):,} units differed in primary label or in the set of labels ({primary:,} in the "
        f"primary). They were settled for the first reading in {sides['first']}, for the second in "
        f"{sides['second']}, for neither in {sides['neither']}. Another {len(readings) - len(differing)}, on "
        "which the readings agreed, were mended on a third. By rule (border 1 to 16, settled case C1 to C9, "
        "unit, ps): " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()) + ".",
        "",
        "### Sets",
        "",
        *_table(
            ("set", "what", "documents", "units", "none", "agreement", "κ"),
            [_set_row(key, documents, readings) for key in SETS],
        ),
        "",
        "### Genres",
        "",
        *_table(("family", "documents", "units", "none", "of them test"), _genre_rows(documents, test)),
        "",
        "### Splits",
        "",
        *_table(
            ("split", "documents", "units", *CLASSES),
            [_split_row("train", train), _split_row("test", test)],
        ),
    ]
    return "\n".join(lines)


def chinese(documents: Sequence[LabelledDocument]) -> str:
    """Return the figures of the Chinese summary."""
    readings, _ = read_readings()
    observed, kappa = agreement(primaries(documents, readings))
    differing = sum(first != second for first, second, _ in readings.values())
    train, test = split(documents, CORPUS)
    labels = load_label_set()
    units = [unit for document in documents for unit in document.units]
    counts = Counter(unit.label for unit in units)
    shares = "、".join(
        f"{labels.name(x, 'zh')} {counts[x]:,}（{counts[x] / len(units):.1%}）" for x in CLASSES
    )
    return (
        f"共 {len(documents)} 篇、{len(units):,} 个单元；训练 {len(train)} 篇，测试 {len(test)} 篇。"
        f"主标签：{shares}。两次独立判读的主标签一致率为 {observed:.1%}，科恩 κ 为 {kappa:.3f}；"
        f"有分歧的 {differing:,} 个单元已逐一按规则裁定，"
        f"另有 {len(readings) - differing} 个单元经第三次判读更正。"
    )


def _label_row(
    label: str, units: Sequence, test: Sequence[LabelledDocument], pairs: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    primary = sum(unit.label == label for unit in units)
    secondary = sum(label in unit.labels[1:] for unit in units)
    tested = sum(unit.label == label for document in test for unit in document.units)
    return (
        f"`{label}`", f"{primary:,}", f"{primary / len(units):.1%}", f"{secondary:,}", f"{tested:,}",
        f"{specific(pairs, label):.3f}",
    )  # fmt: skip


def _set_row(key: str, documents: Sequence[LabelledDocument], readings: Readings) -> tuple[str, ...]:
    chosen = [document for document in documents if document.meta["set"] == key]
    observed, kappa = agreement(primaries(chosen, readings))
    return (key, SETS[key], *_counts(chosen), f"{observed:.3f}", f"{kappa:.3f}")


def _genre_rows(
    documents: Sequence[LabelledDocument], test: Sequence[LabelledDocument]
) -> list[tuple[str, ...]]:
    rows = []
    tested = Counter(family(document.meta["genre"]) for document in test)
    for name in FAMILIES:
        chosen = [document for document in documents if family(document.meta["genre"]) == name]
        rows.append((name, *_counts(chosen), str(tested[name])))
    return sorted(rows, key=lambda row: -int(row[1]))


def _counts(documents: Sequence[LabelledDocument]) -> tuple[str, str, str]:
    labels = [unit.label for document in documents for unit in document.units]
    return str(len(documents)), f"{len(labels):,}", f"{labels.count(NONE) / len(labels):.0%}"


def _split_row(name: str, documents: Sequence[LabelledDocument]) -> tuple[str, ...]:
    counts = Counter(unit.label for document in documents for unit in document.units)
    return (name, str(len(documents)), f"{counts.total():,}", *(f"{counts[x]:,}" for x in CLASSES))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]


def fill(page: str, name: str, text: str) -> str:
    """Put text between the page's markers ``<!-- name:begin -->`` and ``<!-- name:end -->``."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    head, rest = page.split(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.split(end)[1]}"


def datasheet() -> str:
    """Return the datasheet with the figures of the corpus as it is."""
    documents = load_labelled([CORPUS], load_label_set())
    page = DATASHEET.read_text(encoding="utf-8")
    return fill(fill(page, "figures", english(documents)), "figures-zh", chinese(documents))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the figures are stale")
    page = datasheet()
    if parser.parse_args().check:
        if page != DATASHEET.read_text(encoding="utf-8"):
            print("corpus/DATASHEET.md is stale: run python benchmarks/corpus_figures.py", file=sys.stderr)
            return 1
        return 0
    DATASHEET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
