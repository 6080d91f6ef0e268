"""How well and how fast documents are read, beside what a user would reach for instead.

Run from the repository::

    python benchmarks/documents.py --docs DIR --labelled FILE… --corpus DIR

``--docs`` is a folder of raw text files, ``--labelled`` are JSONL tables of units of them (doc, text),
``--corpus`` is a corpus folder, of which the documents frozen for tests are taken. Without them the parts
that need them are left out. What the splitter knows was chosen on the first draw; the second one only
tells. Prints, and writes ``RESULTS-documents.md``, which holds figures only.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from documents_compare import compare_table
from documents_convert import to_big5, to_docx, to_html, to_pdfs
from documents_damage import DAMAGES
from documents_speed import speed_table

from policycls.documents import from_text, read_bytes, read_documents, split_units
from policycls.types import Document, Unit

HERE = Path(__file__).resolve().parent
SHAPES = HERE.parent / "tests" / "documents_shapes"
SEED = 7


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def body(document: Document) -> list[Unit]:
    return [unit for unit in split_units(document) if unit.kind != "noise"]


def counted(units: Iterable[Unit]) -> Counter[str]:
    return Counter(bare(unit.text) for unit in units)


def paragraphs(document: Document) -> list[str]:
    """Lines of the body, noise left out."""
    noise = {span.start for span in document.noise}
    result, at = [], 0
    for line in document.text.split("\n"):
        if at not in noise:
            result.append(line.strip())
        at += len(line) + 1
    return result


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def shapes_table(folder: Path) -> str:
    """Units exactly right, noise let through and body lost over the documents of every shape."""
    sums: dict[str, Counter[str]] = {}
    for expected_file in sorted(folder.glob("*.units.jsonl")):
        stem = expected_file.name.removesuffix(".units.jsonl")
        source = next(path for path in sorted(folder.glob(f"{stem}.*")) if path != expected_file)
        units = [json.loads(line) for line in expected_file.read_text("utf-8").splitlines()]
        document = next(iter(read_documents(str(source))))
        found = split_units(document)
        wanted = Counter(bare(unit["text"]) for unit in units if unit["kind"] != "noise")
        noise = Counter(bare(unit["text"]) for unit in units if unit["kind"] == "noise")
        got = counted(unit for unit in found if unit.kind != "noise")
        kinds = Counter((unit["kind"], bare(unit["text"])) for unit in units if unit["kind"] != "noise")
        got_kinds = Counter((unit.kind, bare(unit.text)) for unit in found if unit.kind != "noise")
        dropped = "".join(bare(unit.text) for unit in found if unit.kind == "noise")
        row = sums.setdefault(stem.rpartition("_")[0], Counter())
        row["documents"] += 1
        row["units"] += wanted.total()
        row["right"] += (wanted & got).total()
        row["kind"] += (kinds & got_kinds).total()
        row["let"] += (noise & (got - wanted)).total()
        row["lost"] += sum(1 for text in (wanted - got).elements() if text in dropped)
    total: Counter[str] = Counter()
    for row in sums.values():
        total.update(row)
    rows = [
        [
            name,
            str(row["documents"]),
            str(row["units"]),
            share(row["right"], row["units"]),
            share(row["kind"], row["units"]),
            str(row["let"]),
            str(row["lost"]),
        ]
        for name, row in [*sums.items(), ("all", total)]
    ]
    head = [
        "shape",
        "documents",
        "units",
        "exactly right",
        "and of the right kind",
        "noise let through",
        "body lost",
    ]
    return table(head, rows)


def labelled_table(docs: Path, files: list[Path]) -> str:
    """Of labelled units, how many come out with exactly these bounds, white space aside."""
    rows, reasons = [], Counter[str]()
    for number, file in enumerate(files, 1):
        by_doc: dict[str, list[str]] = {}
        for line in file.read_text("utf-8").splitlines():
            item = json.loads(line)
            by_doc.setdefault(item["doc"], []).append(item["text"])
        right = whole = 0
        for doc, texts in by_doc.items():
            found = [
                bare(unit.text) for unit in split_units(next(iter(read_documents(str(docs / f"{doc}.txt")))))
            ]
            left = Counter(found)
            for text in map(bare, texts):
                whole += 1
                if left[text]:
                    left[text] -= 1
                    right += 1
                else:
                    reasons[_reason(text, found)] += 1
        rows.append([f"set {number}", str(len(by_doc)), str(whole), share(right, whole)])
    told = "\n".join(f"- {count} {reason}" for reason, count in reasons.most_common())
    return (
        table(["labelled", "documents", "units", "same bounds"], rows)
        + "\n\nThe rest:\n"
        + (told or "- none")
    )


def _reason(text: str, found: list[str]) -> str:
    """Why a labelled unit does not come out: told by how the units found lie to it."""
    inside = [unit for unit in found if len(unit) >= 2 and unit in text]
    if inside and "".join(unit for unit in inside if unit in text) and sum(map(len, inside)) >= len(text):
        return "are a heading and the sentence behind it in one; they come out as two"
    if any(text in unit for unit in found):
        return "are part of a sentence whose line is broken in the source; it comes out whole"
    return "come out otherwise"


def corpus_paragraphs(path: Path) -> list[str]:
    """Paragraphs of a corpus file: a heading each, sentences together up to the next heading or number."""
    marker = re.compile(r"第[一二三四五六七八九十百]{1,4}条|[（(]?[一二三四五六七八九十\d]{1,3}[、）.)]")
    result: list[str] = []
    now = ""
    for heading, text in _corpus_units(path):
        if now and (heading or marker.match(text) or len(now) > 250):
            result.append(now)
            now = ""
        if heading:
            result.append(text)
        else:
            now += text
    return [*result, now] if now else result


def _corpus_units(path: Path) -> Iterable[tuple[bool, str]]:
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        if "text" in item:
            yield item.get("kind") == "heading", item["text"]


def damage_table(groups: dict[str, list[tuple[str, list[str]]]]) -> str:
    """Of the units of undamaged documents, how many come out of the damaged ones."""
    rows = []
    for name, damage in DAMAGES.items():
        both: Counter[str] = Counter()
        for group, documents in groups.items():
            right = whole = split = 0
            for doc, texts in documents:
                wanted = counted(body(from_text("\n".join(texts))))
                damaged = damage(texts, random.Random(f"{SEED} {doc}"))
                right += (wanted & counted(body(from_text(damaged)))).total()
                whole += wanted.total()
                pieces = Counter(
                    _core(piece) for line in damaged.split("\n") for piece in re.split("[。；！？]", line)
                )
                split += (Counter(_core(text) for text in wanted.elements()) & pieces).total()
            rows.append([name, group, str(whole), share(right, whole), share(split, whole)])
            both.update(right=right, whole=whole, split=split)
        shares = share(both["right"], both["whole"]), share(both["split"], both["whole"])
        rows.append([name, "both", str(both["whole"]), *shares])
    return table(["damage", "documents", "units", "come out", "`re.split('[。；！？]')` per line"], rows)


def _core(text: str) -> str:
    return bare(text).strip("。；！？”’）")


def formats_table(documents: dict[str, list[str]], pdfs: dict[str, bytes]) -> str:
    """Of the units of the text, how many come out of the same text in other formats and encodings."""
    makers: dict[str, Callable[[str, list[str]], tuple[str, bytes]]] = {
        "html with page furniture": lambda _, texts: ("a.html", to_html(texts)),
        "docx": lambda _, texts: ("a.docx", to_docx(texts)),
        "pdf (LibreOffice)": lambda doc, _: ("a.pdf", pdfs[doc]),
        "GB18030 text": lambda _, texts: ("a.txt", "\n".join(texts).encode("gb18030")),
        "UTF-16 text": lambda _, texts: ("a.txt", "\n".join(texts).encode("utf-16")),
        "UTF-16 text without mark": lambda _, texts: ("a.txt", "\n".join(texts).encode("utf-16-le")),
    }
    rows = []
    for name, make in makers.items():
        if "pdf" in name and not pdfs:
            rows.append([name, str(len(documents)), "–", "LibreOffice is not installed"])
            continue
        right = whole = 0
        for doc, texts in documents.items():
            wanted = counted(body(from_text("\n".join(texts))))
            found = counted(body(next(iter(read_bytes(*make(doc, texts))))))
            right += (wanted & found).total()
            whole += wanted.total()
        rows.append([name, str(len(documents)), str(whole), share(right, whole)])
    rows.append(_big5(documents))
    return table(["format", "documents", "units", "same units"], rows)


def _big5(documents: dict[str, list[str]]) -> list[str]:
    import opencc

    back = opencc.OpenCC("t2s")
    right = whole = 0
    for texts in documents.values():
        data, kept = to_big5("\n".join(texts))
        wanted = counted(body(from_text(back.convert(kept))))
        found = Counter(bare(back.convert(unit.text)) for unit in body(next(iter(read_bytes("a.txt", data)))))
        right += (wanted & found).total()
        whole += wanted.total()
    return ["Big5 text, traditional, turned back", str(len(documents)), str(whole), share(right, whole)]


def chosen(files: list[Path], seed: int = SEED) -> list[Path]:
    shuffled = sorted(files)
    random.Random(seed).shuffle(shuffled)
    return shuffled


def frozen(folder: Path) -> list[Path]:
    """Files that a corpus's splits keep for tests: no table of the package was counted with them."""
    kept = json.loads((folder / "splits.json").read_text("utf-8"))["test"]
    return [folder / f"{doc}.jsonl" for doc in kept]


def drawn(raw: list[Path], corpus: list[Path], draw: int) -> dict[str, list[tuple[str, list[str]]]]:
    """Twenty real documents and twenty of the corpus; two draws share no document."""
    part = slice(20 * draw, 20 * draw + 20)
    groups = {
        "real": [(path.stem, paragraphs(from_text(path.read_text("utf-8")))) for path in chosen(raw)[part]],
        "corpus": [(path.stem, corpus_paragraphs(path)) for path in chosen(corpus)[part]],
    }
    return {name: group for name, group in groups.items() if group}


def written(file: Path) -> dict[str, str]:
    """Return the parts of the results as they are, by their titles."""
    parts = file.read_text("utf-8").split("\n## ")[1:] if file.exists() else []
    return {part.partition("\n")[0]: part for part in parts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--labelled", type=Path, nargs="*", default=[])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--only", default="", help="parts whose title holds this; the others stay")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "RESULTS-documents.md")
    options = parser.parse_args()
    raw = sorted(options.docs.glob("*.txt")) if options.docs else []
    corpus = frozen(options.corpus) if options.corpus else []
    parts: list[tuple[str, Callable[[], str]]] = [("Documents in nine shapes", lambda: shapes_table(SHAPES))]
    if options.docs and options.labelled:
        parts.append(
            ("Labelled units of real documents", lambda: labelled_table(options.docs, options.labelled))
        )
    for number, title in enumerate(("Seeded damage", "Seeded damage, another draw")):
        groups = drawn(raw, corpus, number)
        if groups:
            parts.append((title, lambda groups=groups: damage_table(groups)))  # type: ignore[misc]
    if raw:
        ten = {path.stem: paragraphs(from_text(path.read_text("utf-8"))) for path in chosen(raw, 3)[:10]}
        pdfs = to_pdfs({doc: to_docx(texts) for doc, texts in ten.items()})
        parts.append(("Ten real documents in other formats", lambda: formats_table(ten, pdfs)))
        parts.append(("Beside what one would reach for instead", lambda: compare_table(SHAPES, ten, pdfs)))
        long = [text for path in raw for text in paragraphs(from_text(path.read_text("utf-8")))]
        parts.append(("Throughput, one core", lambda: speed_table(long)))
    sections = written(options.output) if options.only else {}
    for title, make in parts:
        if options.only in title:
            sections[title] = f"{title}\n\n{make().rstrip()}\n"
            print(sections[title], flush=True)
    head = "# Reading documents\n\nWritten by `benchmarks/documents.py`; speed is this machine's.\n"
    text = "\n## ".join([head, *sections.values()])
    options.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
