"""Word documents: text as it is seen, rows of tables as units, bombs and foreign parts refused."""

import pytest
from files_made import make_docx, with_part

from policycls.documents import read_bytes, split_units
from policycls.errors import DamagedError, DocumentError, LimitError, NoTextError


def units(data):
    return [(u.kind, u.text) for u in split_units(next(read_bytes("a.docx", data)))]


def test_paragraphs_headings_and_rows():
    data = make_docx("压缩时限。推行一窗；", heading="某市通知", rows=[["事项", "时限。短"], ["开办", "1天"]])
    assert units(data) == [
        ("heading", "某市通知"),
        ("sentence", "压缩时限。"),
        ("sentence", "推行一窗；"),
        ("sentence", "事项　时限。短"),
        ("sentence", "开办　1天"),
    ]


def body(inner: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return f"<w:document {space}><w:body>{inner}</w:body></w:document>".encode()


def test_deleted_text_is_no_text_and_inserted_text_is():
    inner = (
        "<w:p><w:r><w:t>甲办</w:t></w:r><w:del><w:r><w:delText>不</w:delText><w:t>不</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>好。</w:t></w:r></w:ins></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>乙</w:t><w:br/><w:t>办好。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert (
        "".join(text for _, text in units(with_part(make_docx("x"), "word/document.xml", body(inner))))
        == "甲办好。乙办好。"
    )


def test_no_text():
    with pytest.raises(NoTextError):
        units(make_docx(""))


def test_a_dtd_is_refused():
    part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>' + body("")
    with pytest.raises(DamagedError, match="contains a DTD"):
        units(with_part(make_docx("甲。"), "word/document.xml", part))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(LimitError, match="expands to more than 64 MiB"):
        units(with_part(make_docx("甲。"), "word/document.xml", b" " * (65 * 1024 * 1024)))


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_file_gives_text_or_a_document_error(seed):
    import random

    chance = random.Random(seed)
    data = bytearray(make_docx("压缩时限。", "推行一窗受理。"))
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        assert units(bytes(data))
    except DocumentError as error:
        assert error.path


def test_footnotes_and_endnotes_stand_after_the_body():
    import io

    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE as KINDS
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    made = docx.Document()
    made.add_paragraph("推行一窗受理")
    for kind, reltype, texts in (
        ("endnote", KINDS.ENDNOTES, ["丙尾注"]),
        ("footnote", KINDS.FOOTNOTES, ["甲脚注", "乙脚注。"]),
    ):
        notes = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:{kind}>'
        for n, text in enumerate(texts, 1):
            notes += f'<w:{kind} w:id="{n}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        blob = f"<w:{kind}s {space}>{notes}</w:{kind}s>".encode()
        name, kinds = PackURI(f"/word/{kind}s.xml"), "application/vnd.openxmlformats-officedocument."
        part = Part(name, f"{kinds}wordprocessingml.{kind}s+xml", blob, made.part.package)
        made.part.relate_to(part, reltype)
    buffer = io.BytesIO()
    made.save(buffer)
    (document,) = read_bytes("a.docx", buffer.getvalue())
    assert document.text == "推行一窗受理\n甲脚注\n乙脚注。\n丙尾注"
