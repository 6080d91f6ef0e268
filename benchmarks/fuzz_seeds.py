"""Valid inputs to start from, small: a case is the files that a target reads, by name."""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from policycls.documents import split_units
from policycls.documents.text import from_text
from policycls.learning import doccano, labelstudio, review_book, spacy
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.fit import Recipe
from policycls.learning.handout import Handout, Suggestion
from policycls.learning.ledger import Ledger, Row
from policycls.learning.train import train
from policycls.learning.workspace import Workspace
from policycls.model import load_model
from policycls.output.rows import record
from policycls.schema import LabelSet, load_label_set

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "documents"))

from files_made import make_docx, make_pdf, make_xlsx, make_zip, with_part

Case = dict[str, bytes]

#: What external entities in damaged files point to: none of it may come out.
CANARY = "金丝雀文件的内容"

_LINES = [
    "关于优化营商环境的工作情况",
    "一、办好企业的事",
    "全区推行一窗受理，企业开办当天办结。银行向小微企业发放贴息贷款3200万元；",
    "（一）规范检查。对食品企业开展双随机抽查，无事不扰。",
    "会议于9时召开，各镇街负责人参加。",
]
_TEXT = "\n".join(_LINES)
_LABELLED = [
    ("银行向小微企业放款。", "financing"), ("设立风险补偿资金。", "financing"), ("开展信用融资。",
    "financing"),
    ("对工地开展抽查。", "supervision"), ("推行联合检查。", "supervision"), ("检查结果公开。", "supervision"),
    ("会议于9时召开。", "none"), ("代表听取了报告。", "none"), ("全县人口稳定。", "none"),
]  # fmt: skip
_HTML = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>工作动态</title><style>p{{color:red}}</style>'
    '<script>var a="<p>";</script></head><body><div class="nav"><a href="/">首页</a></div><div><h1>{0}</h1>'
    "<table><tr><td>项目</td><td>金额</td></tr><tr><td>贷款</td><td>3200</td></tr></table><ul><li>{1}</li></ul>"
    "<p>{2}<br>{3}&nbsp;&#x4e00;</p><!-- 注 --><p>{4}</p></div></body></html>"
)
_MHT = (
    'From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n--b--\r\n"
)


def tiny_model(folder: Path) -> Path:
    """Train a model of a few kilobytes."""
    measures = ["financing", "supervision"]
    documents = [
        LabelledDocument(
            f"d{n}", tuple(LabelledUnit(x, (y,) if y in measures else ()) for x, y in _LABELLED[n::3])
        )
        for n in range(3)
    ]
    recipe = Recipe(pairs=True).without_knowledge()
    return train(documents, LabelSet.of(measures), recipe=recipe, n_folds=2).save(folder)


def seeds(model: Path) -> dict[str, list[Case]]:
    """Return valid cases for every target that damages files."""
    rows = [(f"文件{n % 3}.txt", n, text, label) for n, (text, label) in enumerate(_LABELLED)]
    table = [["doc", "unit", "text", "label"], *([str(x) for x in row] for row in rows)]
    jsonl = _jsonl([dict(zip(table[0], row, strict=True)) for row in rows])
    found = _documents(table, jsonl)
    found["labelled"] = [
        {"a.jsonl": jsonl},
        {
            "a.jsonl": _jsonl(
                [{"meta": {"title": "通知"}}, *({"text": x, "labels": [y]} for x, y in _LABELLED)]
            )
        },
        *_tables(table),
        *_tables([["正文", "标签", "改正标签"], *([x, y, "financing"] for x, y in _LABELLED)]),
    ]
    tagged = load_model(model).tag(from_text(_TEXT, "a.txt"))
    records = [record(unit) for unit in tagged]
    flat = [{k: "|".join(v) if k == "labels" else v for k, v in x.items() if k != "scores"} for x in records]
    scored = [
        {**x, **{f"score_{k}": v for k, v in y["scores"].items()}} for x, y in zip(flat, records, strict=True)
    ]
    found["tagged"] = [
        {"a.jsonl": _jsonl(records)},
        *_tables([list(scored[0]), *(["" if x is None else str(x) for x in row.values()] for row in scored)]),
    ]
    found["meta"] = [
        {"a.jsonl": _jsonl([{"doc": "a.txt", "region": "东区"}, {"doc": "b/c.txt", "region": "西区"}])},
        *_tables([["doc", "region", "year"], ["a.txt", "东区", "2024"], ["'=b.txt", "西区", "2023"]]),
    ]
    found["returned"] = _returned()
    found["ledger"] = [{"own.jsonl": _ledger()}]
    found["schema"] = [{"schema.toml": _schema(load_label_set())}]
    found["workspace"] = [_workspace(model)]
    found["model"] = [{x.name: x.read_bytes() for x in sorted(model.iterdir())}]
    return found


def _documents(table: Sequence[Sequence[str]], jsonl: bytes) -> dict[str, list[Case]]:
    html = _HTML.format(*_LINES).encode()
    docx = dated(make_docx(*_LINES, rows=[["项目", "金额"], ["贷款", "3200"]], heading="通知"))
    header = b'<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p/></w:hdr>'
    texts = [_TEXT.encode(), _TEXT.encode("gb18030"), _TEXT.encode("utf-16"), _TEXT.encode("utf-16-le")]
    spread = "\r\n".join("\n".join(x[i : i + 14] for i in range(0, len(x), 14)) for x in _LINES)
    return {
        "txt": [{"a.txt": x} for x in (*texts,
        spread.encode())] + [{"a.md": f"# {_TEXT}\n\n- 甲\n".encode()}],
        "html": [{"a.html": html}, {"a.html": html.decode().encode("gb18030")}, {"a.htm": b"<?xml?>" + html}],
        "mht": [
            {"a.mht": _MHT.format("8bit", html.decode()).encode()},
            {"a.mht": _MHT.format("base64", base64.encodebytes(html).decode()).encode()},
        ],
        "pdf": [
            {"a.pdf": make_pdf([_LINES[:3], _LINES[3:]])},
            {"a.pdf": make_pdf([[x] for x in _LINES])},
            {"a.pdf": make_pdf([_LINES], encrypted=True)},
        ],
        "docx": [{"a.docx": docx}, {"a.docx": dated(with_part(docx, "word/header1.xml", header))}],
        "xlsx": [{"a.xlsx": dated(make_xlsx(*table))}, {"a.xlsx": dated(make_xlsx(["text"], ["好。"], [1.5],
        [True]))}],
        "zip": [
            {"a.zip": dated(make_zip(**{"甲.txt": _TEXT.encode(), "b.html": html, "c.csv": _csv(table)}))},
            {"a.zip": dated(make_zip(**{"d.docx": docx, "e/f.jsonl": jsonl}))},
        ],
        "csv": [{"a.csv": _csv(table)}, {"a.csv": _csv(table).decode().replace(",", ";").encode("gb18030")},
                {"a.tsv": b"\xef\xbb\xbf" + _csv(table).replace(b",", b"\t")},
                {"a.csv": b'text\n"a ""b"",\nc"\n'}],
        "jsonl": [{"a.jsonl": jsonl}, {"a.jsonl": _jsonl([{"id": 7, "正文": _TEXT, "x": [1, {"y": None}]}])}],
        "parquet": [{"a.parquet": _parquet(table)}, {"a.parquet": _parquet([["text"], ["好。"]])}],
    }  # fmt: skip


def dated(data: bytes) -> bytes:
    """Return the same zip container with no date of today in it, so that a seed gives the same files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {x.filename: archive.read(x) for x in archive.infolist()}
    return packed(
        {x: re.sub(rb"20\d\d-\d\d-\d\dT[\d:]{8}Z", b"2024-03-05T09:30:00Z", y) for x, y in parts.items()}
    )


def packed(parts: Case, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip container without dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def unpacked(data: bytes) -> Case:
    """Return the files of a case that :func:`packed` wrote."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {x.filename: archive.read(x) for x in archive.infolist()}


def _tables(rows: Sequence[Sequence[str]]) -> list[Case]:
    return [
        {"a.csv": _csv(rows)},
        {"a.xlsx": dated(make_xlsx(*map(list, rows)))},
        {"a.parquet": _parquet(rows)},
    ]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


def _jsonl(rows: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _parquet(rows: Sequence[Sequence[str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table({name: [row[n] for row in rows[1:]] for n, name in enumerate(rows[0])}), sink)
    return sink.getvalue()


def _returned() -> list[Case]:
    """Files as annotation tools give them back."""
    labels = load_label_set()
    document = from_text(_TEXT, "a.txt")
    given = [("financing",), (), ("supervision", "financing")]
    items = [
        Suggestion(
            Handout("a.txt", n, unit.kind, "", "", unit.text, "", "train"),
            "none",
            0.5,
            ("贷款",),
            "random",
            said,
        )
        for n, (unit, said) in enumerate(zip(split_units(document), given, strict=False))
    ]
    found = []
    writers: list[tuple[str, Callable[..., None]]] = [
        ("a.jsonl", doccano.write), ("a.json", labelstudio.write), ("b.jsonl", spacy.write),
        ("a.xlsx", review_book.write),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name, write in writers:
            path = Path(folder) / name
            write(path, items, labels)
            data = path.read_bytes()
            found.append({name: dated(data) if name.endswith("xlsx") else data})
    return [*found, {"a.zip": packed({"all.jsonl": found[0]["a.jsonl"], "某人.jsonl": found[0]["a.jsonl"]})}]


def _ledger() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "own.jsonl")
        ledger.append(
            [
                Row(f"d{n % 3}", n, text, (label,) if label != "none" else (), "甲",
                "2024-03-05T09:30:00+00:00",
                    "1.0", "train", ("financing", "supervision"))
                for n, (text, label) in enumerate(_LABELLED)
            ]
        )  # fmt: skip
        return ledger.path.read_bytes()


def _schema(labels: LabelSet) -> bytes:
    """Two of the shipped labels as a file of their own."""
    lines = [f'version = "{labels.version}"']
    for label in labels.labels[:2]:
        lines.append("\n[[labels]]")
        for key, value in asdict(label).items():
            if isinstance(value, str):
                lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    lines += ["\n[[labels.examples]]", 'text = "例句。"', f'labels = ["{labels.ids[0]}"]']
    return "\n".join(lines).encode()


def _workspace(model: Path) -> Case:
    with tempfile.TemporaryDirectory() as folder:
        made = Workspace.create(Path(folder) / "w")
        files = {
            str(x.relative_to(made.root)): x.read_bytes() for x in sorted(made.root.rglob("*")) if x.is_file()
        }
    del files["README.md"]
    kept = {f"models/0001-{json.loads((model / 'manifest.json').read_text())['id']}/{x.name}": x.read_bytes()
            for x in sorted(model.iterdir())}  # fmt: skip
    name = next(iter(kept)).split("/")[1]
    history = {"when": "2024-03-05T09:30:00+00:00", "action": "promote", "model": name, "previous": "shipped"}
    more = '[[labels]]\nid = "green"\nname_en = "green"\nname_zh = "绿色"\n'
    files |= {
        "labels/more.toml": more.encode(), "models/CURRENT": f"{name}\n".encode(),
        "models/history.jsonl": _jsonl([history]), "corpus/own.jsonl": _ledger(), **kept,
    }  # fmt: skip
    return files
