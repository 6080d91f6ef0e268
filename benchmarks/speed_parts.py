"""Where the time goes inside, and what whole processes cost: start, memory, streams, training."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from speed_units import TOGETHER, write_documents

from policycls.model import Model
from policycls.model.context import neighbours_sum
from policycls.model.features import (
    bigram_keys,
    find_rows,
    is_counted,
    normalise,
    pair_keys,
    word_numbers,
)

HERE = Path(__file__).resolve().parent
BATCH = 2000


@dataclass(frozen=True)
class Cost:
    """CPU seconds, and the largest resident memory in MB, of a process."""

    seconds: float
    megabytes: float


# A child's peak memory counts that of its parent before exec, so a small process starts it.
_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(arguments: Sequence[str], *, cwd: Path | None = None) -> Cost:
    """Run a process to its end."""
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return Cost(*map(float, done.stdout.split()))


def interleaved(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each call in each round; every round does all, so that noise hits all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    gc.collect()
    gc.freeze()  # what the benchmark itself holds is not searched for garbage again and again
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            call()
            times[name].append(time.process_time() - start)
    return times


def parts(model: Model, texts: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each step of tagging."""
    vocabulary, scorer = model.weights.vocabulary, model.weights.scorer
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    normal = [normalise(batch) for batch in batches]
    tokens = [model.segmenter.cut(x.text) for x in normal]
    numbered = [word_numbers(x, vocabulary, model.segmenter) for x in normal]
    blocks = [find_rows(batch, vocabulary, model.segmenter) for batch in batches]
    context = model.first_scores(texts)[1]
    runs = np.arange(len(texts)) // TOGETHER
    decision = model.decision_function(texts)
    proba = model.weights.calibration(decision)

    class Replay:
        """Gives the words that were cut before, so that what follows is timed alone."""

        def __init__(self) -> None:
            self.left = iter(())

        def cut(self, text: str) -> list[str]:
            del text
            return next(self.left)  # type: ignore[no-any-return]

    replay = Replay()

    def numbers() -> None:
        replay.left = iter(tokens)
        for x in normal:
            word_numbers(x, vocabulary, replay)

    def characters() -> None:
        for x in normal:
            counted = is_counted(x.codes)
            both = np.flatnonzero(counted[:-1] & counted[1:])
            vocabulary._bigram_rows(bigram_keys(x.codes.take(both), x.codes.take(both + 1)))
            vocabulary._char_rows.take(x.codes)

    def pairs() -> None:
        for found, _, at in numbered:
            vocabulary._pair_rows(pair_keys(found.take(at), found.take(at + 1)))

    return interleaved(
        {
            "normal form": lambda: [normalise(batch) for batch in batches],
            "words cut (rjieba)": lambda: [model.segmenter.cut(x.text) for x in normal],
            "words looked up": numbers,
            "characters looked up": characters,
            "pairs of words looked up": pairs,
            "linear product": lambda: [scorer.score(x) for x in blocks],
            "context": lambda: neighbours_sum(context, runs, model.settings.neighbours),
            "calibration": lambda: model.weights.calibration(decision),
            "labels as Python objects": lambda: model._choices(decision, proba),
            "all, labels as an array": lambda: model.predict(texts),
            "all, labels, scores, in context": lambda: model.choose(texts, documents=runs.tolist()),
        },
        rounds,
    )


def start_up(folder: Path, tutorial: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of whole processes that do next to nothing."""
    file = folder / "one.txt"
    file.write_text("推行容缺受理和告知承诺，企业开办一天办结。\n", encoding="utf-8")
    command = [sys.executable, "-c", "from policycls.cli import main; main()"]
    calls = {
        'python -c "import numpy"': [sys.executable, "-c", "import numpy"],
        "policycls --help": [*command, "--help"],
        "policycls tag, one sentence": [*command, "tag", "--quiet", str(file)],
        "tutorial, one sentence": list(tutorial),
    }
    for call in calls.values():
        run(call, cwd=folder)  # byte code is compiled, files are read once
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(run(call, cwd=folder).seconds)
    return {name: median(found) for name, found in times.items()}


def stream(folder: Path, n_units: int) -> Cost:
    """Tag so many units out of one JSONL into another, from the command line."""
    source, target = folder / f"{n_units}.jsonl", folder / f"{n_units}.out.jsonl"
    write_documents(source, n_units)
    command = [sys.executable, "-c", "from policycls.cli import main; main()", "tag", "--quiet"]
    cost = run([*command, str(source), "-o", str(target)], cwd=folder)
    source.unlink()
    target.unlink()
    return cost


def training(n_units: int) -> tuple[float, float]:
    """Fit the first stage on so many units in a process of its own; CPU seconds and MB."""
    cost = run([sys.executable, str(HERE / "speed_training.py"), str(n_units)])
    return cost.seconds, cost.megabytes
