"""The estimator keeps scikit-learn's contract."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score

from policycls import PolicyClassifier
from policycls.errors import OutputError
from policycls.model import load_model, save_model

TOPICS = {"financing": ["贷款", "贴息", "担保", "补助"], "supervision": ["检查", "执法", "查处", "抽查"]}
TOPICS["none"] = ["天气", "会议", "形势", "学习"]
TEXTS = [f"做好{word}工作{n}" for n in range(4) for words in TOPICS.values() for word in words]
LABELS = [label for n in range(4) for label, words in TOPICS.items() for _ in words]
GROUPS = [n for n in range(4) for _ in range(12)]
PLAIN = {"evidence": 0.0, "terms": 0.0, "calibrate": False}


@pytest.fixture(scope="module")
def fitted():
    return PolicyClassifier(evidence=0, terms=0).fit(TEXTS, LABELS, groups=GROUPS)


def test_parameters_are_stored_and_cloned():
    model = PolicyClassifier(strength=2.0, context=0.5)
    assert set(model.get_params()) == {"strength", "context", "evidence", "terms", "calibrate"}
    assert (model.get_params()["strength"], model.get_params()["context"]) == (2.0, 0.5)
    assert clone(model).set_params(terms=0.1).get_params()["terms"] == 0.1
    assert clone(model).get_params() == model.get_params()
    assert "strength=2.0" in repr(model)


def test_fit_returns_itself_and_leaves_parameters_alone():
    model = PolicyClassifier(**PLAIN)
    before = model.get_params()
    assert model.fit(TEXTS, LABELS) is model
    assert model.get_params() == before


def test_classes_and_shapes(fitted):
    assert fitted.classes_.tolist() == ["financing", "none", "supervision"]
    proba = fitted.predict_proba(TEXTS)
    assert proba.shape == (len(TEXTS), 3)
    assert np.abs(proba.sum(axis=1) - 1).max() < 1e-12
    assert fitted.decision_function(TEXTS).shape == (len(TEXTS), 3)
    assert set(fitted.predict(TEXTS)) <= set(fitted.classes_)
    assert fitted.score(TEXTS, LABELS) > 0.95


def test_labels_are_the_largest_decisions(fitted):
    decisions = fitted.decision_function(TEXTS, groups=GROUPS)
    assert fitted.predict(TEXTS, groups=GROUPS).tolist() == fitted.classes_[decisions.argmax(axis=1)].tolist()


def test_fitting_again_gives_the_same():
    one, two = (PolicyClassifier(**PLAIN).fit(TEXTS, LABELS).decision_function(TEXTS) for _ in range(2))
    assert np.array_equal(one, two)


def test_groups_are_context():
    order = [i for label in TOPICS for i in range(len(LABELS)) if LABELS[i] == label]
    texts, labels = [TEXTS[i] for i in order], [LABELS[i] for i in order]
    model = PolicyClassifier(**PLAIN).fit(texts, labels, groups=labels)
    alone = model.decision_function(["工作", "工作"])
    together = model.decision_function(["工作", "检查执法"], groups=["x", "x"])
    assert together[0].tolist() != alone[0].tolist()
    assert model.decision_function(["工作", "检查执法"], groups=["x", "y"])[0] == pytest.approx(alone[0])


def test_grid_search_over_documents():
    search = GridSearchCV(PolicyClassifier(**PLAIN), {"strength": [0.1, 1.0]}, cv=GroupKFold(2))
    search.fit(TEXTS, LABELS, groups=GROUPS)
    assert search.best_score_ > 0.9
    assert search.best_estimator_.predict(["担保贷款"]).tolist() == ["financing"]


def test_cross_validation_over_documents():
    scores = cross_val_score(
        PolicyClassifier(**PLAIN), TEXTS, LABELS, groups=GROUPS, cv=GroupKFold(2), scoring="f1_macro"
    )
    assert (scores > 0.9).all()


def test_numpy_and_pandas_columns_are_taken(fitted):
    expected = fitted.predict(TEXTS).tolist()
    assert fitted.predict(np.array(TEXTS, dtype=object)).tolist() == expected
    assert fitted.predict(pd.Series(TEXTS, index=range(5, 5 + len(TEXTS)))).tolist() == expected
    again = PolicyClassifier(evidence=0, terms=0).fit(
        pd.Series(TEXTS), pd.Series(LABELS), groups=pd.Series(GROUPS)
    )
    assert again.predict(TEXTS).tolist() == expected


def test_shipped_knowledge_serves_where_it_knows_the_labels():
    model = PolicyClassifier(calibrate=False).fit(TEXTS, LABELS)
    assert model.predict(["推行双随机、一公开监管"]).tolist() == ["supervision"]
    other = PolicyClassifier(calibrate=False).fit(TEXTS, [{"none": "x"}.get(x, f"my {x}") for x in LABELS])
    plain = PolicyClassifier(**PLAIN).fit(TEXTS, [{"none": "x"}.get(x, f"my {x}") for x in LABELS])
    assert np.array_equal(other.decision_function(TEXTS), plain.decision_function(TEXTS))


def test_two_classes():
    texts, labels = zip(*[(t, x) for t, x in zip(TEXTS, LABELS, strict=True) if x != "none"], strict=True)
    model = PolicyClassifier(**PLAIN).fit(texts, labels)
    assert model.predict(texts).tolist() == list(labels)
    assert model.predict_proba(["贷款"]).shape == (1, 2)


@pytest.mark.parametrize("kind", ["int64", "int8", "float64", "bool"])
def test_labels_come_back_in_the_type_that_they_were_given_in(kind):
    numbers = np.array([label != "none" for label in LABELS], dtype=kind)
    model = PolicyClassifier(**PLAIN).fit(TEXTS, numbers)
    assert model.classes_.dtype == model.predict(TEXTS).dtype == np.dtype(kind)
    assert model.score(TEXTS, numbers) > 0.95
    assert (cross_val_score(model, TEXTS, numbers, cv=2) > 0.8).all()


def test_numbers_are_sorted_as_numbers_and_may_be_missing():
    codes = {"financing": 10, "supervision": 2, "none": None}
    model = PolicyClassifier(**PLAIN).fit(TEXTS, [codes[x] for x in LABELS])
    assert model.classes_.tolist() == [2, 10]
    assert model.predict(["担保贷款"]).tolist() == [10]
    nullable = pd.array([codes[x] for x in LABELS], dtype="Int64")
    assert PolicyClassifier(**PLAIN).fit(TEXTS, pd.Series(nullable)).classes_.tolist() == [2, 10]


def test_groups_are_context_in_a_score():
    order = [i for label in TOPICS for i in range(len(LABELS)) if LABELS[i] == label]
    texts, labels = [TEXTS[i] for i in order], [LABELS[i] for i in order]
    model = PolicyClassifier(**PLAIN).fit(texts, labels, groups=labels)
    doubtful, truth, groups = ["工作", "检查执法"] * 2, ["supervision"] * 4, ["x"] * 4
    right = model.predict(doubtful, groups=groups) == np.array(truth)
    assert model.score(doubtful, truth, groups=groups) == right.mean()
    assert model.score(doubtful, truth) < right.mean()


def test_metadata_routing_brings_groups_to_both_sides(monkeypatch):
    seen = {"fit": 0, "score": 0}
    for name in seen:
        plain = getattr(PolicyClassifier, name)

        def told(self, *args, plain=plain, name=name, **given):
            assert len(given["groups"]) == len(args[0])
            seen[name] += 1
            return plain(self, *args, **given)

        monkeypatch.setattr(PolicyClassifier, name, told)
    with sklearn.config_context(enable_metadata_routing=True):
        model = PolicyClassifier(**PLAIN).set_fit_request(groups=True).set_score_request(groups=True)
        scores = cross_val_score(model, TEXTS, LABELS, cv=GroupKFold(2), params={"groups": GROUPS})
    assert (scores > 0.9).all()
    assert seen == {"fit": 2, "score": 2}


def test_a_fitted_model_has_an_id_and_a_folder_of_its_own(fitted, tmp_path):
    assert fitted.model_.save(tmp_path / "mine") == tmp_path / "mine"
    loaded = load_model(tmp_path / "mine")
    assert loaded.id == fitted.model_.id
    assert len(loaded.id) == 8
    assert np.array_equal(loaded.decision_function(TEXTS), fitted.decision_function(TEXTS))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("x")
    with pytest.raises(OutputError, match="folder of other things"):
        fitted.model_.save(tmp_path / "other")


def test_what_was_fitted_is_saved_and_loaded(fitted, tmp_path):
    model = fitted.model_
    save_model(tmp_path, model.weights, model.classes_.tolist(), model.settings)
    assert np.array_equal(load_model(tmp_path).decision_function(TEXTS), fitted.decision_function(TEXTS))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_misuse_is_refused(fitted, method):
    with pytest.raises(NotFittedError):
        getattr(PolicyClassifier(), method)(TEXTS)
    with pytest.raises(TypeError, match="for one text write"):
        getattr(fitted, method)("检查")
    with pytest.raises(TypeError, match=r"X\[1\] is NoneType, not a string"):
        getattr(fitted, method)(["检查", None])
    with pytest.raises(TypeError, match="X is a table; pass one column"):
        getattr(fitted, method)(pd.DataFrame({"text": TEXTS}))


def test_data_that_cannot_be_fitted_is_refused():
    with pytest.raises(TypeError, match="for one text write"):
        PolicyClassifier().fit("检查", ["a"])
    with pytest.raises(TypeError, match="X is a table"):
        PolicyClassifier().fit(pd.DataFrame({"text": TEXTS, "more": TEXTS}), ["a", "b"])
    with pytest.raises(TypeError, match="labels is a table"):
        PolicyClassifier().fit(["检查", "贷款"], pd.DataFrame({"a": ["x", "y"], "b": ["x", "y"]}))
    with pytest.raises(ValueError, match="2 texts, 1 groups"):
        PolicyClassifier().fit(["检查", "贷款"], ["a", "b"], groups=["x"])
    with pytest.raises(ValueError, match="2 texts, 1 labels"):
        PolicyClassifier().fit(["检查", "贷款"], ["a"])
    with pytest.raises(ValueError, match="at least 2 labels"):
        PolicyClassifier().fit(["检查", "贷款"], ["a", "a"])
