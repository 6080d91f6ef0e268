"""Every command and every piece of Python in the two READMEs runs as it stands."""

import os
import re
import shutil
import sys

import pytest
import typer
from pages import INSTALL, READMES, ROOT, anchors, blocks, commands, run

from policycls.cli import app

PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md"), *ROOT.glob("models/*/*.md"), *ROOT.glob("docs/*/*.md")]
)


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
