"""Hostile content, rows 62 to 66: refused by name and reason, within bounds; nothing planted is believed."""

import io
import json
import os
import subprocess
import sys
import zlib

import pytest
from fault_runs import TEXT, refused, run, tag, tagged
from files_made import make_docx, make_pdf, make_xlsx, with_part

DTD = (
    b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (x + 1, *[x] * 10)
        for x in range(97, 106)
    )
    + b"]>"
)
XXE = b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'


def test_row_62_a_planted_cache_of_the_segmenter_is_not_read(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    planted = tmp_path / "tmp"
    planted.mkdir()
    for name in ("jieba.cache", "jieba.u0.cache"):
        (planted / name).write_bytes(b"\x80\x04planted")
    code = "from policycls.cli import main; main()"
    command = [sys.executable, "-c", code, "tag", tmp_path / "a.txt", "--format", "jsonl"]
    with_jieba = "from policycls.model.segmentation import make_segmenter as m; m((), 'jieba').cut('审批');"
    for engine in ("", with_jieba):
        command[2] = engine + code
        found = [
            subprocess.run(
                command, capture_output=True, check=True, env={**os.environ, "TMPDIR": str(where)}
            ).stdout
            for where in (planted, tmp_path)
        ]
        assert found[0] == found[1]
    assert {x.name: x.read_bytes() for x in planted.iterdir()} == dict.fromkeys(
        ("jieba.cache", "jieba.u0.cache"), b"\x80\x04planted"
    )


def _in_docx(content):
    return with_part(make_docx(TEXT), "word/document.xml", content)


def _in_xlsx(content):
    return with_part(make_xlsx(["text"], [TEXT]), "xl/worksheets/sheet1.xml", content)


@pytest.mark.parametrize(("name", "put"), [("a.docx", _in_docx), ("a.xlsx", _in_xlsx)])
def test_row_63_a_container_that_expands_without_end_is_refused_unopened(tmp_path, name, put):
    refused(tmp_path, name, put(b" " * (65 << 20)), "expands to more than 64 MiB")


@pytest.mark.parametrize(("name", "put"), [("a.docx", _in_docx), ("a.xlsx", _in_xlsx)])
@pytest.mark.parametrize("start", [DTD, XXE], ids=["laughs", "outside"])
@pytest.mark.parametrize("comment", [b"", b"<!-- " + b"x" * 9000 + b" -->"], ids=["first", "behind"])
def test_row_64_a_container_with_a_dtd_is_refused(tmp_path, name, put, start, comment):
    head, body = start.split(b"\n", 1)
    refused(tmp_path, name, put(head + b"\n" + comment + body + b"<x>&j;</x>"), "contains a DTD")


def test_row_65_a_pdf_whose_stream_is_a_bomb_is_an_error(tmp_path):
    content = zlib.compress(b"0 0 m " * 35_000_000, 9)
    plain = make_pdf([["x"]])
    start = plain.rindex(b"6 0 obj")
    bomb = plain[:start] + b"6 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content)
    bomb += content + b"\nendstream\nendobj\ntrailer << /Size 7 /Root 1 0 R >>\n%%EOF"
    refused(tmp_path, "a.pdf", bomb)


def test_row_66_a_folder_of_odd_things_is_walked_to_its_end_and_each_is_named(tmp_path):
    inputs, outside = tmp_path / "in", tmp_path / "outside"
    inputs.mkdir()
    outside.mkdir()
    (inputs / "good.txt").write_text(TEXT, "utf-8")
    (outside / "secret.txt").write_text(TEXT, "utf-8")
    (inputs / "folder.txt").mkdir()
    (inputs / "folder.txt" / "inner.txt").write_text(TEXT, "utf-8")
    (inputs / "loop").symlink_to(inputs, target_is_directory=True)
    (inputs / "dangling.txt").symlink_to(inputs / "none.txt")
    (inputs / "out.txt").symlink_to(outside / "secret.txt")
    (inputs / "away").symlink_to(outside, target_is_directory=True)
    (inputs / "inside.txt").symlink_to(inputs / "good.txt")
    os.mkfifo(inputs / "pipe.txt")
    odd = os.fsencode(inputs) + b"/\xff\xfe.txt"
    with open(odd, "wb") as file:  # noqa: PTH123
        file.write(TEXT.encode())
    result = tag(tmp_path, inputs)
    assert result.status == 8, result.stderr
    assert {json.loads(json.dumps(row["doc"])).rpartition("/")[2] for row in tagged(tmp_path)} >= {
        "good.txt", "inner.txt", "inside.txt",
    }  # fmt: skip
    assert not any("secret" in row["doc"] or row["doc"].endswith("/out.txt") for row in tagged(tmp_path))
    said = {
        "loop": "link to a folder",
        "dangling.txt": "link that leads nowhere",
        "out.txt": "link that leads out of the folder",
        "away": "link that leads out of the folder",
        "pipe.txt": "not a regular file",
    }
    for name, reason in said.items():
        assert f"skipped: {inputs}/{name}: {reason}" in result.stderr
    assert len([row for row in tagged(tmp_path) if "�" in row["doc"] or "\\x" in row["doc"]]) == 3


@pytest.mark.skipif(os.getuid() != 0, reason="takes rights away, which only root can get back")
def test_row_66_a_file_that_this_user_may_not_read_is_named(tmp_path):
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name in ("good.txt", "closed.txt"):
        (inputs / name).write_text(TEXT, "utf-8")
    (inputs / "closed.txt").chmod(0)
    (inputs / "closed").mkdir()
    (inputs / "closed" / "a.txt").write_text(TEXT, "utf-8")
    (inputs / "closed").chmod(0)
    code = (
        "import contextlib, os, sys\nfrom policycls.cli import main\n"
        # Whoever has no rights may not have them to Python's own modules either: all are loaded before.
        "with contextlib.suppress(SystemExit):\n"
        "    main(['tag', sys.argv[2] + '/good.txt', '-q', '-o', sys.argv[2] + '.jsonl'])\n"
        "os.setuid(65534)\nmain()"
    )
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", code, "tag", inputs, "--format", "jsonl"], capture_output=True, check=False
    )
    said = done.stderr.decode()
    assert done.returncode == 8, said
    assert f"skipped: {inputs}/closed.txt: permission denied" in said
    assert f"skipped: {inputs}/closed: Permission denied" in said
    assert {json.loads(x)["doc"] for x in io.StringIO(done.stdout.decode())} == {f"{inputs}/good.txt"}


def test_one_input_that_is_no_file_is_an_error_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    result = run("tag", tmp_path / "pipe.txt")
    assert result.status == 3
    assert "not a regular file" in result.stderr
