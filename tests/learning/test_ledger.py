"""The user's rows: only added, each told to be whole, none lost to a kill or to a second writer."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.errors import CorpusDamagedError
from policycls.learning.ledger import Ledger, Row

ROW = Row("d", 0, "正文。", ("a",), "li", "2026-01-01T00:00:00+00:00", "1.0", "train", ("a", "b"))


def rows(n, doc="d"):
    return [replace(ROW, doc=doc, unit=i) for i in range(n)]


def test_what_is_added_is_read_in_order(tmp_path):
    ledger = Ledger(tmp_path / "own.jsonl")
    assert ledger.read() == []
    ledger.append(rows(2))
    ledger.append([replace(ROW, labels=(), before="", after=None, settled=True)])
    assert ledger.read() == [*rows(2), replace(ROW, labels=(), before="", after=None, settled=True)]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_told_with_its_line(tmp_path_factory, at, bit):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "own.jsonl")
    ledger.append(rows(5))
    data = bytearray(ledger.path.read_bytes())
    at %= len(data) - 1  # the last line's end aside, which makes a torn line
    data[at] ^= 1 << bit
    ledger.path.write_bytes(data)
    before = bytes(data).count(b"\n")
    with pytest.raises(CorpusDamagedError) as caught:
        ledger.read()
    assert caught.value.line in ledger.damaged()
    moved = ledger.repair()
    assert moved >= 1
    kept = ledger.read()
    assert all(row in rows(5) for row in kept)
    assert len(kept) + moved == before
    assert ledger.quarantine.read_bytes().count(b"\n") >= moved


def test_a_torn_last_line_is_passed_over_and_put_aside_by_the_next_writer(tmp_path):
    ledger = Ledger(tmp_path / "own.jsonl")
    ledger.append(rows(3))
    whole = ledger.path.read_bytes()
    for cut in (1, 5, 100):
        ledger.path.write_bytes(whole[:-cut])
        assert ledger.read() == rows(2)
    ledger.append([replace(ROW, unit=9)])
    assert ledger.read() == [*rows(2), replace(ROW, unit=9)]
    assert ledger.quarantine.read_bytes() == whole.split(b"\n")[2][: -(100 - 1)] + b"\n"


@pytest.mark.parametrize("part", [0, 1, 100, 500, 2000])
def test_of_rows_added_together_all_are_there_or_none(tmp_path, part):
    ledger = Ledger(tmp_path / "own.jsonl")
    ledger.append(rows(3))
    before = ledger.path.read_bytes()
    ledger.append(rows(9, "e"))
    added = ledger.path.read_bytes()[len(before) :]
    ledger.path.write_bytes(before + added[:part])  # as a kill leaves it
    (tmp_path / ".own.jsonl.begun").write_text(str(len(before)))
    assert ledger.read() == rows(3)
    assert ledger.damaged() == ([4] if part else [])
    ledger.append(rows(9, "e"))
    assert ledger.read() == [*rows(3), *rows(9, "e")]
    assert sorted(x.name for x in tmp_path.iterdir() if x.suffix != ".lock") == (
        ["own.damaged.jsonl", "own.jsonl"] if part else ["own.jsonl"]
    )
    if part:
        assert ledger.quarantine.read_bytes() == added[:part].rstrip(b"\n") + b"\n"


WRITER = """
import sys
from pathlib import Path
from policycls.learning.ledger import Ledger, Row
for unit in range(25):
    row = Row(sys.argv[2], unit, "正文。", ("a",), "li", "2026-01-01", "1.0", "train", ("a", "b"))
    Ledger(Path(sys.argv[1])).append([row])
"""


def test_eight_writers_lose_nothing(tmp_path):
    path = tmp_path / "own.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"d{n}"]) for n in range(8)]
    assert [writer.wait() for writer in writers] == [0] * 8
    found = Ledger(path).read()
    assert len(found) == 200
    assert {(row.doc, row.unit) for row in found} == {(f"d{n}", i) for n in range(8) for i in range(25)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_writer_that_is_killed_loses_no_row_that_was_there(tmp_path):
    path = tmp_path / "own.jsonl"
    Ledger(path).append(rows(4))
    for _ in range(5):
        child = os.fork()
        if not child:
            for n in range(10_000):
                Ledger(path).append(rows(3, f"k{n}"))
            os._exit(0)
        while len(Ledger(path).read()) % 7 != 3 and len(Ledger(path).read()) < 40:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        count = len(Ledger(path).read())
        assert Ledger(path).read()[:4] == rows(4)
        Ledger(path).append([ROW])
        assert len(Ledger(path).read()) == count + 1
