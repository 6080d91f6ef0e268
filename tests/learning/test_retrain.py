"""Retraining: a candidate is promoted or refused, a kill leaves a whole model, two at once do not mix."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import joblib
import pytest
from workspaces import documents, workspace

from policycls.errors import CorpusError, LockedError, ModelError, OutputError
from policycls.learning import retrain as module
from policycls.learning.bootstrap import Score
from policycls.learning.comparison import compare, narrowed
from policycls.learning.intake import rows_of, take_in
from policycls.learning.registry import STAGED
from policycls.learning.retrain import promote, retrain, rollback
from policycls.learning.workspace import Workspace
from policycls.model import load_model
from policycls.resources import current_model, find_workspace


@pytest.fixture(autouse=True)
def in_one_process():
    with joblib.parallel_config("sequential"):
        yield


def test_a_workspace_is_found_by_name_by_environment_and_from_below(tmp_path, monkeypatch):
    made = workspace(tmp_path)
    below = made.root / "corpus"
    monkeypatch.chdir(below)
    assert find_workspace() == made.root
    monkeypatch.chdir(tmp_path)
    assert find_workspace() is None
    monkeypatch.setenv("POLICYCLS_WORKSPACE", str(made.root))
    assert find_workspace() == made.root
    with pytest.raises(CorpusError, match="is no workspace"):
        find_workspace(tmp_path)
    with pytest.raises(OutputError, match="is there already"):
        Workspace.create(made.root)


def test_retraining_promotes_and_rollback_goes_back(tmp_path, monkeypatch):
    made = workspace(tmp_path, 12)
    first = retrain(made)
    assert first.promoted
    assert made.models.current == first.name
    monkeypatch.chdir(made.root)
    assert load_model().id == load_model(made.root / "models" / first.name).id
    take_in(made, rows_of(made, documents(4, start=20), who="li"))
    second = retrain(made)
    assert [x.name for x in made.models.kept() if x.current] == [second.name]
    assert rollback(made) == (second.name, first.name)
    assert rollback(made) == (first.name, "shipped")
    with pytest.raises(ModelError, match="no earlier model"):
        rollback(made)
    assert promote(made, second.name.partition("-")[0]) == second.name
    actions = [line["action"] for line in made.models.history()]
    assert actions == ["promote", "promote", "rollback", "rollback", "promote"]
    card = (made.root / "models" / second.name / "CARD.md").read_text(encoding="utf-8")
    assert "On your own test documents" in card
    assert "| permit | 审批 |" in card


class Stubborn:
    """Says the same of every text."""

    def __init__(self, model):
        self.model, self.classes_ = model, model.classes_

    def choose(self, texts, **_):
        return self.model.choose(["天气会议口号"] * len(texts))


def test_a_worse_candidate_is_refused_unless_forced(tmp_path, monkeypatch):
    made = workspace(tmp_path, 100)
    first = retrain(made)
    real = module._compared
    monkeypatch.setattr(module, "_compared", lambda new, *rest: real(Stubborn(new), *rest))
    second = retrain(made)
    assert (second.promoted, second.refused) == (False, "it is worse by more than chance")
    assert second.deciding.lost
    assert made.models.current == first.name
    assert made.models.history()[-1]["action"] == "refuse"
    with pytest.raises(ModelError, match="was refused"):
        promote(made, second.name)
    third = retrain(made, force=True)
    assert third.forced
    assert made.models.current == third.name
    assert made.models.history()[-1]["forced"] is True


def test_the_gate(tmp_path):
    model = retrain(workspace(tmp_path, 12)) and load_model(current_model(tmp_path / "bureau"))
    same = compare(model, model, documents(30))
    assert (same.refused(), same.shown, same.flips) == ("", False, ())
    for value, low, high, refused, shown in (
        (-0.02, -0.05, 0.01, "it loses more than the margin of 0.01", False),
        (-0.009, -0.05, 0.01, "", False),
        (-0.009, -0.02, -0.001, "it is worse by more than chance", False),
        (0.02, 0.01, 0.03, "", True),
    ):
        other = replace(
            same, difference={"macro_f1": Score(-1, -1, -1), "deciding_f1": Score(value, low, high)}
        )
        assert (other.refused(0.01), other.shown) == (refused, shown)


def test_labels_with_few_test_units_never_block(tmp_path):
    model = retrain(workspace(tmp_path, 12)) and load_model(current_model(tmp_path / "bureau"))
    test = documents(30)
    units = [unit for x in test for unit in x.units if unit.label == "money"]
    spoilt = [replace(x, units=tuple(u for u in x.units if u not in units[19:])) for x in test]
    blind = narrowed(model, ["permit"])
    found = compare(blind, model, spoilt)
    assert found.support["money"] == 19
    assert found.difference["f1:money"].value == -1
    assert found.difference["macro_f1"].high < 0
    assert found.refused() == ""


def test_two_retrains_at_once_do_not_mix(tmp_path):
    made = workspace(tmp_path, 12)
    with made.models.locked(), pytest.raises(LockedError, match=f"pid {os.getpid()}"):
        retrain(made)
    assert made.models.current == "shipped"


def test_another_that_ends_while_it_is_named_is_told_of(tmp_path, monkeypatch):
    made = workspace(tmp_path, 12)

    def gone(*_, **__):
        raise FileNotFoundError

    with made.models.locked():
        monkeypatch.setattr(Path, "read_text", gone)
        with pytest.raises(LockedError, match=r"\(pid \?\)"), made.models.locked():
            pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_step_leaves_a_whole_model_and_every_row(tmp_path):
    made = workspace(tmp_path, 12)
    first = retrain(made).name
    whole = {first}
    rows = made.ledger.read()
    steps = 0
    while True:
        child = os.fork()
        if not child:
            _die_at(steps)
            with joblib.parallel_config("sequential"):
                retrain(made)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        current = made.models.current
        whole |= {x.name for x in made.models.kept()}
        assert current in whole
        assert load_model(made.models.path("current")).id == current.partition("-")[2]
        assert made.ledger.read() == rows
        if not os.WIFSIGNALED(status):
            break
        steps += 1
    assert steps > 8
    assert made.models.current != first
    assert not list(made.models.folder.glob(f"{STAGED}*"))
    assert not list(made.models.folder.glob(".policycls-*"))


def _die_at(step):
    """Kill this process before its step-th change of the file system that is to last."""
    left = [step]

    def wrap(call):
        def called(*arguments, **keywords):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return call(*arguments, **keywords)

        return called

    for name in ("fsync", "rename", "replace", "unlink"):
        setattr(os, name, wrap(getattr(os, name)))


MORE = """\
[[labels]]
id = "green"
name_zh = "绿色发展"
"""


def test_for_a_label_more_the_shipped_rows_count_as_unlabelled(tmp_path, monkeypatch):
    made = Workspace.create(tmp_path / "bureau")
    (made.root / "labels" / "more.toml").write_text(MORE, encoding="utf-8")
    assert made.labels.ids[-1] == "green"
    train, test = made.base()
    assert all(x.open == ("green",) for x in (*train, *test))
    # Shipped sentences about saving energy, read for the five measures alone, next to the user's own.
    words = "节能降碳绿色改造"
    shipped = [
        replace(x, units=tuple(replace(u, text=f"{words}{u.text}") for u in x.units[:8])) for x in train[:3]
    ]
    monkeypatch.setattr(Workspace, "base", lambda _: (shipped, []))

    def relabelled(unit):
        if unit.label == "money":
            return replace(unit, labels=("green",), text=words + unit.text)
        return replace(unit, labels=())

    own = [replace(x, units=tuple(map(relabelled, x.units))) for x in documents(10)]
    take_in(made, rows_of(made, own, who="li"))
    retrain(made)
    model = load_model(made.models.path("current"))
    assert "green" in model.labels
    assert model.predict([f"{words}龙虎山。"]).tolist() == ["green"]
    closed = [replace(x, open=()) for x in shipped]
    monkeypatch.setattr(Workspace, "base", lambda _: (closed, []))
    retrain(made, force=True)
    as_negative = load_model(made.models.path("current"))
    column = list(model.classes_).index("green")
    text = [f"{words}龙虎山。"]
    assert as_negative.decision_function(text)[0, column] < model.decision_function(text)[0, column]


def test_history_survives_a_line_that_was_not_finished(tmp_path):
    made = workspace(tmp_path, 12)
    retrain(made)
    with made.models.history_file.open("a", encoding="utf-8") as file:
        file.write('{"when": "2026')
    assert len(made.models.history()) == 1
    made.models.note("refuse", "x")
    assert [json.loads(x)["action"] for x in made.models.history_file.read_text().splitlines()] == [
        "promote", "refuse",
    ]  # fmt: skip
