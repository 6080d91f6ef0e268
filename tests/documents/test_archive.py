"""Archives: documents inside by name, one broken member does not stop the others, bombs are refused."""

import io
import zipfile

import pytest
from files_made import make_docx, make_zip

from policycls.documents import read_bytes
from policycls.errors import DocumentError, EncryptedError, LimitError, NoTextError


def test_members_are_named_inside_the_archive():
    data = make_zip(
        **{
            "甲/一.txt": "甲办好。".encode(),
            "b.docx": make_docx("乙办好。"),
            "__MACOSX/c.txt": b"x",
            "d.raw": b"x",
        }
    )
    assert [(d.doc, d.text) for d in read_bytes("a.zip", data)] == [
        ("a.zip/甲/一.txt", "甲办好。"),
        ("a.zip/b.docx", "乙办好。"),
    ]


def test_names_in_gbk_are_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("XX.txt", "甲办好。")
    data = buffer.getvalue().replace(b"XX.txt", "简".encode("gbk") + b".txt")
    assert [d.doc for d in read_bytes("a.zip", data)] == ["a.zip/简.txt"]


def test_a_broken_member_is_named_after_the_others():
    documents = read_bytes("a.zip", make_zip(**{"a.pdf": b"broken", "b.txt": "乙办好。".encode()}))
    assert next(documents).text == "乙办好。"
    with pytest.raises(
        DocumentError, match=r"1 of 2 files inside not read: a.zip/a.pdf: damaged or not a PDF"
    ):
        next(documents)


def test_an_archive_without_documents():
    with pytest.raises(NoTextError, match="no document in this archive"):
        list(read_bytes("a.zip", make_zip(**{"x.raw": b"1"})))


def test_bombs_and_locks():
    with pytest.raises(LimitError, match="64 MiB"):
        list(read_bytes("a.zip", make_zip(**{"a.txt": bytes(65 * 1024 * 1024)})))
    with pytest.raises(DocumentError, match="archive in an archive"):
        list(read_bytes("a.zip", make_zip(**{"b.zip": make_zip(a=b"1")})))
    data = bytearray(make_zip(**{"a.txt": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedError, match="without a password"):
        list(read_bytes("a.zip", bytes(data)))
