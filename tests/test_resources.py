"""The data folder: in the package where installed, beside it in a checkout."""

import pytest

from policycls import resources
from policycls.errors import CorpusError


def test_a_checkout_has_its_data_beside_the_package():
    assert resources.data_path("labels", "schema.toml").is_file()


def test_installed_data_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "policycls"
    for folder in (package / "_data" / "labels", tmp_path / "labels"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "files", lambda name: package)
    assert resources.data_path("labels") == package / "_data" / "labels"


def test_missing_data_is_an_error_that_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "files", lambda name: tmp_path / "policycls")
    with pytest.raises(CorpusError, match=r"labels/schema\.toml is missing from this installation; install"):
        resources.data_path("labels", "schema.toml")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "policycls.toml"


def test_the_workspace_sets_limits_for_reading(place):
    assert resources.reading_limits() == {"seconds": 30, "memory_mib": 4096}
    place.write_text("format = 1\n[reading]\nseconds = 90\n")
    assert resources.reading_limits() == {"seconds": 90, "memory_mib": 4096}
    place.write_text("format = 1\n[reading]\nmemory_mib = 512.5\n")
    assert resources.reading_limits() == {"seconds": 30, "memory_mib": 512.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[reading]\nminutes = 1", r"policycls.toml: \[reading\] is a table of seconds and memory_mib"),
        ("reading = 3", r"is a table of seconds"),
        ("[reading]\nseconds = 0", "'seconds' in .reading. is a number from 0.1 on"),
        ("[reading]\nseconds = nan", "is a number from 0.1 on"),
        ("[reading]\nseconds = true", "is a number from 0.1 on"),
        ("[reading]\nmemory_mib = '4 GB'", "'memory_mib' in .reading. is a number from 256 on"),
        ("[reading", "the workspace's file is not valid TOML"),
    ],
)
def test_limits_that_are_none_are_refused(place, text, message):
    place.write_text(text)
    with pytest.raises(CorpusError, match=message):
        resources.reading_limits()
