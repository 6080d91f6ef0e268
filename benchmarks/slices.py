"""Parts of labelled data in which accuracy may differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from policycls.learning.corpus import LabelledDocument, LabelledUnit

Rows = NDArray[np.int64]

# First match counts; genres are free text, in either language.
_GENRES = (
    ("work reports and summaries", "工作报告|述职|总结|工作汇报|work report|summary"),
    ("rules and statutes", "条例|法规|规章|办法|规定|规范性|规则|rules|law|statute|regulation"),
    ("questions, answers, speeches", "问答|发布会|答复|访谈|讲话|致辞|对话|Q&A|speech|interview|questions"),
    ("news and features", "新闻|报道|通讯|特写|消息|简讯|广播|综述|纪实|news|feature|story"),
    ("bulletins and bureau notes", "简报|专报|快报|信息|日志|大事记|动态|简介|经验|典型|案例|bulletin|brief"),
    ("analyses and assessments", "分析|评估|调研|统计|监测|审计|调查|report|assessment|analysis|survey"),
    (
        "plans, policies, notices",
        "方案|计划|规划|政策|措施|意见|通知|通报|公告|清单|指南|承诺|plan|circular|notice|guide|list",
    ),
)
_LENGTHS = ((1, 15), (16, 30), (31, 60), (61, 100), (101, 10**9))


def family(genre: str) -> str:
    """Return the family of a genre."""
    return next((name for name, words in _GENRES if re.search(words, genre, re.IGNORECASE)), "other")


def slices(documents: Sequence[LabelledDocument]) -> dict[str, dict[str, Rows]]:
    """Return, for each way of dividing, the units of each part: positions in reading order."""
    pairs = [(x, n, unit) for x in documents for n, unit in enumerate(x.units)]
    ways = {
        "genre": lambda x, n, unit: family(str(x.meta["genre"])) if x.meta.get("genre") else "",
        "unit length": lambda x, n, unit: _length(unit),
        "kind of unit": lambda x, n, unit: unit.kind,
        "position in the document": lambda x, n, unit: f"fifth {5 * n // len(x.units) + 1} of 5",
    }
    return {name: _divide(pairs, way) for name, way in ways.items()}


def _length(unit: LabelledUnit) -> str:
    low, high = next(x for x in _LENGTHS if len(unit.text) <= x[1])
    return f"{low} to {high} characters" if high < 10**9 else f"{low} characters and more"


def _divide(
    pairs: Sequence[tuple[LabelledDocument, int, LabelledUnit]],
    way: Callable[[LabelledDocument, int, LabelledUnit], str],
) -> dict[str, Rows]:
    names = np.array([way(*pair) for pair in pairs])
    parts = {str(name): np.flatnonzero(names == name) for name in sorted(set(names)) if name}
    order = [f"{low} " for low, _ in _LENGTHS]
    found = sorted(parts, key=lambda x: next((n for n, low in enumerate(order) if x.startswith(low)), 0))
    return {name: parts[name] for name in found} if len(found) > 1 else {}
