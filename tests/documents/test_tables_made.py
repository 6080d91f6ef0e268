"""How the tables of n-grams are made: what is counted, and of which documents."""

import json
import sys
from pathlib import Path

import pytest

from policycls.documents import breaks

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import documents_tables

    yield documents_tables
    del sys.modules["documents_tables"]


def test_counts_are_made_of_what_stands_in_enough_documents(tables):
    table = tables.seams_table([["优化环境。", "压缩12天。"]] * tables.SEAMS_IN)
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in table.splitlines()}
    assert rows["优"] == ["10", "化10"] and rows["^"] == ["20", "优10 压10"]
    assert "缩0" in rows and rows["压缩"] == ["10", "010"]
    assert tables.seams_table([["优化。"]] * (tables.SEAMS_IN - 1)) == "\n"


def test_weights_tell_ends_from_insides_and_come_to_the_same(tables):
    documents = [["一、优化环境", "压缩时限，减少环节。", "优化环境，压缩时限。"]] * tables.BREAKS_IN
    weights = tables.learn_grams(documents)
    assert weights["境<"] > 0 > weights["优<"] and weights["境-压"] > 0 > weights["优-化"]
    assert weights == tables.learn_grams(documents)
    assert tables.learn_grams(documents[1:]) == {}


def test_documents_frozen_for_tests_are_not_counted(tables, tmp_path):
    for doc in ("A", "B"):
        lines = [{"meta": {}}, {"doc": doc, "text": f"{doc}。"}]
        (tmp_path / f"{doc}.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    (tmp_path / "splits.json").write_text(json.dumps({"test": ["B"], "train": ["A"]}), "utf-8")
    assert tables.read_corpus(tmp_path) == [["A。"]]


def test_the_table_that_ships_holds_no_long_stretches():
    loaded = breaks.load()
    assert max(len(name.strip("<>").replace("-", "", 1)) for name in loaded.grams) <= 4
    assert set(loaded.rounds[0]) == set(loaded.rounds[1])
