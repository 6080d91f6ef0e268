"""The label set: what ships is complete; what a user brings is read or refused with a reason and a place."""

import dataclasses
import re

import pytest

from policycls.errors import CorpusError, UnknownLabelError
from policycls.schema import Label, LabelSet, labels_of, load_label_set
from policycls.types import NONE

OWN = """version = "2"
[[labels]]
id = "housing"
name_zh = "住房"
[[labels]]
id = "transport"
"""


def test_the_shipped_schema_is_complete():
    labels = load_label_set()
    assert labels.ids == (
        "approval_streamlining",
        "enterprise_assistance",
        "financing",
        "supervision",
        "investment_attraction",
    )
    for label in (*labels.labels, labels.none):
        assert all((label.name_en, label.name_zh, label.definition_en, label.definition_zh))
        assert all((label.covers_en, label.covers_zh, label.excludes_en, label.excludes_zh))
        assert len(label.covers_en) == len(label.covers_zh)
        assert len(label.excludes_en) == len(label.excludes_zh)
        assert 3 <= len(label.examples) <= 5
        for example in label.examples:
            assert re.search("[。！？；]$", example.text)
            assert example.reason_en and example.reason_zh


def test_a_shipped_example_stands_under_its_primary_label():
    labels = load_label_set()
    for label in (*labels.labels, labels.none):
        for example in label.examples:
            assert (example.labels or (NONE,))[0] == label.id


def test_own_labels_need_only_an_id(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    labels = load_label_set(path)
    assert labels.ids == ("housing", "transport")
    assert labels.name("housing", "zh") == labels.name("housing", "en") == "住房"
    assert labels.name("transport", "zh") == "transport"
    assert labels.name(NONE, "zh") == "非措施"


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_windows_files_are_read(tmp_path, newline):
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OWN.replace("\n", newline).encode())
    assert load_label_set(path).ids == ("housing", "transport")


def _two(first: str = 'id = "a"', second: str = 'id = "b"', top: str = 'version = "1"') -> str:
    return f"{top}\n[[labels]]\n{first}\n[[labels]]\n{second}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 1", "'version' is missing"),
        ('version = "1"', "there is no [[labels]] table"),
        ('version = "1"\nlabels = 3', "there is no [[labels]] table"),
        ('version = "1"\n[[labels]]\nid = "a"', "1 labels besides 'none'; from 2 to 200"),
        (_two(top='version = "1"\nname = 3'), "unknown key 'name'"),
        (_two('id = "a b"'), "label 1: 'id' is 'a b'; an id starts with a letter"),
        (_two("id = 3"), "label 1: 'id' is 3"),
        (_two(second='name_zh = "乙"'), "label 2: 'id' is None"),
        (_two('id = "a"\nname_en = 3'), "label 1 (a): 'name_en' is not a text"),
        (_two('id = "a"\ncovers_en = "x"'), "label 1 (a): 'covers_en' is not a list of texts"),
        (_two('id = "a"\nexamples = ["x"]'), "label 1 (a): 'examples' is not a list of tables"),
        (_two('id = "a"\nname_cn = "x"'), "unknown key 'name_cn'; did you mean 'name_"),
        (_two(second='id = "a"'), "'a' names both 'a' and 'a'"),
        (_two(second='id = "b"\nname_zh = "a"'), "'a' names both 'a' and 'b'"),
        (_two('id = "none"'), "'none' names both 'none' and 'none'"),
        (_two('id = "a"\nname_zh = "甲|乙"'), "the name of 'a' holds a |"),
        (
            _two('id = "a"\nexamples = [{text = "x", labels = ["bb"]}]'),
            "an example of 'a': unknown label 'bb'",
        ),
        ('version = "1', "not valid TOML: "),
    ],
)
def test_what_is_wrong_with_a_schema_is_told(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        load_label_set(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_schema_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(CorpusError, match="cannot be read: No such file"):
        load_label_set(tmp_path / "none.toml")
    path = tmp_path / "gbk.toml"
    path.write_bytes('version = "审批"'.encode("gbk"))
    with pytest.raises(CorpusError, match="is not UTF-8 text; save it as UTF-8"):
        load_label_set(path)


def test_a_set_has_between_2_and_200_labels():
    assert len(LabelSet.of(f"l{n}" for n in range(200)).ids) == 200
    with pytest.raises(CorpusError, match="201 labels"):
        LabelSet.of(f"l{n}" for n in range(201))


def test_a_label_is_known_by_id_and_by_either_name():
    labels = load_label_set()
    for label in (*labels.labels, labels.none):
        for value in (label.id, label.name_en, label.name_zh, f"  {label.name_zh}\t"):
            assert labels.resolve(value) == label.id


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("financng", "financing"),
        ("Supervision", "supervision"),
        ("审批加速", "审批提速"),
        ("招商", "招商引资"),
    ],
)
def test_an_unknown_label_is_told_with_line_and_nearest(value, near):
    with pytest.raises(UnknownLabelError) as caught:
        load_label_set().resolve(value, path="data.csv", line=7)
    assert str(caught.value) == f"data.csv: line 7: unknown label {value!r}; did you mean {near!r}?"


def test_a_label_like_no_other_points_to_the_list():
    with pytest.raises(UnknownLabelError, match="see 'policycls labels'"):
        load_label_set().resolve("qqqq")


def test_the_digest_tells_schemas_apart_by_what_matters():
    labels = load_label_set()
    first = labels.labels[0]
    for changed in (
        dataclasses.replace(labels, version="9"),
        dataclasses.replace(labels, labels=labels.labels[::-1]),
        dataclasses.replace(labels, labels=(dataclasses.replace(first, name_zh="甲"), *labels.labels[1:])),
    ):
        assert changed.digest != labels.digest
    explained = dataclasses.replace(first, definition_en="other words")
    assert dataclasses.replace(labels, labels=(explained, *labels.labels[1:])).digest == labels.digest


def test_a_models_labels_get_their_names_where_they_are_the_shipped_ones():
    assert labels_of(load_label_set().ids) == load_label_set()
    assert labels_of(("x", "y")).labels == (Label("x", "x", "x"), Label("y", "y", "y"))
