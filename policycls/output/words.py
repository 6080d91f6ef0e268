"""What the workbook, the terminal and the commands' tables say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from policycls.schema import Language

_PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    # the workbook
    "yes": ("yes", "是"), "no": ("no", "否"),
    "units": ("units", "句子"), "summary": ("summary", "汇总"), "labels": ("labels", "标签说明"),
    "skipped": ("skipped", "未处理"), "by_label": ("By label", "按标签"), "by_doc": ("By document", "按文档"),
    "count": ("units", "句数"), "share": ("share", "占比"), "total": ("total", "合计"),
    "to_review": ("to review", "需复核"), "name": ("name", "英文名"), "means": ("what it means", "含义"),
    "path": ("input", "输入"), "reason": ("why it was skipped", "未处理的原因"),
    "nothing": ("Nothing was skipped.", "全部输入均已处理。"), "correct": ("Correction", "改正标签"),
    "how": ("Choose the right label here. Choose the same label to confirm it.",
            "在此选择正确的标签；原标签无误的，选同一标签即为确认。"),
    "only": ("Choose one of the labels of the list.", "请从下拉列表中选择标签。"),
    "cut": (" [cut here; whole in csv and jsonl]", "〔此处截断，全文见 csv 或 jsonl〕"),
    # tagged units in a terminal
    "number": ("no.", "序号"), "label": ("label", "标签"), "score": ("score", "得分"),
    "text": ("text", "正文"),
    "bracketed": ("(0.00) the best measure's score, where there is no measure",
                  "(0.00) 非措施的句子：最接近的措施的得分"),
    "marked": ("?  a person should look", "?  建议人工复核"),
    # a label explained
    "scores": ("scores", "得分"), "for": ("for {}", "支持“{}”"), "against": ("against {}", "反对“{}”"),
    "word": ("", ""), "characters": ("between words", "跨词字串"), "context": ("heading", "标题"),
    "bias": ("before any word", "起点"),
    # the label set
    "label_set": ("label set, version {}", "标签体系，版本 {}"), "covers": ("covers", "包括"),
    "excludes": ("not", "不包括"), "examples": ("examples", "例句"),
    # agreement of two people
    "both": ("{1} units of {0} documents read by both; {2} and {3} by one alone",
             "{0} 份文件的 {1} 个句子两人都标；另有 {2} 与 {3} 个只有一人标"),
    "agreed": ("agreed", "一致率"), "kappa": ("Cohen's κ", "Cohen κ"),
    "alpha": ("Krippendorff's α", "Krippendorff α"), "differ": ("they differ about", "不一致"),
    # drift
    "new": ("new", "新文件"), "old": ("reference", "参照"), "distance": ("distance", "差距"),
    "unknown": ("unknown words", "生词占比"), "sure": ("mean probability of the label", "平均把握"),
    "unknown_words": ("unknown words", "常见生词"), "by": ("by {}", "按{}"),
    # the state of a workspace
    "whole": ("{} rows, all as they were written", "{} 行完好"),
    "conflict": ("people differ: {}", "意见不一：{}"), "rows": ("rows", "行数"),
    "conflicts": ("people differ about", "意见不一"), "train": ("training", "训练"), "test": ("test", "测试"),
    "documents": ("documents", "文件"),
    "moved": ("moved {} damaged lines to {}", "已将 {} 行损坏的内容移至 {}"),
}  # fmt: skip


@lru_cache(maxsize=2)
def words(lang: Language) -> Mapping[str, str]:
    """Return the texts of a language by key.

    Examples
    --------
    >>> words("en")["to_review"], words("zh")["to_review"]
    ('to review', '需复核')
    """
    return {key: pair[lang == "zh"] for key, pair in _PAIRS.items()}
