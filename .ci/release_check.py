"""All that must hold before a release: ``python .ci/release_check.py [--dist DIR]``.

Build; check the metadata; look into the wheel; fetch what it needs, and install it in an empty environment
that has no index to look into, as an office without a network does; run the commands and the Python of the
README there; compare the versions of program, changelog and tag.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import pages  # noqa: E402

#: Nothing but the folder that is named; no file of settings may say otherwise.
NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
FORGOTTEN = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PYTHONPATH")


def say(step: str) -> None:
    """Say what is done next."""
    print(f"-- {step}", flush=True)


def call(*command: object, **options: object) -> None:
    """Run a command; end where it fails, with what it said."""
    done = subprocess.run([str(x) for x in command], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def build(dist: Path) -> Path:
    """Build sdist and wheel, check their metadata and what is in the wheel; return the wheel."""
    say("build")
    call(sys.executable, "-m", "build", "--outdir", dist, ROOT)
    (wheel,) = dist.glob("*.whl")
    say("metadata")
    call(sys.executable, "-m", "twine", "check", "--strict", *sorted(dist.iterdir()))
    say("what is in the wheel")
    call(sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/test_packaging.py", cwd=ROOT)
    return wheel


def install(wheel: Path, work: Path) -> Path:
    """Install a wheel as docs/en/offline.md says, where there is no network; return the interpreter."""
    page = ROOT / "docs" / "en" / "offline.md"
    (fetching,), *typed = (x.splitlines() for x in pages.blocks(page, "text"))
    say(f"fetch what it needs: {fetching}")
    type_in(fetching.replace(" . ", f' "{wheel.resolve()}" '), work, dict(os.environ))
    environment = {key: value for key, value in os.environ.items() if key not in FORGOTTEN} | NO_INDEX
    lines = pages.blocks(page, "powershell")[0].splitlines() if os.name == "nt" else typed[0]
    for line in lines:
        say(f"with no index to look into: {line}")
        # The launcher of Windows takes the newest Python that is there, which need not be this one.
        type_in(re.sub(r"^py ", "python ", line), work, environment)
    python = python_of(work / "policycls-env")
    call(python, "-m", "pip", "check", env=environment)
    return python


def type_in(line: str, folder: Path, environment: dict[str, str]) -> None:
    """Run a line as someone types it in a folder; its Python is this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    shell = ["powershell", "-NoProfile", "-Command"] if os.name == "nt" else ["sh", "-c"]
    call(*shell, line, cwd=folder, env=environment | {"PATH": path})


def run_readme(python: Path, work: Path) -> None:
    """Run what stands in the README, in a folder as a reader stands in."""
    folder = work / "clone"
    for name in ("examples", "corpus"):
        shutil.copytree(ROOT / name, folder / name)
    bash = shutil.which("bash") or sys.exit("the commands of the README need bash")
    for command in pages.commands(ROOT / "README.md"):
        if not command.startswith(pages.INSTALL):
            say(command)
            pages.run([bash, "-euc", command], folder, python)
    say("its Python")
    for piece in pages.blocks(ROOT / "README.md", "python"):
        pages.run([str(python), "-c", piece], folder, python)


def compare_versions(python: Path, work: Path) -> None:
    """See that program, changelog and, where a tag is released, the tag have one version."""
    said = pages.run([str(python.parent / "policycls"), "--version"], work, python).split()[-1]
    found = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    written = found[1] if found else "none"
    if said != written:
        sys.exit(f"policycls says {said}, the changelog {written}")
    tag = os.environ.get("GITHUB_REF_NAME", "") if os.environ.get("GITHUB_REF_TYPE") == "tag" else ""
    if tag and tag != f"v{said}":
        sys.exit(f"the tag is {tag}, the version {said}")
    say(f"version {said}")


def main() -> None:
    """Check everything."""
    parser = argparse.ArgumentParser(description="All that must hold before a release.")
    parser.add_argument("--dist", type=Path, help="keep sdist and wheel here")
    dist: Path | None = parser.parse_args().dist
    with tempfile.TemporaryDirectory(prefix="policycls-release-") as folder:
        work = Path(folder)
        wheel = build(dist or work / "dist")
        python = install(wheel, work)
        compare_versions(python, work)
        run_readme(python, work)
    say("all holds")


if __name__ == "__main__":
    main()
