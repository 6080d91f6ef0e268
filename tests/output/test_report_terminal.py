"""The table in a real terminal: 80 columns, a GBK console, no colour, every sentence whole."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from policycls import tag_document
from policycls.output.width import printable, width

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "bulletin.txt"


def _in_terminal(columns, **environment):
    """Run the command in a pseudo terminal; return what it printed."""
    fcntl, pty, termios = (pytest.importorskip(x, reason="needs POSIX") for x in ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    code = "from policycls.cli import main; main()"
    command = [sys.executable, "-c", code, "tag", str(EXAMPLE), "--lang", "zh"]
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "TERM")}
    process = subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.DEVNULL, stdin=theirs, env={**kept, **environment}
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux tells the end so
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    assert process.wait() == 0
    return b"".join(parts)


def _from(line, column):
    """Return what stands in a line from a column on."""
    at = next((n for n in range(len(line)) if width(line[:n]) >= column), len(line))
    return line[at:]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_eighty_columns_without_colour_in_either_encoding(encoding):
    printed = _in_terminal(80, PYTHONIOENCODING=encoding, PYTHONUTF8="0", NO_COLOR="1", TERM="xterm")
    lines = printed.decode(encoding).splitlines()
    assert max(map(width, lines)) <= 80
    assert "\x1b" not in "".join(lines)
    head = next(line for line in lines if "正文" in line)
    begin = width(head[: head.index("正文")])
    whole = "".join(_from(line, begin) for line in lines)
    for unit in tag_document(EXAMPLE):
        assert printable(unit.text).replace(" ", "") in whole.replace(" ", "")
    assert "审批提速" in printed.decode(encoding)


def test_colour_is_for_terminals_that_have_it():
    assert b"\x1b[2m" in _in_terminal(80, PYTHONIOENCODING="utf-8", TERM="xterm")
    assert b"\x1b" not in _in_terminal(80, PYTHONIOENCODING="utf-8", TERM="dumb")
