"""Without what only POSIX has, as on Windows: the same outputs, limits and guards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from workspaces import SCHEMA, documents, write_tagged

from policycls.learning.workspace import Workspace

HERE = Path(__file__).parent
MAIN = "from policycls.cli import main; main()"


@pytest.fixture
def run(tmp_path):
    """Run Python in a folder of the test, with those modules taken away; return status, output, errors."""

    def start(code, *arguments, **environment):
        path = os.pathsep.join(map(str, (HERE / "posixless", HERE.parent)))
        # Nor does the environment name the account, which would do for what the modules tell.
        kept = {x: y for x, y in os.environ.items() if x not in ("LOGNAME", "USER", "LNAME", "USERNAME")}
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)], cwd=tmp_path, capture_output=True,
            env={**kept, "PYTHONPATH": path, **environment}, timeout=300, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return start


def test_the_modules_are_gone(run):
    status, out, _ = run("import os\nprint(hasattr(os, 'fork'))\nimport fcntl")
    assert (status, out) == (1, "False\n")


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet", "txt"])
def test_tagging_writes_the_same(run, tmp_path, suffix):
    (tmp_path / "a.txt").write_text("加快审批，一日办结。发放贷款贴息。", encoding="utf-8")
    target = tmp_path / f"out.{suffix}"
    assert run(MAIN, "tag", "a.txt", "-o", target)[0] == 0
    mine = target.read_bytes()
    assert mine
    subprocess.run([sys.executable, "-c", MAIN, "tag", "a.txt", "-o", target], cwd=tmp_path, check=True)
    if suffix != "xlsx":  # a workbook tells when it was made
        assert target.read_bytes() == mine
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", target.name]


def test_the_time_limit_holds(run, tmp_path):
    (tmp_path / "a.html").write_text(f"<body>{'<p>优化。</p>' * 1_000_000}", encoding="utf-8")
    status, _, errors = run(MAIN, "tag", "a.html", POLICYCLS_READ_SECONDS="0.5")
    assert status == 3
    assert "took longer than 0.5 s" in errors


def test_a_workspace_takes_rows_retrains_and_goes_back(run, tmp_path):
    (tmp_path / "schema.toml").write_text(SCHEMA, encoding="utf-8")
    rows = write_tagged(tmp_path / "rows.jsonl", documents(12))
    root = Workspace.create(tmp_path / "bureau", tmp_path / "schema.toml").root
    for command in (
        ("review", "import", rows, "--by", "li"),
        ("corpus", "check"),
        ("retrain",),
        ("rollback",),
    ):
        status, _, errors = run(MAIN, "--workspace", root, *command)
        assert status == 0, errors
    assert (root / "models" / "CURRENT").read_text(encoding="utf-8").strip() == "shipped"
    assert not [*root.rglob("*.tmp")]
