"""Make the tables of the documents room anew: ``seams.tsv`` and ``breaks.tsv``.

Run from the repository::

    python benchmarks/documents_tables.py --corpus corpus --labelled FILE… [--into DIR]

``--corpus`` is a corpus folder, of which the documents that its ``splits.json`` freezes for tests are left
out; ``--labelled`` are JSONL tables of units (doc, kind, text) of other documents. Both tables hold n-grams
of at most four characters that stand in several documents, with counts or weights; no sentence can be read
out of them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policycls.documents import breaks, heads, repair
from policycls.documents.markers import START

#: One document: the texts of its units in reading order.
Units = list[str]

#: An n-gram is kept if it stands in at least so many documents: rarer ones are somebody's wording.
SEAMS_IN = 10
BREAKS_IN = 5
#: A weight nearer to nothing than this is left out.
LEAST = 0.15
#: Steps of the regression; more make no difference that can be seen.
ITERATIONS = 60
#: How much a place counts: inside a clause, between clauses, behind a heading, behind a sentence.
INSIDE, CLAUSE, HEADING, SENTENCE = 1.0, 0.6, 6.0, 1.0
_START = "^"
_RUN = re.compile(r"\^?[\u4e00-\u9fff0]+")

HEAD = (
    "# {what}\n"
    "# Counted over {documents} documents, {units} units: {corpus} of the project's written corpus (none of "
    "those frozen for tests) and {other} public Chinese work reports, broadcast news, laws and local "
    "regulations.\n"
    "# Only n-grams of at most {longest} characters that stand in at least {least} documents; no sentence "
    "can be read out of it. Made anew by benchmarks/documents_tables.py.\n"
)
SEAMS_SAY = (
    "How often a Han character follows one or two others (0: any number), and begins a sentence (^): "
    "context, its count, followers with counts."
)
BREAKS_SAY = (
    "Weights, in tenths, of n-grams before (x<), behind (>x) and across (x-y) a place where a clause, a "
    "sentence or a heading may end (0: any number, A: any Latin word, #: a heading's number); at the end the "
    "weights of headings' features in two rounds."
)


def seams_table(documents: Iterable[Units]) -> str:
    """Count which characters follow one another, and which begin a sentence."""
    grams: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for units in documents:
        here: set[str] = set()
        for unit in units:
            for run in _RUN.findall(_START + _bare(unit)):
                for size in (1, 2, 3):
                    found = [run[at : at + size] for at in range(len(run) - size + 1)]
                    grams.update(found)
                    here.update(found)
        seen.update(here)
    follows: dict[str, list[tuple[int, str]]] = {}
    for gram, number in grams.items():
        if seen[gram] >= SEAMS_IN and gram != _START:
            follows.setdefault(gram[:-1], []).append((number, gram[-1]))
    rows = []
    for context in sorted(follows):
        pairs = sorted(follows[context], key=lambda pair: (-pair[0], pair[1]))
        total = grams[context] if context else sum(number for number, _ in pairs)
        rows.append(f"{context}\t{total}\t" + " ".join(f"{follower}{number}" for number, follower in pairs))
    return "\n".join(rows) + "\n"


def _bare(text: str) -> str:
    return re.sub(r"[\d０-９][\d０-９.,．]*", "0", re.sub(r"\s+", "", text))


def places(units: Units) -> Iterator[tuple[str, str, float, bool]]:
    """Yield (left, right, how much it counts, whether something ends) of every place of a document."""
    bodies = []
    for unit in units:
        marker = START.match(unit)
        bodies.append((breaks.normal(unit[marker.end() if marker else 0 :]), marker is not None))
    for at, (body, marked) in enumerate(bodies):
        parts = [part for part in breaks.clauses(body) if part]
        after = breaks.clauses(bodies[at + 1][0])[0] if at + 1 < len(bodies) else ""
        for number, part in enumerate(parts):
            lead = breaks.MARKER if marked and not number else ""
            for end in range(1, len(part)):
                yield (
                    (lead + part[:end])[-3:] if end < 3 else part[end - 3 : end],
                    part[end : end + 3],
                    INSIDE,
                    False,
                )
            left = (lead + part)[-3:]
            if number + 1 < len(parts):
                yield left, parts[number + 1][:3], CLAUSE, True
            elif after:
                yield left, after[:3], SENTENCE if repair.is_ended(units[at]) else HEADING, True


def learn_grams(documents: list[Units]) -> dict[str, float]:
    """Weights of n-grams: a logistic regression over all places."""
    seen: Counter[str] = Counter()
    for units in documents:
        seen.update({name for left, right, _, _ in places(units) for name in breaks.grams(left, right)})
    index = {name: at for at, name in enumerate(sorted(name for name, n in seen.items() if n >= BREAKS_IN))}
    columns, pointers, answers, counts = [], [0], [], []
    for units in documents:
        for left, right, count, ends in places(units):
            columns += [index[name] for name in breaks.grams(left, right) if name in index]
            pointers.append(len(columns))
            answers.append(ends)
            counts.append(count)
    shape = (len(answers), len(index))
    matrix = csr_matrix((np.ones(len(columns)), np.array(columns), np.array(pointers)), shape)
    weights = _regression(matrix, np.where(answers, 1.0, -1.0), np.array(counts))
    kept = {name: round(float(weights[at]), 1) for name, at in index.items()}
    return {name: weight for name, weight in kept.items() if abs(weight) >= LEAST}


def _regression(matrix: Any, signs: Any, counts: Any) -> Any:
    """Logistic regression with an intercept, in one thread, so that it comes to the same every time."""
    turned = matrix.T.tocsr()

    def loss(weights: Any) -> tuple[float, Any]:
        margins = signs * (matrix @ weights[1:] + weights[0])
        slopes = -signs * counts / (1 + np.exp(margins))
        value = counts @ np.logaddexp(0, -margins) + weights[1:] @ weights[1:] / 2
        return value, np.concatenate(([slopes.sum()], turned @ slopes + weights[1:]))

    start = np.zeros(matrix.shape[1] + 1)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return result.x[1:]


def stretches(units: Units) -> list[tuple[heads.Stretch, int | None]]:
    """Return what the splitter would see of a document without breaks, with where each heading ends."""
    habits = heads.Habits("".join(units))
    found: list[tuple[heads.Stretch, int | None]] = []
    after = False
    for at, unit in enumerate(units):
        text, last = unit, at
        while not repair.is_ended(units[last]) and last + 1 < len(units) and len(text) < 400:
            last += 1
            text += units[last]
        ended = repair.is_ended(unit)
        if ended or last > at:
            kind = heads.kind_of(text, first=at == 0, after=after)
            found.append(
                (heads.Stretch(text, kind, heads.options(text, kind, habits)), None if ended else len(unit))
            )
            after = not ended
    return found


def learn_round(cases: Iterable[tuple[list[heads.Option], int | None]]) -> dict[str, float]:
    """Weights of features: of the options of each stretch, the right one is to score highest."""
    index: dict[str, int] = {}
    rows, columns, values, starts, right = [], [], [], [0], []
    size = 0
    for options, end in cases:
        answer = [at for at, (place, _) in enumerate(options) if place == end]
        if not answer:
            continue
        right.append(size + answer[0])
        for _, features in options:
            for name, value in features.items():
                rows.append(size)
                columns.append(index.setdefault(name, len(index)))
                values.append(value)
            size += 1
        starts.append(size)
    matrix = csr_matrix((values, (rows, columns)), shape=(size, len(index)))
    turned, first, sizes = matrix.T.tocsr(), np.array(starts[:-1]), np.diff(starts)
    target = np.zeros(size)
    target[right] = 1

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        top = np.maximum.reduceat(scores, first)
        shares = np.exp(scores - np.repeat(top, sizes))
        sums = np.add.reduceat(shares, first)
        value = -(scores[right] - top - np.log(sums)).sum() + weights @ weights / 2
        return value, turned @ (shares / np.repeat(sums, sizes) - target) + weights

    result = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(result.x[at]), 2) for name, at in index.items()}


def breaks_table(documents: list[Units]) -> str:
    """Learn weights: features' on one half of the documents, with n-grams of the other; then all n-grams."""
    shuffled = list(documents)
    random.Random(5).shuffle(shuffled)
    half = len(shuffled) * 55 // 100
    use(learn_grams(shuffled[:half]), {}, {})
    cases = [stretches(units) for units in shuffled[half:]]
    first = learn_round((stretch.options, end) for case in cases for stretch, end in case)
    told = [heads.with_siblings([stretch for stretch, _ in case], first) for case in cases]
    second = learn_round(
        (options, end)
        for case, more in zip(cases, told, strict=True)
        for (_, end), options in zip(case, more, strict=True)
    )
    lines = [f"{name}\t{round(10 * weight)}" for name, weight in sorted(learn_grams(documents).items())]
    lines += [
        f"{name}\t{first.get(name, 0.0)}\t{second.get(name, 0.0)}" for name in sorted({*first, *second})
    ]
    return "\n".join(lines) + "\n"


def use(grams: Mapping[str, float], first: Mapping[str, float], second: Mapping[str, float]) -> None:
    """Let the library weigh with these instead of what it ships."""
    table = breaks.Breaks(grams, (first, second))
    breaks.load = lambda: table  # type: ignore[assignment]


def read_corpus(folder: Path) -> list[Units]:
    frozen = set(json.loads((folder / "splits.json").read_text("utf-8"))["test"])
    files = [file for file in sorted(folder.glob("*.jsonl")) if file.stem not in frozen]
    return [units for file in files for units in read_labelled(file)]


def read_labelled(file: Path) -> list[Units]:
    documents: dict[str, Units] = {}
    for line in file.read_text("utf-8").splitlines():
        item = json.loads(line)
        if "text" in item:
            documents.setdefault(str(item["doc"]), []).append(item["text"].strip())
    return list(documents.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--labelled", type=Path, nargs="*", default=[])
    parser.add_argument("--into", type=Path, default=Path(repair.__file__).parent)
    parser.add_argument("--only", choices=["seams", "breaks"])
    options = parser.parse_args()
    corpus = read_corpus(options.corpus)
    other = [units for file in options.labelled for units in read_labelled(file)]
    documents = corpus + other
    told = {
        "documents": len(documents),
        "units": sum(map(len, documents)),
        "corpus": len(corpus),
        "other": len(other),
    }
    for name, make, what, longest, least in (
        ("seams", seams_table, SEAMS_SAY, 3, SEAMS_IN),
        ("breaks", breaks_table, BREAKS_SAY, 4, BREAKS_IN),
    ):
        if options.only in (None, name):
            head = HEAD.format(what=what, longest=longest, least=least, **told)
            (options.into / f"{name}.tsv").write_text(head + make(documents), encoding="utf-8")


if __name__ == "__main__":
    main()
