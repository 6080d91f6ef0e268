"""Size and speed of what people look at: the page of 10,000 units, the workbook of 100,000.

    python benchmarks/report.py [--page 10000] [--workbook 100000]

The units are those of the corpus, tagged by the shipped model and repeated under new document names.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from policycls import load_model
from policycls.documents import from_text
from policycls.model.evidence import explainer
from policycls.output import Layout, open_output
from policycls.output.report import Collector, gather, render
from policycls.schema import labels_of
from policycls.types import TaggedUnit

ROOT = Path(__file__).parent.parent


def documents() -> Iterator[list[TaggedUnit]]:
    """Yield tagged documents without end."""
    model = load_model()
    tagged = []
    for path in sorted((ROOT / "corpus").glob("*.jsonl"))[:200]:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        text = "\n".join(row["text"] for row in rows if "text" in row)
        meta = {k: str(v) for k, v in rows[0].get("meta", {}).items() if k in ("genre", "region", "year")}
        tagged.append([replace(unit, fields=meta) for unit in model.tag(from_text(text))])
    for n in count():
        for number, units in enumerate(tagged):
            yield [replace(unit, doc=f"{n}/{number:03}.txt") for unit in units]


def units(size: int) -> Iterator[list[TaggedUnit]]:
    """Yield documents of ``size`` units together."""
    left = size
    for document in documents():
        yield list(islice(document, left))
        left -= len(document)
        if left <= 0:
            return


def page(size: int, path: Path) -> dict[str, float]:
    """Write the page; return its figures."""
    model = load_model()
    found = Collector(explainer(model))
    given = list(units(size))
    start = time.perf_counter()
    for document in given:
        found.write(document)
    explained = time.perf_counter()
    path.write_text(render(gather(found, labels_of(model.labels))), encoding="utf-8")
    return {
        "units": len(found.units),
        "explain_seconds": round(explained - start, 2),
        "write_seconds": round(time.perf_counter() - explained, 2),
        "megabytes": round(path.stat().st_size / 1e6, 2),
    }


def workbook(size: int, path: Path) -> dict[str, float]:
    """Write the workbook; return its figures."""
    model = load_model()
    given = list(units(size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    with open_output(str(path), "xlsx", Layout(labels_of(model.labels), "zh", explainer(model))) as out:
        for document in given:
            out.write(document)
    return {
        "units": sum(map(len, given)),
        "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "process_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "of_which_before": round(before / 1e3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=int, default=10_000)
    parser.add_argument("--workbook", type=int, default=100_000)
    parser.add_argument("--keep", metavar="DIR", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        if options.page:
            print("page", json.dumps(page(options.page, place / "page.html")))
        if options.workbook:
            print("workbook", json.dumps(workbook(options.workbook, place / "units.xlsx")))


if __name__ == "__main__":
    main()
