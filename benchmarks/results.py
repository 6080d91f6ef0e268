"""Where results are kept: sections of RESULTS.md, a line a run in history.jsonl, floors in baseline.json."""

from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from policycls.learning.bootstrap import Score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS, HISTORY, BASELINE = HERE / "RESULTS.md", HERE / "history.jsonl", HERE / "baseline.json"
FIGURES = HERE / "figures"

#: Which way is better: floors hold what must not fall, ceilings what must not rise.
FLOORS, CEILINGS = ("macro_f1", "detection_f1"), ("ece",)

_HEAD = "# Results\n\nWritten by the programs in this folder; each writes its own section.\n"


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Replace the part between a section's markers, or add it at the end."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    old = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    section = f"{begin}\n{text.strip()}\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    new = pattern.sub(lambda _: section, old) if pattern.search(old) else f"{old.rstrip()}\n\n{section}\n"
    path.write_text(new, encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], marks: str = "") -> str:
    """Return a Markdown table; ``marks`` has t for a column of text, n for one of numbers, else tnn…."""
    kinds = marks or "t" + "n" * (len(head) - 1)
    lines = ["| " + " | ".join(head) + " |", "|" + "".join("---|" if x == "t" else "---:|" for x in kinds)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def number(value: float, *, signed: bool = False) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def shown(score: Score, *, signed: bool = False) -> str:
    """Return a figure with its interval."""
    if math.isnan(score.low):
        return number(score.value, signed=signed)
    value, low, high = (number(x, signed=signed) for x in (score.value, score.low, score.high))
    return f"{value} ({low} to {high})"


def code_digest() -> str:
    """Return the SHA-256 over the package's source."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "policycls").rglob("*.py")):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def commit() -> str:
    """Return the commit that is checked out; "" outside of a repository."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def log(kind: str, **content: Any) -> None:
    """Add a line to the history."""
    line = {"date": date.today().isoformat(), "commit": commit(), "code": code_digest()[:16], "run": kind}
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line | content, ensure_ascii=False) + "\n")


def history(kind: str) -> list[dict[str, Any]]:
    if not HISTORY.is_file():
        return []
    lines = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines() if line]
    return [line for line in lines if line["run"] == kind]


def below_floors(found: Mapping[str, float], corpus: str, baseline: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with figures on the frozen test documents, a line each; [] if nothing."""
    wrong = []
    if corpus != baseline["corpus"]:
        wrong.append(
            f"the corpus is another ({corpus[:16]}) than that of the floors ({baseline['corpus'][:16]}); "
            "run with --update-baseline"
        )
    for name, floor in baseline["floors"].items():
        if not found[name] >= floor:
            wrong.append(f"{name} is {found[name]:.4f}, below its floor of {floor:.4f}")
    for name, ceiling in baseline["ceilings"].items():
        if not found[name] <= ceiling:
            wrong.append(f"{name} is {found[name]:.4f}, above its ceiling of {ceiling:.4f}")
    return wrong


def new_baseline(found: Mapping[str, Score], corpus: str) -> dict[str, Any]:
    """Return floors a little under what was measured: the ends of the intervals."""
    return {
        "corpus": corpus,
        "floors": {name: math.floor(found[name].low * 1000) / 1000 for name in FLOORS},
        "ceilings": {name: math.ceil(found[name].high * 1000) / 1000 for name in CEILINGS},
    }


def regressions(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """Return which floors a new baseline would lower, and which ceilings it would raise."""
    lower = [name for name, x in new["floors"].items() if x < old["floors"].get(name, x)]
    return lower + [name for name, x in new["ceilings"].items() if x > old["ceilings"].get(name, x)]


def about_external(fingerprint: str) -> dict[str, Any]:
    """Return what external.toml says about labelled data with this fingerprint."""
    known = tomllib.loads((HERE / "external.toml").read_text(encoding="utf-8"))["data"]
    return next((x for x in known if fingerprint.startswith(x["fingerprint"])), {"about": "not described"})
