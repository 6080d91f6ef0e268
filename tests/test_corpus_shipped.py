"""The shipped corpus keeps its own rules: units, labels, splits, readings, datasheet, model."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from policycls.learning.corpus import fingerprint, load_labelled
from policycls.learning.splits import digest, split
from policycls.schema import load_label_set
from policycls.types import NONE

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
LABELS = load_label_set()
# A sentence's mark and what closes behind it; an ellipsis; a note in brackets that is a line of its own.
END = re.compile(r"""(?:[。！？；!?;]|……)[”’"'」』）)】》〉\]]*$|^（.*）$""")
RULES = {*map(str, range(1, 17)), *(f"C{n}" for n in range(1, 10)), "unit", "ps"}


@pytest.fixture(scope="module")
def rows():
    """Every file's lines by document: what it says of itself, then its units."""
    files = sorted(CORPUS.glob("*.jsonl"))
    return {x.stem: [json.loads(line) for line in x.read_text("utf-8").splitlines()] for x in files}


@pytest.fixture(scope="module")
def units(rows):
    return [unit for lines in rows.values() for unit in lines[1:]]


@pytest.fixture(scope="module")
def splits():
    return json.loads((CORPUS / "splits.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def readings():
    text = (CORPUS / "readings.tsv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_a_document_says_what_it_is_and_numbers_its_units(rows):
    for doc, (first, *units) in rows.items():
        assert set(first) == {"meta"}
        assert set(first["meta"]) == {"title", "genre", "region", "year", "set", "source", "annotators"}
        assert first["meta"]["set"] == doc[0]
        assert all(first["meta"].values())
        assert [(unit["doc"], unit["unit"]) for unit in units] == [(doc, n) for n in range(len(units))]


def test_units_stand_under_the_heading_above(rows):
    for _, *units in rows.values():
        heading = ""
        for unit in units:
            assert unit["heading"] == heading, (unit["doc"], unit["unit"])
            if unit["kind"] == "heading":
                heading = unit["text"]


def test_units_end_as_units_should(units):
    wrong = [x["text"] for x in units if x["kind"] == "sentence" and not END.search(x["text"])]
    assert not wrong
    assert all(x["text"] == x["text"].strip() for x in units)
    assert all(x["text"].replace("\u3000", " ").isprintable() for x in units)
    assert {unit["kind"] for unit in units} == {"heading", "sentence"}


def test_labels_are_the_schemas(units):
    for unit in units:
        assert set(unit["labels"]) <= set(LABELS.ids)
        assert len(unit["labels"]) == len(set(unit["labels"])) <= 3
        assert unit["label"] == (unit["labels"] or [NONE])[0]


def test_every_document_is_in_exactly_one_split(rows, splits):
    assert sorted(splits["train"] + splits["test"]) == sorted(rows)
    assert splits["test_digest"] == digest(splits["test"])


def test_each_set_has_its_sixth_in_the_test_split(rows, splits):
    sizes, tested = Counter(doc[0] for doc in rows), Counter(doc[0] for doc in splits["test"])
    for key, size in sizes.items():
        assert abs(tested[key] - size / 6) <= 1, key


def test_no_sentence_stands_twice(units):
    counts = Counter(x["text"] for x in units if x["kind"] == "sentence" and len(x["text"]) >= 18)
    assert not [text for text, count in counts.items() if count > 1]


def test_no_test_sentence_is_nearly_one_of_training(units, splits):
    """Shared runs of five characters: less than 0.7 of those that either has."""
    test = set(splits["test"])
    runs = {}
    index = defaultdict(list)
    for at, unit in enumerate(units):
        text = re.sub("[^\u4e00-\u9fff]", "", unit["text"])
        if unit["kind"] == "sentence" and len(text) >= 15:
            runs[at] = {text[n : n + 5] for n in range(len(text) - 4)}
            if unit["doc"] in test:
                for run in runs[at]:
                    index[run].append(at)
    for at, own in runs.items():
        if units[at]["doc"] in test:
            continue
        shared = Counter(other for run in own for other in index.get(run, ()))
        for other, count in shared.items():
            likeness = count / len(own | runs[other])
            assert likeness < 0.7, (units[at]["text"], units[other]["text"])


def test_readings_are_consistent_with_the_labels(rows, readings):
    def parse(written):
        return [] if written == NONE else written.split(",")

    assert len({(x["doc"], x["unit"]) for x in readings}) == len(readings)
    for row in readings:
        unit = rows[row["doc"]][1 + int(row["unit"])]
        first, second = parse(row["first"]), parse(row["second"])
        assert parse(row["settled"]) == unit["labels"], row
        assert not first == second == unit["labels"], row
        assert set(first + second) <= set(LABELS.ids)


def test_every_rule_that_settled_a_reading_stands_in_the_guideline(readings):
    assert {row["rule"] for row in readings} <= RULES
    for name in ("guideline.md", "guideline.en.md"):
        text = (ROOT / "labels" / name).read_text("utf-8")
        assert {f"C{n}" for n in range(1, 10)} == set(re.findall(r"^- \*\*(C\d)\*\*", text, re.M))
        assert [*map(str, range(1, 17))] == re.findall(r"^(\d+)\. ", text, re.M)


def test_the_datasheets_figures_are_those_of_the_corpus():
    command = [sys.executable, str(ROOT / "benchmarks" / "corpus_figures.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_shipped_model_was_trained_on_the_training_documents():
    train, _ = split(load_labelled([CORPUS], LABELS), CORPUS)
    manifest = json.loads((ROOT / "models" / "default" / "manifest.json").read_text("utf-8"))
    assert manifest["corpus"]["fingerprint"] == fingerprint(train), "rebuild it: just model"


def test_the_datasheet_of_the_evidence_counts_right():
    def rows(name):
        return [
            x.split("\t") for x in (ROOT / "labels" / name).read_text("utf-8").splitlines() if x[0] != "#"
        ]

    kinds = Counter(row[0] for row in rows("evidence.tsv"))
    mended, terms = len(rows("evidence_corrections.tsv")), len(rows("terms.tsv"))
    page = (ROOT / "labels" / "EVIDENCE.md").read_text("utf-8")
    assert f"{kinds['word']:,} words, {kinds['characters']:,} runs" in page
    assert f"{mended} labels were mended" in page and f"{mended} 处经复核更正" in page
    assert f"{terms:,} terms" in page and f"{terms:,} 条领域术语" in page


def test_no_word_of_the_evidence_stands_in_few_documents_or_is_a_stretch_of_text():
    for line in (ROOT / "labels" / "evidence.tsv").read_text("utf-8").splitlines()[2:]:
        kind, text, documents = line.split("\t")[:3]
        assert int(documents) >= 5
        assert re.fullmatch("[\u4e00-\u9fff]+", text)
        assert kind == "word" or len(text) <= 2
