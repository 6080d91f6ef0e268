"""The wheel: all data in it, nothing else, it tags by itself; what builds it is pinned."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LARGEST_WHEEL = 20 << 20


def _run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_all_data_is_in_the_wheel(names):
    for folder, pattern in (("labels", "*"), ("corpus", "*"), ("models", "default/*")):
        there = {
            x.relative_to(ROOT / folder).as_posix() for x in (ROOT / folder).glob(pattern) if x.is_file()
        }
        head = f"policycls/_data/{folder}/"
        assert {name.removeprefix(head) for name in names if name.startswith(head)} == there
        assert there


def test_all_source_is_in_the_wheel_and_nothing_else(names):
    files = (x for x in (ROOT / "policycls").rglob("*") if x.is_file() and x.parent.name != "__pycache__")
    source = {x.relative_to(ROOT).as_posix() for x in files}
    assert {name for name in names if re.match(r"policycls/(?!_data/)", name)} == source
    assert "policycls/py.typed" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"policycls"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_is_not_large(wheel):
    assert wheel.stat().st_size <= LARGEST_WHEEL


def test_an_installed_wheel_tags_from_another_folder(wheel, tmp_path):
    target = tmp_path / "installed"
    install = ["install", "-q", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", *install)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    text = (ROOT / "examples" / "bulletin.txt").read_text("utf-8")
    (elsewhere / "bulletin.txt").write_text(text, encoding="utf-8")
    code = (
        "import policycls, sys; from policycls.cli import main; print(policycls.__file__); main(sys.argv[1:])"
    )
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", code, "tag", "bulletin.txt"]
    place, *lines = _run(*command, cwd=elsewhere, env=environment).splitlines()
    assert Path(place).is_relative_to(target)
    units = [json.loads(line) for line in lines]
    assert len(units) > 30
    assert all(unit["label"] and len(unit["scores"]) == 5 for unit in units)


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda x: x.name)
def test_workflows_use_actions_by_commit_and_may_only_read(path):
    """A tag can be moved to other code; a commit cannot."""
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (\S+)@(\S+)( # v[\d.]+)?$", text, re.M)
    assert used
    assert len(used) == text.count("uses:")
    for name, commit, version in used:
        assert re.fullmatch(r"[0-9a-f]{40}", commit), name
        assert version, name
    assert set(re.findall(r"^ +([\w-]+: (?:read|write))\b", text, re.M)) <= {
        "contents: read",
        "id-token: write",
    }
    assert re.search(r"^permissions:(?: \{\}|\n  contents: read)$", text, re.M)
