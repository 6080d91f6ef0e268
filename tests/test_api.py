"""The front door: a document, a string or a table in, tagged units or a table out."""

import subprocess
import sys

import pandas as pd
import pytest
from fake_model import FakeModel

import policycls
from policycls.errors import DocumentError, ModelNotFoundError, NoTextError, TableError, UsageError
from policycls.model import load_model
from policycls.resources import data_path

TEXT = "一、优化审批\n推行容缺受理，企业开办一天办结。\n二、融资\n"
TEXT += "设立风险补偿资金池，发放贷款贴息。会议于9时开始。\n"
FRAME = pd.DataFrame(
    {"正文": ["开展双随机、一公开检查。", None, "会议于9时开始。"], "年": [2023, 2024, 2025]},
    index=["a", "b", "a"],
)


@pytest.fixture(scope="module")
def model():
    return load_model(data_path("models", "default"))


def test_a_text_is_tagged_unit_by_unit(model):
    units = policycls.tag_text(TEXT, model=model)
    assert [unit.kind for unit in units] == ["heading", "sentence", "heading", "sentence", "sentence"]
    assert [unit.unit for unit in units] == list(range(5))
    assert [units[n].label for n in (1, 3, 4)] == ["approval_streamlining", "financing", "none"]
    assert units[3].heading == "二、融资"
    for unit in units:
        assert isinstance(unit, policycls.TaggedUnit)
        assert unit.label == (unit.labels[0] if unit.labels else "none")
        assert unit.top in model.labels
        assert tuple(unit.scores) == model.labels
        assert all(0 <= score <= 1 for score in unit.scores.values())
        assert unit.model == model.id


def test_a_file_is_tagged_as_its_text(model, tmp_path):
    path = tmp_path / "通报.txt"
    path.write_text(TEXT, encoding="gb18030")
    found = policycls.tag_document(path, model=model, encoding="gb18030")
    assert {unit.doc for unit in found} == {str(path)}
    expected = policycls.tag_text(TEXT, model=model)
    assert [(x.text, x.scores, x.start) for x in found] == [(x.text, x.scores, x.start) for x in expected]


def test_another_model_is_used_where_given():
    assert policycls.tag_text("走访企业。", model=FakeModel())[0].model == "fake-1"


def test_the_shipped_model_is_used_where_none_is_given(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POLICYCLS_WORKSPACE", raising=False)
    shipped = policycls.load_model()
    assert policycls.tag_text("走访企业。")[0].model == shipped.id
    assert policycls.load_model(data_path("models", "default")).id == shipped.id


def test_a_frame_keeps_its_index_and_columns(model):
    before = FRAME.copy()
    found = policycls.tag_frame(FRAME, text="正文", model=model)
    pd.testing.assert_frame_equal(FRAME, before)
    pd.testing.assert_frame_equal(found[["正文", "年"]], FRAME)
    added = ["label", "top", "labels", *(f"score_{x}" for x in model.labels), "review", "model"]
    assert list(found.columns) == [*FRAME.columns, *added]
    assert found["label"].tolist()[::2] == ["supervision", "none"]
    assert found["labels"].iloc[0].split("|")[0] == "supervision"
    assert found["labels"].iloc[2] == ""
    assert found["review"].dtype == bool
    assert found["review"].iloc[1]  # no text


def test_rows_of_a_frame_have_the_labels_of_the_model(model):
    texts = ["检查。", "发放贷款。", "检查。"]
    headings, documents = ["一、监管", "二、融资", ""], ["x", "x", "y"]
    frame = pd.DataFrame({"t": texts, "h": headings, "d": documents})
    found = policycls.tag_frame(frame, text="t", heading="h", doc="d", model=model)
    choices = model.choose(texts, headings=headings, documents=documents)
    assert found["label"].tolist() == [x.label for x in choices]
    for label in model.labels:
        assert found[f"score_{label}"].tolist() == [x.scores[label] for x in choices]


def test_a_frame_without_rows(model):
    found = policycls.tag_frame(FRAME.iloc[:0], text="正文", model=model)
    assert len(found) == 0
    full = policycls.tag_frame(FRAME, text="正文", model=model)
    assert found.dtypes.to_dict() == full.dtypes.to_dict()


@pytest.mark.parametrize(
    "index", [pd.MultiIndex.from_tuples([("x", 1), ("y", 2), ("y", 2)]), pd.RangeIndex(5, 8)]
)
def test_any_index_is_kept(model, index):
    found = policycls.tag_frame(FRAME.set_axis(index), text="正文", model=model)
    pd.testing.assert_index_equal(found.index, index)


def test_a_missing_column_is_named(model):
    with pytest.raises(TableError, match="no column 'text'; the columns are 正文, 年"):
        policycls.tag_frame(FRAME, text="text", model=model)
    with pytest.raises(TableError, match="no column 'doc'"):
        policycls.tag_frame(FRAME, text="正文", doc="doc", model=model)


def test_a_column_with_a_name_of_the_result_is_kept_under_another(model):
    frame = pd.DataFrame({"label": ["x"], "text": ["开展检查。"], "input_label": [1], "model": ["m"]})
    found = policycls.tag_frame(frame, text="text", model=model)
    assert found.columns.is_unique
    assert list(found.columns[:4]) == ["input_label", "text", "input_input_label", "input_model"]
    assert found[["input_label", "label"]].values.tolist() == [["x", "supervision"]]
    again = policycls.tag_frame(found, text="text", model=model)
    assert again.columns.is_unique
    assert again["label"].tolist() == ["supervision"]


def test_whole_documents_are_split_into_rows(model):
    texts = [TEXT, "会议于9时开始。", None, " \n"]
    frame = pd.DataFrame({"正文": texts, "年": [1, 2, 3, 4], "kind": list("wxyz")}, index=list("abcd"))
    with pytest.warns(UserWarning, match=r"no unit comes: 2 \(rows 2, 3, from 0\)"):
        found = policycls.tag_frame(frame, text="正文", split=True, model=model)
    units = [policycls.tag_text(x, model=model) for x in texts[:2]]
    flat = [unit for document in units for unit in document]
    for name in ("unit", "kind", "start", "end", "heading", "text", "label", "top", "review", "model"):
        assert found[name].tolist() == [getattr(x, name) for x in flat], name
    assert found["labels"].tolist() == ["|".join(x.labels) for x in flat]
    assert found["score_financing"].tolist() == [x.scores["financing"] for x in flat]
    assert found.index.tolist() == found["doc"].tolist() == ["a"] * 5 + ["b"]
    assert found["年"].tolist() == [1] * 5 + [2]
    assert found["input_kind"].tolist() == ["w"] * 5 + ["x"]
    assert "正文" not in found.columns
    assert found["page"].isna().all()
    counted = policycls.summarize(found)
    assert set(counted["documents"]) == {2}
    empty = policycls.tag_frame(frame.iloc[:0], text="正文", split=True, model=model)
    assert empty.dtypes.to_dict() == found.dtypes.to_dict()


def test_documents_of_a_frame_are_told_apart(model):
    frame = pd.DataFrame({"t": ["甲地开展检查。"] * 2, "名": ["x", "y"]}, index=["a", "a"])
    found = policycls.tag_frame(frame, text="t", split=True, model=model)
    assert found["doc"].tolist() == ["0", "1"]
    named = policycls.tag_frame(frame, text="t", doc="名", split=True, model=model)
    assert named["doc"].tolist() == ["x", "y"]
    assert "名" not in named.columns
    with pytest.raises(UsageError, match="heading= does not go with split=True"):
        policycls.tag_frame(frame, text="t", heading="名", split=True, model=model)


def test_rows_that_hold_several_sentences_are_warned_of(model):
    def frame(several, rows):
        texts = ["会议开始。随后开展“检查”。"] * several + ["开展“检查”。”"] * (rows - several)
        return pd.DataFrame({"t": texts})

    with pytest.warns(UserWarning, match="split=True cuts them") as told:
        policycls.tag_frame(frame(6, 10), text="t", model=model)
    assert len(told) == 1
    assert told[0].filename == __file__
    for several, rows in ((5, 10), (9, 9)):  # warnings are errors here
        policycls.tag_frame(frame(several, rows), text="t", model=model)


def test_a_model_is_taken_by_its_path_and_out_of_an_estimator(model, tmp_path):
    texts, labels = ["发放贷款", "开展检查", "发放补贴", "开展抽查"] * 3, [1, 2] * 6
    own = policycls.PolicyClassifier(evidence=0, terms=0, calibrate=False).fit(texts, labels)
    folder = own.model_.save(tmp_path / "own")
    frame = pd.DataFrame({"t": ["发放贷款。"]})
    for given in (own, folder, str(folder)):
        found = policycls.tag_frame(frame, text="t", model=given)
        assert found[["label", "model"]].values.tolist() == [["1", own.model_.id]]
        assert policycls.tag_text("发放贷款。", model=given)[0].label == "1"
    for wrong in (policycls.PolicyClassifier(), 1):
        with pytest.raises(TypeError, match=f"model is {type(wrong).__name__}; give a Model"):
            policycls.tag_frame(frame, text="t", model=wrong)


@pytest.mark.parametrize("wrong", [None, float("nan"), 2023, ["检查。"]])
def test_what_is_no_text_is_refused(model, wrong):
    with pytest.raises(TypeError, match=f"text is {type(wrong).__name__}, not a string"):
        policycls.tag_text(wrong, model=model)


def test_what_is_no_table_or_column_is_refused(model):
    with pytest.raises(TypeError, match=r"the name of one column is wanted, not the list \['正文'\]"):
        policycls.tag_frame(FRAME, text=["正文"], model=model)
    with pytest.raises(TypeError, match=r"frame is Series, not a DataFrame; series.to_frame\(\)"):
        policycls.tag_frame(FRAME["正文"], text="正文", model=model)
    twice = pd.concat([FRAME, FRAME["正文"]], axis=1)
    with pytest.raises(TableError, match="2 columns are named '正文'"):
        policycls.tag_frame(twice, text="正文", model=model)


def test_what_cannot_be_tagged_is_told(model, tmp_path):
    with pytest.raises(NoTextError):
        policycls.tag_text("  \n ", model=model)
    with pytest.raises(DocumentError, match=r"(?i)no such file"):
        policycls.tag_document(tmp_path / "none.txt", model=model)
    with pytest.raises(ModelNotFoundError):
        policycls.load_model(tmp_path)


def test_the_public_names_are_there_and_sorted():
    assert policycls.__all__ == sorted(policycls.__all__)
    assert dir(policycls) == policycls.__all__
    assert all(getattr(policycls, name) is not None for name in policycls.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = policycls.nothing


def test_importing_is_silent_and_light():
    """Neither scikit-learn nor pandas nor scipy is imported to tag a sentence."""
    program = (
        "import sys, policycls\n"
        "assert not {'numpy', 'pandas', 'sklearn', 'scipy'} & set(sys.modules), 'import'\n"
        "policycls.tag_text('开展检查。')\n"
        "heavy = {'pandas', 'sklearn', 'scipy', 'joblib', 'jieba', 'lxml', 'openpyxl', 'typer'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    found = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
