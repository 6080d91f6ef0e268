"""Damaged inputs of every kind, read as policycls reads them: nothing but a result or an error of its own.

Run from the repository::

    python benchmarks/fuzz.py --seconds 120 --seed 7
    python benchmarks/fuzz.py --only model --tries 100000 --seed 7 --state model.json
    python benchmarks/fuzz.py --write model.json…

Valid files are made and damaged, and Hypothesis makes texts. Failures are: an exception that is no error of
policycls, a signal that ends the process, a try that takes longer than half a minute or more memory than
1 GiB, a socket, code run, a file written outside of the try's own folder, a file read that an entity points
to, units that are not at their place. A case that fails is kept in ``tests/fuzz_found``, which the tests
replay. ``--state`` keeps the counts, and a run with the same one goes on from there; ``--write`` puts the
counts of such files into ``RESULTS-fuzz.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZIP_STORED

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzz_damage import Damager
from fuzz_seeds import CANARY, Case, packed, seeds, tiny_model, unpacked
from fuzz_targets import TARGETS, attempt, check_tagged, put
from fuzz_watch import Watch, watch_parsers
from results import table, write_section

from policycls.documents.worker import SECONDS as READ_SECONDS

HERE = Path(__file__).resolve().parent
RESULTS, FOUND = HERE / "RESULTS-fuzz.md", HERE.parent / "tests" / "fuzz_found"
TEXT = "text"
NAMES = (*TARGETS, TEXT)
#: Seconds that a try may take, and those after which the parsers' process is ended.
HANG, READ = 30, 10
MEMORY = 1 << 30
#: Seconds that one target is tried before the next.
_TURN = 0.5
_HOW = """\
Counts of `python benchmarks/fuzz.py --only NAMES --tries N --seed S --state FILE` in several runs, put
together by `--write`."""
_LIGHT, _DARK = "░", "█"

State = dict[str, dict[str, Any]]


def fresh(name: str) -> dict[str, Any]:
    return {"next": 0, "tries": 0, "outcomes": {}, "slowest": 0.0, "failures": []}


class Tries:
    """What the process under test does: tries of one target after the other.

    Parameters
    ----------
    folder : Path
        Of the run: the model, the canary, the case that is tried.
    seed : int
    """

    def __init__(self, folder: Path, seed: int) -> None:
        from policycls.model import load_model

        self._seed, self._place, self.current = seed, folder / "case", folder / "current"
        self._told = folder / "told"
        self._told.touch()
        os.environ[READ_SECONDS] = str(READ)
        watch_parsers(self._place, self._told)
        self._watch = Watch(str(self._place))
        self._model = load_model(folder / "model")
        self._seeds = seeds(folder / "model")
        self._damager = Damager(self._seeds, folder / "canary")
        for name, cases in self._seeds.items():  # what is valid is read; and what is needed is imported
            for case in cases:
                outcome = self.run(name, -1, case)
                if not outcome.startswith(("read", "works", "EncryptedError")):
                    raise AssertionError(f"a valid file for {name}, {list(case)}, is not read: {outcome}")

    def run(self, name: str, number: int, case: Case) -> str:
        """Try one case; return what came of it.

        Raises
        ------
        Exception
            If it is a failure.
        """
        self._tell(name, number, case)
        shutil.rmtree(self._place, ignore_errors=True)
        put(self._place, case)
        with self._watch.watching():
            outcome = attempt(TARGETS[name], self._place, case, self._model)
        self._look()
        return outcome

    def _tell(self, name: str, number: int, case: Case) -> None:
        """Leave what is tried where the process above finds it if this one ends."""
        self.current.write_bytes(packed({f"{name} {number}": b"", **case}, ZIP_STORED))

    def _look(self) -> None:
        seen = [*self._watch.seen, *self._told.read_text(encoding="utf-8").splitlines()]
        self._watch.seen.clear()
        if seen:
            self._told.write_bytes(b"")
            raise AssertionError(f"what must not happen: {'; '.join(seen[:3])}")
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if used > MEMORY:
            raise MemoryError(f"{used >> 20} MiB")

    def some(self, name: str, first: int, most: int) -> Iterator[tuple[str, float]]:
        """Try cases of a target from the first one on; yield what came of each, and how long it took."""
        for number in range(first, first + most):
            random = Random(f"{self._seed} {name} {number}")
            case = self._damager.case(name, random)
            start = time.perf_counter()
            try:
                outcome = self.run(name, number, case)
            except Exception:
                outcome = f"FAILURE {traceback.format_exc(limit=-8)}"
            yield outcome, time.perf_counter() - start

    def texts(self, first: int, most: int) -> Iterator[tuple[str, float]]:
        """Try texts that Hypothesis makes."""
        from fuzz_text import tried_texts

        def run(text: str) -> str:
            from policycls.documents.text import from_text
            from policycls.errors import NoTextError

            self._tell(TEXT, first + most, {"a.txt": text.encode("utf-8", "surrogatepass")})
            try:
                with self._watch.watching():
                    check_tagged(from_text(text), self._model)
            except NoTextError:
                return "NoTextError"
            self._look()
            return "read"

        yield from tried_texts(run, f"{self._seed} {first}", most)


def work(
    folder: Path, seed: int, want: dict[str, int], places: dict[str, int], *, count: Any, pipe: Connection
) -> None:
    """Be the process under test: report what came of each turn, until all is done or this is ended."""
    tries = Tries(folder, seed)
    pipe.send(None)
    left = dict(want)
    while any(left.values()):
        for name in [x for x in left if left[x]]:
            counts, slowest, failures, done = Counter[str](), 0.0, [], 0
            end = time.perf_counter() + _TURN
            batch = min(100, left[name]) if name == TEXT else left[name]
            some = tries.texts(places[name], batch) if name == TEXT else tries.some(name, places[name], batch)
            for outcome, took in some:
                count.value += 1
                done += 1
                slowest = max(slowest, took)
                failed = outcome.startswith("FAILURE")
                if failed:
                    failures.append((outcome, tries.current.read_bytes()))
                counts["FAILURE" if failed else outcome] += 1
                if time.perf_counter() > end and name != TEXT:
                    break
            places[name] += done
            left[name] = max(0, left[name] - done)
            pipe.send((name, places[name], done, counts, slowest, failures))


class Run:
    """A run: the process under test, started again after each case that ends it.

    Parameters
    ----------
    seed : int
    state : State
    keep : Path
        Where cases that fail are kept.
    """

    def __init__(self, seed: int, state: State, keep: Path) -> None:
        self._seed, self._state, self._keep = seed, state, keep
        shared = Path("/dev/shm")
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz", dir=shared if shared.is_dir() else None))
        (self._folder / "canary").write_text(CANARY, encoding="utf-8")
        self._count = multiprocessing.Value("q", 0)

    def __enter__(self) -> Run:
        print("training a small model", file=sys.stderr)
        tiny_model(self._folder / "model")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def go(self, want: dict[str, int], seconds: float, save: Any) -> None:
        """Try so many cases of each target, for so many seconds at most."""
        start = time.monotonic()
        end = start + seconds
        while time.monotonic() < end and any(want.values()):
            for reason in self._process(want, start, end, save):
                name, number = self._fail(reason, (self._folder / "current").read_bytes())
                self._state[name]["next"] = number + 1
                save()

    def _process(self, want: dict[str, int], start: float, end: float, save: Any) -> Iterator[str]:
        """Start the process under test, take what it reports; yield why it did not end by itself."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        count = context.Value("q", 0)
        places = {name: self._state[name]["next"] for name in want}
        process = context.Process(
            target=work,
            args=(self._folder, self._seed, want, places),
            kwargs={"count": count, "pipe": theirs},
        )
        process.start()
        theirs.close()
        seen, since = -1, time.monotonic()
        ready = False
        try:
            while time.monotonic() < end and any(want.values()):
                try:
                    if ours.poll(0.2):
                        report = ours.recv()
                        ready = True
                        if report is not None:
                            self._take(report, want)
                            save()
                except EOFError:
                    process.join(HANG)
                    if not ready:
                        raise SystemExit("valid files are not read: see above") from None
                    yield f"the process ended with status {process.exitcode}"
                    return
                if count.value != seen:
                    seen, since = count.value, time.monotonic()
                if ready and time.monotonic() - since > HANG:
                    yield f"took longer than {HANG} s"
                    return
                self._show(start, end, want)
        finally:
            process.terminate()
            process.join(5)
            process.kill()
            process.join()

    def _take(self, report: tuple[Any, ...], want: dict[str, int]) -> None:
        name, place, done, counts, slowest, failures = report
        of = self._state[name]
        of["next"], of["tries"] = place, of["tries"] + done
        of["outcomes"] = dict(Counter(of["outcomes"]) + counts)
        of["slowest"] = max(of["slowest"], slowest)
        want[name] = max(0, want[name] - done)
        for reason, current in failures:
            self._fail(reason, current)

    def _fail(self, reason: str, current: bytes) -> tuple[str, int]:
        """Keep a case that fails; return its target and number."""
        case = unpacked(current)
        tried = next(iter(case))
        del case[tried]
        name, number = tried.split(" ")
        of = self._state[name]
        print(f"\n{name}: {reason}", file=sys.stderr)
        if not reason.startswith("FAILURE"):
            of["outcomes"]["FAILURE"] = of["outcomes"].get("FAILURE", 0) + 1
            of["tries"] += 1
        what = short(reason)
        if sum(x == what for x in of["failures"]) < 2:  # of many alike two are enough
            self._keep.mkdir(parents=True, exist_ok=True)
            keep(self._keep, name, case)
        of["failures"].append(what)
        return name, int(number)

    def _show(self, start: float, end: float, want: dict[str, int]) -> None:
        if not sys.stderr.isatty():
            return
        now = time.monotonic()
        tries = sum(x["tries"] for x in self._state.values())
        part = (now - start) / (end - start)
        bar = (_DARK * int(20 * part)).ljust(20, _LIGHT)
        failed = sum(len(x["failures"]) for x in self._state.values())
        print(f"\r{bar} {tries:,} tries, {failed} failures, {end - now:.0f} s left ", end="", file=sys.stderr)


def short(reason: str) -> str:
    """Return the place and kind of a failure, by which those that are alike are known."""
    place = re.findall(r'policycls/([\w/]+\.py)", line \d+, in (\w+)', reason)
    what = re.sub(r"\d+|'[^']*'", "…", reason.strip().splitlines()[-1])
    return " ".join((*(place[-1] if place else ()), what))


def keep(folder: Path, name: str, case: Case) -> Path:
    """Write a case under a name that says its target and content."""
    data = packed(case)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:10]}.zip"
    path.write_bytes(data)
    return path


def summary(states: Sequence[State]) -> str:
    """Return tables of tries by target and outcome."""
    whole: dict[str, Counter[str]] = {}
    slowest: Counter[str] = Counter()
    for state in states:
        for name, of in state.items():
            whole.setdefault(name, Counter()).update(of["outcomes"])
            slowest[name] = max(slowest[name], of["slowest"])
    family = {name: TARGETS[name].family if name in TARGETS else "documents" for name in whole}
    rows = []
    for name in [x for x in NAMES if whole.get(x)]:
        counts = whole[name]
        told = ", ".join(f"{what} {n:,}" for what, n in counts.most_common() if what != "FAILURE")
        rows.append(
            [
                family[name],
                name,
                f"{counts.total():,}",
                f"{counts['FAILURE']:,}",
                f"{slowest[name]:.1f} s",
                told,
            ]
        )
    sums: dict[str, Counter[str]] = {}
    for name, counts in whole.items():
        sums.setdefault(family[name], Counter()).update(tries=counts.total(), failed=counts["FAILURE"])
    totals = [[name, f"{x['tries']:,}", f"{x['failed']:,}"] for name, x in sums.items() if x["tries"]]
    first = table(["inputs", "tries", "failures"], totals)
    head = ["inputs", "target", "tries", "failures", "slowest", "outcomes"]
    return f"{first}\n\n{table(head, rows, 'ttnnnt')}"


def parsed(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=None, help="stop after so many")
    parser.add_argument("--tries", type=int, default=None, help="of each target")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default=",".join(NAMES), help=f"of {', '.join(NAMES)}")
    parser.add_argument("--state", type=Path, help="a file of counts, from which a run goes on")
    parser.add_argument("--keep", type=Path, default=FOUND, help="where cases that fail are kept")
    parser.add_argument("--write", type=Path, nargs="+", help="write RESULTS-fuzz.md from such files")
    options = parser.parse_args(argv)
    unknown = set(options.only.split(",")) - set(NAMES)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    options = parsed(argv)
    if options.write:
        text = summary([json.loads(path.read_text(encoding="utf-8")) for path in options.write])
        write_section("fuzz", f"## Damaged inputs\n\n{_HOW}\n\n{text}", RESULTS)
        return 0
    state: State = {}
    if options.state and options.state.exists():
        state = json.loads(options.state.read_text(encoding="utf-8"))
    names = options.only.split(",")
    state |= {name: fresh(name) for name in names if name not in state}
    most = options.tries if options.tries is not None else sys.maxsize
    want = {name: max(0, most - state[name]["tries"]) for name in names}
    seconds = options.seconds if options.seconds is not None else (120 if options.tries is None else 10**9)

    def save() -> None:
        if options.state:
            temp = options.state.with_suffix(".tmp")
            temp.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
            temp.replace(options.state)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what it made is taken away
    with Run(options.seed, state, options.keep) as run, contextlib.suppress(KeyboardInterrupt):
        run.go(want, seconds, save)
    print(f"\n{summary([state])}")
    failures = [f"{name}: {what}" for name, of in state.items() for what in of["failures"]]
    for failure, times in Counter(failures).most_common(50):
        print(f"{times} × {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
