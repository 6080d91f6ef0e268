"""What the code may do: no code out of data, no network, one way to write, POSIX in one module."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "policycls").rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in SOURCES.items()}
#: Where documents, tables and models come in, by command and by library.
ENTRIES = ("policycls.api", "policycls.batch", "policycls.cli_tagging")
#: Not part of it: a cluster is started by who names one; learning starts from the user's own rows.
ASIDE = ("policycls.cluster", "policycls.learning", "policycls.partitions")

RUNS_CODE = {
    "pickle", "_pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "skops", "runpy", "code",
    "codeop", "joblib.load", "joblib.dump", "pandas.read_pickle", "torch",
}  # fmt: skip
NETWORK = {
    "socket", "ssl", "http", "urllib.request", "urllib3", "ftplib", "smtplib", "poplib", "imaplib",
    "telnetlib", "xmlrpc", "socketserver", "asyncio", "requests", "httpx", "aiohttp", "webbrowser",
}  # fmt: skip
PROCESSES = {
    "subprocess", "multiprocessing", "pty", "os.system", "os.popen", "os.fork", "os.forkpty",
    "os.posix_spawn", "os.posix_spawnp", "joblib.Parallel", "joblib.externals", "concurrent.futures.process",
    "concurrent.futures.ProcessPoolExecutor", *(f"os.{x}{y}" for x in ("exec", "spawn") for y in
    ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")),
}  # fmt: skip
BUILTINS = {"eval", "exec", "compile", "__import__"}
ALLOWED = {
    ("policycls.documents.worker", "subprocess"): "the reader's boundary",
    ("policycls.streaming", "joblib.externals"): "--jobs, when it is asked for: this program once more",
}
POSIX_ONLY = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "signal"}


def _names(tree):
    """Yield the dotted names that a module imports or reaches through an import, with what it calls bare."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield f"{known[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Name) and node.id in BUILTINS:
            yield node.id


def _found(tree, banned):
    """Return which of the banned names a module uses: the names themselves, and what lies below them."""
    return {x for name in _names(tree) for x in banned if name == x or name.startswith(f"{x}.")}


def _reached(names):
    """Return our modules that these lead to, imports within functions too."""
    seen, left = set(), list(names)
    while left:
        name = left.pop()
        if name not in TREES or name in seen or name.startswith(ASIDE):
            continue
        seen.add(name)
        left += {*_names(TREES[name])} | {x.rpartition(".")[0] for x in _names(TREES[name])}
    return seen


TAGGING = sorted(_reached(ENTRIES))


def test_the_walk_reaches_readers_model_and_outputs():
    assert len(TAGGING) > 60
    for name in ("documents.worker", "documents.pdf", "model.store", "output.workbook", "output.report.page"):
        assert f"policycls.{name}" in TAGGING


@pytest.mark.parametrize("name", TAGGING)
def test_no_module_of_tagging_runs_data_opens_the_network_or_starts_a_process(name):
    found = _found(TREES[name], RUNS_CODE | NETWORK | PROCESSES | BUILTINS)
    assert found == {x for module, x in ALLOWED if module == name}


def test_the_walk_sees_what_it_looks_for():
    """Each of these is refused in whatever way it is written."""
    for text, name in {
        "import pickle": "pickle",
        "from joblib import load": "joblib.load",
        "import joblib as j\nj.load('x')": "joblib.load",
        "def f():\n import urllib.request": "urllib.request",
        "import os\nos.execv('a', [])": "os.execv",
        "from os import system": "os.system",
        "import pandas as pd\npd.read_pickle('x')": "pandas.read_pickle",
        "eval('1')": "eval",
    }.items():
        assert name in _found(ast.parse(text), RUNS_CODE | NETWORK | PROCESSES | BUILTINS), text


def test_arrays_are_read_without_pickle():
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.load":
                assert "allow_pickle=False" in ast.unparse(node), name
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert ast.unparse(node.value) == "False", name


def test_what_only_posix_has_stands_in_one_module():
    names = (
        POSIX_ONLY | {x for x in PROCESSES if x.startswith(("os.fork", "os.posix"))} | {"os.kill", "os.uname"}
    )
    users = {name for name, tree in TREES.items() if _found(tree, names)}
    assert users == {"policycls.system"}


#: Writers that need not be atomic, with the reason.
DIRECT = {
    ("policycls.learning.ledger", "append"): "adds lines; a torn one is put aside",
    ("policycls.learning.ledger", "_keep"): "adds lines",
    ("policycls.learning.registry", "locked"): "the number of who holds the lock, for a message",
    ("policycls.output.resume", "_open"): "an unfinished output, which its journal cuts back",
    ("policycls.output.writers", "lengthen"): "into the caller's temporary file",
    ("policycls.output.summary", "write_summary"): "into the caller's temporary file",
    ("policycls.output.destination", "_writer"): "into the caller's temporary file",
    ("policycls.console", "open_streams"): "standard output",
    ("policycls.documents.worker", "serve"): "the pipe to the process that asks",
}
MODE = re.compile(r"[rbt]*[wax+][rwabt+]*")


class _Writes(ast.NodeVisitor):
    """Finds calls that write a file outside of a block of ``atomic_path``, by function."""

    def __init__(self):
        self.function, self.atomic, self.found = "", 0, set()

    def visit_FunctionDef(self, node):
        outer, self.function = self.function, node.name
        self.generic_visit(node)
        self.function = outer

    def visit_With(self, node):
        atomic = any("atomic_path(" in ast.unparse(item.context_expr) for item in node.items)
        self.atomic += atomic
        self.generic_visit(node)
        self.atomic -= atomic

    def visit_Call(self, node):
        name = ast.unparse(node.func).rpartition(".")[2]
        given = [x.value for a in (*node.args, *(k.value for k in node.keywords)) for x in ast.walk(a)
                 if isinstance(x, ast.Constant) and isinstance(x.value, str)]  # fmt: skip
        opened = name in ("open", "fdopen") and any(MODE.fullmatch(x) for x in given)
        if (opened or name in ("write_text", "write_bytes")) and not self.atomic:
            self.found.add(self.function)
        self.generic_visit(node)


def test_every_writer_writes_whole_or_not_at_all():
    found = set()
    for name, tree in TREES.items():
        visitor = _Writes()
        visitor.visit(tree)
        found |= {(name, function) for function in visitor.found}
    assert found == set(DIRECT)
