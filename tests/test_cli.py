"""The command line: exit status, messages, and what is kept."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fake_model import FakeModel
from typer.testing import CliRunner

import policycls.model
from policycls.cli import app
from policycls.errors import ModelDamagedError

HERE = Path(__file__).parent
CLI = [sys.executable, str(HERE / "fake_cli.py")]
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    monkeypatch.setattr(policycls.model, "load_model", lambda path=None: FakeModel(), raising=False)


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("关于优化审批的通知\n\n加快审批，发放贷款。天气好。\n", encoding="utf-8")
    (folder / "b.txt").write_text("加强检查。\n", encoding="utf-8")
    return folder


def _run(*arguments, text=None):
    return CliRunner().invoke(app, [str(a) for a in arguments], input=text, prog_name="policycls")


def _process(*arguments, env=None, **options):
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}", **(env or {})}
    command = [*CLI, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=environment, timeout=120, check=False, **options)


def _lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_into_a_pipe_go_json_lines_and_nothing_else(docs):
    result = _run("tag", docs)
    assert result.exit_code == 0
    rows = _lines(result.stdout)
    assert [(row["doc"], row["unit"]) for row in rows][-1] == (f"{docs}/b.txt", 0)
    assert [row["label"] for row in rows] == [
        "approval_streamlining", "approval_streamlining", "none", "supervision",
    ]  # fmt: skip
    assert result.stderr == (
        "2 documents, 4 units: approval_streamlining 2, supervision 1, none 1; 0 to review\n"
    )


def test_quiet_says_nothing_but_what_was_skipped(docs):
    (docs / "bad.txt").touch()
    for arguments in (("tag", docs, "--quiet"), ("--quiet", "tag", docs)):
        result = _run(*arguments)
        assert result.exit_code == 8
        assert result.stderr == f"skipped: {docs}/bad.txt: file is empty\n"


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet", "txt"])
def test_the_suffix_tells_the_format(docs, tmp_path, suffix):
    target = tmp_path / f"out.{suffix}"
    result = _run("tag", docs, "-o", target, "--lang", "zh")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("2 份文档，4 句：审批提速 2")
    assert target.stat().st_size > 100


def test_standard_input_is_tagged():
    result = _run("tag", "-", text="加快审批。")
    assert result.exit_code == 0
    assert [row["doc"] for row in _lines(result.stdout)] == ["-"]


def test_meta_columns_are_joined_and_rows_without_a_document_named(docs, tmp_path):
    meta = tmp_path / "meta.csv"
    meta.write_text("doc,地区\na.txt,东\nzzz.txt,西\n", encoding="utf-8")
    result = _run("tag", docs, "--meta", meta)
    assert result.exit_code == 0
    assert [row.get("地区") for row in _lines(result.stdout)] == ["东", "东", "东", None]
    assert "meta: no document for zzz.txt\n" in result.stderr


def _empty(folder):
    (folder / "empty.txt").touch()
    return folder / "empty.txt"


def _bare(folder):
    (folder / "bare").mkdir()
    return folder / "bare"


def _own(folder):
    (folder / "own.toml").write_text('version = "1"\n[[labels]]\nid = "a"\n', encoding="utf-8")
    return folder / "own.toml"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (lambda d: ("tag", d / "no.txt"), 3, "no.txt: no such file or folder"),
        (lambda d: ("tag", _empty(d)), 3, "empty.txt: file is empty"),
        (lambda d: ("extract", _empty(d)), 3, "empty.txt: file is empty"),
        (lambda d: ("tag", _bare(d)), 3, "bare: no document in this folder"),
        (lambda d: ("tag", "-"), 3, "-: "),
        (lambda d: ("tag", d, "-o", d), 6, "docs: is a folder; give the name of a file"),
        (lambda d: ("tag", d, "-o", d / "no" / "a.csv"), 6, "its folder does not exist; make"),
        (lambda d: ("extract", d, "-o", d / "no" / "a.txt"), 6, "its folder does not exist; make"),
        (lambda d: ("tag", d, "-o", d / "a.doc"), 2, "no format is known by the suffix '.doc'"),
        (lambda d: ("tag", d, "--format", "xlsx"), 2, "xlsx cannot go to standard output"),
        (lambda d: ("tag", d, "--resume"), 2, "--resume needs a file to go on with; name it with -o"),
        (lambda d: ("tag", d, "--resume", "-o", d / "a.xlsx"), 2, "--resume cannot go on with xlsx"),
        (lambda d: ("tag", d, "--meta", d / "b.txt"), 3, "b.txt: is no table"),
        (
            lambda d: ("extract", d, "--format", "csv"),
            2,
            "unknown format 'csv'; choose from table, jsonl, text",
        ),
        (lambda d: ("labels", "--labels", _own(d)), 5, "1 labels besides 'none'; from 2 to 200 are possible"),
        (lambda d: ("labels", "--labels", d / "no.toml"), 5, "the label file cannot be read: No such file"),
        (lambda d: ("explain", "  "), 2, "there is no text to explain"),
    ],
)
def test_what_goes_wrong_is_one_line_with_its_status(docs, arguments, status, message):
    before = {path.name for path in docs.iterdir()}
    result = _run(*arguments(docs))
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert {path.name for path in docs.iterdir()} - before <= {"empty.txt", "bare", "own.toml"}


def test_a_model_that_cannot_be_used_is_told_before_any_output(docs, tmp_path, monkeypatch):
    def damaged(path=None):
        raise ModelDamagedError("weights.npz: SHA-256 differs", path=path)

    monkeypatch.setattr(policycls.model, "load_model", damaged, raising=False)
    result = _run("tag", docs, "--model", "m", "-o", tmp_path / "a.csv")
    assert result.exit_code == 4
    assert result.stderr == "error: m: weights.npz: SHA-256 differs\n"
    assert not (tmp_path / "a.csv").exists()


def test_an_output_that_cannot_be_written_is_told_before_any_work(docs, monkeypatch):
    monkeypatch.setattr(
        policycls.model, "load_model", lambda path=None: pytest.fail("too late"), raising=False
    )
    for options in ((), ("--resume",)):
        assert _run("tag", docs, "-o", docs / "no" / "a.csv", *options).exit_code == 6


@pytest.mark.parametrize(
    "arguments", [(), ("tag",), ("tag", "a", "--jobs", "0"), ("tag", "a", "--lang", "fr"), ("x",)]
)
def test_wrong_usage_is_status_2_and_shows_how(arguments):
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Usage: policycls" in result.stdout + result.stderr


def test_a_bug_is_a_short_message_unless_debugging(docs, monkeypatch):
    def tag(self, document, keep_noise):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(FakeModel, "tag", tag)
    monkeypatch.delenv("POLICYCLS_DEBUG", raising=False)
    result = _run("tag", docs)
    assert result.exit_code == 1
    assert result.stderr.startswith("bug: ZeroDivisionError: oops; please report it")
    monkeypatch.setenv("POLICYCLS_DEBUG", "1")
    assert isinstance(_run("tag", docs).exception, ZeroDivisionError)


def test_extract_gives_units_or_the_text_alone(docs, tmp_path):
    result = _run("extract", docs / "a.txt")
    rows = _lines(result.stdout)
    assert list(rows[0]) == ["doc", "unit", "kind", "page", "start", "end", "heading", "text"]
    target = tmp_path / "a.txt"
    assert _run("extract", docs / "a.txt", "-o", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)
    (docs / "bad.txt").touch()
    result = _run("extract", docs, "--format", "table")
    assert result.exit_code == 8
    assert result.stderr == f"skipped: {docs}/bad.txt: file is empty\n"


def test_explain_names_the_deciding_words():
    result = _run("explain", "加快审批", "--lang", "zh")
    assert result.exit_code == 0
    assert "审批提速" in result.stdout
    assert any(line.split() == ["审批", "+2.500"] for line in result.stdout.splitlines())
    found = json.loads(_run("explain", "-", "--json", text="加快审批\n").stdout)
    assert (found["text"], found["label"]) == ("加快审批", "approval_streamlining")
    assert found["weights"][0]["term"] == "审批"


def test_labels_shows_the_schema_or_a_users_own(tmp_path):
    assert "审批提速" in _run("labels").stdout
    assert "包括" in _run("labels", "--lang", "zh").stdout
    found = json.loads(_run("labels", "--json").stdout)
    assert len(found["labels"]) == 5
    own = tmp_path / "own.toml"
    own.write_text('version = "7"\n[[labels]]\nid = "a"\n[[labels]]\nid = "b"\n', encoding="utf-8")
    assert _run("labels", "--labels", own).stdout.startswith("label set, version 7\n")


def test_every_command_has_help_with_an_example():
    listed = _run("--help").stdout
    assert "Exit status" in listed
    for command in [c.name or c.callback.__name__ for c in app.registered_commands]:
        assert command in listed
        assert f"Example: policycls {command} " in _run(command, "--help").stdout
    assert _run("--version").stdout.startswith("policycls ")


# What needs a process of its own.


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from policycls.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'scipy', 'rich', 'joblib', 'xlsxwriter', 'jieba', 'lxml'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_gbk_console_shows_what_it_can(docs):
    (docs / "c.txt").write_text("“一窗”受理✓审批，办结①……\u2014😀。", encoding="utf-8")
    env = {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    result = _process("tag", docs / "c.txt", "--format", "table", "--lang", "zh", env=env)
    assert result.returncode == 0, result.stderr
    assert "审批提速" in result.stdout.decode("gbk")
    rows = _lines(_process("tag", docs / "c.txt", env=env).stdout.decode("utf-8"))
    assert rows[0]["text"].endswith("😀。")


@posix
def test_a_reader_that_has_enough_ends_the_run_in_silence(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("text\n" + "加快审批，发放贷款。\n" * 5000, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*CLI, "tag", str(table)], env=environment, **pipes) as process:
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@posix
@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_comes_a_table(docs, no_color):
    ours, theirs = os.openpty()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}",
        "NO_COLOR": no_color,
        "TERM": "xterm",
    }
    command = [*CLI, "tag", str(docs / "a.txt")]
    result = subprocess.run(command, env=environment, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert result.returncode == 0
    assert "approval_streamlining  0.90   加快审批，发放贷款。" in shown
    assert ("\x1b[" in shown) == (not no_color)


@posix
@pytest.mark.parametrize("arguments", [("--help",), ("labels",), ("explain", "审批")])
def test_a_reader_that_wants_nothing_is_no_failure(arguments):
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [*CLI, *arguments], env=environment, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("--help",), ("labels",), ("tag", "-"), ("extract", "-")])
def test_standard_output_that_is_full_is_told(arguments):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
        result = subprocess.run(
            [*CLI, *arguments],
            env=environment,
            input="审批。".encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 6
    assert b"Traceback" not in result.stderr


@posix
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_keeps_the_old_file_and_leaves_nothing(docs, tmp_path, suffix, number, status):
    target = tmp_path / f"out.{suffix}"
    target.write_text("old", encoding="utf-8")
    result = _process("tag", docs, "-o", target, env={"FAKE_SIGNAL": f"{int(number)}:2"})
    assert result.returncode == status
    assert result.stderr.decode() in ("terminated\n", "interrupted\n")
    assert target.read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"docs", target.name}


@posix
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_resume_goes_on_after_any_end(docs, tmp_path, suffix, number):
    """Killed while the second document is tagged, the next run does the second and third only."""
    (docs / "t.csv").write_text("text,地区\n一审批。,东\n二检查。,西\n三贷款。,北\n", encoding="utf-8")
    whole, target = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    assert _process("tag", docs, "-o", whole).returncode == 0
    for n in (2, 3, 2):
        result = _process("tag", docs, "-o", target, "--resume", env={"FAKE_SIGNAL": f"{int(number)}:{n}"})
        assert result.returncode not in (0, 8), result.stderr
        assert not target.exists()
        if number != signal.SIGKILL:
            last = result.stderr.decode().splitlines()[-1]
            assert last.endswith("ed: what is done is kept; run the same command again to go on")
    result = _process("tag", docs, "-o", target, "--resume")
    assert result.returncode == 0, result.stderr
    assert "going on: " in result.stderr.decode()
    assert target.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"docs", whole.name, target.name}


@posix
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet"])
def test_a_full_disk_keeps_the_old_file(docs, tmp_path, suffix):
    import resource

    target = tmp_path / f"out.{suffix}"
    target.write_text("old", encoding="utf-8")
    (docs / "long.txt").write_text("加快审批，发放贷款，加强检查。" * 2000, encoding="utf-8")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    result = _process("tag", docs, "-o", target, preexec_fn=small)
    assert result.returncode == 6, result.stderr
    assert b"no space left to write it; what stood there is kept" in result.stderr
    assert target.read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"docs", target.name}


@posix
def test_several_processes_end_at_a_signal_too(docs, tmp_path):
    target = tmp_path / "out.jsonl"
    result = _process(
        "tag", docs, "--jobs", "2", "-o", target, env={"FAKE_SIGNAL": f"{int(signal.SIGTERM)}:parent"}
    )
    assert result.returncode == 143, result.stderr
    assert result.stderr == b"terminated\n"
    assert not target.exists()
