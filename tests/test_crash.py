"""Some of the kills and races of ``benchmarks/crash.py``: whole files, all rows, nothing left over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CRASH = Path(__file__).parent.parent / "benchmarks" / "crash.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_and_racing_commands_leave_whole_files():
    done = subprocess.run(
        [sys.executable, CRASH, "--small"], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 13
