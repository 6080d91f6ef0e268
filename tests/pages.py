"""What stands in pages to be run: commands of ``bash`` blocks, and pieces of Python."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
GUIDES = sorted((ROOT / "docs").glob("??/*.md"))
#: The lines that install need the network; .ci/run runs them. PowerShell blocks are for Windows.
INSTALL = "python3 -m venv "


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)


def commands(path):
    return [line for block in blocks(path, "bash") for line in block.splitlines()]


def run(command, folder, python=sys.executable):
    """Run a command as someone does in whose environment ``python`` is, and see it succeed."""
    path = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, f"{command}\n{out}\n{err}"
    return out


def anchors(text):
    """Return the anchors of a page's headings, as they are made of them on the web."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
