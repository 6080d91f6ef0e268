"""Faults in documents, rows 1 to 20: every input is read, or named with a reason; what is good is tagged."""

import io
import json
import random

import pypdf
import pytest
from fault_runs import TEXT, read, refused, run, tag, tagged
from files_made import make_docx, make_pdf, make_zip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

anywhere = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _marks(result: str) -> str:
    return "".join(result.split())


@pytest.mark.parametrize(
    "suffix", ["txt", "md", "html", "pdf", "docx", "xlsx", "csv", "jsonl", "parquet", "zip"]
)
def test_row_01_an_empty_file_says_so(tmp_path, suffix):
    refused(tmp_path, f"a.{suffix}", b"", "file is empty")


@pytest.mark.parametrize("codec", ["gbk", "gb18030"])
def test_row_02_gbk_is_read_with_a_note(tmp_path, codec):
    text, said = read(tmp_path, "a.txt", TEXT.encode(codec))
    assert _marks(text) == _marks(TEXT)
    assert "read as gb" in said.lower()


@anywhere
@given(st.lists(st.sampled_from([*TEXT.splitlines(), "强化监管，开展检查。"]), min_size=2, max_size=6))
def test_row_02_whatever_is_written_in_gb18030_comes_back(tmp_path, lines):
    assert _marks(read(tmp_path, "a.txt", "\n".join(lines).encode("gb18030"))[0]) == _marks("".join(lines))


@pytest.mark.parametrize("first", ["utf-8", "gb18030"])
def test_row_03_two_encodings_in_a_file_are_refused_with_the_place(tmp_path, first):
    second = {"utf-8": "gb18030", "gb18030": "utf-8"}[first]
    data = (TEXT * 3).encode(first) + (TEXT * 3).encode(second)
    refused(tmp_path, "a.txt", data, "encoding changes at byte ", "--encoding")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_row_04_utf_16_without_mark_is_read_with_a_note(tmp_path, codec):
    text, said = read(tmp_path, "a.txt", TEXT.encode(codec))
    assert _marks(text) == _marks(TEXT)
    assert "utf-16" in said.lower()


def test_row_05_lone_surrogates_are_replaced_and_counted(tmp_path):
    data = TEXT.encode() + "审批".encode() + b"\xed\xa0\x80\xed\xb0\x80" + "提速。\n".encode()
    text, said = read(tmp_path, "a.txt", data)
    assert "审批\ufffd" in text
    assert "提速" in text
    assert "replaced" in said


@anywhere
@given(st.text(st.characters(categories=["Cs", "Lo"], max_codepoint=0xFFFF), min_size=1, max_size=30))
def test_row_05_no_surrogate_reaches_an_output(tmp_path, text):
    data = json.dumps({"text": f"{TEXT}{text}。"}).encode()
    found, _ = read(tmp_path, "a.jsonl", data)
    assert not any("\ud800" <= x <= "\udfff" for x in found)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "jsonl"])
def test_row_06_control_characters_are_taken_out_and_counted(tmp_path, suffix):
    (tmp_path / "a.txt").write_bytes(TEXT.replace("受理", "受\x00\x01理\x1b").encode())
    result = run("tag", tmp_path / "a.txt", "-o", tmp_path / f"tagged.{suffix}")
    assert result.status == 0, result.stderr
    assert "3 control characters removed" in result.stderr
    again = tag(tmp_path, tmp_path / f"tagged.{suffix}")
    assert again.status == 0, again.stderr
    text = "".join(row["text"] for row in tagged(tmp_path))
    assert "推行容缺受理和告知承诺" in text


def test_row_07_unseen_characters_stay_in_the_output_and_change_no_label(tmp_path):
    plain, _ = read(tmp_path, "a.txt", TEXT.encode())
    labels = [row["label"] for row in tagged(tmp_path)]
    odd = TEXT.replace("容缺", "容\u200b缺").replace("贷款", "\u202e贷\u2060款").replace("企业", "企业\ue000")
    text, said = read(tmp_path, "a.txt", odd.encode())
    assert "容\u200b缺" in text
    assert [row["label"] for row in tagged(tmp_path)] == labels
    assert "private" in said
    assert plain != text


def test_row_08_html_nested_too_deeply_is_an_error_though_text_is_found_before(tmp_path):
    def page(depth):
        deep = f"{'<div>' * depth}<p>{TEXT}</p>{'</div>' * depth}"
        return f"<html><body><p>{TEXT}</p>{deep}<p>{TEXT}</p></body></html>".encode()

    assert read(tmp_path, "a.html", page(1500))[0].count("容缺受理") == 3
    refused(tmp_path, "deep.html", page(5000), "is nested too deeply; save it anew")


def test_row_09_a_text_node_of_eleven_megabytes_is_read_or_refused_by_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr("policycls.documents.html.MAX_CHARACTERS", 100_000)
    page = f"<html><body><p>{TEXT * 3000}</p></body></html>".encode()
    monkeypatch.setenv("POLICYCLS_READ_SECONDS", "0")
    refused(tmp_path, "a.html", page, "is larger than ", "split it")


@pytest.mark.parametrize("said", ["utf-8", "iso-8859-1", "gb2312"])
def test_row_10_a_page_that_lies_about_its_encoding_is_read_right(tmp_path, said):
    page = f"<html><head><meta charset={said}></head><body><p>{TEXT}</p></body></html>"
    assert "容缺受理" in read(tmp_path, "a.html", page.encode("gbk"))[0]


def test_row_11_a_document_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("POLICYCLS_READ_SECONDS", "0.5")
    page = b"<html><body>" + b"<p>x</p>" * 400_000 + b"</body></html>"
    refused(tmp_path, "a.html", page, "took longer than 0.5 s")


def test_row_12_a_password_is_told(tmp_path):
    refused(
        tmp_path, "a.pdf", make_pdf([[TEXT]], encrypted=True), "is encrypted", "save it without a password"
    )


def test_row_13_an_owners_password_alone_keeps_nobody_from_reading(tmp_path):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf([TEXT.splitlines()])))
    writer.encrypt("", "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "容缺受理" in read(tmp_path, "a.pdf", buffer.getvalue())[0]


def test_row_14_pictures_alone_need_ocr(tmp_path):
    refused(tmp_path, "a.pdf", make_pdf([[], [], []]), "no text layer (3 pages)", "OCR")


@pytest.mark.parametrize("data", [make_pdf([[TEXT]])[:300], b"no PDF at all", b"%PDF-1.7\n%%EOF"])
def test_row_15_what_is_cut_off_or_no_pdf_is_told(tmp_path, data):
    refused(tmp_path, "a.pdf", data, "damaged or not a PDF")


def test_row_16_a_loop_of_pages_and_a_deep_array_end_in_an_error(tmp_path):
    loop = (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [2 0 R] >>\nendobj\n"
        b"trailer << /Size 3 /Root 1 0 R >>\n%%EOF"
    )
    deep = loop.replace(b"/Kids [2 0 R]", b"/Kids " + b"[" * 20_000 + b"]" * 20_000)
    for name, data in (("loop.pdf", loop), ("deep.pdf", deep)):
        folder = tmp_path / name[:4]
        folder.mkdir()
        refused(folder, name, data)


@pytest.mark.parametrize("seed", range(12))
def test_row_17_a_mutated_pdf_gives_text_or_a_line_of_error(tmp_path, seed):
    rng = random.Random(seed)
    data = bytearray(make_pdf([TEXT.splitlines(), TEXT.splitlines()]))
    for _ in range(rng.randint(1, 40)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    (tmp_path / "a.pdf").write_bytes(data)
    result = tag(tmp_path, tmp_path / "a.pdf")
    assert result.status in (0, 3)
    assert "Traceback" not in result.stderr
    assert bool(tagged(tmp_path)) == (result.status == 0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (make_docx(TEXT)[:900], "cut off or not whole"),
        (TEXT.encode(), "is not an Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old .doc, or encrypted"),
    ],
    ids=["cut off", "text", "old"],
)
def test_row_18_what_word_cannot_open_is_told_with_advice(tmp_path, data, said):
    refused(tmp_path, "a.docx", data, said, "save it")


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_row_19_a_zip_that_is_no_office_document(tmp_path, name):
    refused(tmp_path, name, make_zip(**{"mimetype": b"x", "content.bin": b"y"}), "not an Office document")


def test_row_20_a_sentence_without_end_is_cut_and_flagged(tmp_path):
    sentence = "推进企业服务工作" * 12_500
    text, _ = read(tmp_path, "a.txt", sentence.encode())
    assert text == sentence
    rows = tagged(tmp_path)
    assert len(rows) > 1
    assert all(len(row["text"]) <= 2000 and row["review"] for row in rows)
