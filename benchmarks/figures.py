"""Small pictures in SVG, readable on light and on dark pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, isnan, log10
from pathlib import Path

#: Okabe–Ito colours, which colour-blind people can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_STYLE = """<style>
text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px;font-weight:600}
.faint{stroke:#8c959f;stroke-opacity:.35}.axis{stroke:#57606a}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#9da7b1}}
</style>"""
_WIDTH = 640


def _write(path: Path, height: float, title: str, parts: Sequence[str]) -> None:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'height="{height:.0f}" role="img"><title>{escape(title)}</title>'
    )
    path.parent.mkdir(exist_ok=True)
    body = "\n".join([head, _STYLE, _text(16, 22, title, kind="title"), *parts, "</svg>"])
    path.write_text(body + "\n", encoding="utf-8")


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, more: str = 'class="faint"') -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {more}/>'


def intervals(
    path: Path, title: str, rows: Sequence[str], series: Mapping[str, Sequence[tuple[float, float, float]]]
) -> None:
    """Draw a point and an interval for each row, and for each of several series within it."""
    step, top, left, right = 14 * len(series) + 12, 62, 170, _WIDTH - 60
    values = [x for points in series.values() for p in points for x in p if not isnan(x)]
    low = max(0.0, int(10 * min(values)) / 10)
    height = top + step * len(rows) + 30

    def at(value: float) -> float:
        return left + (value - low) / (1 - low) * (right - left)

    parts = [_legend(list(series))]
    for tenth in range(round(10 * low), 11):
        x = at(tenth / 10)
        parts += [
            _line(x, top - 8, x, height - 24),
            _text(x, height - 8, f"{tenth / 10:.1f}", anchor="middle"),
        ]
    for n, name in enumerate(rows):
        middle = top + step * n + step / 2
        parts.append(_text(left - 10, middle, name, anchor="end"))
        for k, points in enumerate(series.values()):
            value, lower, upper = points[n]
            if isnan(value):
                continue
            y, colour = top + step * n + 10 + 14 * k, COLOURS[k % len(COLOURS)]
            parts.append(_line(at(lower), y, at(upper), y, f'stroke="{colour}" stroke-width="3"'))
            parts.append(f'<circle cx="{at(value):.1f}" cy="{y}" r="5" fill="{colour}"/>')
            parts.append(_text(right + 8, y + 4, f"{value:.2f}"))
    _write(path, height, title, parts)


def heatmap(path: Path, title: str, names: Sequence[str], counts: Sequence[Sequence[float]]) -> None:
    """Draw counts by row and column; a cell is as dark as its share of the row."""
    cell, left, top = 74, 165, 84
    parts = [_text(left, 44, "given →   true ↓")]
    for n, name in enumerate(names):
        parts.append(_text(left - 10, top + cell * 0.6 * (n + 0.6), name, anchor="end"))
        parts.append(_text(left + cell * (n + 0.5), 68, name.split()[0][:11], anchor="middle"))
        whole = sum(counts[n]) or 1
        for k, value in enumerate(counts[n]):
            share = value / whole
            x, y = left + cell * k, top + cell * 0.6 * n
            colour = COLOURS[0] if n == k else COLOURS[1]
            parts.append(
                f'<rect x="{x}" y="{y:.1f}" width="{cell - 2}" height="{cell * 0.6 - 2:.1f}" '
                f'fill="{colour}" fill-opacity="{0.06 + 0.6 * share:.2f}"/>'
            )
            parts.append(_text(x + cell / 2, y + cell * 0.38, f"{value:.0f}", anchor="middle"))
    _write(path, top + cell * 0.6 * len(names) + 16, title, parts)


def lines(
    path: Path,
    title: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x_name: str,
    y_name: str,
    x_ticks: Sequence[tuple[float, str]],
    diagonal: bool = False,
    y_low: float | None = None,
) -> None:
    """Draw lines through points; y runs to 1."""
    left, right, top, bottom = 60, _WIDTH - 24, 62, 330
    points = [p for line in series.values() for p in line]
    x_low, x_high = x_ticks[0][0], x_ticks[-1][0]
    low = y_low if y_low is not None else max(0.0, int(10 * min(y for _, y in points)) / 10)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - x_low) / ((x_high - x_low) or 1)
        return left + across * (right - left), bottom - (y - low) / (1 - low) * (bottom - top)

    parts = [_legend(list(series)), _text(left, 54, y_name), _text(right, bottom + 36, x_name, anchor="end")]
    for tenth in range(round(10 * low), 11):
        y = at(x_low, tenth / 10)[1]
        parts += [_line(left, y, right, y), _text(left - 8, y + 4, f"{tenth / 10:.1f}", anchor="end")]
    for x, name in x_ticks:
        parts.append(_text(at(x, low)[0], bottom + 18, name, anchor="middle"))
    parts.append(_line(left, bottom, right, bottom, 'class="axis"'))
    if diagonal:
        (x1, y1), (x2, y2) = at(low, low), at(1, 1)
        parts.append(_line(x1, y1, x2, y2, 'class="axis" stroke-dasharray="4 4"'))
    for n, line in enumerate(series.values()):
        colour = COLOURS[n % len(COLOURS)]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in line))
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(line) <= 40:
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
                for x, y in (at(*p) for p in line)
            ]
    _write(path, bottom + 48, title, parts)


def points(
    path: Path,
    title: str,
    found: Mapping[str, tuple[float, float]],
    *,
    x_name: str,
    y_name: str,
    x_ticks: Sequence[float],
) -> None:
    """Draw named points; x is logarithmic, y runs from the tenth under all to that over all."""
    left, right, top, bottom = 60, _WIDTH - 24, 62, 330
    low = floor(10 * min(y for _, y in found.values())) / 10
    high = ceil(10 * max(y for _, y in found.values())) / 10
    begin, end = log10(x_ticks[0]), log10(x_ticks[-1])

    def at(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - begin) / (end - begin)
        return left + across * (right - left), bottom - (y - low) / (high - low) * (bottom - top)

    parts = [_text(left, 54, y_name), _text(right, bottom + 36, x_name, anchor="end")]
    for tenth in range(round(20 * low), round(20 * high) + 1):
        y = at(x_ticks[0], tenth / 20)[1]
        parts += [_line(left, y, right, y), _text(left - 8, y + 4, f"{tenth / 20:.2f}", anchor="end")]
    for tick in x_ticks:
        parts.append(_text(at(tick, low)[0], bottom + 18, f"{tick:,g}", anchor="middle"))
    parts.append(_line(left, bottom, right, bottom, 'class="axis"'))
    for n, (name, point) in enumerate(found.items()):
        x, y = at(*point)
        row = bottom + 58 + 18 * n
        colour = COLOURS[n % len(COLOURS)]
        for across, up in ((x, y), (left + 6, row - 4)):
            parts.append(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="5" fill="{colour}"/>')
            parts.append(_text(across + 9, up + 4, str(n + 1)))
        parts.append(_text(left + 32, row, f"{name}: {point[0]:,.0f}, {point[1]:.3f}"))
    _write(path, bottom + 62 + 18 * len(found), title, parts)


def _legend(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    parts, x = [], 16.0
    for n, name in enumerate(names):
        parts.append(f'<rect x="{x}" y="32" width="10" height="10" fill="{COLOURS[n % len(COLOURS)]}"/>')
        parts.append(_text(x + 15, 41, name))
        x += 15 + 7.2 * len(name) + 18
    return "".join(parts)
