"""Parsers in a process of their own: the same documents, limits that hold, nothing left behind."""

import io
import os
import select
import subprocess
import sys
import threading
import zlib
from unittest.mock import Mock

import pytest
from files_made import make_docx, make_pdf, make_xlsx, make_zip, with_part

from policycls.documents import read_bytes, worker
from policycls.errors import DamagedError, DocumentError, LimitError, NoTextError, TableError
from policycls.system import hold_memory

TEXT = "持续优化营商环境，压缩审批时限。"
PAGES = [[TEXT], ["推行一窗受理。"]]
# A page that takes long to read: a million paragraphs.
SLOW = f"<html><body>{'<p>优化。</p>' * 1_000_000}".encode()


@pytest.fixture(autouse=True)
def limited(monkeypatch):
    monkeypatch.setenv(worker.SECONDS, "120")
    yield
    worker.close()


def pid():
    return worker._idle[-1]._process.pid


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", make_docx(TEXT, rows=[["事项", "时限"], ["开办", "1日"]], heading="总则")),
        ("a.pdf", make_pdf(PAGES)),
        ("a.html", f"<html><title>某</title><body><p>{TEXT}</p><p>责编：王某</p></body></html>".encode()),
        ("a.xlsx", make_xlsx(["地区", "text"], *[["甲", f"优化{number}。"] for number in range(150)])),
        (
            "a.zip",
            make_zip(**{"一.pdf": make_pdf(PAGES), "二.txt": TEXT.encode(), "三.docx": make_docx(TEXT)}),
        ),
        (os.fsdecode(b"\xff.docx"), make_docx(TEXT)),
    ],
    ids=["docx", "pdf", "html", "xlsx", "zip", "name"],
)
def test_documents_are_those_that_this_process_reads(name, data, monkeypatch):
    apart = list(read_bytes(name, data))
    monkeypatch.setenv(worker.SECONDS, "0")
    assert apart == list(read_bytes(name, data)) and apart


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.docx", make_docx(""), NoTextError),
        ("a.xlsx", make_xlsx(["a", "b"], [1, 2]), TableError),
        ("a.pdf", make_pdf(PAGES)[:40], DocumentError),
    ],
)
def test_errors_are_those_that_this_process_would_raise(name, data, kind, monkeypatch):
    with pytest.raises(kind) as apart:
        list(read_bytes(name, data))
    monkeypatch.setenv(worker.SECONDS, "0")
    with pytest.raises(kind) as here:
        list(read_bytes(name, data))
    assert (type(apart.value), str(apart.value)) == (type(here.value), str(here.value))


def test_one_process_reads_one_document_after_the_other():
    list(read_bytes("a.docx", make_docx(TEXT)))
    first = pid()
    with pytest.raises(NoTextError):
        list(read_bytes("b.docx", make_docx("")))
    list(read_bytes("c.pdf", make_pdf(PAGES)))
    assert pid() == first


def test_a_process_that_dies_while_it_is_sent_a_document_is_told_not_taken_for_a_closed_output(monkeypatch):
    """What is still in the pipe's buffer cannot be flushed then, which must not hide the error."""
    monkeypatch.setattr(worker, "_START", "import sys; sys.stdin.buffer.read(1)")
    with pytest.raises(DamagedError, match=r"a.html: is damaged \(its parser crashed\)"):
        list(read_bytes("a.html", SLOW))
    process = worker._take()
    process._process.kill()
    process._process.wait()
    process._process.stdin.write(b"not sent")
    process.end()
    assert process._process.returncode is not None


def test_text_needs_no_process():
    list(read_bytes("a.txt", TEXT.encode()))
    list(read_bytes("a.csv", f"text\n{TEXT}\n".encode()))
    assert not worker._idle


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read(monkeypatch):
    monkeypatch.setenv(worker.SECONDS, "0.5")
    with pytest.raises(LimitError, match=r"a.html: took longer than 0.5 s"):
        list(read_bytes("a.html", SLOW))
    monkeypatch.setenv(worker.SECONDS, "120")
    assert next(read_bytes("b.docx", make_docx(TEXT))).text == TEXT


def test_a_table_that_is_left_in_the_middle_ends_its_process():
    rows = read_bytes("a.xlsx", make_xlsx(["text"], *[[f"优化{number}。"] for number in range(1000)]))
    next(rows)
    rows.close()
    assert not worker._idle


def test_a_process_that_ended_is_replaced():
    list(read_bytes("a.docx", make_docx(TEXT)))
    process = worker._idle[-1]._process
    process.kill()
    process.wait()
    assert next(read_bytes("b.docx", make_docx(TEXT))).text == TEXT


def test_the_process_ends_with_its_input_though_in_the_middle_of_a_document():
    process = worker._Process()
    pipe = process._process.stdin
    worker._send(pipe, {"kind": "html", "name": "a.html", "encoding": None, "text_column": None})
    pipe.write(len(SLOW).to_bytes(8, "big") + SLOW)
    pipe.close()
    assert process._process.wait() == 0
    process._process.stdout.close()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open")
def test_a_run_that_is_killed_leaves_no_process_behind():
    code = (
        "import os, sys; from policycls.documents import read_bytes, worker\n"
        "list(read_bytes('a.html', b'<html><p>\\xe4\\xbc\\x98</p>'))\n"
        "print(worker._idle[-1]._process.pid, flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, worker.SECONDS: "120"}
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    with run:
        parser = os.pidfd_open(int(run.stdout.readline()))
        run.kill()
    ended = select.poll()
    ended.register(parser, select.POLLIN)
    assert ended.poll(60_000)
    os.close(parser)


def test_documents_may_be_read_by_several_threads():
    found = []

    def read(number):
        found.append(next(read_bytes(f"{number}.docx", make_docx(f"优化{number}。"))).text)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"优化{number}。" for number in range(4)]


def test_memory_is_held():
    code = (
        "from policycls.system import hold_memory\n"
        "held = hold_memory(2 ** 29)\n"
        "try: bytearray(2 ** 30)\n"
        "except MemoryError: print('refused' if held else 'odd')\n"
        "else: print('given' if not held else 'odd')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ("refused" if sys.platform == "linux" else "given")


def test_a_small_pdf_may_not_take_the_memory_of_a_large_one(monkeypatch):
    asked = []
    monkeypatch.setattr(worker, "hold_memory", asked.append)
    monkeypatch.setattr(worker, "memory", lambda: (5, 3))
    request = {"kind": "pdf", "name": "a.pdf", "encoding": None, "text_column": None, "memory": 2**32}
    worker._answer(io.BytesIO(), request, b"x" * 1000, lambda *_: iter(()))
    assert asked == [5 + 512 * 1024**2 + 64_000, 2**32]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_what_was_held_may_be_given_again():
    code = (
        "from policycls.system import hold_memory, memory\n"
        "space, held = memory()\n"
        "assert 2 ** 20 < held < space < 2 ** 29\n"
        "for size in (2 ** 29, 2 ** 31):\n"
        "    hold_memory(size)\n"
        "    try: print(len(bytearray(2 ** 30)))\n"
        "    except MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", str(2**30)]


def test_the_limits_are_those_of_the_workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(worker.SECONDS)
    (tmp_path / "policycls.toml").write_text("[reading]\nseconds = 0.1\nmemory_mib = 256\n")
    assert worker.seconds() == 0.1
    process = Mock(ask=Mock(return_value={}))
    monkeypatch.setattr(worker, "_take", lambda: process)
    list(worker.read("html", "a.html", b"", None, None))
    request, _, seconds, _ = process.ask.call_args.args
    assert (request["memory"], seconds) == (256 * 1024**2, 0.1)


@pytest.mark.parametrize("grown", [False, True])
def test_a_process_that_has_grown_over_a_document_reads_no_other(monkeypatch, grown):
    held = iter([(0, 7), (0, 7 + worker.GROWN + grown)])
    monkeypatch.setattr(worker, "memory", lambda: next(held))
    out = io.BytesIO()
    request = {"kind": "html", "name": "a.html", "encoding": None, "text_column": None, "memory": 2**32}
    worker._answer(out, request, b"", lambda *_: iter(()))
    out.seek(0)
    process = Mock(ask=Mock(return_value=worker._receive(out)))
    monkeypatch.setattr(worker, "_take", lambda: process)
    monkeypatch.setattr(worker, "_idle", [])
    assert list(worker.read("html", "a.html", b"", None, None)) == []
    assert (worker._idle, process.end.called) == (([], True) if grown else ([process], False))


def test_what_cannot_be_held_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert not hold_memory(1)


def test_a_pdf_whose_stream_is_a_bomb_ends_in_an_error():
    content = zlib.compress(b"0 0 m " * 35_000_000, 9)
    plain = make_pdf([["x"]])
    start = plain.rindex(b"6 0 obj")
    bomb = plain[:start] + b"6 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content)
    bomb += content + b"\nendstream\nendobj\ntrailer << /Size 7 /Root 1 0 R >>\n%%EOF"
    with pytest.raises(DocumentError):
        list(read_bytes("a.pdf", bomb))


@pytest.mark.parametrize("make", [make_docx, lambda text: make_xlsx(["text"], [text])], ids=["docx", "xlsx"])
def test_a_container_that_is_a_bomb_is_refused_before_it_is_unpacked(make):
    data = make(TEXT)
    part = "word/document.xml" if make is make_docx else "xl/worksheets/sheet1.xml"
    with pytest.raises(LimitError, match="expands to more than 64 MiB"):
        list(read_bytes("a", with_part(data, part, b" " * (65 << 20))))
