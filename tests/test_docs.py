"""Every command and every piece of Python in the two READMEs runs as it stands; none is left out anywhere.

``tests/test_site.py`` runs those of the guide. Blocks that are no plain ``bash`` or ``python`` are run here,
each in its own way; a block of another kind, or on another page, is not known and fails.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager

import pandas as pd
import pytest
import typer
from pages import GUIDES, INSTALL, READMES, ROOT, anchors, blocks, commands, run

from policycls.cli import app
from policycls.schema import load_label_set, workspace_labels

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/**/*.md")])
#: Pages whose blocks of one kind are run by a test of their own.
OTHERS = {
    "mermaid": {"ARCHITECTURE.md"},  # tests/test_site.py draws it
    "powershell": {
        "README.zh-CN.md", "docs/en/offline.md", "docs/en/start.md", "docs/zh/offline.md", "docs/zh/start.md",
    },
    # Setting up a checkout is what .ci/run does; installing without a network what .ci/release_check.py does.
    "text": {
        "CONTRIBUTING.md", "docs/en/cluster.md", "docs/en/offline.md", "docs/zh/cluster.md",
        "docs/zh/offline.md",
    },
    "toml": {"docs/en/retraining.md", "docs/zh/retraining.md", "labels/README.md"},
}  # fmt: skip


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A folder as a reader stands in, whose data is the checkout's."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    return folder


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_every_command_runs(clone):
    """In order, for later ones use what earlier ones wrote; those that stand in both pages once."""
    found = dict.fromkeys(line for page in READMES for line in commands(page))
    ran = [command for command in found if not command.startswith(INSTALL)]
    for command in ran:
        run(["bash", "-euc", command], clone)
    assert len(ran) > 15


def _pieces():
    return list(dict.fromkeys(block for page in READMES for block in blocks(page, "python")))


@pytest.mark.parametrize("piece", _pieces())
def test_every_piece_of_python_runs_and_gives_what_it_says(piece, clone):
    said = re.compile(r"^(\w.*?)  # ((?:\(|array\().*\))$", re.M)
    checked = said.sub(r"assert repr(\1) == '''\2'''", piece)
    run([sys.executable, "-W", "error::FutureWarning", "-c", checked], clone)


def test_both_pages_install_in_the_same_way():
    english, chinese = ([line for line in commands(x) if line.startswith(INSTALL)] for x in READMES)
    assert english == chinese
    assert len(english) == 2


def test_the_test_command_is_marked_for_continuous_integration():
    text = READMES[0].read_text("utf-8")
    marked = re.search(r"<!-- command:test -->\n```bash\n(.*)\n```", text)[1]
    assert marked == commands(READMES[0])[1]
    assert marked.endswith(".venv/bin/pytest -n 2")


@pytest.mark.parametrize("page", READMES, ids=lambda x: x.name)
def test_every_command_of_the_program_stands_in_the_pages(page):
    text = page.read_text("utf-8")
    command = typer.main.get_command(app)
    for name, sub in command.commands.items():
        assert f"policycls {name}" in text, name
        assert sub.help, name
    known = {option for sub in command.commands.values() for x in sub.params for option in x.opts}
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert written <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda x: x.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = page.read_text("utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(#[^)]*)?\)", text):
        other = page.parent / target if target else page
        assert other.exists(), target
        if anchor and other.suffix == ".md":
            assert anchor[1:] in anchors(other.read_text("utf-8")), anchor


def test_no_block_is_of_a_kind_that_nothing_runs():
    found = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        fences = re.findall(r"^[ \t>]*(?:```|~~~).*$", text, re.M)
        assert len(fences) % 2 == 0, page
        assert set(fences[1::2]) <= {"```"}, page
        for fence in fences[::2]:
            assert re.fullmatch(r"```[a-z]+", fence), f"{page}: {fence!r} would be passed over"
            found.setdefault(fence[3:], set()).add(page.relative_to(ROOT).as_posix())
    run_here = {x.relative_to(ROOT).as_posix() for x in (*READMES, *GUIDES)}
    assert found.pop("bash") <= run_here
    assert found.pop("python") <= run_here
    assert found == OTHERS


def _as_elsewhere(line):
    """A line for PowerShell, as it is typed where paths have slashes."""
    return re.sub(r"\.venv\\Scripts\\|D:\\", "", line).replace("\\", "/")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_lines_for_powershell_run(clone):
    """But for the folders of a Windows disk; those that install are .ci/release_check.py's on Windows."""
    shutil.copytree(ROOT / "examples", clone / "简报")
    lines = [
        _as_elsewhere(line)
        for page in sorted(OTHERS["powershell"])
        for block in blocks(ROOT / page, "powershell")
        for line in block.splitlines()
    ]
    ran = [line for line in dict.fromkeys(lines) if line.startswith("policycls ")]
    for line in ran:
        run(["bash", "-euc", line], clone)
    assert len(ran) == 3
    installing = r"py -m venv |pip install |policycls-env/Scripts/(python -m pip install|policycls --version)"
    assert [x for x in lines if x not in ran and not re.match(installing, x)] == []


@contextmanager
def _started(command, **options):
    process = subprocess.Popen(shlex.split(command), **options)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("page", [x for x in GUIDES if x.name == "cluster.md"], ids=lambda x: x.parent.name)
def test_the_commands_and_the_python_for_a_cluster_run(page, tmp_path):
    """With a scheduler and one worker here."""
    pytest.importorskip("distributed", reason="Dask is not installed (policycls[cluster])")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    rows = pd.DataFrame({"text": ["发放贴息贷款。", "会议于9时开始。"], "doc": ["a", "a"]})
    rows.to_parquet(tmp_path / "big.parquet")
    lines, python = (
        x.replace("HOST:8786", f"127.0.0.1:{port}").replace("--nworkers 16", "--nworkers 1")
        for x in blocks(page, "text")
    )
    scheduler, worker, tag = lines.splitlines()
    assert scheduler == "dask scheduler"
    binaries = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"  # noqa: PTH120
    quiet = {"cwd": tmp_path, "env": {**os.environ, "PATH": binaries}, "stderr": subprocess.DEVNULL}
    here = f" --host 127.0.0.1 --port {port} --no-dashboard"
    with _started(scheduler + here, **quiet), _started(f"{worker} --no-dashboard", **quiet):
        run(["bash", "-euc", tag], tmp_path)
        rows.rename(columns={"text": "正文", "doc": "文档"}).to_parquet(tmp_path / "big.parquet")
        run([sys.executable, "-c", python], tmp_path)
    assert pd.read_parquet(tmp_path / "out")["label"].tolist() == ["financing", "none"]
    assert pd.read_parquet(tmp_path / "tagged")["label"].tolist() == ["financing", "none"]


def test_label_files_that_pages_show_are_read(tmp_path):
    (whole,) = blocks(ROOT / "labels" / "README.md", "toml")
    (tmp_path / "own.toml").write_text(whole, "utf-8")
    assert load_label_set(tmp_path / "own.toml").ids == ("housing", "transport")
    (tmp_path / "labels").mkdir()
    for page in (x for x in GUIDES if x.name == "retraining.md"):
        (more,) = blocks(page, "toml")
        (tmp_path / "labels" / "more.toml").write_text(more, "utf-8")
        assert workspace_labels(tmp_path).ids[-1] == "green_development"


def test_the_list_of_what_is_not_reached_names_modules_that_are_there():
    rows = re.findall(r"^\| \*\*.*\| (.*) \|$", (ROOT / "tests" / "COVERAGE.md").read_text("utf-8"), re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+(?:/\w+)*)`", row)}
    source = ROOT / "policycls"
    assert {x for x in named if not (source / f"{x}.py").is_file() and not (source / x).is_dir()} == set()
    assert len(named) > 40
