"""What is installed with policycls: pinned with hashes for development, not below what is known to be bad."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements" / "dev.lock").read_text("utf-8")
PINS = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
#: Strong copyleft; the lesser licence of a library that is only imported is none.
COPYLEFT = re.compile(r"\bA?GPL|(?<!Lesser )General Public|Affero", re.IGNORECASE)


@pytest.fixture
def licences(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "requirements"))
    import licences

    yield licences
    del sys.modules["licences"]


def test_every_pin_has_hashes_and_no_address():
    entries = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(PINS) > 40
    whole = re.compile(r"[a-z0-9-]+==\S+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+")
    for entry in entries:
        assert whole.fullmatch(entry), entry[:80]


def test_the_pins_meet_what_the_project_asks_for():
    extras = PROJECT["optional-dependencies"]
    for text in (*PROJECT["dependencies"], *(x for name in ("cluster", "parquet", "traditional", "test")
                                             for x in extras[name])):  # fmt: skip
        asked = Requirement(text)
        name = re.sub(r"[-_.]+", "-", asked.name).lower()
        if name != "policycls":
            assert asked.specifier.contains(PINS[name]), text


def test_lowest_versions_leave_out_what_is_known_to_be_bad():
    """Each row of the table in SECURITY.md: so much is asked for, or more."""
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w-]+) \| ([\d.]+) \|", page, re.MULTILINE)
    assert {"openpyxl", "python-docx", "lxml"} <= {name for name, _ in rows}
    asked = [*PROJECT["dependencies"], *(x for y in PROJECT["optional-dependencies"].values() for x in y)]
    lowest = {
        re.sub(r"[-_.]+", "-", x.name).lower(): {y.version for y in x.specifier if y.operator == ">="}
        for x in map(Requirement, asked)
    }
    for name, version in rows:
        assert min(map(Version, lowest[name])) >= Version(version), name


def test_no_licence_asks_more_than_the_projects_own(licences):
    found = {name: licences.licence(package) for name, package in licences.installed().items()}
    assert len(found) > 30
    assert {name: x for name, x in found.items() if not x or COPYLEFT.search(x)} == {}
    stated = re.findall(r"^\| ([\w-]+) \|", licences.PAGE.read_text("utf-8"), re.MULTILINE)
    assert {*found} <= {*stated}, "run: python requirements/licences.py"


@pytest.mark.parametrize(
    ("licence", "bad"),
    [
        ("AGPL-3.0-only", True), ("GNU General Public License v3 (GPLv3)", True), ("GPL", True),
        ("GNU Affero General Public License v3", True), ("LGPL", False), ("MIT License", False),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
    ],
)  # fmt: skip
def test_copyleft_is_seen(licence, bad):
    assert bool(COPYLEFT.search(licence)) == bad
