"""The command line as tests of faults run it: in this process, or in a copy that may be killed or held."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
from workspaces import SCHEMA, documents, workspace

from policycls.cli import main
from policycls.learning.retrain import retrain

#: A text of three units that may stand in any document.
TEXT = (
    "一、优化审批\n推行容缺受理和告知承诺，企业开办一天办结。\n"
    "帮助中小企业解决用工难题，发放贴息贷款三百万元。\n"
)


@dataclass(frozen=True)
class Result:
    """How a command ended: its exit status (minus the signal where one killed it) and what it printed."""

    status: int
    stdout: str
    stderr: str


def run(*arguments: object) -> Result:
    """Run a command in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = _status(arguments)
            out.flush()
            err.flush()
    finally:
        signal.signal(signal.SIGTERM, handler)
    return Result(status, *(x.buffer.getvalue().decode() for x in (out, err)))


def forked(*arguments: object, before: Callable[[], object] = lambda: None) -> Result:
    """Run a command in a copy of this process, in which ``before`` is called first."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = start(*arguments, before=before, out=out.fileno(), err=err.fileno())
        _, status = os.waitpid(child, 0)
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read().decode())
    return Result(os.waitstatus_to_exitcode(status), *printed)


def start(
    *arguments: object, before: Callable[[], object] = lambda: None, out: int | None = None, err: int = 2
) -> int:
    """Start a command in a copy of this process; return its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY) if out is None else out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        before()
        with joblib.parallel_config("sequential"):
            status = _status(arguments)
    finally:
        os._exit(status)


def _status(arguments: tuple[object, ...]) -> int:
    try:
        main([str(x) for x in arguments])
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        return int(end.code or 0)
    return 0


def hold_files(size: int) -> Callable[[], None]:
    """Let no file grow beyond ``size``, as on a disk that is full."""

    def hold() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return hold


def die_at(step: int, number: int = signal.SIGKILL) -> Callable[[], None]:
    """Send the process a signal before its step-th change of the file system that is to last."""
    left = [step]

    def wrap(call: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **keywords: object) -> object:
            left[0] -= 1
            if left[0] == -1:
                os.kill(os.getpid(), number)
            return call(*arguments, **keywords)

        return called

    def arm() -> None:
        for name in ("fsync", "rename", "replace", "unlink", "truncate"):
            setattr(os, name, wrap(getattr(os, name)))

    return arm


def state(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, locks aside."""
    files = (x for x in sorted(folder.rglob("*")) if x.is_file() and ".lock" not in x.name)
    return {x.relative_to(folder).as_posix(): x.read_bytes() for x in files}


def tagged(folder: Path) -> list[dict[str, Any]]:
    """Return the rows that :func:`tag` wrote."""
    file = folder / "out.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def tag(folder: Path, *paths: object, options: tuple[str, ...] = ()) -> Result:
    """Tag inputs to ``out.jsonl`` in the folder."""
    (folder / "out.jsonl").unlink(missing_ok=True)
    return run("tag", *paths, "-o", folder / "out.jsonl", *options)


def read(folder: Path, name: str, data: bytes, *, options: tuple[str, ...] = ()) -> tuple[str, str]:
    """Tag a file that can be read; return its text as tagged, and what was said."""
    (folder / name).write_bytes(data)
    result = tag(folder, folder / name, options=options)
    assert result.status == 0, result.stderr
    return "".join(row["text"] for row in tagged(folder)), result.stderr


def refused(folder: Path, name: str, data: bytes, *said: str) -> None:
    """Alone the file is an error and nothing is written; beside a good one it is skipped by name."""
    inputs = folder / "in"
    inputs.mkdir(exist_ok=True)
    (inputs / name).write_bytes(data)
    alone = tag(folder, inputs / name)
    assert alone.status == 3, alone.stderr
    assert not (folder / "out.jsonl").exists()
    (inputs / "good.txt").write_text(TEXT, "utf-8")
    batch = tag(folder, inputs)
    assert batch.status == 8, batch.stderr
    found = {row["doc"] for row in tagged(folder)}
    before = {doc for doc in found if doc.startswith(f"{inputs / name}#")}
    assert found - before == {f"{inputs}/good.txt"}
    assert not before or f"(the {len(before)} documents before are tagged)" in batch.stderr
    for result, start in ((alone, "error"), (batch, "skipped")):
        assert "Traceback" not in result.stderr
        line = next(x for x in result.stderr.splitlines() if x.startswith(f"{start}: {inputs / name}: "))
        for part in said:
            assert part in line


def write_table(path: Path, rows: list[list[object]]) -> Path:
    """Write labelled rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["doc", "unit", "text", "label"], *rows])
    return path


def rows(n: int = 12, start: int = 0) -> list[list[object]]:
    """Return labelled rows of n documents: the labels are permit, money and none."""
    return [[x.doc, unit.unit, unit.text, unit.label] for x in documents(n, start=start) for unit in x.units]


def bureau(folder: Path) -> Path:
    """Make a workspace of two labels and 72 rows, with a model in use; return its folder."""
    return Path(shutil.copytree(_template(), folder / "bureau"))


def model(folder: Path) -> Path:
    """Make a model folder of the labels permit, money and none."""
    (made,) = (_template() / "models").glob("0001-*")
    return Path(shutil.copytree(made, folder / "model"))


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@functools.cache
def _template() -> Path:
    with joblib.parallel_config("sequential"):
        made = workspace(Path(_folder().name), 12)
        retrain(made)
    return made.root


def schema(folder: Path) -> Path:
    """Write the label set of two labels."""
    path = folder / "two.toml"
    path.write_text(SCHEMA, encoding="utf-8")
    return path
