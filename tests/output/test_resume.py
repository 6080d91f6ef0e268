"""Going on: killed at any moment, nothing that was whole is done again, and nothing stands twice."""

import pytest
from sample_units import LABELS, unit

from policycls.errors import LockedError, UsageError
from policycls.output import Layout, open_output

SETTINGS = {"model": "m-1"}


class Killed(BaseException):
    pass


def _open(path, settings=SETTINGS, **options):
    kind = path.suffix[1:]
    return open_output(str(path), kind, Layout(LABELS), resume=settings, **options)


def _document(n):
    fields = {"地区": f"第{n}区"} if n >= 2 else {}
    return [unit(f"文{n}句{i}，\n“引”。", doc=f"{n}.txt", number=i, fields=fields) for i in range(3)]


def _run(path, count, *, kill_after=None):
    with _open(path) as out:
        for n in range(count):
            if f"{n}.txt" in out.done:
                continue
            if n == kill_after:
                raise Killed
            out.write(_document(n), file=f"{n}.txt", documents=1, whole=True)


def _whole(path, count, folder):
    reference = folder / f"reference{path.suffix}"
    with open_output(str(reference), path.suffix[1:], Layout(LABELS)) as out:
        for n in range(count):
            out.write(_document(n))
    return reference.read_bytes()


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
@pytest.mark.parametrize("kill_after", [0, 1, 3, 4])
def test_an_interrupted_run_ends_like_an_uninterrupted_one(tmp_path, suffix, kill_after):
    path = tmp_path / f"a.{suffix}"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(Killed):
        _run(path, 5, kill_after=kill_after)
    assert path.read_text(encoding="utf-8") == "old"
    _run(path, 5)
    assert path.read_bytes() == _whole(path, 5, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, f"reference.{suffix}"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_files_torn_at_any_byte_are_healed(tmp_path, suffix):
    """kill -9 may leave the rows longer than the journal says, and the journal's last line half written."""
    path = tmp_path / f"a.{suffix}"
    whole = _whole(path, 4, tmp_path)
    with pytest.raises(Killed):
        _run(path, 4, kill_after=3)
    part, journal = tmp_path / f"a.{suffix}.part", tmp_path / f"a.{suffix}.part.journal"
    rows, log = part.read_bytes(), journal.read_bytes()
    for cut in range(0, len(log) + 1, 7):
        part.write_bytes(rows + b'{"doc": "torn' * 1000)
        journal.write_bytes(log[:cut])
        _run(path, 4)
        assert path.read_bytes() == whole


def test_rows_lost_after_the_journal_was_written_are_done_again(tmp_path):
    path = tmp_path / "a.jsonl"
    with pytest.raises(Killed):
        _run(path, 4, kill_after=3)
    part = tmp_path / "a.jsonl.part"
    part.write_bytes(part.read_bytes()[:-10])
    _run(path, 4)
    assert path.read_bytes() == _whole(path, 4, tmp_path)


def test_what_is_done_is_told_by_file(tmp_path):
    path = tmp_path / "a.jsonl"
    with pytest.raises(Killed), _open(path) as out:
        out.write(_document(0), file="t.csv", documents=1, whole=False)
        out.write(_document(1), file="t.csv", documents=2, whole=False)
        raise Killed
    with _open(path) as out:
        assert (out.done["t.csv"].documents, out.done["t.csv"].whole) == (2, False)


def test_other_settings_are_refused_and_nothing_is_lost(tmp_path):
    path = tmp_path / "a.jsonl"
    with pytest.raises(Killed):
        _run(path, 4, kill_after=2)
    before = (tmp_path / "a.jsonl.part").read_bytes()
    message = "the unfinished run had model 'm-1', this one has 'm-2'"
    with pytest.raises(UsageError, match=message), _open(path, {"model": "m-2"}):
        pass
    assert (tmp_path / "a.jsonl.part").read_bytes() == before


def test_two_runs_on_one_output_do_not_mix(tmp_path):
    path = tmp_path / "a.jsonl"
    with _open(path), pytest.raises(LockedError, match="another run is writing it"), _open(path):
        pass
    assert path.exists()


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_formats_that_cannot_be_gone_on_with_say_so(tmp_path, suffix):
    message = f"--resume cannot go on with {suffix}; it works for jsonl and csv"
    with pytest.raises(UsageError, match=message), _open(tmp_path / f"a.{suffix}"):
        pass


def test_a_run_without_resume_forgets_the_unfinished_one(tmp_path):
    path = tmp_path / "a.jsonl"
    with pytest.raises(Killed):
        _run(path, 4, kill_after=2)
    with open_output(str(path), "jsonl", Layout(LABELS)) as out:
        out.write(_document(0))
    assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]
    assert path.read_bytes().count(b"\n") == 3
