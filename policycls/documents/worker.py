"""Parsers in a process of their own, so that no document can take all time and memory, or end the run.

The process is started when the first document needs it, reads one document after the other, and ends when
its standard input does, be it in the middle of a document: it cannot outlive the process that started it.
It is started as ``python -c``, not forked and not by importing the caller's main module, so that it works
in any script, under threads and on Windows. What comes back is JSON: nothing of it is ever run.

How long a document may take, and how much memory, stands in the workspace's ``policycls.toml``;
``POLICYCLS_READ_SECONDS`` sets the time for one run, and 0 reads in this process, without limits.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import starmap
from typing import Any, BinaryIO

from policycls import errors
from policycls.documents.boundary import translate
from policycls.errors import DamagedError, LimitError, PolicyclsError
from policycls.resources import READING, reading_limits
from policycls.system import hold_memory, ignore_interrupts, memory
from policycls.types import Document, Span

SECONDS = "POLICYCLS_READ_SECONDS"
#: What a PDF may take, and so many times its own size: its parser unpacks streams that nobody has looked at.
PDF_MEMORY, PDF_TIMES = 512 * 1024**2, 64
#: A process that has grown by more over a document is ended: parsers keep what they have had.
GROWN = 256 * 1024**2
#: Documents of a table that travel together.
_BATCH = 256
_SIZE = 8
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from policycls.documents import worker; worker.serve()"
)

#: From (kind, name, content, encoding, text column) to documents.
Reader = Callable[[str, str, bytes, str | None, str | None], Iterator[Document]]


def seconds() -> float:
    """Return how long a document may take; 0 if there is no limit and no process."""
    stated = os.environ.get(SECONDS)
    try:
        return reading_limits()["seconds"] if stated is None else max(0.0, float(stated))
    except ValueError:
        return READING["seconds"]


def read(
    kind: str, name: str, data: bytes, encoding: str | None, text_column: str | None
) -> Iterator[Document]:
    """Yield the documents of ``data`` as the process reads them.

    Raises
    ------
    LimitError
        If it takes longer than :func:`seconds` for a document, or more memory than is allowed.
    DamagedError
        If it makes its parser crash.
    PolicyclsError
        Whatever reading it in this process would raise.
    """
    limit, space = seconds(), int(reading_limits()["memory_mib"] * 1024**2)
    process = _take()
    whole = False
    try:
        request = {
            "kind": kind, "name": name, "encoding": encoding, "text_column": text_column, "memory": space
        }  # fmt: skip
        answer = process.ask(request, data, limit, name)
        while "documents" in answer:
            yield from map(_document, answer["documents"])
            answer = process.more(limit, name)
        whole = not answer.get("grown")
    finally:
        if whole:
            _idle.append(process)
        else:
            process.end()
    if "error" in answer:
        raise _error(answer["error"])


class _Process:
    """One process that reads documents."""

    def __init__(self) -> None:
        paths = [path or os.getcwd() for path in sys.path]  # noqa: PTH109
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.owner = os.getpid()

    @property
    def alive(self) -> bool:
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, request: dict[str, Any], data: bytes, limit: float, name: str) -> dict[str, Any]:
        """Send a document, and wait for the first part of the answer."""
        assert self._process.stdin is not None
        with self._timed(limit, name):
            _send(self._process.stdin, request)
            self._process.stdin.write(len(data).to_bytes(_SIZE, "big"))
            self._process.stdin.write(data)
            self._process.stdin.flush()
            return self._answer()

    def more(self, limit: float, name: str) -> dict[str, Any]:
        """Wait for the next part of the answer."""
        with self._timed(limit, name):
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer = _receive(self._process.stdout)
        if answer is None:
            raise EOFError
        return answer

    @contextlib.contextmanager
    def _timed(self, limit: float, name: str) -> Iterator[None]:
        """Kill the process when the time is over; the wait for its answer then ends at once."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(limit, kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EOFError, OSError, ValueError):
            if late.is_set():
                hint = f"split it, or set {SECONDS}"
                raise LimitError(f"took longer than {limit:g} s", hint=hint, path=name) from None
            raise DamagedError(
                "is damaged (its parser crashed)", hint="open it and save it anew", path=name
            ) from None
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self.owner != os.getpid():
            return  # a copy of another process's handle
        self._process.kill()
        # Closes the pipes and waits; what was not sent yet cannot be any more.
        with contextlib.suppress(OSError), self._process:
            pass


_idle: list[_Process] = []


def _take() -> _Process:
    """Return a process that is free, or a new one."""
    while _idle:
        process = _idle.pop()
        if process.alive:
            return process
        process.end()
    return _Process()


@atexit.register
def close() -> None:
    """End the processes that are free; the next document starts a new one."""
    while _idle:
        _idle.pop().end()


def _send(stream: BinaryIO | Any, message: dict[str, Any]) -> None:
    # A file's name may hold bytes that are no text: lone surrogates.
    data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(len(data).to_bytes(_SIZE, "big"))
    stream.write(data)


def _receive(stream: BinaryIO | Any) -> dict[str, Any] | None:
    data = _receive_bytes(stream)
    if data is None:
        return None
    message: dict[str, Any] = json.loads(data.decode("utf-8", "surrogatepass"))
    return message


def _receive_bytes(stream: BinaryIO | Any) -> bytes | None:
    size = stream.read(_SIZE)
    if len(size) < _SIZE:
        return None
    length = int.from_bytes(size, "big")
    data: bytes = stream.read(length)
    return data if len(data) == length else None


def _plain(document: Document) -> list[Any]:
    noise = [(span.start, span.end) for span in document.noise]
    fragments = [(span.start, span.end) for span in document.fragments]
    rest = document.page_starts, document.title, dict(document.fields), document.notes
    return [document.doc, document.text, noise, fragments, *rest]


def _document(item: list[Any]) -> Document:
    doc, text, noise, fragments, page_starts, title, fields, notes = item
    spans = tuple(starmap(Span, noise)), tuple(starmap(Span, fragments))
    return Document(doc, text, *spans, tuple(page_starts), title, fields, tuple(notes))


def _error(item: dict[str, Any]) -> PolicyclsError:
    kind = getattr(errors, item.pop("kind"))
    error: PolicyclsError = kind(item.pop("message"), **item)
    return error


def serve() -> None:
    """Be the process: read requests from standard input, write answers to standard output."""
    from policycls.documents.reading import read_here

    # openpyxl imports numpy where it is there, which takes as long as the rest of it; no parser needs it.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    # What a parser makes lives as long as its document does: to look through it all the time finds nothing.
    gc.set_threshold(50_000)
    ignore_interrupts()
    # Whatever a parser prints must not get between the answers.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        request, data = requests.get()
        _answer(out, request, data, read_here)
        del data


def _listen(requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    """Take requests; when there can be no more of them, end the process in whatever it does."""
    while True:
        try:
            request, data = _receive(sys.stdin.buffer), _receive_bytes(sys.stdin.buffer)
        except MemoryError:
            request = None
        if request is None or data is None:
            os._exit(0)
        requests.put((request, data))


def _answer(out: BinaryIO, request: dict[str, Any], data: bytes, reader: Reader) -> None:
    batch: list[list[Any]] = []
    space, before = memory()
    pdf = space + PDF_MEMORY + PDF_TIMES * len(data)
    hold_memory(min(request["memory"], pdf) if request["kind"] == "pdf" else request["memory"])
    try:
        for document in reader(
            request["kind"], request["name"], data, request["encoding"], request["text_column"]
        ):
            batch.append(_plain(document))
            if len(batch) == _BATCH:
                _send(out, {"documents": batch})
                batch = []
        last: dict[str, Any] = {}
    except Exception as error:
        told = translate(error, request["name"])
        last = {
            "error": {
                "kind": type(told).__name__,
                "message": told.message,
                "hint": told.hint,
                "path": told.path,
                "line": told.line,
            }
        }
    hold_memory(request["memory"])  # the next document comes as soon as this one is answered
    if batch:
        _send(out, {"documents": batch})
    _send(out, {**last, "grown": memory()[1] - before > GROWN})
    out.flush()
