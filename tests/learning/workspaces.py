"""Small workspaces for tests: two labels of their own, words that tell them apart."""

from __future__ import annotations

import json
from pathlib import Path

from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.intake import rows_of, take_in
from policycls.learning.workspace import Workspace

SCHEMA = """\
version = "1.0"
[[labels]]
id = "permit"
name_zh = "审批"
definition_zh = "办理许可。"
[[labels]]
id = "money"
name_zh = "资金"
definition_zh = "给予资金。"
"""
WORDS = {
    "permit": ("审批许可登记", "窗口受理办结"),
    "money": ("贷款补贴担保", "基金贴息奖励"),
    "none": ("天气会议口号", "形势精神讲话"),
}


def documents(n: int, units: int = 6, start: int = 0) -> list[LabelledDocument]:
    """Documents d0, d1 … whose units tell their label by their words."""
    found = []
    for doc in range(start, start + n):
        made = []
        for unit in range(units):
            label = list(WORDS)[(unit + doc) % 3]
            # Characters of its own, so that no unit is like another one.
            own = "".join(chr(0x4E00 + (doc * 97 + unit * 13 + n * 1009) % 8000) for n in range(9))
            text = f"{WORDS[label][unit % 2]}{own}。"
            made.append(LabelledUnit(text, () if label == "none" else (label,), unit=unit))
        found.append(LabelledDocument(f"d{doc}", tuple(made)))
    return found


def workspace(folder: Path, n: int = 0) -> Workspace:
    """Make a workspace with n labelled documents."""
    schema = folder / "schema.toml"
    schema.write_text(SCHEMA, encoding="utf-8")
    made = Workspace.create(folder / "bureau", schema)
    if n:
        take_in(made, rows_of(made, documents(n), who="li"))
    return made


def write_tagged(path: Path, found: list[LabelledDocument]) -> Path:
    """Write units as tagging does, as far as the choice of units needs it."""
    lines = [
        {"doc": x.doc, "unit": u.unit, "kind": u.kind, "heading": u.heading, "text": u.text, "label": u.label}
        for x in found
        for u in x.units
    ]
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    return path
