"""How far documents stand from others, from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from policycls.cli import app

EXAMPLES = Path(__file__).parent.parent / "examples"


def _run(*arguments):
    return CliRunner().invoke(app, [str(x) for x in arguments], prog_name="policycls")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Two tagged tables that differ in what they are about, with a column of regions, 30 units each."""
    folder = tmp_path_factory.mktemp("tables")
    for name, text in (("a", "推行容缺受理，开办企业一天办结。"), ("b", "发放贴息贷款，缓解融资难。")):
        rows = [
            {
                "doc": f"{name}{n}",
                "unit": 0,
                "text": f"{text[:-1]}{n}。",
                "region": "东区" if n % 2 else "西区",
            }
            for n in range(60)
        ]
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def test_drift_for_programs_names_its_reasons_and_every_distance(tables):
    result = _run("drift", tables / "b.jsonl", "--against", tables / "a.jsonl", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found["distance"]) == {"unknown", "scores", "shares"}
    assert found["distance"]["shares"] > 0.9
    assert found["reasons"]
    assert found["new"]["units"] == found["old"]["units"] == 60


def test_drift_for_people_is_told_by_region_too(tables):
    result = _run("drift", tables / "b.jsonl", "--against", tables / "a.jsonl", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert "东区" in result.stdout
    assert "西区" in result.stdout
    same = _run("drift", tables / "a.jsonl", "--against", tables / "a.jsonl", "--json")
    assert json.loads(same.stdout)["reasons"] == []


def test_of_documents_one_that_cannot_be_read_is_named_and_one_alone_is_an_error(tmp_path):
    (tmp_path / "empty.txt").touch()
    alone = _run("drift", tmp_path / "empty.txt", "--json")
    assert alone.exit_code == 3
    beside = _run("drift", tmp_path / "empty.txt", EXAMPLES / "bulletin.txt", "--against", EXAMPLES, "--json")
    assert beside.exit_code == 0, beside.output
    assert "empty.txt" in beside.stderr
    assert json.loads(beside.stdout)["new"]["units"] > 30
