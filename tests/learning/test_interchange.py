"""Every annotation tool: what is handed out comes back the same, what was changed is named with its place."""

import json
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.errors import CorpusError, UnknownLabelError
from policycls.learning import doccano, labelstudio, review_book, spacy
from policycls.learning.handout import Handout, Suggestion, rows_from
from policycls.schema import load_label_set

LABELS = load_label_set()
ITEM = Handout("通知.docx", 3, "sentence", "一、总则", "前一句。", "设立贷款贴息。", "", "train")
TOOLS = {
    "xlsx": (review_book.write, review_book.read),
    "label-studio": (labelstudio.write, labelstudio.read),
    "doccano": (doccano.write, doccano.read),
    "spacy": (spacy.write, spacy.read),
}
GIVEN = [(), ("financing",), ("financing", "approval_streamlining")]
tools = pytest.mark.parametrize("tool", TOOLS)


def suggestions(*given):
    return [
        Suggestion(replace(ITEM, unit=n), "none", 0.5, ("贷款", "贴息"), "uncertain", x, f"注{n}")
        for n, x in enumerate(given)
    ]


def through(tool, found, path, change=lambda path: None):
    write, read = TOOLS[tool]
    write(path, found, LABELS)
    change(path)
    return rows_from(read(path), LABELS, who="li")


@tools
def test_a_round_trip_loses_nothing(tool, tmp_path):
    rows = through(tool, suggestions(*GIVEN), tmp_path / "a")
    assert [row.labels for row in rows] == GIVEN
    for n, row in enumerate(rows):
        item = Handout(row.doc, row.unit, row.kind, row.heading, row.before, row.text, row.after, row.part)
        assert item == replace(ITEM, unit=n)
    if tool != "label-studio":
        assert [row.note for row in rows] == ["注0", "注1", "注2"]


@tools
def test_what_nobody_labelled_is_not_taken_in(tool, tmp_path):
    assert through(tool, suggestions(None, ("financing",), None), tmp_path / "a")[0].unit == 1
    assert len(through(tool, suggestions(None, ("financing",), None), tmp_path / "b")) == 1


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda x: x == x.strip() and not set(x) & {"\ufffe", "\uffff"}
)


@settings(max_examples=25, deadline=None)
@given(
    text=TEXT, tool=st.sampled_from([x for x in TOOLS if x != "xlsx"]), given_labels=st.sampled_from(GIVEN)
)
def test_any_text_survives(tmp_path_factory, text, tool, given_labels):
    found = [replace(suggestions(given_labels)[0], item=replace(ITEM, text=text, heading=text, before=text))]
    (row,) = through(tool, found, tmp_path_factory.mktemp("tool") / "a")
    assert (row.text, row.heading, row.before, row.labels) == (text, text, text, given_labels)


@pytest.mark.parametrize(
    "text", ["=1+1", "'=x", "@SUM", "007", "1e5", "-5", "NA", "TRUE", "https://x.cn", "_x000D_"]
)
def test_a_workbook_keeps_texts_that_look_like_something_else(text, tmp_path):
    found = [replace(suggestions(())[0], item=replace(ITEM, text=text, heading=text))]
    (row,) = through("xlsx", found, tmp_path / "a.xlsx")
    assert (row.text, row.heading) == (text, text)


def replaced(old, new):
    def change(path):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize("tool", ["label-studio", "doccano", "spacy"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("设立贷款贴息。", "设立贷款贴息", "its text was changed"),
        ("一、总则", "二、总则", "what it carries beside the text was changed"),
        ('"hash"', '"hush"', "'hash' is missing"),
    ],
)
def test_what_was_changed_is_named_with_its_place(tool, old, new, message, tmp_path):
    with pytest.raises(CorpusError, match=message) as caught:
        through(tool, suggestions(("financing",)), tmp_path / "a", replaced(old, new))
    assert "task 1" in str(caught.value) or "line 1" in str(caught.value)


def test_every_unknown_label_is_named_with_its_line(tmp_path):
    def change(path):
        path.write_text(path.read_text(encoding="utf-8").replace("financing", "finance"), encoding="utf-8")

    with pytest.raises(UnknownLabelError) as caught:
        through("doccano", suggestions(("financing",), (), ("financing",)), tmp_path / "a", change)
    assert "line 1: unknown label 'finance'" in str(caught.value)
    assert "line 3" in str(caught.value)
    assert "did you mean 'financing'?" in str(caught.value)


def test_a_missing_id_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 7, "text": "x", "label": ["financing"]}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match="line 1: its id is missing"):
        rows_from(doccano.read(path), LABELS, who="li")


def test_doccano_second_labels_have_a_mark_and_two_primary_ones_are_refused(tmp_path):
    doccano.write(tmp_path / "a.jsonl", suggestions(("financing", "supervision")), LABELS)
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["label"] == [
        "financing",
        "+supervision",
    ]
    names = json.loads((tmp_path / "a.labels.json").read_text(encoding="utf-8"))
    assert {"text": "none"} in names
    with pytest.raises(CorpusError, match="two primary labels"):
        through("doccano", suggestions(("financing", "supervision")), tmp_path / "b", replaced("+", ""))


def test_a_doccano_zip_has_a_file_for_each_annotator(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for who, labels in (("li", ("financing",)), ("wang", ())):
            doccano.write(tmp_path / "x.jsonl", suggestions(labels), LABELS)
            archive.write(tmp_path / "x.jsonl", f"{who}.jsonl")
    rows = rows_from(doccano.read(tmp_path / "export.zip"), LABELS, who="?")
    assert [(row.who, row.labels) for row in rows] == [("li", ("financing",)), ("wang", ())]
    assert rows[0].id == rows[1].id


def exported(tasks):
    """Answer tasks as Label Studio exports them."""

    def choice(name, *values):
        return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(values)}}

    answers = [
        [{"completed_by": {"id": 1, "email": "li@x.cn"}, "result": [choice("label", "supervision")]}],
        [
            {"completed_by": 1, "result": [choice("label", "financing")], "was_cancelled": True},
            {"completed_by": 2, "result": [choice("label", "financing"), choice("second", "supervision"), {
                "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["见附件"]}}]},
            {"completed_by": 3, "result": []},
        ],
        [],
    ]  # fmt: skip
    return [
        {"id": 90 + n, "data": x["data"], "annotations": y}
        for n, (x, y) in enumerate(zip(tasks, answers, strict=True))
    ]


def test_an_export_of_label_studio_comes_in_with_every_persons_labels(tmp_path):
    path = tmp_path / "tasks.json"
    labelstudio.write(path, suggestions(None, None, None), LABELS)
    path.write_text(json.dumps(exported(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    rows = rows_from(labelstudio.read(path), LABELS, who="?")
    assert [(row.who, row.unit, row.labels, row.note) for row in rows] == [
        ("li@x.cn", 0, ("supervision",), ""),
        ("user 2", 1, ("financing", "supervision"), "见附件"),
        ("user 3", 1, (), ""),
    ]


@pytest.mark.labelstudio
@pytest.mark.filterwarnings("ignore")
def test_tasks_hold_to_label_studios_own_sdk(tmp_path):
    from label_studio_sdk.label_interface import LabelInterface

    labelstudio.write(tmp_path / "t.json", suggestions(None, ("financing", "supervision")), LABELS)
    interface = LabelInterface((tmp_path / "t.xml").read_text(encoding="utf-8"))
    interface.validate()
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    for task in tasks:
        assert interface.validate_task({"data": task["data"]})
        for prediction in task["predictions"]:
            assert interface.validate_prediction(prediction)
        for annotation in task.get("annotations", []):
            assert interface.validate_annotation(annotation)
    tasks[0]["predictions"][0]["result"][0]["value"]["choices"] = ["no such label"]
    assert not interface.validate_prediction(tasks[0]["predictions"][0])
