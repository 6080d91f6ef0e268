"""A file is whole or absent, and what stood there survives any failure."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from policycls.atomic import atomic_path, check_writable, scratch_folder
from policycls.errors import OutputError

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX file modes")


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "表.csv"
    with atomic_path(target) as path:
        path.write_text("whole", encoding="utf-8")
        assert not target.exists()
        assert path.parent == target.parent
    assert target.read_text(encoding="utf-8") == "whole"
    assert _names(tmp_path) == ["表.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path, error):
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(error), atomic_path(target) as path:
        path.write_text("half", encoding="utf-8")
        scratch_folder(path).mkdir()
        raise error
    assert target.read_text(encoding="utf-8") == "old"
    assert _names(tmp_path) == ["a.csv"]


def test_a_full_disk_is_told_and_the_old_file_kept(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")
    message = r"a\.csv: no space left to write it; what stood there is kept"
    with pytest.raises(OutputError, match=message), atomic_path(target):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert target.read_text(encoding="utf-8") == "old"


@posix
def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    with atomic_path(link) as path:
        path.write_text("new", encoding="utf-8")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o640


@posix
def test_a_new_file_is_as_open_as_the_umask_says(tmp_path):
    target = tmp_path / "a.csv"
    old = os.umask(0o022)
    try:
        with atomic_path(target):
            pass
    finally:
        os.umask(old)
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_long_chinese_name_can_be_written(tmp_path):
    target = tmp_path / f"{'政' * 80}.csv"
    with atomic_path(target):
        pass
    assert target.exists()


DEAD = """
import os, signal, sys
from policycls.atomic import atomic_path, scratch_folder
with atomic_path(sys.argv[1]) as path:
    path.write_text("half")
    scratch_folder(path).mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")
    subprocess.run([sys.executable, "-c", DEAD, str(target)], check=False)
    assert len(_names(tmp_path)) == 3
    assert target.read_text(encoding="utf-8") == "old"
    with atomic_path(tmp_path / "other.csv"):
        pass
    assert _names(tmp_path) == ["a.csv", "other.csv"]


def test_what_a_living_writer_has_open_is_left_alone(tmp_path):
    with atomic_path(tmp_path / "a.csv") as first:
        with atomic_path(tmp_path / "b.csv"):
            assert first.exists()
        first.write_text("a", encoding="utf-8")
    assert _names(tmp_path) == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "is a folder; give the name of a file"), ("no/a.csv", "its folder does not exist; make")],
)
def test_a_target_that_cannot_be_is_refused_before_any_work(tmp_path, name, message):
    with pytest.raises(OutputError, match=message) as caught:
        check_writable(tmp_path / name)
    assert caught.value.exit_code == 6
    assert _names(tmp_path) == []


@posix
def test_a_pipe_is_refused_without_being_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="is not a regular file; leave -o out"):
        check_writable(tmp_path / "pipe")


@posix
def test_a_folder_that_takes_no_file_is_refused(tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match="cannot be written: Permission denied"):
        check_writable(tmp_path / "a.csv")


def test_a_write_protected_file_is_refused(tmp_path, monkeypatch):
    target = tmp_path / "a.csv"
    target.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != target)
    with pytest.raises(OutputError, match="is write-protected; it is kept as it is"):
        check_writable(target)


def test_checking_changes_nothing(tmp_path):
    check_writable(tmp_path / "new.csv")
    assert _names(tmp_path) == []
