"""Interruptions and rivals, rows 56 to 61: old or new, never between; every row kept; nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from fault_runs import bureau, die_at, forked, rows, run, start, write_table

from policycls.learning.ledger import Ledger
from policycls.learning.workspace import Workspace
from policycls.model import load_model

SUFFIXES = ["jsonl", "csv", "xlsx", "parquet", "html"]


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("".join(f"第{n}家企业办理贷款贴息{n}万元。\n" for n in range(60)), "utf-8")
    return path


def _command(text, out):
    return ["report" if out.suffix == ".html" else "tag", text, "-o", out]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_row_56_a_kill_at_any_step_leaves_the_old_file_or_the_new_and_is_swept_after(text, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    assert run(*_command(text, out)).status == 0
    new = out.read_bytes()
    found = []
    for step in range(100):
        out.write_bytes(b"old")
        result = forked(*_command(text, out), before=die_at(step))
        found.append(out.read_bytes())
        if result.status == 0:
            break
        assert result.status == -signal.SIGKILL
    else:
        pytest.fail("more steps than a file should need")
    assert set(found) <= {b"old", new} or suffix in ("xlsx", "html", "parquet")
    assert found[0] == b"old"
    assert found[-1] != b"old"
    assert all(x == b"old" or len(x) >= len(new) - 64 for x in found)
    assert run(*_command(text, out)).status == 0
    assert {x.name for x in tmp_path.iterdir()} == {"a.txt", out.name}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_row_57_58_a_signal_at_any_step_keeps_the_old_file_and_ends_without_a_traceback(
    text, tmp_path, suffix, number, status
):
    out = tmp_path / f"out.{suffix}"
    assert run(*_command(text, out)).status == 0
    new = out.read_bytes()
    for step in range(100):
        out.write_bytes(b"old")
        result = forked(*_command(text, out), before=die_at(step, number))
        assert "Traceback" not in result.stderr
        if result.status == 0:
            break
        assert result.status == status
        assert result.stderr.splitlines()[-1] in ("interrupted", "terminated")
        assert out.read_bytes() == b"old" or len(out.read_bytes()) > len(new) - 64
    assert result.status == 0
    assert out.read_bytes() != b"old"
    assert {x.name for x in tmp_path.iterdir()} == {"a.txt", out.name}


def test_row_59_a_second_retrain_is_told_who_is_at_work(tmp_path):
    made = bureau(tmp_path)
    table = write_table(tmp_path / "new.csv", rows(2, start=30))
    place = Workspace.find(str(made))
    current = place.models.current
    holder = os.fork()
    if not holder:
        with place.models.locked():
            (tmp_path / "held").touch()
            time.sleep(60)
        os._exit(0)
    try:
        while not (tmp_path / "held").exists():
            time.sleep(0.01)
        result = run("retrain", table, "--workspace", made)
        assert result.status == 7, result.stderr
        assert f"another retrain is running (pid {holder})" in result.stderr
        assert place.models.current == current
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
    assert run("retrain", table, "--workspace", made).status == 0


def test_row_59_of_several_retrains_at_once_each_ends_whole(tmp_path):
    made = bureau(tmp_path)
    tables = [write_table(tmp_path / f"{n}.csv", rows(2, start=30 + 10 * n)) for n in range(4)]
    children = [
        start("retrain", table, "--workspace", made, "--by", "li", err=os.open(os.devnull, os.O_WRONLY))
        for table in tables
    ]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(ends) <= {0, 7}
    assert 0 in ends
    place = Workspace.find(str(made))
    assert load_model(place.models.path(place.models.current)).id in place.models.current
    assert len(place.ledger.read()) == 72 + 12 * 4
    assert not place.ledger.damaged()


def test_row_60_of_several_writers_every_row_is_kept(tmp_path):
    made = bureau(tmp_path)
    path = Workspace.find(str(made)).ledger.path
    known = Ledger(path).read()
    children = []
    for writer in range(4):
        child = os.fork()
        if not child:
            status = 1
            try:
                for n in range(25):
                    Ledger(path).append([replace(known[0], doc=f"w{writer}", unit=n)])
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    found = Ledger(path)
    assert len(found.read()) == len(known) + 100
    assert not found.damaged()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_row_61_a_reader_that_has_enough_ends_the_run_in_silence(text, unbuffered):
    text.write_text(text.read_text("utf-8") * 10, "utf-8")  # more than a pipe holds
    code = "from policycls.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "tag", text, "--format", "jsonl", "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    ) as process:  # fmt: skip
        assert json.loads(process.stdout.readline())["label"]
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
