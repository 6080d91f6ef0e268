"""Which files are read: all inside the folder, each once, nothing outside, everything skipped is named."""

import os
from pathlib import Path

import pytest

from policycls.documents import find_files, is_table
from policycls.errors import DocumentError, NoTextError


def test_folders_are_walked_in_order(tmp_path):
    for name in ("b.txt", "a/z.pdf", "a/c.docx", ".DS_Store", "~$b.docx", "a/.x.txt", "photo.raw"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("好")
    files, skipped = find_files([str(tmp_path), str(tmp_path / "b.txt")])
    assert [file.removeprefix(f"{tmp_path}/") for file in files] == ["a/c.docx", "a/z.pdf", "b.txt"]
    assert skipped == []


def test_paths_stay_as_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("好")
    assert find_files(["d/", "d/a.txt"])[0] == ["d/a.txt"]


def test_what_is_no_file_is_named_with_its_reason(tmp_path):
    folder, outside = tmp_path / "in", tmp_path / "out.txt"
    folder.mkdir()
    outside.write_text("好")
    (folder / "ok.txt").write_text("好")
    (folder / "away.txt").symlink_to(outside)
    (folder / "gone.txt").symlink_to(tmp_path / "nothing")
    (folder / "loop").symlink_to(folder)
    (folder / "same.txt").symlink_to(folder / "ok.txt")
    (folder / "x.txt").mkdir()
    os.mkfifo(folder / "pipe.txt")
    files, skipped = find_files([str(folder)])
    assert [Path(file).name for file in files] == ["ok.txt", "same.txt"]
    reasons = {Path(item.path).name: item.reason for item in skipped}
    assert reasons == {
        "away.txt": "link that leads out of the folder",
        "gone.txt": "link that leads nowhere",
        "loop": "link to a folder",
        "pipe.txt": "not a regular file",
    }


def test_a_path_that_is_not_there_and_an_empty_folder(tmp_path):
    with pytest.raises(DocumentError, match="no such file or folder"):
        find_files([str(tmp_path / "no.txt")])
    with pytest.raises(NoTextError):
        find_files([str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "table"), [("a.CSV", True), ("a.jsonl", True), ("a.xlsx", True), ("a.txt", False)]
)
def test_tables_are_told_by_name(name, table):
    assert is_table(name) is table
