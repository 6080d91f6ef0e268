"""What a run does, told by the interpreter itself: no socket, no pickle, no process but the reader's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "documents"))
from files_made import make_docx, make_pdf, make_xlsx, make_zip

ROOT = Path(__file__).parent.parent
#: Python runs it in every process at its start, the reader's included.
HOOK = """\
import os, sys
WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.",
           "pickle.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")
log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def hook(event, arguments):
    if event.startswith(WATCHED):
        os.write(log, f"{event} {arguments!r}\\n".encode())
sys.addaudithook(hook)
os.write(log, b"start\\n")
"""
MAIN = "from policycls.cli import main; main()"
TEXT = "关于优化审批的通知\n\n加快审批，发放贷款。天气好。\n"


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    files = {
        "a.txt": TEXT.encode(),
        "b.html": f"<html><body><p>{TEXT}<img src='http://example.invalid/a.png'></p></body></html>".encode(),
        "c.pdf": make_pdf([["Notice", "Loans are granted."]]),
        "d.docx": make_docx("加快审批，发放贷款。"),
        "e.xlsx": make_xlsx(["text"], ["加强检查。"]),
        "f.csv": "text\n加强检查。\n".encode(),
        "g.zip": make_zip(**{"h.txt": TEXT.encode()}),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def watched(tmp_path):
    """Run Python with its events written down; return what it printed, and the events."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")

    def run(code, *arguments):
        log = tmp_path / "events"
        log.unlink(missing_ok=True)
        path = os.pathsep.join([str(tmp_path / "hook"), str(ROOT)])
        environment = {**os.environ, "PYTHONPATH": path, "AUDIT_LOG": str(log)}
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode(), log.read_text(encoding="utf-8").splitlines()

    return run


def test_the_events_are_seen(watched):
    _, events = watched("import pickle, socket; socket.socket().close(); pickle.loads(b'cos\\nsystem\\n.')")
    assert [event.partition(" ")[0] for event in events] == ["start", "socket.__new__", "pickle.find_class"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet", "txt"])
def test_tagging_starts_the_reader_and_nothing_else(docs, watched, tmp_path, suffix):
    _, events = watched(MAIN, "tag", docs, "-o", tmp_path / f"out.{suffix}")
    started = [event for event in events if event != "start"]
    assert len(started) == 1
    assert started[0].startswith("subprocess.Popen")
    assert "from policycls.documents import worker; worker.serve()" in started[0]
    assert events.count("start") == 2  # the hook stands in the reader too


def test_a_report_and_an_explanation_start_nothing(docs, watched, tmp_path):
    watched(MAIN, "tag", docs, "-o", tmp_path / "out.jsonl")
    for arguments in (
        ["report", tmp_path / "out.jsonl", "-o", tmp_path / "r.html"],
        ["explain", "加快审批。"],
    ):
        assert watched(MAIN, *arguments)[1] == ["start"]


def test_the_library_starts_nothing_for_a_text(watched):
    out, events = watched(
        "import json, policycls\nprint(json.dumps([x.label for x in policycls.tag_text('加快审批。')]))"
    )
    assert json.loads(out) == ["approval_streamlining"]
    assert events == ["start"]
