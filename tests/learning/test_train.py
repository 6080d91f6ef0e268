"""Training: from labelled documents to a model folder; and the shipped model is that of this checkout."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pytest

from policycls.errors import TooFewExamplesError
from policycls.learning.corpus import LabelledDocument, LabelledUnit, fingerprint, load_labelled
from policycls.learning.fit import Recipe, fit_weights
from policycls.learning.knowledge import Evidence, Knowledge, Term, shipped_knowledge
from policycls.learning.splits import split
from policycls.learning.stretches import placed
from policycls.learning.train import fitting, train, units_of
from policycls.model import Model, load_model
from policycls.resources import data_path
from policycls.schema import LabelSet

LABELS = LabelSet.of(["甲", "乙"])
WORDS = {"甲": ("审批", "许可"), "乙": ("贷款", "担保"), "none": ("会议", "天气")}
RECIPE = Recipe(heading=0.0)


def _documents(n=6, labels=WORDS):
    return [
        LabelledDocument(
            f"d{doc}",
            tuple(
                LabelledUnit(f"推进{word}工作", () if label == "none" else (label,))
                for label in labels
                for word in WORDS[label]
            ),
        )
        for doc in range(n)
    ]


@pytest.fixture(scope="module")
def trained():
    return train(_documents(), LABELS, recipe=RECIPE)


@pytest.fixture(scope="module")
def corpus():
    return split(load_labelled([data_path("corpus")]), data_path("corpus"))


def test_a_trained_model_is_saved_and_loaded(trained, tmp_path):
    model = load_model(trained.save(tmp_path))
    texts = ["担保贷款", "许可审批", "天气"]
    assert model.predict(texts).tolist() == ["乙", "甲", "none"]
    assert np.array_equal(model.decision_function(texts), trained.model.decision_function(texts))
    assert model.settings == trained.settings


def test_the_manifest_tells_what_it_was_trained_on(trained, tmp_path):
    manifest = json.loads((trained.save(tmp_path) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["classes"] == ["甲", "乙", "none"]
    assert manifest["corpus"] == {
        "fingerprint": fingerprint(_documents()), "documents": 6, "units": 36,
        "by_label": {"甲": 12, "乙": 12, "none": 12},
    }  # fmt: skip
    assert manifest["labels"] == {"version": LABELS.version, "digest": LABELS.digest}
    assert Recipe(**{**manifest["recipe"], "neighbours": tuple(manifest["recipe"]["neighbours"])}) == RECIPE
    assert {"numpy", "scipy", "scikit-learn", "python"} <= set(manifest["versions"])
    assert date.fromisoformat(manifest["date"]) <= datetime.now(UTC).date()


def test_training_again_gives_the_same_bytes(trained, tmp_path):
    again = train(_documents(), LABELS, recipe=RECIPE)
    for name in ("weights.npz", "manifest.json"):
        assert (again.save(tmp_path / "b") / name).read_bytes() == (
            trained.save(tmp_path / "a") / name
        ).read_bytes()


def test_without_units_of_none_there_is_no_such_class():
    found = train(_documents(labels=["甲", "乙"]), LABELS, recipe=RECIPE)
    assert found.classes == ("甲", "乙")
    assert found.model.predict(["天气"])[0] in found.classes


def test_too_few_examples_are_told_by_label():
    documents = _documents(n=3)
    lonely = LabelledDocument("x", (LabelledUnit("招商", ("丙",)),))
    labels = LabelSet.of(["甲", "乙", "丙"])
    with pytest.raises(TooFewExamplesError, match="丙 has 1; needs at least 3"):
        train([*documents, lonely], labels, recipe=RECIPE)
    assert "丙" in train([*documents, lonely], labels, recipe=RECIPE, allow_small=True).classes
    with pytest.raises(TooFewExamplesError, match="at least 2 labels"):
        train(_documents(labels=["甲"]), LABELS, recipe=RECIPE)


def test_knowledge_about_other_labels_is_left_out():
    zero = np.zeros((0, 1))
    about = {x: Evidence((x,), (), (), (), zero, zero, np.zeros(1)) for x in ("甲", "none")}
    terms = (Term("审批", "甲", 1.0), Term("贷款", "丁", 1.0))
    assert fitting(Knowledge(terms, about["甲"]), ("甲", "none")) == Knowledge(terms[:1], about["甲"])
    assert fitting(Knowledge(terms, about["none"]), ("乙", "none")) == Knowledge((), None)


def test_units_become_columns():
    documents = _documents(n=2)
    units = units_of(documents, ("甲", "乙", "none"))
    assert units.labels.tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert units.documents == ["d0"] * 6 + ["d1"] * 6
    assert units.texts[2] == "推进贷款工作"
    with pytest.raises(KeyError):
        units_of(documents, ("甲", "乙"))


def _decisions(model, documents):
    rows = placed(documents)
    found = model.decision_function(rows.texts, headings=rows.headings, documents=rows.owners)
    return found[rows.labelled]


def test_decisions_are_made_in_context(trained):
    documents = _documents(n=2)
    texts = [unit.text for x in documents for unit in x.units]
    found = _decisions(trained.model, documents)
    assert np.array_equal(found, trained.model.decision_function(texts, documents=[0] * 6 + [1] * 6))


def test_the_shipped_model_was_trained_on_the_training_documents_of_this_checkout(corpus):
    manifest = json.loads((data_path("models", "default") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["corpus"]["fingerprint"] == fingerprint(corpus[0]), "rebuild it: just model"


def test_fitting_the_shipped_recipe_again_gives_the_same_labels_on_all_test_units(corpus):
    folder = data_path("models", "default")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    recipe = Recipe(**{**manifest["recipe"], "neighbours": tuple(manifest["recipe"]["neighbours"])})
    classes = manifest["classes"]
    knowledge = fitting(shipped_knowledge(), classes)
    shipped = load_model(folder)
    again = Model(
        fit_weights(units_of(corpus[0], classes), classes, recipe, knowledge), classes, shipped.settings
    )
    old, new = (_decisions(model, corpus[1]) for model in (shipped, again))
    assert (old.argmax(axis=1) == new.argmax(axis=1)).all()
    assert np.abs(old - new).max() < 1e-6
