"""Fitting: what is trained, what is known beforehand, and how they come together in the weights."""

import numpy as np
import pytest

from policycls.errors import UnknownLabelError
from policycls.learning.fit import Recipe, Units, calibrate, fit_weights, out_of_fold, taught_words
from policycls.learning.knowledge import Evidence, Knowledge, Term
from policycls.model import Model
from policycls.model.weights import EVIDENCE, TERM, TRAINED, Settings

CLASSES = ("甲", "乙", "none")
WORDS = (("审批", "许可", "登记"), ("贷款", "补助", "担保"), ("会议", "天气", "形势"))
PLAIN = Recipe(heading=0.0)


def _units(n=5):
    """Each document has three units of each class, whose words stand nowhere else."""
    rows = [(f"推进{word}工作", k, f"d{doc}") for doc in range(n) for k in range(3) for word in WORDS[k]]
    texts, labels, documents = zip(*rows, strict=True)
    return Units(list(texts), np.array(labels), list(documents))


def _row(weights, kind, text):
    return int(weights.vocabulary.rows([kind], [text])[0])


def test_the_words_of_a_class_speak_for_it():
    weights = fit_weights(_units(), CLASSES, PLAIN, Knowledge())
    for k, words in enumerate(WORDS):
        for word in words:
            row = _row(weights, "word", word)
            assert weights.own.floats[row].argmax() == k
            assert weights.origin[row] == TRAINED
    assert Model(weights, CLASSES).predict(["登记许可"]).tolist() == ["甲"]


def test_fitting_again_gives_the_same_bytes():
    one, two = (fit_weights(_units(), CLASSES, PLAIN, Knowledge()) for _ in range(2))
    assert one.own.values.tobytes() == two.own.values.tobytes()
    assert one.bias.tobytes() == two.bias.tobytes()


def test_decisions_are_those_of_the_classifier_that_was_trained():
    """Rounding to 16 bits aside: the tagging side computes what scikit-learn computed."""
    from sklearn.svm import LinearSVC

    from policycls.learning.vocabulary import count, neighbour_matrix, weigh
    from policycls.model.segmentation import make_segmenter

    units = _units()
    weights = fit_weights(units, CLASSES, PLAIN, Knowledge())
    values = weigh(count(units.texts, weights.vocabulary, make_segmenter(())), weights.idf)
    around = neighbour_matrix(units.documents, PLAIN.neighbours) @ values
    from scipy import sparse

    features = sparse.hstack([values, around], format="csr")
    svc = LinearSVC(C=PLAIN.strength, class_weight="balanced", random_state=0).fit(features, units.labels)
    model = Model(weights, CLASSES, Settings(heading=0.0))
    found = model.decision_function(units.texts, documents=units.documents)
    assert np.abs(found - svc.decision_function(features)).max() < 1e-3


def test_without_context_neighbours_say_nothing():
    weights = fit_weights(_units(), CLASSES, Recipe(context=0.0), Knowledge())
    assert not weights.context.values.any()
    assert weights.own.values.any()


def test_a_class_without_examples_is_never_given():
    units = _units()
    weights = fit_weights(units, (*CLASSES, "丙"), PLAIN, Knowledge())
    assert not weights.own.floats[:, 3].any()
    assert "丙" not in Model(weights, (*CLASSES, "丙")).predict(units.texts)


def test_two_classes_are_opposites():
    units = _units()
    two = units.take(np.flatnonzero(units.labels < 2))
    weights = fit_weights(two, CLASSES[:2], PLAIN, Knowledge())
    assert np.allclose(weights.own.floats[:, 0], -weights.own.floats[:, 1], atol=1e-9)
    assert weights.bias[0] == -weights.bias[1]


def test_a_term_adds_its_weight_to_its_label():
    term = Term("容缺受理", "甲", 3.0)
    recipe = Recipe(terms=0.5, heading=0.0)
    weights = fit_weights(_units(), CLASSES, recipe, Knowledge((term, Term("贷款", "乙", 1.0))))
    row = _row(weights, "word", "容缺受理")
    assert weights.own.floats[row] == pytest.approx([1.5, 0, 0], abs=1e-3)
    assert weights.origin[row] == TERM
    assert weights.origin[_row(weights, "word", "贷款")] == TERM | TRAINED
    assert weights.taught == ("容缺受理",)
    without = fit_weights(_units(), CLASSES, PLAIN.without_knowledge(), Knowledge((term,)))
    assert not without.own.values[_row(without, "word", "容缺受理")].any()


def test_a_term_about_another_label_is_refused():
    with pytest.raises(UnknownLabelError, match="容缺受理"):
        fit_weights(_units(), CLASSES, PLAIN, Knowledge((Term("容缺受理", "丁", 1.0),)))


def test_words_are_taught_in_their_normal_form_and_only_where_the_dictionary_lacks_them():
    terms = (Term("容 缺受理", "甲", 1.0), Term("贷款", "甲", 1.0), Term("“放管服”", "甲", 1.0))
    assert taught_words(terms) == ("容缺受理",)


def test_evidence_is_added_for_the_labels_that_it_knows():
    own, context = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, 0.0], [0.0, -0.5]])
    evidence = Evidence(
        ("乙", "别"), ("word", "characters"), ("招商", "税"), (5, 6), own, context, np.array([0.2, 9.0])
    )
    recipe = Recipe(evidence=0.5, heading=0.0)
    plain = fit_weights(_units(), CLASSES, PLAIN.without_knowledge(), Knowledge())
    weights = fit_weights(_units(), CLASSES, recipe, Knowledge((), evidence))
    word, char = _row(weights, "word", "招商"), _row(weights, "characters", "税")
    assert weights.own.floats[[word, char]] == pytest.approx(np.array([[0, 0.5, 0], [0, 1.5, 0]]), abs=1e-3)
    assert weights.context.floats[word] == pytest.approx([0, 0.25, 0], abs=1e-3)
    assert weights.bias - plain.bias == pytest.approx([0, 0.1, 0])
    assert weights.origin[word] == EVIDENCE


def test_units_that_are_context_alone_are_no_examples():
    """A label of -1: the text counts for its neighbours and for nothing else."""
    units = _units()
    texts = [*units.texts, "推进招商工作"]
    more = Units(texts, np.append(units.labels, -1), [*units.documents, "d4"])
    weights = fit_weights(more, CLASSES, PLAIN, Knowledge())
    assert not weights.own.values[_row(weights, "word", "招商")].any()
    assert weights.context.values[_row(weights, "word", "招商")].any()


def test_weights_of_units_count():
    units = _units()
    contrary = Units(
        [*units.texts, *["推进审批工作"] * 9], np.append(units.labels, [1] * 9), [*units.documents, *range(9)]
    )
    light = Units(contrary.texts, contrary.labels, contrary.documents, np.array([1.0] * 45 + [1e-6] * 9))
    recipe = Recipe(strength=10.0, heading=0.0)
    found = [Model(fit_weights(x, CLASSES, recipe, Knowledge()), CLASSES) for x in (contrary, light)]
    assert [model.predict(["推进审批工作"])[0] for model in found] == ["乙", "甲"]


def test_out_of_fold_decisions_come_from_models_that_have_not_seen_the_document():
    """A label that one document alone teaches cannot be found in that document."""
    units = _units()
    odd = Units(
        [*units.texts, *["独有的词"] * 3], np.append(units.labels, [0] * 3), [*units.documents, *["odd"] * 3]
    )
    decisions = out_of_fold(odd, CLASSES, PLAIN, Knowledge(), n_folds=3)
    assert decisions.shape == (48, 3)
    seen = Model(fit_weights(odd, CLASSES, PLAIN, Knowledge()), CLASSES).decision_function(["独有的词"])
    assert decisions[-1, 0] < seen[0, 0]
    assert (decisions[:45].argmax(axis=1) == units.labels).all()


def test_calibration_finds_the_true_slope():
    rng = np.random.default_rng(0)
    decisions = rng.normal(size=(20_000, 3))
    logits = 2.0 * decisions + np.array([0.0, 0.5, -0.5])
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (proba.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    found = calibrate(decisions, labels)
    assert found.slope == pytest.approx([2, 2, 2], abs=0.15)
    assert np.abs(found(decisions) - proba).max() < 0.03
