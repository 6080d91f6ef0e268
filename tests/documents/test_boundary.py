"""Whatever a parser raises comes out as an error that names the document."""

import pytest

from policycls.documents import boundary
from policycls.errors import DamagedError, DocumentError, LimitError, NoTextError, PolicyclsError


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
    def reader(name, data):
        raise raised

    def stream():
        yield 1
        raise raised

    with pytest.raises(kind, match=message) as caught:
        boundary.guard(reader, "a.txt", b"x")
    assert caught.value.path == "a.txt"
    documents = boundary.guarded("a.txt", stream())
    assert next(documents) == 1
    with pytest.raises(PolicyclsError, match=message):
        next(documents)


def test_what_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(boundary, "MAX_BYTES", 3)
    with pytest.raises(LimitError, match="split it"):
        boundary.guard(lambda name, data: [], "a.txt", b"1234")
