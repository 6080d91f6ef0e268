"""The benchmark of inputs made to hurt: what has another fate than it should is named."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
import hostile
from hostile_set import INPUTS, Input

GOOD = Input("good.txt", "", lambda path: path.write_text("推行一窗受理。", encoding="utf-8") and None)
BAD = Input("bad.txt", "empty", lambda path: path.write_bytes(b"") and None, "is empty")


def test_every_input_is_tagged_or_skipped_for_its_reason(tmp_path):
    run = hostile.tagged(tmp_path, (GOOD, BAD))
    found = hostile.fates(tmp_path, (GOOD, BAD), run)
    assert found == {"good.txt": ("tagged", "1 unit"), "bad.txt": ("skipped", "file is empty")}
    assert hostile.wrong((GOOD, BAD), found, run) == []
    assert run.peak > 20_000_000  # it and its parsers were seen


@pytest.mark.skipif(sys.platform != "linux", reason="links, pipes and modes as Linux has them")
def test_what_may_not_be_read_is_skipped_for_root_too(tmp_path):
    closed = next(x for x in INPUTS if x.name == "closed.txt")
    run = hostile.tagged(tmp_path, (GOOD, closed))
    assert hostile.fates(tmp_path, (closed,), run) == {"closed.txt": ("skipped", "permission denied")}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"status": 0}, "status 0, not 8"),
        ({"seconds": 121.0}, "took 121 s"),
        ({"peak": 1_000_000_001}, "held 1,000 MB"),
    ],
)
def test_a_run_beyond_its_bounds_is_named(change, word):
    run = hostile.Run(8, 1.0, 1, "")
    found = {"good.txt": ("tagged", "1 unit"), "bad.txt": ("skipped", "file is empty")}
    (line,) = hostile.wrong((GOOD, BAD), found, replace(run, **change))
    assert word in line


def test_an_input_that_nothing_is_told_of_or_that_is_skipped_for_another_reason_is_named(tmp_path):
    told = "skipped: set/bad.txt: is damaged\n"
    (tmp_path / "tagged.jsonl").write_text(json.dumps({"doc": "set/other.txt"}) + "\n", encoding="utf-8")
    run = hostile.Run(8, 1.0, 1, told)
    lines = hostile.wrong((GOOD, BAD), hostile.fates(tmp_path, (GOOD, BAD), run), run)
    assert [line.split(" (")[0] for line in lines] == ["good.txt: not told of", "bad.txt: skipped"]
