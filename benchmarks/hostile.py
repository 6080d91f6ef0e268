"""Inputs made to hurt: one run of ``policycls tag`` over all of them, without privileges.

``python benchmarks/hostile.py`` prints what became of each input, and fails where one has another fate than
it should, where the run takes more than two minutes or 1 GB, or ends with another status than 8; ``--write``
writes its section of RESULTS-fuzz.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
from hostile_set import INPUTS, Input
from results import HERE, table, write_section

RESULTS = HERE / "RESULTS-fuzz.md"
MOST_SECONDS, MOST_BYTES, SKIPPED = 120.0, 1_000_000_000, 8
#: How often memory is looked at, in seconds.
_TICK = 0.02
#: Root may read everything; without its capabilities (and no way back to them) it may not.
_WITHOUT = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command line came to: ``peak`` in bytes, of it and its parsers together."""

    status: int
    seconds: float
    peak: int
    told: str


def resident(process: psutil.Process) -> int:
    """Return the bytes that a process and all below it hold; pages that they share count for each."""
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            total += each.memory_info().rss
        except psutil.Error:  # it has ended
            continue
    return total


def measured(command: list[str], folder: Path) -> Run:
    """Run a command in a folder, and watch its memory; it is ended when it takes twice what it may."""
    start, peak = time.monotonic(), 0
    with (folder / "told").open("w+", encoding="utf-8") as told:
        process = psutil.Popen(command, cwd=folder, stdout=told, stderr=told)
        while process.poll() is None:
            if time.monotonic() - start > 2 * MOST_SECONDS:
                process.kill()
            try:
                peak = max(peak, resident(process))
            except psutil.Error:  # it has ended
                break
            time.sleep(_TICK)
        status, seconds = process.wait(), time.monotonic() - start
        told.seek(0)
        return Run(status, seconds, peak, told.read())


def fates(folder: Path, inputs: tuple[Input, ...], run: Run) -> dict[str, tuple[str, str]]:
    """Return (outcome, reason) by the name of an input: tagged, skipped, or not told of."""
    units: Counter[str] = Counter()
    output = folder / "tagged.jsonl"
    if output.is_file():
        for line in output.read_text(encoding="utf-8").splitlines():
            units[json.loads(line)["doc"].removeprefix("set/").split("#")[0]] += 1
    reasons = {}
    for line in run.told.splitlines():
        if line.startswith("skipped: set/"):
            name, _, reason = line.removeprefix("skipped: set/").partition(": ")
            reasons[name] = reason
    found = {}
    for x in inputs:
        count = units[f"{x.name}/{x.inside}" if x.inside else x.name]
        if x.name in reasons:
            found[x.name] = "skipped", reasons[x.name]
        elif count:
            found[x.name] = "tagged", f"{count:,} unit" + "s" * (count > 1)
        else:
            found[x.name] = "not told of", ""
    return found


def wrong(inputs: tuple[Input, ...], found: dict[str, tuple[str, str]], run: Run) -> list[str]:
    """Return what is not as it should be, a line each."""
    lines = []
    for x in inputs:
        outcome, reason = found[x.name]
        wanted = "skipped" if x.reason else "tagged"
        if outcome != wanted or x.reason not in reason:
            lines.append(f"{x.name}: {outcome} ({reason}), not {wanted} ({x.reason or 'units'})")
    if run.status != SKIPPED:
        lines.append(f"status {run.status}, not {SKIPPED}:\n{run.told[-2000:]}")
    if run.seconds > MOST_SECONDS:
        lines.append(f"took {run.seconds:.0f} s, more than {MOST_SECONDS:.0f} s")
    if run.peak > MOST_BYTES:
        lines.append(f"held {run.peak / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f} MB")
    return lines


def tagged(folder: Path, inputs: tuple[Input, ...] = INPUTS) -> Run:
    """Make the inputs in a folder, and tag them all in one run."""
    for x in inputs:
        place = folder / "set" / x.name
        place.parent.mkdir(exist_ok=True)
        x.make(place)
    command = [str(Path(sys.executable).with_name("policycls")), "tag", "set", "-o", "tagged.jsonl"]
    return measured([*_WITHOUT, *command] if os.geteuid() == 0 else command, folder)


def section(inputs: tuple[Input, ...], found: dict[str, tuple[str, str]], run: Run) -> str:
    """Return the results' section."""
    rows = [[f"`{x.name}`", x.about or "a good document", *found[x.name]] for x in inputs]
    return (
        "## Inputs made to hurt\n\n"
        f"`python benchmarks/hostile.py`: one `policycls tag` over a folder of {len(inputs)} inputs, "
        f"without privileges. It ended with status {run.status} after {run.seconds:.0f} s; it and its "
        f"parsers held at most {run.peak / 1e6:,.0f} MB together.\n\n"
        + table(["input", "what it is", "outcome", "units, or the reason"], rows, "tttt")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS-fuzz.md")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        run = tagged(folder)
        found = fates(folder, INPUTS, run)
    finally:
        shutil.rmtree(folder)
    text = section(INPUTS, found, run)
    print(text)
    if options.write:
        write_section("hostile", text, RESULTS)
    lines = wrong(INPUTS, found, run)
    print("\n".join(["", *(lines or ["all as it should be"])]))
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
