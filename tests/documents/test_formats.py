"""Content decides what a file is; the suffix only tells text formats apart."""

import pytest
from files_made import make_docx, make_pdf, make_xlsx, make_zip

from policycls.documents import formats, read_bytes
from policycls.errors import DamagedError, DocumentError, EncryptedError, NoTextError, UnsupportedError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_a_wrong_suffix_does_not_matter():
    made = {
        "docx": make_docx("甲办好。"),
        "pdf": make_pdf([["甲办好。"]]),
        "html": "<html><body><p>甲办好。".encode(),
    }
    for data in made.values():
        assert "甲办好。" in next(read_bytes("a.txt", data)).text
    assert next(read_bytes("a.docx", make_xlsx(["text"], ["甲办好。"]))).text == "甲办好。"


@pytest.mark.parametrize(
    "suffix", ["txt", "md", "html", "pdf", "docx", "xlsx", "csv", "tsv", "jsonl", "parquet", "zip"]
)
def test_an_empty_file_of_any_kind_says_so(suffix):
    with pytest.raises(NoTextError, match=f"a.{suffix}: file is empty"):
        list(read_bytes(f"a.{suffix}", b""))


@pytest.mark.parametrize(
    ("name", "data", "kind", "message"),
    [
        ("a.pdf", b"hello", DamagedError, "damaged or not a PDF"),
        ("a.pdf", b"%PDF-1.4 broken", DamagedError, "damaged or not a PDF"),
        ("a.docx", b"hello", DamagedError, "not an Office document"),
        ("a.docx", make_docx("甲。")[:900], DamagedError, "cut off"),
        ("a.docx", make_zip(x=b"1"), DamagedError, "not an Office document"),
        ("a.xlsx", make_zip(x=b"1"), DamagedError, "not an Office document"),
        ("a.doc", OLE + bytes(600), UnsupportedError, "old .doc, or encrypted; save it as .docx"),
        ("a.xls", OLE + bytes(600), UnsupportedError, "old .xls"),
        (
            "a.docx",
            OLE + "EncryptedPackage".encode("utf-16-le"),
            EncryptedError,
            "save it without a password",
        ),
        ("a.rtf", b"{\\rtf1 x}", UnsupportedError, "save it as .docx"),
        ("a.txt", b"\x89PNG\r\n", UnsupportedError, "OCR"),
        ("a.odt", make_zip(mimetype=b"x", **{"content.xml": b"<a/>"}), UnsupportedError, "OpenDocument"),
        ("a.parquet", b"hello", DamagedError, "parquet"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(name, data, kind, message):
    with pytest.raises(kind, match=message) as caught:
        list(read_bytes(name, data))
    assert caught.value.path == name and caught.value.hint
    assert isinstance(caught.value, DocumentError)


def test_a_saved_page_in_one_file_is_known():
    head = b"From: <x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=q\r\n\r\n"
    assert formats.sniff("a.mht", head) == "mht"
