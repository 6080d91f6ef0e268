"""What the package promises: its names, a silent and cheap import, one version."""

import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import policycls

ROOT = Path(__file__).parent.parent
HEAVY = {"numpy", "scipy", "pandas", "sklearn", "jieba", "rjieba", "typer", "lxml"}


def _run(code, *options):
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "start"), [("README.md", "Public names:"), ("README.zh-CN.md", "公开名称：")]
)
def test_the_public_names_are_those_documented(name, start):
    text = (ROOT / name).read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith(start))
    documented = set(re.findall(r"`(\w+)`", line.split("PolicyclsError`")[0] + "PolicyclsError`"))
    assert documented | {"__version__"} == set(policycls.__all__)


def test_public_names_are_sorted_there_and_described():
    assert policycls.__all__ == sorted(policycls.__all__, key=lambda x: (not x[0].isupper(), x))
    assert dir(policycls) == sorted(policycls.__all__)
    for name in set(policycls.__all__) - {"__version__"}:
        assert getattr(policycls, name).__doc__, name


@pytest.mark.parametrize("name", sorted(set(policycls.__all__) - {"__version__"}))
def test_docstrings_have_the_sections_that_readers_look_for(name):
    """As numpydoc orders them; the examples run as doctests."""
    value = getattr(policycls, name)
    text = inspect.getdoc(value)
    sections = dict(re.findall(r"^(\w+)\n-{3,}\n(.*?)(?=^\w+\n-{3,}\n|\Z)", text, re.M | re.S))
    assert ">>> " in sections["Examples"]
    if inspect.isfunction(value):
        described = re.findall(r"^(\w[\w, ]*) : ", sections.get("Parameters", ""), re.M)
        assert [x for line in described for x in line.split(", ")] == [*inspect.signature(value).parameters]
        assert sections["Returns"].strip()
        assert sections["Raises"].strip()


def test_other_names_are_refused_by_name():
    with pytest.raises(AttributeError, match="module 'policycls' has no attribute 'tag'"):
        _ = policycls.tag


def test_importing_is_silent():
    assert _run("import policycls", "-W", "error") == ""


def test_importing_loads_nothing_heavy():
    loaded = _run("import policycls, sys; print(*{name.split('.')[0] for name in sys.modules})").split()
    assert not HEAVY & set(loaded)


def test_tagging_needs_neither_scikit_learn_nor_pandas():
    code = "import policycls, sys; policycls.tag_text('企业开办一日办结。'); print(*sys.modules)"
    assert not {"sklearn", "pandas", "policycls.learning"} & set(_run(code).split())


def test_there_is_one_version():
    assert importlib.metadata.version("policycls") == policycls.__version__
    cited = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.*)$", cited, re.M)[1] == policycls.__version__
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[(\d.*?)\]", changes, re.M)[1] == policycls.__version__
