"""Whatever a parser raises comes out as an error that names the document."""

import pytest

from policycls.documents import boundary, read_bytes, reading
from policycls.errors import DamagedError, DocumentError, LimitError, NoTextError


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (RecursionError(), LimitError, "nested too deeply"),
        (MemoryError(), LimitError, "memory"),
        (AttributeError("x"), DamagedError, r"is damaged \(AttributeError\)"),
        (PermissionError(13, "Permission denied"), DocumentError, "Permission denied"),
        (NoTextError("no text found"), NoTextError, "a.txt: no text found"),
    ],
)
def test_every_exception_becomes_a_document_error(raised, kind, message):
    def stream():
        yield 1
        raise raised

    documents = boundary.guarded("a.txt", stream())
    assert next(documents) == 1
    with pytest.raises(kind, match=message) as caught:
        next(documents)
    assert caught.value.path == "a.txt"


def test_what_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 3)
    with pytest.raises(LimitError, match=r"a.txt: is larger than 0 MiB; split"):
        list(read_bytes("a.txt", b"1234"))
