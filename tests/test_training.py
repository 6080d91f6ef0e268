"""Training from the command line: a folder that tags, or an error that says what is wrong with the data."""

import csv
import json

import pytest
from typer.testing import CliRunner

from policycls.atomic import check_folder
from policycls.cli import app
from policycls.errors import ModelDamagedError, OutputError
from policycls.learning.splits import digest
from policycls.model import load_model

WORDS = {"甲": "审批 许可 登记 窗口", "乙": "贷款 补贴 担保 基金", "none": "天气 会议 口号 形势"}


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for doc in range(8):
            for label, words in WORDS.items():
                first, second, third, fourth = words.split()
                for text in (f"推进{first}工作，做好{second}{doc}项。", f"抓{third}，促{fourth}。"):
                    row = {"文档": f"d{doc}", "正文": text, "标签": label}
                    file.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    return path


def _run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments], prog_name="policycls")


def test_a_trained_model_tags_with_the_datas_own_labels(labelled, tmp_path):
    result = _run("train", labelled, "-o", tmp_path / "model", "--labels", "auto")
    assert result.exit_code == 0, result.output
    assert "trained on 48 units of 8 documents: 乙 16, 甲 16, none 16; model in " in result.stderr
    document = tmp_path / "a.txt"
    document.write_text("推进贷款工作，做好补贴3项。推进审批工作，做好许可3项。", encoding="utf-8")
    result = _run("tag", document, "--model", tmp_path / "model", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert [row["label"] for row in csv.DictReader(result.stdout.splitlines())] == ["乙", "甲"]


def test_what_a_corpus_keeps_for_testing_is_left_out(labelled, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    labelled.rename(corpus / "all.jsonl")
    ids = [f"d{n}" for n in range(8)]
    splits = {"test": ids[:3], "train": ids[3:], "test_digest": digest(ids[:3])}
    (corpus / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    result = _run("train", corpus, "-o", tmp_path / "model", "--labels", "auto")
    assert "trained on 30 units of 5 documents" in result.stderr


def test_labels_outside_of_the_schema_are_told_and_nothing_is_written(labelled, tmp_path):
    result = _run("train", labelled, "-o", tmp_path / "model")
    assert result.exit_code == 5
    assert "line 1: unknown label '甲'" in result.stderr
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("name", "message"), [("file", "is a file, not a folder"), ("full", "is a folder of other things")]
)
def test_a_folder_that_is_no_model_is_refused_before_any_work(tmp_path, name, message):
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").touch()
    result = _run("train", tmp_path / "no.csv", "-o", tmp_path / name)
    assert result.exit_code == 6
    assert message in result.stderr
    assert (tmp_path / "full" / "thesis.docx").exists()


def test_an_old_model_or_an_empty_or_new_folder_may_be_written(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "manifest.json").touch()
    for name in ("empty", "model", "new"):
        check_folder(tmp_path / name, "manifest.json")
    with pytest.raises(OutputError, match="its folder does not exist"):
        check_folder(tmp_path / "no" / "model", "manifest.json")
    assert not (tmp_path / "new").exists()


def test_evidence_is_a_table_of_figures_without_a_sentence(tmp_path):
    """Words of labelled documents that stand in enough of them, and what they say for each label."""
    labels = {
        "推行容缺受理机制，企业开办一日办结": "approval_streamlining",
        "发放贴息贷款支持小微企业": "financing",
    }
    path = tmp_path / "labelled.jsonl"
    rows = [
        {"doc": f"d{n}", "text": f"{text}第{n}批。", "label": label}
        for n in range(12)
        for text, label in labels.items()
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    result = _run("evidence", path, "-o", tmp_path / "evidence.tsv")
    assert result.exit_code == 0, result.output
    assert "words counted in 24 units of 12 documents" in result.stderr
    lines = (tmp_path / "evidence.tsv").read_text("utf-8").splitlines()
    words = {line.split("\t")[1] for line in lines[1:]}
    assert "容缺" in words
    assert all(len(word) <= 4 for word in words)
    assert not any(text in line for text in labels for line in lines)


SCHEMA = """version = "1"
[none]
name_zh = "其他"
name_en = "other"
[[labels]]
id = "money"
name_zh = "服务与资金"
name_en = "service and money"
[[labels]]
id = "permit"
name_zh = "审批办理"
name_en = "permits"
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A model of labels of one's own, and the table that it was trained on, labelled by their names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text(SCHEMA, encoding="utf-8")
    words = {"服务与资金": "发放贷款补助", "审批办理": "容缺受理办结", "其他": "会议天气学习"}
    rows = [f"d{n % 6},{word}{n}。,{label}" for n in range(36) for label, word in words.items()]
    (tmp_path / "rows.csv").write_text("\n".join(["doc,text,label", *rows]), encoding="utf-8")
    result = _run("train", "rows.csv", "-o", "m", "--labels", "my.toml")
    assert result.exit_code == 0, result.output
    return tmp_path


def test_a_model_knows_the_names_of_its_own_labels(own):
    result = _run("evaluate", "--model", "m", "--on", "rows.csv", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert "服务与资金" in result.stdout
    (own / "a.txt").write_text("发放贷款补助。", encoding="utf-8")
    assert _run("tag", "a.txt", "--model", "m", "-o", "a.csv", "--lang", "zh").exit_code == 0
    table = (own / "a.csv").read_text(encoding="utf-8-sig")
    assert "得分_服务与资金" in table
    assert "money" not in table
    load_model(own / "m").save(own / "again")
    assert load_model(own / "again").own_labels.name("none", "zh") == "其他"
    assert load_model(own / "again").id == load_model(own / "m").id


def test_models_without_names_are_read_and_wrong_names_refused(own):
    place = own / "m" / "manifest.json"
    manifest = json.loads(place.read_text(encoding="utf-8"))
    good = manifest["labels"].pop("names")
    assert good["permit"] == ["permits", "审批办理"]
    place.write_text(json.dumps(manifest), encoding="utf-8")
    assert load_model(own / "m").own_labels is None
    wrong = [1, {}, {"money": ["a", "b"]}, {**good, "money": "ab"}, {**good, "money": ["a", 1]}]
    for names in (*wrong, {**good, "money": good["permit"]}, {**good, "money": ["a", ""]}):
        manifest["labels"]["names"] = names
        place.write_text(json.dumps(manifest), encoding="utf-8")
        with pytest.raises(ModelDamagedError, match="'names'"):
            load_model(own / "m")


def test_without_a_schema_the_name_of_no_measure_is_none(own):
    table = (own / "rows.csv").read_text(encoding="utf-8").replace("其他", "非措施")
    (own / "rows.csv").write_text(table, encoding="utf-8")
    assert _run("train", "rows.csv", "-o", "auto", "--labels", "auto").exit_code == 0
    assert load_model(own / "auto").classes_.tolist() == ["审批办理", "服务与资金", "none"]
    assert load_model(own / "auto").own_labels is None
    assert _run("evaluate", "--model", "auto", "--on", "rows.csv").exit_code == 0
