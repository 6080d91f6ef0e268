"""Files that the fuzzer found to fail once are read, or refused with a reason; and the fuzzer sees faults."""

import pickle
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
FOUND = sorted((Path(__file__).parent / "fuzz_found").glob("*.zip"))


@pytest.fixture(scope="module")
def fuzz():
    """The fuzzer's modules, imported for these tests alone."""
    before, paths = set(sys.modules), list(sys.path)
    sys.path.insert(0, str(BENCHMARKS))
    import fuzz
    import fuzz_seeds
    import fuzz_targets
    import fuzz_watch

    yield fuzz, fuzz_seeds, fuzz_targets, fuzz_watch
    sys.path[:] = paths
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == BENCHMARKS:
            del sys.modules[name]


@pytest.fixture(scope="module")
def model():
    from policycls.model import load_model

    return load_model()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_failed_once_does_not_fail_again(path, fuzz, model, tmp_path):
    _, seeds, targets, _ = fuzz
    case = seeds.unpacked(path.read_bytes())
    targets.put(tmp_path, case)
    assert targets.attempt(targets.TARGETS[path.stem.partition("-")[0]], tmp_path, case, model)


def test_a_watch_sees_code_sockets_programs_and_files_outside(fuzz, tmp_path):
    """The audit hook stays for good, so it is tried in a process of its own."""
    import subprocess

    code = f"""
import sys; sys.path.insert(0, {str(BENCHMARKS)!r})
import os, pickle, socket, subprocess
from fuzz_watch import Watch
watch = Watch({str(tmp_path / "inside")!r})
os.mkdir({str(tmp_path / "inside")!r})
with watch.watching():
    open({str(tmp_path / "inside" / "a")!r}, "w").close()
    open({str(BENCHMARKS / "fuzz.py")!r}).close()
    import wave
assert watch.seen == [], watch.seen
for act in (
    lambda: open({str(tmp_path / "outside")!r}, "w").close(), lambda: socket.socket().close(),
    lambda: exec("1"),
    lambda: subprocess.run(["true"]), lambda: pickle.loads({pickle.dumps(print)!r}),
    lambda: os.remove({str(tmp_path / "outside")!r}), lambda: os.system("true"),
):
    with watch.watching():
        act()
    assert watch.seen, act
    watch.seen.clear()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
