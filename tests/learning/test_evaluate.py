"""Evaluation of a model that says what it is told to, and from the command line."""

import json

import numpy as np
import pytest
from judged import Saying, document
from typer.testing import CliRunner

from policycls.cli import app
from policycls.errors import TooFewExamplesError, UnknownLabelError
from policycls.learning.comparison import compare
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.evaluate import evaluate
from policycls.learning.splits import digest
from policycls.output.width import width


def test_units_are_judged_in_their_document_or_alone():
    documents = [document("x", ("a b", "b"), ("a a", "a")), document("y", ("none none",))]
    inside = evaluate(Saying(), documents)
    assert (inside.scores["accuracy"].value, inside.documents, inside.units) == (1, 2, 3)
    alone = evaluate(Saying(), documents, alone=True)
    assert alone.scores["accuracy"].value == pytest.approx(2 / 3)
    assert alone.confusion == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert list(alone.support.values()) == [1, 1, 1]


def test_a_unit_picked_out_of_its_document_is_judged_between_its_neighbours():
    class Before(Saying):
        """Says what the text before says."""

        def choose(self, texts, *, headings=None, documents=None):
            return super().choose(texts if documents is None else ["none", *texts[:-1]])

    unit = LabelledUnit("none", ("a",), before="a", after="b")
    picked = [LabelledDocument("x", (unit,))]
    assert evaluate(Before(), picked).scores["accuracy"].value == 1
    assert evaluate(Before(), picked, alone=True).scores["accuracy"].value == 0


def test_labels_left_open_count_neither_right_nor_wrong():
    plain = [document("x", ("a+b", "a"), ("a", "a"), ("a", "a", "b"))]
    assert evaluate(Saying(), plain).scores["set_f1"].value == pytest.approx(2 * 3 / (4 + 4))
    given_though_open = [document("x", ("a+b", "a", "(b)"), ("a", "a"))]
    assert evaluate(Saying(), given_though_open).scores["set_f1"].value == 1
    missed_though_open = [document("x", ("a", "a", "b", "(b)"), ("a", "a"))]
    assert evaluate(Saying(), missed_though_open).scores["set_f1"].value == 1


def test_none_in_the_data_counts_for_a_model_that_cannot_say_none():
    class Two(Saying):
        classes_ = np.array(["a", "b"])

    found = evaluate(Two(), [document("x", ("a", "none"), ("a", "a"))])
    assert found.scores["accuracy"].value == 0.5
    assert list(found.support) == ["a", "b", "none"]


def test_a_label_that_the_model_lacks_is_named_with_its_place():
    with pytest.raises(UnknownLabelError, match="x: line 2: unknown label 'c'"):
        evaluate(Saying(), [document("x", ("a", "a"), ("a", "c"))])


def test_nothing_to_evaluate_on_is_an_error():
    with pytest.raises(TooFewExamplesError, match="no labelled unit"):
        evaluate(Saying(), [])


def test_a_record_is_plain_json():
    record = evaluate(Saying(), [document("x", ("a", "a")), document("y", ("a", "none"))]).record()
    assert json.loads(json.dumps(record)) == record
    assert record["labels"]["a"]["recall"]["value"] == 1
    assert record["labels"]["b"]["f1"]["value"] is None
    assert record["data"]["documents"] == 2


def test_two_models_are_compared_on_the_same_documents():
    class Worse(Saying):
        def choose(self, texts, *, headings=None, documents=None):
            return super().choose(texts)

    documents = [document(str(n), ("a b", "b"), ("a a", "a")) for n in range(10)]
    found = compare(Saying(), Worse(), documents).difference
    assert found["accuracy"].value == found["accuracy"].low == 0.5


def test_models_of_different_labels_are_compared_among_all_of_them():
    class Other(Saying):
        classes_ = np.array(["none", "a", "c"])

        def choose(self, texts, *, headings=None, documents=None):
            return super().choose(["a" for _ in texts])

    documents = [document("x", ("a", "a"), ("b", "b"), ("none", "c"))]
    found = compare(Saying(), Other(), documents)
    assert found.support == {"a": 1, "b": 1, "c": 1}
    assert [found.old[f"f1:{x}"].value for x in "abc"] == [pytest.approx(2 / 4), 0, 0]
    assert [found.new[f"f1:{x}"].value for x in "abc"] == [1, 1, 0]
    assert [(x.unit, x.before, x.after) for x in found.gained] == [(0, "a", "b")]
    assert compare(Other(), Saying(), documents).difference["accuracy"].value == pytest.approx(-1 / 3)


def _run(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], prog_name="policycls")


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.jsonl"
    rows = [
        ("d1", "推行容缺受理，企业开办一天办结。", "审批提速"),
        ("d1", "会议强调了工作的重要性。", "非措施"),
        ("d2", "为企业发放贴息贷款300万元。", "financing"),
        ("d2", "开展执法检查12次，责令整改3家。", "supervision"),
    ]
    lines = [json.dumps(dict(zip(("doc", "text", "label"), row, strict=True))) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_command_prints_a_table_of_80_columns_in_both_languages(labelled):
    for lang, words in (("en", "approval streamlining"), ("zh", "审批提速")):
        result = _run("--on", labelled, "--lang", lang)
        assert result.exit_code == 0, result.output
        assert words in result.stdout
        assert max(map(width, result.stdout.splitlines())) <= 80


def test_the_command_prints_json_and_takes_several_files(labelled, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"doc": "d3", "text": "今天天气很好。", "label": "none"}\n', encoding="utf-8")
    for arguments in (["--on", labelled, other], ["--on", labelled, "--on", other]):
        found = json.loads(_run(*arguments, "--json", "--alone").stdout)
        assert found["data"]["documents"] == 3
        assert found["data"]["alone"]
        assert 0 <= found["macro_f1"]["low"] <= found["macro_f1"]["high"] <= 1


def test_of_a_corpus_only_its_test_documents_count(labelled, tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("d1", "d2"):
        row = {"doc": name, "text": "发放贴息贷款。", "label": "financing"}
        (folder / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    splits = {"test": ["d1"], "train": ["d2"], "test_digest": digest(["d1"])}
    (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    assert json.loads(_run("--on", folder, "--json").stdout)["data"]["documents"] == 1


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (None, 3, "no such file"),
        ('{"text": "好", "label": "新标签"}', 5, "unknown label '新标签'"),
        ('{"text": "好", "label": ""}', 5, "no labelled unit"),
        ('{"a": "1"}', 3, "needs columns text and label"),
    ],
)
def test_errors_are_one_line_with_the_contracts_status(tmp_path, content, status, message):
    path = tmp_path / "data.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = _run("--on", path)
    assert result.exit_code == status
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_folder_without_a_model_ends_with_status_4(labelled, tmp_path):
    assert _run("--on", labelled, "--model", tmp_path).exit_code == 4
