"""What can go wrong, as exceptions that say what is wrong, where, and what to do.

::

    PolicyclsError
    ├── UsageError                  exit 2   options that do not fit together
    ├── DocumentError               exit 3   an input document
    │   ├── UnsupportedError                 a format that is not read
    │   ├── DamagedError                     broken, or not what its name says
    │   ├── EncryptedError                   needs a password
    │   ├── NoTextError                      nothing to tag in it
    │   ├── EncodingError                    bytes that are no text in one encoding
    │   └── LimitError                       larger, deeper or slower than is read
    ├── TableError                  exit 3   a table: columns, rows, quoting
    ├── ModelError                  exit 4   a model folder
    │   ├── ModelNotFoundError
    │   ├── ModelDamagedError
    │   ├── ModelVersionError
    │   └── LabelMismatchError               the model's labels are not the schema's
    ├── CorpusError                 exit 5   labels, schema or corpus
    │   ├── UnknownLabelError
    │   ├── ConflictError
    │   ├── TooFewExamplesError
    │   └── CorpusDamagedError
    ├── OutputError                 exit 6   an output that cannot be written
    └── LockedError                 exit 7   another process is writing

Each carries ``exit_code``, the status with which the command line ends.
"""

from __future__ import annotations

from pathlib import Path


class PolicyclsError(Exception):
    """Base of every error that policycls raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong, in one line.
    hint : str, optional
        What to do about it.
    path : str or Path, optional
        The file or folder it concerns.
    line : int, optional
        1-based line (or row) in that file.

    Examples
    --------
    >>> print(PolicyclsError("has 4 fields", hint="header has 3", path="a.csv", line=2))
    a.csv: line 2: has 4 fields; header has 3
    """

    exit_code = 1

    def __init__(
        self, message: str, *, hint: str = "", path: str | Path | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, hint, path, line)
        self.message = message
        self.hint = hint
        self.path = None if path is None else str(path)
        self.line = line

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.path, self.line)

    def __str__(self) -> str:
        where = self.path or ""
        if self.line is not None:
            where = f"{where}: line {self.line}" if where else f"line {self.line}"
        text = f"{where}: {self.message}" if where else self.message
        text = f"{text}; {self.hint}" if self.hint else text
        return " ".join(text.splitlines())  # names of files and columns may hold line ends


def _rebuild(
    kind: type[PolicyclsError], message: str, hint: str, path: str | None, line: int | None
) -> PolicyclsError:
    return kind(message, hint=hint, path=path, line=line)


class UsageError(PolicyclsError):
    """Options or arguments that do not fit together."""

    exit_code = 2


class DocumentError(PolicyclsError):
    """A document that cannot be read."""

    exit_code = 3


class UnsupportedError(DocumentError):
    """A format that is not read."""


class DamagedError(DocumentError):
    """A file that is broken or is not what its name says."""


class EncryptedError(DocumentError):
    """A file that needs a password."""


class NoTextError(DocumentError):
    """A document in which there is nothing to tag."""


class EncodingError(DocumentError):
    """Bytes that are no text in one encoding."""


class LimitError(DocumentError):
    """A document larger, deeper or slower to read than the limits allow."""


class TableError(PolicyclsError):
    """A table whose columns, rows or quoting cannot be read safely."""

    exit_code = 3


class ModelError(PolicyclsError):
    """A model folder that cannot be used."""

    exit_code = 4


class ModelNotFoundError(ModelError):
    """No model at that place."""


class ModelDamagedError(ModelError):
    """A model whose files are not what its manifest says."""


class ModelVersionError(ModelError):
    """A model in a format that this version does not read."""


class LabelMismatchError(ModelError):
    """A model whose labels are not those of the schema."""


class CorpusError(PolicyclsError):
    """Labels, a schema or a corpus that cannot be used."""

    exit_code = 5


class UnknownLabelError(CorpusError):
    """A label that the schema does not have."""


class ConflictError(CorpusError):
    """The same unit with different labels."""


class TooFewExamplesError(CorpusError):
    """Too few labelled units to learn from."""


class CorpusDamagedError(CorpusError):
    """A corpus file that is not what was written."""


class OutputError(PolicyclsError):
    """An output that cannot be written; what stood there before is kept."""

    exit_code = 6


class LockedError(PolicyclsError):
    """Another process is writing to the same folder."""

    exit_code = 7
