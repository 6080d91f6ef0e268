"""The same documents through what a user would reach for instead."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

from documents_convert import to_html

from policycls.documents import from_text, read_bytes, read_documents, split_units
from policycls.types import Unit

#: (name of the file, its bytes, texts of the body's units, texts of noise)
Case = tuple[str, bytes, list[str], list[str]]


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def core(text: str) -> str:
    """Return a unit's text without its end mark, which a bare split drops."""
    return bare(text).strip("。；！？!?;.”’）)\"'")


def compare_table(shapes: Path, documents: dict[str, list[str]], pdfs: dict[str, bytes]) -> str:
    """Units right, noise let through and body lost, for each way of reading each kind of file."""
    cases = {
        "text in nine shapes": _shapes(shapes, ".txt"),
        "html in the shapes, and ten pages": [*_shapes(shapes, ".html"), *_pages(documents)],
        "ten PDFs": _pdfs(documents, pdfs),
    }
    ways: dict[str, list[tuple[str, Callable[[str, bytes], list[str]]]]] = {
        "text in nine shapes": [("policycls", _ours), ("`re.split('[。！？]')`", _bare_split)],
        "html in the shapes, and ten pages": [
            ("policycls", _ours),
            ("trafilatura default, split", _trafilatura),
        ],
        "ten PDFs": [
            ("policycls", _ours),
            ("pypdf, split on 。", _pypdf),
            ("pdfplumber, split on 。", _pdfplumber),
        ],
    }
    lines = ["| documents | read by | units right | noise let through | body lost |", "|---|---|---|---|---|"]
    for kind, group in cases.items():
        for way, read in ways[kind] if group else []:
            lines.append(f"| {kind} | {way} | {_measure(group, read)} |")
    return "\n".join(lines)


def _measure(group: list[Case], read: Callable[[str, bytes], list[str]]) -> str:
    right = units = let = noises = lost = 0
    for name, data, body, noise in group:
        try:
            found = read(name, data)
        except ImportError:
            return "not installed | – | –"
        cores = {core(piece) for piece in found}
        whole = "".join(bare(piece) for piece in found)
        for text in body:
            units += 1
            right += core(text) in cores
            # Lost is what is nowhere in what was read, not even in pieces: its middle is missing.
            lost += not any(
                core(text)[at : at + 6] in whole for at in range(0, max(1, len(core(text)) - 5), 3)
            )
        for text in noise:
            noises += 1
            let += bare(text) in whole
    return f"{100 * right / units:.1f} % of {units} | {let} of {noises} | {lost}"


def _shapes(folder: Path, suffix: str) -> list[Case]:
    cases = []
    for source in sorted(folder.glob(f"*{suffix}")):
        units = [
            json.loads(line) for line in source.with_suffix(".units.jsonl").read_text("utf-8").splitlines()
        ]
        body = [unit["text"] for unit in units if unit["kind"] != "noise"]
        noise = [unit["text"] for unit in units if unit["kind"] == "noise"]
        together = bare("".join(body))
        cases.append(
            (str(source), source.read_bytes(), body, [text for text in noise if bare(text) not in together])
        )
    return cases


def _body(units: list[Unit]) -> list[str]:
    return [unit.text for unit in units if unit.kind != "noise"]


def _pages(documents: dict[str, list[str]]) -> list[Case]:
    furniture = [
        "网站首页",
        "政务公开",
        "浏览次数：",
        "分享到：",
        "某地召开专题推进会",
        "网站标识码：0000000000",
    ]
    cases: list[Case] = []
    for texts in documents.values():
        together = bare("".join(texts))
        noise = [text for text in furniture if bare(text) not in together]
        cases.append(("a.html", to_html(texts), _body(split_units(from_text("\n".join(texts)))), noise))
    return cases


def _pdfs(documents: dict[str, list[str]], pdfs: dict[str, bytes]) -> list[Case]:
    return [
        ("a.pdf", pdfs[doc], _body(split_units(from_text("\n".join(texts)))), [])
        for doc, texts in documents.items()
        if doc in pdfs
    ]


def _ours(name: str, data: bytes) -> list[str]:
    documents = read_documents(name) if Path(name).is_file() else read_bytes(name, data)
    return _body(split_units(next(iter(documents))))


def _split(text: str) -> list[str]:
    return [piece for line in text.split("\n") for piece in re.split("[。！？]", line)]


def _bare_split(name: str, data: bytes) -> list[str]:
    del name
    return _split(data.decode("utf-8-sig"))


def _trafilatura(name: str, data: bytes) -> list[str]:
    del name
    import trafilatura

    return _split(trafilatura.extract(data) or "")


def _pypdf(name: str, data: bytes) -> list[str]:
    del name
    import pypdf

    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return text.replace("\n", "").split("。")


def _pdfplumber(name: str, data: bytes) -> list[str]:
    del name
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as pdf:
        text = "\n".join(page.extract_text() or "" for page in pdf.pages)
    return text.replace("\n", "").split("。")
