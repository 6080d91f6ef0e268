"""Commands that are killed at random moments, and commands that race: what is left of the files.

Run from the repository, on Linux::

    python benchmarks/crash.py                  # 2,000 kills and 200 races; half an hour
    python benchmarks/crash.py --small          # some of each, for continuous integration
    python benchmarks/crash.py --write          # writes RESULTS-crash.md too

Each command runs in a copy of this process and is killed with SIGKILL: half of the times at a moment drawn
from its length, half before a change of the file system drawn from all that it makes. Kills that come when
the command has ended are not counted. Then the files must be old or new, and the rows that were there must
be there. After the kill (of a training: after each tenth) the command runs to its end, and nothing may be
left over. Ends with status 1 at the first damage.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process of threads is not copied
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from crash_cases import FORMATS, NEW, OLD, Case, DamageError, Import, Promote, Retrain, Tag
from crash_races import RACES, race
from crash_run import killed, preload, whole
from results import write_section

RESULTS = Path(__file__).resolve().parent / "RESULTS-crash.md"
SEED = 11
_KILLS = """\
## Kills

`TMPDIR=/dev/shm python benchmarks/crash.py --only kills --kills {count} --write`: {count:,} kills with
SIGKILL, half of them at a random moment, half before a random change of the file system. Any damage would
have ended the run. A memory file system spares the waits for a disk; what a kill of a process leaves is the
same there.

| command | kills | found old | found new | damaged files | lost rows | strays after the next run |
|---|---:|---:|---:|---:|---:|---:|
{rows}
"""
_RACES = """\
## Races

`TMPDIR=/dev/shm python benchmarks/crash.py --only races --races {count} --write`: {count:,} races of four
writers each.

| race | races | mismatches |
|---|---:|---:|
{rows}
"""


@dataclass
class Killed:
    """What the kills of a command came to."""

    name: str
    found: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        """How many there were."""
        return sum(self.found.values())

    def row(self) -> str:
        """Return a line of the table."""
        found = (self.found[x] for x in (OLD, NEW))
        return f"| {self.name} | {self.kills:,} | {' | '.join(f'{x:,}' for x in found)} | 0 | 0 | 0 |"


def cases(root: Path, kills: int) -> Iterator[tuple[Case, int]]:
    """Yield the commands, and how often each is killed."""
    for kind in FORMATS:
        yield Tag(root / kind, f"tag {kind}"), kills // 10
    yield Import(root / "import", "review import"), kills // 5
    yield Promote(root / "promote", "promote"), kills // 5
    yield Retrain(root / "retrain", "retrain", every=10), kills - 5 * (kills // 10) - 2 * (kills // 5)


def kill_often(case: Case, kills: int, draw: random.Random) -> Killed:
    """Kill a command so many times.

    Raises
    ------
    DamageError
        At the first file that is neither old nor new, lost row or stray.
    """
    done, start, turn = Killed(case.name), time.perf_counter(), 0
    length = whole(case.before(0))
    while done.kills < kills:
        arguments = case.before(turn)
        if killed(arguments, length, draw):
            done.found[case.state()] += 1
        turn += 1
        if turn % case.every == 0 or done.kills == kills:
            whole(arguments)
            if case.state() != NEW:
                raise DamageError(f"after {case.name} ran to its end the new is not there")
            if left := case.strays():
                raise DamageError(f"after {case.name} ran to its end there are {left}")
    done.seconds = time.perf_counter() - start
    return done


def kill_all(folder: Path, kills: int, draw: random.Random) -> str:
    """Kill each command; return the lines of the table."""
    lines = []
    for case, n in cases(folder, kills):
        done = kill_often(case, n, draw)
        lines.append(done.row())
        print(lines[-1], f"{done.seconds:.0f} s", flush=True)
    return _KILLS.format(count=kills, rows="\n".join(lines))


def race_all(folder: Path, races: int) -> str:
    """Let writers race; return the lines of the table."""
    lines = []
    for name, kind in RACES.items():
        lines.append(race(kind(folder / f"race {name}"), name, races // len(RACES)))
        print(lines[-1], flush=True)
    return _RACES.format(count=races // len(RACES) * len(RACES), rows="\n".join(lines))


def main() -> int:
    """Kill, race, print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--races", type=int, default=200)
    parser.add_argument("--only", choices=("kills", "races"), help="one of the two")
    parser.add_argument("--small", action="store_true", help="20 kills and 5 races")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    kills, races = (20, 5) if asked.small else (asked.kills, asked.races)
    with tempfile.TemporaryDirectory() as folder:
        preload(Path(folder))
        parts = {
            "kills": lambda: kill_all(Path(folder), kills, random.Random(asked.seed)),
            "races": lambda: race_all(Path(folder), races),
        }
        try:
            for name in (asked.only,) if asked.only else parts:
                text = parts[name]()
                if asked.write:
                    write_section(name, text, RESULTS)
        except DamageError as damage:
            print(f"damage: {damage}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
