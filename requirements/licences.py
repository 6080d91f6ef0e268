"""List the licences of all that is installed with policycls and its extras, as they state them.

Run from the repository, where the extras are installed: ``python requirements/licences.py``.
Writes ``requirements/licences.md``.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

EXTRAS = ("cluster", "parquet", "traditional")
PROJECT = Path(__file__).parent.parent / "pyproject.toml"
PAGE = Path(__file__).with_name("licences.md")


def installed() -> dict[str, Distribution]:
    """Return by name what is installed with the project: what pyproject.toml asks for, and all below it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    asked = [Requirement(x) for x in (*project["dependencies"], *(y for e in EXTRAS for y in optional[e]))]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        needed = asked.pop()
        name, extras = re.sub(r"[-_.]+", "-", needed.name).lower(), frozenset(needed.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = distribution(name)
        below = (Requirement(line) for line in found[name].requires or ())
        asked += [
            x for x in below if not x.marker or any(x.marker.evaluate({"extra": e}) for e in ("", *extras))
        ]
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """Return the licence that a package states."""
    told = package.metadata
    if stated := told.get("License-Expression"):
        return str(stated)
    classed = [
        x.rpartition(" :: ")[2] for x in told.get_all("Classifier") or () if x.startswith("License ::")
    ]
    return ", ".join(classed) or str(told.get("License") or "").split("\n")[0]


def page() -> str:
    """Return the table."""
    rows = [f"| {name} | {licence(package)} |" for name, package in installed().items()]
    head = ["# Licences", "", "Of all that is installed with policycls and its extras `cluster`, `parquet`",
            "and `traditional`, as they state them; written by `python requirements/licences.py`.", "",
            "| package | licence |", "|---|---|"]  # fmt: skip
    return "\n".join([*head, *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
