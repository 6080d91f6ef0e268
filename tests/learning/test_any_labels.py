"""Any label set: two labels or many, one or several a unit, with documents or by row, read for some only."""

import csv
import json

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from typer.testing import CliRunner
from workspaces import documents

from policycls import PolicyClassifier
from policycls.cli import app
from policycls.learning.corpus import LabelledDocument, LabelledUnit, load_labelled
from policycls.learning.fit import Recipe, fit_weights
from policycls.learning.knowledge import Knowledge
from policycls.learning.stretches import placed
from policycls.learning.train import search, train, units_of
from policycls.model import Model, load_model
from policycls.schema import LabelSet

CLASSES = ["money", "none", "permit"]


def run(*arguments):
    return CliRunner().invoke(app, [str(x) for x in arguments], prog_name="policycls")


def table(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_without_documents_trains_and_says_what_that_means(tmp_path):
    rows = [
        {
            "text": f"{'好评满意' if n % 2 else '差评退款'}{chr(0x4E00 + n * 37)}",
            "label": "01" if n % 2 else "00",
        }
        for n in range(40)
    ]
    result = run("train", table(tmp_path / "a.csv", rows), "-o", tmp_path / "m", "--labels", "auto")
    assert result.exit_code == 0, result.output
    assert "splits and intervals are by row" in result.stderr
    assert load_model(tmp_path / "m").predict(["满意", "退款"]).tolist() == ["01", "00"]
    assert "| 01 | 01 | 20 |" in (tmp_path / "m" / "CARD.md").read_text(encoding="utf-8")


def test_one_label_and_none_are_enough(tmp_path):
    rows = [
        {"text": f"{'贷款' if n % 2 else '天气'}{n}", "label": "yes" if n % 2 else "none"} for n in range(12)
    ]
    assert (
        run("train", table(tmp_path / "a.csv", rows), "-o", tmp_path / "m", "--labels", "auto").exit_code == 0
    )
    assert load_model(tmp_path / "m").predict(["贷款", "天气"]).tolist() == ["yes", "none"]


def test_sixty_labels(tmp_path):
    rows = [
        {"doc": f"d{n % 7}", "text": chr(0x4E00 + n % 60 * 11) * 2 + chr(0x7000 + n), "label": f"l{n % 60}"}
        for n in range(60 * 7)
    ]
    result = run("train", table(tmp_path / "a.csv", rows), "-o", tmp_path / "m", "--labels", "auto")
    assert result.exit_code == 0, result.output
    model = load_model(tmp_path / "m")
    assert len(model.labels) == 60
    assert model.predict([chr(0x4E00 + 9 * 11) * 2]).tolist() == ["l9"]


def test_several_labels_a_unit_are_all_learnt(tmp_path):
    both = [("贷款窗口", "money|permit"), ("贷款补贴", "money"), ("窗口许可", "permit"), ("天气会议", "none")]
    rows = [
        {"doc": f"d{n % 9}", "text": f"{both[n % 4][0]}{chr(0x4E00 + n * 31)}", "labels": both[n % 4][1]}
        for n in range(80)
    ]
    result = run("train", table(tmp_path / "a.csv", rows), "-o", tmp_path / "m", "--labels", "auto")
    assert "all of them are learnt" in result.stderr, result.output
    found = load_model(tmp_path / "m").choose(["贷款窗口", "贷款补贴", "天气会议"])
    assert set(found[0].labels) == {"money", "permit"}
    assert found[2].labels == ()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("甲", "a"), ("乙", "A")], "'a' differ in capitals alone"),
        ([("甲", "a"), ("乙", "a")], "needs at least 2 labels"),
        ([("甲", "a"), ("乙", "b")], "needs at least 3"),
        ([("甲", ""), ("乙", " ")], "no labelled unit"),
    ],
)
def test_what_cannot_be_learnt_is_told(tmp_path, rows, message):
    path = table(tmp_path / "a.csv", [{"text": text, "label": label} for text, label in rows * 2])
    if "at least 3" in message:
        path = table(tmp_path / "a.csv", [{"text": text, "label": label} for text, label in rows])
    result = run("train", path, "-o", tmp_path / "m", "--labels", "auto")
    assert (result.exit_code, message in result.stderr) == (5, True), result.output
    assert not (tmp_path / "m").exists()


def test_blank_corrections_are_not_labelled_and_our_own_guard_is_undone(tmp_path):
    rows = [
        {"正文": "'=甲", "标签": "a", "改正标签": "b", "第二标签": "c", "类型": "句子"},
        {"正文": "乙", "标签": "a", "改正标签": " ", "第二标签": "", "类型": "标题"},
    ]
    (document,) = load_labelled([table(tmp_path / "a.csv", rows)])
    assert document.units[0] == LabelledUnit("=甲", ("b", "c"))
    (tmp_path / "a.jsonl").write_text('{"text": "x", "label": NaN}\n{"text": "y", "label": "b"}\n')
    assert [x.text for x in load_labelled([tmp_path / "a.jsonl"])[0].units] == ["y"]


def test_a_search_tries_a_grid_and_orders_it():
    found = search(documents(9), LabelSet.of(["money", "permit"]))
    assert len(found) == 8
    assert [x.macro_f1 for x in found] == sorted((x.macro_f1 for x in found), reverse=True)
    assert {x.recipe.context for x in found} == {0.0, 1.0}
    alone = search(documents(9), LabelSet.of(["money", "permit"]), start=Recipe(context=0.0))
    assert {x.recipe.context for x in alone} == {0.0}


def columns(**more):
    units = units_of(documents(12), CLASSES)
    return units.__class__(**{**{x: getattr(units, x) for x in units.__dataclass_fields__}, **more})


def fitted(units):
    return fit_weights(units, CLASSES, Recipe().without_knowledge(), Knowledge())


def test_one_by_one_is_what_all_at_once_is():
    plain = columns()
    signs = np.where(np.arange(3) == plain.labels[:, None], 1, -1).astype(np.int8)
    once, apart = fitted(plain), fitted(columns(signs=signs))
    assert np.allclose(once.own.floats, apart.own.floats, atol=2e-3)
    assert np.allclose(once.bias, apart.bias, atol=2e-3)


def test_equal_weights_change_nothing_and_of_two_answers_the_heavier_one_holds():
    plain = columns()
    equal = fitted(columns(weights=np.ones(len(plain.texts))))
    assert np.array_equal(fitted(plain).own.values, equal.own.values)
    twice = [*plain.texts, *plain.texts]
    other = np.concatenate([plain.labels, (plain.labels + 1) % 3])
    for heavy in (0, 1):
        weights = np.repeat([20.0, 1.0] if heavy == 0 else [1.0, 20.0], len(plain.texts))
        units = columns(texts=twice, labels=other, documents=plain.documents * 2, weights=weights)
        found = Model(fitted(units), CLASSES).predict(plain.texts)
        assert (found == np.array(CLASSES)[(plain.labels + heavy) % 3])[plain.labels >= 0].mean() > 0.9


def test_context_does_not_reach_across_a_gap():
    near = LabelledUnit("乙。", (), before="甲。", after="丙。")
    far = LabelledUnit("丁。", ("money",), before="丙。", after="")
    assert placed([LabelledDocument("d", (near, far))]).texts == [
        "甲。",
        "乙。",
        "丙。",
        "",
        "",
        "丙。",
        "丁。",
    ]
    whole = (LabelledUnit("甲。", ()), LabelledUnit("乙。", (), before="甲。", after=""))
    assert placed([LabelledDocument("d", whole)]).texts == ["甲。", "乙。"]


def test_units_of_context_alone_are_counted_nowhere():
    found = train(documents(9), LabelSet.of(["money", "permit"]))
    spread = [
        LabelledDocument(x.doc, tuple(
            LabelledUnit(u.text, u.labels, before=f"前{n}。", after=f"后{n}。") for n, u in enumerate(x.units)
        ))
        for x in documents(9)
    ]  # fmt: skip
    other = train(spread, LabelSet.of(["money", "permit"]))
    assert other.about["corpus"]["units"] == found.about["corpus"]["units"] == 54
    assert other.out_of_fold.shape == found.out_of_fold.shape


# The estimator.


@pytest.fixture(scope="module")
def data():
    found = documents(12)
    units = [(x.doc, u) for x in found for u in x.units]
    return [u.text for _, u in units], [u.label for _, u in units], [doc for doc, _ in units]


def test_the_estimator_lives_in_scikit_learn(data, tmp_path):
    texts, labels, docs = data
    plain = PolicyClassifier(evidence=0, terms=0, calibrate=False)
    scores = cross_val_score(clone(plain), texts, labels, groups=docs, cv=GroupKFold(3))
    assert scores.min() > 0.9
    grid = GridSearchCV(plain, {"strength": [0.01, 1.0]}, cv=GroupKFold(3)).fit(texts, labels, groups=docs)
    joblib.dump(grid.best_estimator_, tmp_path / "m.joblib")
    again = joblib.load(tmp_path / "m.joblib")
    assert again.predict(texts).tolist() == grid.predict(texts).tolist()
    assert again.predict_proba(texts).shape == (72, 3)


def test_the_estimator_takes_unlabelled_texts_weights_and_labels_not_read_for(data):
    texts, labels, docs = data
    some = [x if n % 3 else None for n, x in enumerate(labels)]
    found = PolicyClassifier(evidence=0, terms=0).fit(texts, some, groups=docs)
    assert found.classes_.tolist() == CLASSES
    assert (found.predict(texts) == labels).mean() > 0.9
    wrong = ["none" if x == "money" else x for x in labels]
    for weight, label in ((0.1, "money"), (10.0, "none")):
        weights = np.repeat([1.0, weight], len(texts))
        found = PolicyClassifier(evidence=0, terms=0, calibrate=False)
        found.fit([*texts, *texts], [*labels, *wrong], sample_weight=weights)
        assert (found.predict(texts)[np.array(labels) == "money"] == label).mean() > 0.9
    hidden = ["none" if x == "money" and n % 2 else x for n, x in enumerate(labels)]
    unread = [["money"] if x == "none" else [] for x in hidden]
    negative = PolicyClassifier(evidence=0, terms=0, calibrate=False).fit(texts, hidden)
    open_ = PolicyClassifier(evidence=0, terms=0, calibrate=False).fit(texts, hidden, unread=unread)
    at = [n for n, x in enumerate(labels) if x == "money" and n % 2]
    column = CLASSES.index("money")
    gain = open_.decision_function(texts)[at, column] - negative.decision_function(texts)[at, column]
    assert gain.min() > 0
    with pytest.raises(ValueError, match="entries of unread"):
        open_.fit(texts, labels, unread=[[]])


def test_json_of_a_label_set_is_kept(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"doc": x.doc, "text": u.text, "labels": list(u.labels)} for x in documents(9) for u in x.units]
    path.write_text("".join(json.dumps(x) + "\n" for x in rows), encoding="utf-8")
    assert run("train", path, "-o", tmp_path / "m", "--labels", "auto", "--search").exit_code == 0
    assert load_model(tmp_path / "m").labels == ("money", "permit")
