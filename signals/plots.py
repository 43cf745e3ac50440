"""Drawings of a report, as SVG inside the page: no script, no font, no file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 240, 44, 34, 28
_WIDEST_BAR = 56
_ROW = 26
BLUE, AMBER, GREY = "#0b5394", "#b45309", "#6b7280"


@dataclass(frozen=True, slots=True)
class Line:
    """A share from 0 to 1 by day."""

    name: str
    points: Sequence[tuple[date, float]]
    colour: str
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a drawing of shares."""

    name: str
    share: float
    shown: str
    colour: str = BLUE


def lines(drawn: Sequence[Line], label: str) -> str:
    """Return shares over time; nothing when there are fewer than two days."""
    days = sorted({day for line in drawn for day, _ in line.points})
    if len(days) < 2:
        return ""
    wide, high = _WIDTH - _LEFT - 10, _HEIGHT - _BOTTOM - _TOP
    place = {day: _LEFT + wide * i / (len(days) - 1) for i, day in enumerate(days)}
    parts = [_grid(high)]
    left = float(_LEFT)
    for line in drawn:
        points = " ".join(
            f"{place[day]:.1f},{_TOP + high * (1 - share):.1f}" for day, share in line.points
        )
        stroke = (
            f'fill="none" stroke="{line.colour}" stroke-width="2" stroke-dasharray="{line.dashes}"'
        )
        parts.append(f'<polyline points="{points}" {stroke}/>')
        parts.append(f'<polyline points="{left:.0f},9 {left + 24:.0f},9" {stroke}/>')
        parts.append(_text(left + 30, 13, line.name, "start"))
        left += 60 + 6.5 * len(line.name)
    for at in sorted({0, len(days) // 4, len(days) // 2, 3 * len(days) // 4, len(days) - 1}):
        anchor = "end" if at == len(days) - 1 else "start" if at == 0 else "middle"
        parts.append(_text(place[days[at]], _HEIGHT - 10, days[at].strftime("%d/%m/%Y"), anchor))
    return _frame("".join(parts), label, _HEIGHT)


def _grid(high: float) -> str:
    drawn = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _TOP + high * (1 - share)
        drawn.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 10}" stroke="#ddd"/>')
        drawn.append(_text(_LEFT - 6, y + 4, f"{100 * share:.0f} %", "end"))
    return "".join(drawn)


def histogram(values: Sequence[float], step: int, unit: str, label: str) -> str:
    """Return how many values fall in each interval of `step`; what is below 0 is amber."""
    bins = Counter(floor(value / step) * step for value in values)
    edges = range(min(0, *bins), max(bins) + step, step)
    wide = min((_WIDTH - _LEFT - 10) / len(edges), _WIDEST_BAR)
    high = _HEIGHT - _BOTTOM - _TOP
    floor_y = _TOP + high
    parts = [f'<path d="M{_LEFT} {floor_y}H{_WIDTH - 10}" stroke="#999"/>']
    every = max(1, len(edges) // 12)
    for index, edge in enumerate(edges):
        x, tall = _LEFT + index * wide, high * bins[edge] / max(bins.values())
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{floor_y - tall:.1f}" width="{wide - 2:.1f}" '
            f'height="{tall:.1f}" fill="{BLUE if edge >= 0 else AMBER}"/>'
        )
        if bins[edge]:
            parts.append(_text(x + wide / 2, floor_y - tall - 5, str(bins[edge]), "middle"))
        if index % every == 0:
            parts.append(_text(x, floor_y + 16, str(edge).replace("-", "−"), "middle"))
    end = _LEFT + len(edges) * wide
    parts.append(_text(end, floor_y + 16, f"{edges[-1] + step} {unit}", "start"))
    return _frame("".join(parts), label, _HEIGHT)


def shares(rows: Sequence[Bar], label: str) -> str:
    """Return one horizontal bar a row, their names at the left and figures at their ends."""
    if not rows:
        return ""
    left = min(40 + 7 * max(len(row.name) for row in rows), 330)
    most = max(row.share for row in rows) or 1
    parts = []
    for index, row in enumerate(rows):
        y = index * _ROW
        wide = (_WIDTH - left - 90) * row.share / most
        parts.append(_text(left - 8, y + 17, row.name, "end"))
        parts.append(
            f'<rect x="{left}" y="{y + 4}" width="{max(wide, 1):.1f}" height="{_ROW - 8}" '
            f'fill="{row.colour}"/>'
        )
        parts.append(_text(left + wide + 6, y + 17, row.shown, "start"))
    return _frame("".join(parts), label, len(rows) * _ROW + 4)


def _frame(body: str, label: str, height: int) -> str:
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{body}</svg></figure>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
