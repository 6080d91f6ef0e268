"""What people lean on who read, extend or type-check: the drawing, the docstrings, the types."""

import doctest
import inspect
import re
import subprocess
import sys
import tomllib

import pytest
from pages import ROOT

import policycls


def test_the_drawing_shows_the_layers_that_the_contracts_hold():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(x["layers"] for x in contracts["contracts"] if x["type"] == "layers")
    drawing = re.search(r"```mermaid\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.S)[1]
    boxes = dict(re.findall(r'^\s*(\w+)\["(.*?)"\]$', drawing, re.M))
    rooms = [{room.strip() for room in re.split(r"[|:]", layer)} for layer in layers]
    arrows = re.findall(r"\w+", re.search(r"^\s*(\w+(?: --> \w+)+)$", drawing, re.M)[1])
    assert [{x.strip() for x in boxes[box].split(":")[0].split("·")} for box in arrows] == rooms
    assert len(boxes) == len(rooms)


def test_modules_that_the_drawing_speaks_of_are_there():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for name in re.findall(r"`(?:policycls/)?([a-z_/]+/(?:[a-z_]+\.py)?)`", text):
        assert (ROOT / "policycls" / name).exists() or (ROOT / name).exists(), name


def _public():
    """Yield every public function, and every public method of a public class, by its full name."""
    for name in policycls.__all__:
        thing = getattr(policycls, name)
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            for part, method in vars(thing).items():
                function = getattr(method, "__func__", method)
                if not part.startswith("_") and inspect.isfunction(function):
                    yield f"{name}.{part}", function


@pytest.mark.parametrize(("name", "function"), list(_public()))
def test_docstrings_name_every_parameter(name, function):
    """As numpydoc does, in the sentence itself, or by pointing to where they are described."""
    text = inspect.getdoc(function)
    assert text, name
    if "as in :meth:" in text:
        return
    for parameter in list(inspect.signature(function).parameters)[1 if "." in name else 0 :]:
        if parameter != "cls":
            said = rf"^(\w+, )*{parameter}(, \w+)* :|``{parameter}``"
            assert re.search(said, text, re.M), (name, parameter)


@pytest.mark.parametrize("name", sorted({*policycls.__all__} - {"__version__"}))
def test_every_public_name_has_an_example_that_runs(name):
    """The examples themselves run as doctests."""
    thing = getattr(policycls, name)
    assert doctest.DocTestParser().get_examples(inspect.getdoc(thing)), name


def test_what_users_write_passes_a_strict_type_checker():
    """The same file passes pyright, which continuous integration runs."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "tests/usage.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
