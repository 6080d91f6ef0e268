"""Texts that Hypothesis makes: pieces of documents among characters of all kinds."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

_PIECES = st.sampled_from(
    ["一、", "（一）", "1.", "第一条 ", "第十二章 总则", "。", "；", "：", "“", "”", "《", "》", "（", "）",
    "、", "\n", "\r\n", "\n\n",
     "　　", "— 12 —", "责任编辑：", "图为", "来源：", "附件：", "银行向企业放款", "开展检查", "一是",
     "二是", "......", "\f", "\x85",
     "\u2028", "\u200b", "\ufeff", "\u202e", "\ue000", "\ud800", "\x00", "2024年3月5日", "http://a.b/c?d=e",
     "|", "\t"]
)  # fmt: skip
_RUNS = st.builds(lambda piece, times: piece * times, _PIECES, st.sampled_from([1, 1, 2, 40, 3000]))
_TEXTS = st.lists(
    _PIECES | _RUNS | st.text(max_size=20) | st.text("的一是在了有和人这中", max_size=60), max_size=40
)


def tried_texts(run: Callable[[str], str], start: str, most: int) -> Iterator[tuple[str, float]]:
    """Try so many texts; yield what came of each, and how long it took. What fails comes out once."""
    found: list[tuple[str, float]] = []

    @seed(start)
    @settings(
        max_examples=most, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(_TEXTS)
    def one(pieces: list[str]) -> None:
        begin = time.perf_counter()
        found.append((run("".join(pieces)), time.perf_counter() - begin))

    try:
        one()
    except Exception:
        found.append((f"FAILURE {traceback.format_exc(limit=-3)}", 0.0))
    yield from found
