"""How right the shipped model is, beside what a user would reach for instead.

Run from the repository::

    python benchmarks/accuracy.py [--external NAME=PATH …]   # all figures, into RESULTS.md and history.jsonl
    python benchmarks/accuracy.py --check                    # floors only; writes nothing

Everything is trained on the training documents of ``corpus/`` and measured on its frozen test documents,
and on labelled files from elsewhere, of which figures are written and neither path nor text. Such a file
must not be one from which ``labels/evidence.tsv`` was counted, nor one of which anything was trained;
``external.toml`` describes files by their fingerprint, and those that are so marked are refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import results
from accuracy_pictures import draw
from accuracy_text import report
from baselines import train_baselines

from policycls.learning.bootstrap import Score, differences, intervals
from policycls.learning.corpus import LabelledDocument, fingerprint, load_labelled
from policycls.learning.evaluate import OVERALL, Chooser, judge
from policycls.learning.metrics import Judged, point
from policycls.learning.splits import split
from policycls.learning.train import units_of
from policycls.model import Model, load_model
from policycls.schema import LabelSet, labels_of

CORPUS = results.ROOT / "corpus"
OURS, ALONE, TEST, TOGETHER = "policycls", "policycls, each unit alone", "test", "together"


@dataclass(frozen=True)
class Measured:
    """One set of labelled documents, and what each system made of it.

    Attributes
    ----------
    documents : list of LabelledDocument
    fingerprint, about : str
    judged : dict of str to Judged
        By system, ours first.
    scores : dict of str to dict of str to Score
    gains : dict of str to dict of str to Score
        Ours minus each other system, paired.
    """

    documents: list[LabelledDocument]
    fingerprint: str
    about: str
    judged: dict[str, Judged]
    scores: dict[str, dict[str, Score]]
    gains: dict[str, dict[str, Score]]


def measure(
    documents: list[LabelledDocument], about: str, model: Model, systems: Mapping[str, Chooser]
) -> Measured:
    """Measure every system on labelled documents."""
    judged = {OURS: judge(model, documents), ALONE: judge(model, documents, alone=True)}
    judged |= {name: judge(system, documents) for name, system in systems.items()}
    scores = {name: intervals(x) for name, x in judged.items()}
    gains = {name: differences(judged[OURS], x) for name, x in judged.items() if name != OURS}
    return Measured(documents, fingerprint(documents), about, judged, scores, gains)


def externals(named: Sequence[str], labels: LabelSet) -> dict[str, tuple[list[LabelledDocument], str]]:
    """Read external files given as NAME=PATH; several are put together as well."""
    found: dict[str, tuple[list[LabelledDocument], str]] = {}
    for argument in named:
        name, _, path = argument.partition("=")
        if not path or name in (TEST, TOGETHER, ""):
            raise SystemExit(f"--external takes NAME=PATH, and a name of its own; got {argument}")
        documents = load_labelled([path], labels)
        known = results.about_external(fingerprint(documents))
        if known.get("counted"):
            raise SystemExit(f"{name}: evidence was counted from this file; it measures nothing")
        found[name] = documents, known["about"]
    if len(found) > 1:
        every = [document for documents, _ in found.values() for document in documents]
        found[TOGETHER] = every, "all of these"
    return found


def check(model: Model, test: list[LabelledDocument], corpus: str) -> int:
    """Hold the model to its floors; 1 if it is under one."""
    baseline = json.loads(results.BASELINE.read_text(encoding="utf-8"))
    found = point(judge(model, test))
    wrong = results.below_floors(found, corpus, baseline)
    for line in wrong:
        print(f"failed: {line}", file=sys.stderr)
    shown = ", ".join(f"{name} {found[name]:.4f}" for name in (*results.FLOORS, *results.CEILINGS))
    print(f"model {model.id} on the frozen test documents: {shown}")
    return bool(wrong)


def update_baseline(scores: Mapping[str, Score], corpus: str, allow: bool) -> int:
    """Write new floors; 1 if they are lower than the old ones and that is not allowed."""
    new = results.new_baseline(scores, corpus)
    if results.BASELINE.is_file():
        old = json.loads(results.BASELINE.read_text(encoding="utf-8"))
        lower = results.regressions(new, old)
        if lower and not allow:
            print(f"failed: would relax {', '.join(lower)}; --allow-regression does", file=sys.stderr)
            return 1
        new = {**old, **new}  # other benchmarks keep their floors here too
    results.BASELINE.write_text(json.dumps(new, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


def record(model: Model, corpus: str, measured: Mapping[str, Measured]) -> None:
    """Add every score to the history."""
    data = {
        name: {
            "fingerprint": x.fingerprint[:16],
            "documents": len(x.documents),
            "units": sum(len(document.units) for document in x.documents),
            "scores": {
                system: {
                    key: [round(y, 4) for y in (score.value, score.low, score.high)]
                    for key, score in scores.items()
                    if key in OVERALL or (key.startswith("f1:") and system == OURS)
                }
                for system, scores in x.scores.items()
            },
        }
        for name, x in measured.items()
    }
    results.log("accuracy", model=model.id, corpus=corpus[:16], data=data)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--external", metavar="NAME=PATH", nargs="+", action="extend", default=[])
    parser.add_argument("--model", metavar="DIR", help="a model folder; by default the one that ships")
    parser.add_argument("--check", action="store_true", help="floors only; exit 1 under one")
    parser.add_argument("--update-baseline", action="store_true", help="floors from this run")
    parser.add_argument("--allow-regression", action="store_true", help="let --update-baseline lower one")
    parser.add_argument(
        "--encoder", metavar="FILE.npz", type=Path, help="train the sentence encoder too; its vectors' file"
    )
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    labels = labels_of(model.labels)
    documents = load_labelled([CORPUS], labels)
    corpus = fingerprint(documents)
    train, test = split(documents, CORPUS)
    if arguments.check:
        return check(model, test, corpus)
    sets = {TEST: (test, "the frozen test documents of the written corpus")}
    sets |= externals(arguments.external, labels)
    classes = [str(x) for x in model.classes_]
    systems = train_baselines(units_of(train, classes), classes, arguments.encoder)
    measured = {name: measure(found, about, model, systems) for name, (found, about) in sets.items()}
    record(model, corpus, measured)
    results.write_section("accuracy", report(model, measured))
    draw(measured)
    if arguments.update_baseline:
        return update_baseline(measured[TEST].scores[OURS], corpus, arguments.allow_regression)
    return 0


if __name__ == "__main__":
    sys.exit(main())
