"""Seeded damage: what scanners, browsers and layout do to a text whose units are known."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

#: One paragraph a string.
Paragraphs = list[str]

_LEAD_IN = re.compile(r"(?<=[。；])([一二三四五六七八九])(?=是)")
_CAPTIONS = (
    "图为政务服务大厅办事窗口。 王某 摄",
    "工作人员向企业负责人介绍办理流程。（李某 摄）",
    "IMG_2041.jpg",
    "图为园区一角。",
    "▲企业生产车间 （资料图）",
    "本报记者 赵某 摄",
)
_NAVIGATION = ("首页 | 新闻 | 政务公开 | 办事服务 | 互动交流", "当前位置：首页 > 政务公开 > 工作动态")
_BYLINE = "来源：某某日报 发布时间：2024-03-05 09:30 浏览次数：128"
_TAIL = (
    "责任编辑：孙某",
    "新闻热线：0000-1234567",
    "【打印本页】 【关闭窗口】",
    "版权声明：",
    "1.凡本网注明来源为本网的作品，版权均属于本网，未经授权不得转载。",
    "2.凡本网注明来源为其他媒体的作品，均转载自其他媒体，转载目的在于传递更多信息。",
    "上一篇：某地召开工作推进会",
    "相关阅读",
    "某地出台新举措",
    "版权所有：某某网 备案号：某ICP备00000000号",
)


def wrapped(paragraphs: Paragraphs, seed: random.Random) -> str:
    """Hard wraps at some 28 characters, with page numbers between."""
    wide = seed.randint(26, 30)
    indent = "　　" if seed.random() < 0.5 else ""
    every = seed.randint(18, 24)
    lines: list[str] = []
    page = count = 0
    for paragraph in paragraphs:
        rest = indent + paragraph
        while rest:
            lines.append(rest[:wide])
            rest = rest[wide:]
            count += 1
            if count % every == 0:
                page += 1
                lines += ["", f"— {page} —", ""]
    return "\n".join(lines)


def paged(paragraphs: Paragraphs, seed: random.Random) -> str:
    """Page breaks inside sentences and right inside lead-ins."""
    pages = iter(range(1, 10_000))
    result: list[str] = []
    for paragraph in paragraphs:
        text = paragraph
        cuts: set[int] = set()
        for match in _LEAD_IN.finditer(text):
            if seed.random() < 0.3:
                cuts.add(match.end())
        at = seed.randint(150, 500)
        while at < len(text) - 2:
            if text[at - 1] not in "。；！？”" and text[at] not in "。；！？”，、：":
                cuts.add(at)
            at += seed.randint(300, 700)
        for cut in sorted(cuts, reverse=True):
            between = seed.choice(("\n\n", "\n", f"\n\n— {next(pages)} —\n\n", f"\n{next(pages)}\n\n"))
            text = text[:cut] + between + text[cut:]
        result.append(text)
    return "\n".join(result)


def run_together(paragraphs: Paragraphs, seed: random.Random) -> str:
    """No line breaks at all."""
    del seed
    return "".join(paragraphs)


def columns(paragraphs: Paragraphs, seed: random.Random) -> str:
    """Three stories in three columns, a piece of each in turn, captions between.

    Each third of the text is a story; a piece ends where its column does, mostly in mid-sentence.
    """
    size = max(1, -(-len(paragraphs) // 3))
    stories = ["\n".join(paragraphs[at : at + size]) for at in range(0, len(paragraphs), size)]
    pieces = [_cut(story, seed) for story in stories]
    lines: list[str] = []
    for turn in range(max(map(len, pieces))):
        for column in pieces:
            if turn < len(column):
                lines.append(column[turn])
                if seed.random() < 0.5:
                    lines.append(seed.choice(_CAPTIONS))
    return "\n".join(lines)


def _cut(story: str, seed: random.Random) -> list[str]:
    pieces: list[str] = []
    at = 0
    while len(story) - at > 700:
        end = at + seed.randint(300, 600)
        while story[end - 1] in "\n。；！？” " or story[end] in "\n。；！？”，、：":
            end += 1
        pieces.append(story[at:end])
        at = end
    return [*pieces, story[at:]]


def furniture(paragraphs: Paragraphs, seed: random.Random) -> str:
    """Make a news page: navigation, the title three times, captions between, notices below."""
    title = "某地持续优化营商环境"
    lines = [f"{title}_某某网", *_NAVIGATION, title, title, _BYLINE]
    for paragraph in paragraphs:
        lines.append(f"　　{paragraph}")
        if seed.random() < 0.15:
            lines.append(seed.choice(_CAPTIONS))
    return "\n".join([*lines, *_TAIL])


DAMAGES: dict[str, Callable[[Paragraphs, random.Random], str]] = {
    "hard wraps and page numbers": wrapped,
    "page breaks in sentences": paged,
    "run together": run_together,
    "three columns in turn": columns,
    "news furniture": furniture,
}
