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
