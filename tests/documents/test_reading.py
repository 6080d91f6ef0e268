"""One file to its documents, from a path and from memory."""

import pytest

from policycls.documents import read_bytes, read_documents
from policycls.errors import DocumentError, NoTextError


def test_a_text_file_in_another_encoding_is_noted(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("近年来，我市持续优化营商环境。".encode("gb18030"))
    (document,) = read_documents(str(path))
    assert (document.doc, document.text) == (str(path), "近年来，我市持续优化营商环境。")
    assert document.notes == ("read as gb18030",)


def test_the_encoding_can_be_given(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("text\n優化營商環境。\n".encode("big5"))
    assert next(read_documents(str(path), encoding="big5")).text == "優化營商環境。"


def test_markdown_is_text_without_its_marks():
    assert (
        next(read_bytes("a.md", "# 某市意见\n\n推行一窗受理。".encode())).text == "某市意见\n推行一窗受理。"
    )


@pytest.mark.parametrize("data", [b"  \n\t", b"\x00\x00\x01", "\u3000\n".encode()])
def test_a_file_without_text_is_an_error(data):
    with pytest.raises(NoTextError, match=r"a.txt: no text found"):
        list(read_bytes("a.txt", data))


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(DocumentError, match="no such file or folder"):
        list(read_documents(str(tmp_path / "no.txt")))


def test_importing_the_room_loads_no_parser():
    import subprocess
    import sys

    heavy = "lxml docx openpyxl pypdfium2 pyarrow opencc chardet pandas numpy"
    code = f"import sys, policycls.documents; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
