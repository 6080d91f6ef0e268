"""The parts of the benchmarks that decide something: floors, sections of the results, what is refused."""

import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from policycls.learning.bootstrap import Score
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.schema import LabelSet

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == BENCHMARKS:
            del sys.modules[name]


FLOORS = {"corpus": "c", "floors": {"macro_f1": 0.8, "detection_f1": 0.9}, "ceilings": {"ece": 0.02}}
GOOD = {"macro_f1": 0.85, "detection_f1": 0.92, "ece": 0.01}


@pytest.mark.parametrize(
    ("change", "corpus", "word"),
    [
        ({"macro_f1": 0.79}, "c", "macro_f1 is 0.7900, below"),
        ({"ece": 0.021}, "c", "ece is 0.0210, above"),
        ({"detection_f1": float("nan")}, "c", "detection_f1"),
        ({}, "other", "the corpus is another"),
    ],
)
def test_what_is_under_a_floor_is_named(change, corpus, word):
    import results

    assert results.below_floors(GOOD, "c", FLOORS) == []
    (line,) = results.below_floors(GOOD | change, corpus, FLOORS)
    assert word in line


def test_floors_are_the_ends_of_the_intervals_and_do_not_fall_unasked(tmp_path, monkeypatch, capsys):
    import accuracy
    import results

    monkeypatch.setattr(results, "BASELINE", tmp_path / "baseline.json")
    scores = {name: Score(x, x - 0.0105, x + 0.0105) for name, x in GOOD.items()}
    assert accuracy.update_baseline(scores, "c", allow=False) == 0
    written = json.loads(results.BASELINE.read_text())
    assert written["floors"] == {"macro_f1": 0.839, "detection_f1": 0.909}
    assert written["ceilings"] == {"ece": 0.021}
    worse = {**scores, "macro_f1": Score(0.8, 0.79, 0.81)}
    assert accuracy.update_baseline(worse, "c", allow=False) == 1
    assert "macro_f1" in capsys.readouterr().err
    assert json.loads(results.BASELINE.read_text()) == written
    assert accuracy.update_baseline(worse, "c", allow=True) == 0
    assert json.loads(results.BASELINE.read_text())["floors"]["macro_f1"] == 0.79


def test_a_section_replaces_itself_alone(tmp_path):
    import results

    path = tmp_path / "RESULTS.md"
    for name, text in (("a", "first"), ("b", "second"), ("a", r"third \1")):
        results.write_section(name, text, path)
    found = path.read_text()
    assert "first" not in found
    assert found.index(r"third \1") < found.index("second")
    assert found.count(":begin -->") == 2


def test_a_file_that_evidence_was_counted_from_is_refused(tmp_path, monkeypatch):
    import accuracy
    import results

    path = tmp_path / "x.jsonl"
    path.write_text('{"doc": "a", "text": "好。", "label": "none"}', encoding="utf-8")
    labels = LabelSet.of(["financing", "supervision"])
    assert list(accuracy.externals([f"x={path}"], labels)) == ["x"]
    monkeypatch.setattr(results, "about_external", lambda _: {"about": "", "counted": True})
    with pytest.raises(SystemExit, match="evidence was counted"):
        accuracy.externals([f"x={path}"], labels)
    with pytest.raises(SystemExit, match="NAME=PATH"):
        accuracy.externals([str(path)], labels)


def _documents():
    units = tuple(LabelledUnit(f"罗汀县第{n}条，罗汀县发放12元。" + "字" * 20 * n, ()) for n in range(5))
    return [LabelledDocument("a", units, {"genre": "政府工作报告"}), LabelledDocument("b", units[:1])]


def test_slices_divide_every_unit_once():
    from slices import family, slices

    found = slices(_documents())
    for way in ("unit length", "position in the document"):
        assert sorted(np.concatenate(list(found[way].values()))) == list(range(6))
    assert next(iter(found["unit length"])).startswith("16 to 30")
    assert family("政府工作报告") == "work reports and summaries"
    assert family("县委简报") == "bulletins and bureau notes"


def test_changes_leave_the_shape_of_documents():
    from noise import changed, changes

    documents = _documents()
    for name, change in changes(lambda word: word != "罗汀").items():
        found = changed(documents, change)
        assert [len(x.units) for x in found] == [5, 1]
        assert found == changed(documents, change), name
    texts = changes(lambda word: word != "罗汀")["place names others"](
        ["罗汀县", "在罗汀县"], random.Random(0)
    )
    assert "罗汀" not in "".join(texts)
    assert texts[1] == f"在{texts[0]}"


def test_the_floors_in_the_repository_are_complete():
    import results

    baseline = json.loads(results.BASELINE.read_text())
    assert set(baseline["floors"]) == set(results.FLOORS)
    assert set(baseline["ceilings"]) == set(results.CEILINGS)
