"""The one place where whatever a parser raises becomes an error that says what to do.

Everything that reads a format stands behind :func:`guard` (documents that fit in memory) or
:func:`guarded` (tables that stream). What comes out is plain data, so that :func:`guard` can later run
its reader in a child process under limits of time and memory without anything else changing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from policycls.errors import DamagedError, DocumentError, LimitError, PolicyclsError
from policycls.types import Document

#: A document that is read whole (not a table that streams) has at most so many bytes.
MAX_BYTES = 512 * 1024 * 1024

Reader = Callable[[str, bytes], list[Document]]
_T = TypeVar("_T")


def guard(reader: Reader, name: str, data: bytes) -> list[Document]:
    """Call ``reader(name, data)``; every failure is a PolicyclsError that names the document.

    Raises
    ------
    LimitError
        If ``data`` or what a parser makes of it is too large.
    DamagedError
        For any exception that a parser raises by itself.
    """
    if len(data) > MAX_BYTES:
        raise LimitError(f"is larger than {MAX_BYTES >> 20} MiB", hint="split it", path=name)
    try:
        return reader(name, data)
    except Exception as error:
        raise translate(error, name) from error


def guarded(name: str, documents: Iterator[_T]) -> Iterator[_T]:
    """Yield from ``documents`` under the same promise as :func:`guard`."""
    while True:
        try:
            document = next(documents)
        except StopIteration:
            return
        except Exception as error:
            raise translate(error, name) from error
        yield document


def translate(error: Exception, name: str) -> PolicyclsError:
    """Turn any exception into one that names the document and what to do."""
    if isinstance(error, PolicyclsError):
        if error.path is None:
            error.path = name
        return error
    if isinstance(error, RecursionError):
        return LimitError("is nested too deeply", hint="save it anew with a simpler structure", path=name)
    if isinstance(error, MemoryError):
        return LimitError("needs more memory than there is", hint="split it", path=name)
    if isinstance(error, OSError) and error.strerror:
        return DocumentError(f"cannot be read: {error.strerror}", path=name)
    kind = type(error).__name__
    return DamagedError(f"is damaged ({kind})", hint="open it and save it anew", path=name)
