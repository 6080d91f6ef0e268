"""PDF: text with its pages, headers and page numbers as noise, and plain words for what cannot be read."""

import random

import pytest
from files_made import make_pdf

from policycls.documents import read_bytes, split_units
from policycls.errors import DamagedError, DocumentError, EncryptedError, NoTextError


def test_a_sentence_over_a_page_break_is_one_unit_on_its_first_page():
    pages = [
        [
            "某市优化营商环境工作情况",
            "一、审批提速",
            "推行一窗受理、并联审批，把全市开办企业的平均时间压缩至",
            "— 1 —",
        ],
        ["一个工作日。推进帮办代办。", "二、强化监管", "开展联合检查。", "— 2 —"],
    ]
    document = next(read_bytes("a.pdf", make_pdf(pages)))
    found = [(u.kind, u.page, u.text) for u in split_units(document)]
    assert ("sentence", 1, "推行一窗受理、并联审批，把全市开办企业的平均时间压缩至一个工作日。") in found
    assert ("sentence", 2, "推进帮办代办。") in found
    assert [text for kind, _, text in found if kind == "noise"] == ["— 1 —", "— 2 —"]
    assert len(document.page_starts) == 2


def test_no_text_layer():
    with pytest.raises(NoTextError, match=r"no text layer \(2 pages\); it needs OCR"):
        list(read_bytes("a.pdf", make_pdf([[], []])))


def test_a_password():
    with pytest.raises(EncryptedError, match="is encrypted; save it without a password"):
        list(read_bytes("a.pdf", make_pdf([["甲。"]], encrypted=True)))


def test_cut_off():
    with pytest.raises(DamagedError, match="damaged or not a PDF"):
        list(read_bytes("a.pdf", b"%PDF-1.7\n" + bytes(500)))


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_file_gives_text_or_a_document_error(seed):
    chance = random.Random(seed)
    data = bytearray(make_pdf([["推行一窗受理。", "压缩时限。"]]))
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    try:
        assert next(read_bytes("a.pdf", bytes(data))).text
    except DocumentError as error:
        assert error.path == "a.pdf"
