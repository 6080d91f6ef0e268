"""The one place where whatever a parser raises becomes an error that says what to do.

Everything that reads a format stands behind :func:`guarded`, in this process or in the parsers' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from policycls.errors import DamagedError, DocumentError, LimitError, PolicyclsError

#: A document that is read whole (not a table that streams) has at most so many bytes.
MAX_BYTES = 512 * 1024 * 1024

_T = TypeVar("_T")


def guarded(name: str, documents: Iterator[_T]) -> Iterator[_T]:
    """Yield from ``documents``; every failure is a PolicyclsError that names the document."""
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
    if isinstance(error, FileNotFoundError):
        return DocumentError("no such file or folder", path=name)
    if isinstance(error, OSError) and error.strerror:
        return DocumentError(f"cannot be read: {error.strerror}", path=name)
    kind = type(error).__name__
    return DamagedError(f"is damaged ({kind})", hint="open it and save it anew", path=name)
