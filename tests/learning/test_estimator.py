"""The estimator keeps scikit-learn's contract."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score

from policycls import PolicyClassifier
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
    import pandas as pd

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


def test_what_was_fitted_is_saved_and_loaded(fitted, tmp_path):
    model = fitted.model_
    save_model(tmp_path, model.weights, model.classes_.tolist(), model.settings)
    assert np.array_equal(load_model(tmp_path).decision_function(TEXTS), fitted.decision_function(TEXTS))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_misuse_is_refused(fitted, method):
    with pytest.raises(NotFittedError):
        getattr(PolicyClassifier(), method)(TEXTS)
    with pytest.raises(ValueError, match="for one text give"):
        getattr(fitted, method)("检查")
    with pytest.raises(ValueError, match="no string"):
        getattr(fitted, method)(["检查", None])


def test_data_that_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="for one text give"):
        PolicyClassifier().fit("检查", ["a"])
    with pytest.raises(ValueError, match="2 texts, 1 labels"):
        PolicyClassifier().fit(["检查", "贷款"], ["a"])
    with pytest.raises(ValueError, match="at least 2 labels"):
        PolicyClassifier().fit(["检查", "贷款"], ["a", "a"])
