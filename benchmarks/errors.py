"""The model's errors on the frozen test documents of the written corpus, by border of the codebook.

Run from the repository::

    python benchmarks/errors.py [--unread N]

``errors.toml`` holds errors that were read, each put to the border of ``labels/guideline.md`` at which it
happened. Writes ``errors.md``: how many of them the model of today still makes, and what each kind would
need. ``--unread`` prints errors that are not in the list yet. Only documents written for the project.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from results import HERE, ROOT, table

from policycls.learning.corpus import load_labelled
from policycls.learning.evaluate import judge
from policycls.learning.splits import split
from policycls.model import load_model
from policycls.schema import labels_of
from policycls.types import NONE

_SHOWN = 46


@dataclass(frozen=True, slots=True)
class Answer:
    """What people and the model say about a unit."""

    doc: str
    text: str
    kind: str
    labels: tuple[str, ...]
    given: str

    @property
    def wrong(self) -> bool:
        """Whether the primary label is another."""
        return self.given != (self.labels[0] if self.labels else NONE)


def answers() -> tuple[str, list[Answer]]:
    """Return the model's id and its answers on the frozen test documents."""
    model = load_model()
    corpus = ROOT / "corpus"
    _, test = split(load_labelled([corpus], labels_of(model.labels)), corpus)
    judged = judge(model, test)
    units = [(document.doc, unit) for document in test for unit in document.units]
    return model.id, [
        Answer(doc, unit.text, unit.kind, unit.labels, judged.classes[guess])
        for (doc, unit), guess in zip(units, judged.guess, strict=True)
    ]


def page(model: str, found: list[Answer], kinds: dict[str, dict[str, Any]]) -> str:
    """Return the text of errors.md."""
    wrong = [x for x in found if x.wrong]
    missed = sum(x.given == NONE for x in wrong)
    invented = sum(not x.labels for x in wrong)
    among = sum(x.given in x.labels for x in wrong)
    headings = sum(x.kind == "heading" for x in wrong)
    rows, lists = [], []
    read = 0
    for kind in sorted(kinds.values(), key=lambda x: -len(x["units"])):
        kept = [x for x in found if _listed(x, kind)]
        read += len(kept)
        rows.append([kind["border"], str(len(kept)), str(sum(x.wrong for x in kept)), kind["needs"]])
        lines = [
            [x.doc, _short(x.text), " + ".join(x.labels) or NONE, x.given if x.wrong else "right now"]
            for x in kept
        ]
        lists += [f"### {kind['border']}", table(["document", "text", "label", "given"], lines, "tttt")]
    others = Counter((x.labels[0] if x.labels else NONE, x.given) for x in wrong).most_common(8)
    return "\n\n".join(
        [
            "# Errors on the frozen test documents",
            f"Written by `benchmarks/errors.py`, model `{model}`. {len(wrong)} of {len(found):,} units have "
            f"another primary label: {missed} measures called none, {invented} none called a measure, "
            f"{len(wrong) - missed - invented} one measure for another. In {among} the label given is "
            f"one of the unit's secondary labels; {headings} are headings. The documents "
            "were written for the project; rules and data are mended by kind of error, never for a single "
            "unit of these documents.",
            table(["label, given", "units"], [[f"{a}, {b}", str(n)] for (a, b), n in others]),
            f"## {read} errors of a seeded draw, read one by one",
            table(["border", "read", "still wrong", "what it would need"], rows, "tnnt"),
            *lists,
        ]
    )


def _listed(answer: Answer, kind: dict[str, Any]) -> bool:
    return any(answer.doc == doc and answer.text.startswith(text) for doc, text in kind["units"])


def _short(text: str) -> str:
    text = text.replace("|", "｜").replace("\u3000", " ")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def main() -> None:
    """Write the page, or print errors that nobody has read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--unread", type=int, metavar="N", help="print N errors that are not listed yet")
    arguments = parser.parse_args()
    kinds = tomllib.loads((HERE / "errors.toml").read_text(encoding="utf-8"))["kinds"]
    model, found = answers()
    if arguments.unread:
        new = [x for x in found if x.wrong and not any(_listed(x, kind) for kind in kinds.values())]
        for x in random.Random(0).sample(new, min(len(new), arguments.unread)):
            print(x.doc, x.kind, "|".join(x.labels) or NONE, "given", x.given, ":", x.text)
        return
    (HERE / "errors.md").write_text(page(model, found, kinds) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
