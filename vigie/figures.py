"""What the notebooks' drawings share: a style for reports, French dates, a map of communes.

Needs matplotlib and pandas, of the extra `notebooks`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from html import escape
from itertools import pairwise
from math import cos, radians
from typing import TYPE_CHECKING, cast

from babel.dates import format_date
from matplotlib import dates as mdates
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from pandas import isna

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas.io.formats.style import Styler

BLUE, ORANGE, GREEN, PINK, SKY, RED, GOLD, GREY = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#a6202c",
    "#c98a00",
    "#8a8f98",
)
"""Told apart by everybody (Okabe & Ito 2008), dark enough for paper."""
COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, GOLD, RED)
PALE = "#d9dce1"
INK = "#1f2430"

LANGUAGE = "fr"
_DEGREE = 111.32
"""Kilometres in a degree of latitude."""


def use_style() -> None:
    """Let every drawing from here on look like a page of a report."""
    plt.rcParams.update(
        {
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "savefig.dpi": 150,
            "font.size": 10,
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlepad": 12,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.grid": False,
            "grid.color": PALE,
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "legend.fontsize": 9,
            "axes.axisbelow": True,
        }
    )


def finished(figure: Figure) -> Figure:
    """Return a figure to be shown once, by marimo as by Jupyter."""
    plt.close(figure)
    return figure


# --- words and figures ---------------------------------------------------------------------


def day(value: date | pd.Timestamp, pattern: str = "d MMMM y") -> str:
    """Return a day in French, as in « 16 mars 2026 »."""
    return format_date(date(value.year, value.month, value.day), pattern, locale=LANGUAGE)


def week(iso: str) -> str:
    """Return an ISO week as people say it: « semaine du 16 mars 2026 »."""
    year, number = iso.split("-W")
    return f"semaine du {day(date.fromisocalendar(int(year), int(number), 1))}"


def number(value: float, decimals: int = 0) -> str:
    """Return a number with the decimal comma and thin spaces between thousands."""
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def percent(share: float) -> str:
    """Return a share of 1 as « 83 % »."""
    return f"{number(100 * share)}\u202f%"


def short(text: str, most: int = 40) -> str:
    """Return a text that is not longer than `most` characters, cut between words."""
    if len(text) <= most:
        return text
    kept = text[:most]
    return f"{kept.rsplit(' ', 1)[0] if ' ' in kept[most // 2 :] else kept[:-1]}…"


def plural(count: int, one: str, many: str) -> str:
    """Return a count with its noun; French is plural from two on."""
    return f"{number(count)} {many if abs(count) >= 2 else one}"


def table(frame: pd.DataFrame, most: int = 40) -> Styler:
    """Return a table as it is read: whole sentences, addresses to follow, nothing of the web run.

    At most so many rows are shown; `frame` has the words of its columns' heads as names.
    """
    head = frame.head(most)
    shown = head.style.hide(axis="index").format(_cell)
    if len(frame) > most:
        shown = shown.set_caption(f"{number(most)} lignes sur {number(len(frame))}")
    cell = [("text-align", "left"), ("vertical-align", "top"), ("padding", "4px 10px 4px 0")]
    return shown.set_table_styles(
        [
            {"selector": "th, td", "props": [*cell, ("border-bottom", f"1px solid {PALE}")]},
            {"selector": "", "props": [("font-size", "0.85rem"), ("border-collapse", "collapse")]},
            {"selector": "caption", "props": [("text-align", "left"), ("color", GREY)]},
        ]
    )


def _cell(value: object) -> str:
    """Return a value as a part of a page; an address can be followed, all else is plain text."""
    text = "" if isna(cast("float | None", value)) else escape(str(value))
    if re.fullmatch(r"https?://\S+", text):
        return f'<a href="{text}" rel="noopener noreferrer">{short(text, 60)}</a>'
    return text


# --- axes ------------------------------------------------------------------------------------


def time_axis(axes: Axes) -> None:
    """Write the days of a horizontal axis in French, the year where it changes."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(_FrenchDays(axes))


class _FrenchDays(FuncFormatter):
    """Ticks as « 16 mars », with the year below the first one and where it changes."""

    def __init__(self, axes: Axes) -> None:
        super().__init__(lambda value, _: day(mdates.num2date(value), "d MMM"))
        self._axes = axes

    def format_ticks(self, values: list[float]) -> list[str]:
        """Return all labels of the axis."""
        moments: list[datetime] = [mdates.num2date(value) for value in values]
        months = all(moment.day == 1 for moment in moments)
        labels = [day(moment, "MMM" if months else "d MMM") for moment in moments]
        changes = [True, *(a.year != b.year for a, b in pairwise(moments))]
        return [
            f"{label}\n{moment.year}" if new else label
            for label, moment, new in zip(labels, moments, changes, strict=False)
        ]


def counts_axis(axes: Axes, which: str = "y") -> None:
    """Write whole numbers only, with light lines to read them by."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.grid(visible=True, axis="y" if which == "y" else "x")


def shares_axis(axes: Axes, which: str = "y") -> None:
    """Write shares of 1 as per cent."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    axes.grid(visible=True, axis="y" if which == "y" else "x")


def scores_axis(axes: Axes, which: str = "x") -> None:
    """Write scores with the decimal comma."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    axes.grid(visible=True, axis="y" if which == "y" else "x")


def nothing(axes: Axes, why: str) -> None:
    """Say in a drawing's place why there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, why, ha="center", va="center", color=GREY, transform=axes.transAxes)


Point = tuple[float, float]


def labels(axes: Axes, named: Iterable[tuple[str, Point]], away: float = 7) -> None:
    """Write names beside their points, each where it hides the fewest of those written before.

    A name that would lie over others whichever side it stood on is left out: the first come
    first. `away` is in points.
    """
    figure = axes.figure.get_figure(root=True)
    if figure is None:
        return
    figure.canvas.draw()
    named = tuple(named)
    spots = axes.transData.transform([point for _, point in named]) if named else ()
    taken = [Bbox.from_extents(x - 3, y - 3, x + 3, y + 3) for x, y in spots]
    for text, point in named:
        for where in (1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7):
            across, along = where
            drawn = axes.annotate(
                text,
                point,
                xytext=(away * across, away * along),
                textcoords="offset points",
                ha="left" if across > 0 else "right" if across < 0 else "center",
                va="bottom" if along > 0 else "top" if along < 0 else "center",
                fontsize=8,
            )
            box = drawn.get_window_extent().padded(1)
            if not box.count_overlaps(taken):
                taken.append(box)
                break
            drawn.remove()


# --- a map -----------------------------------------------------------------------------------


def communes(axes: Axes, places: pd.DataFrame) -> None:
    """Draw the communes of `Frames.places` as discs that grow with their people, north up.

    A bar says how long five kilometres are.
    """
    placed = places.dropna(subset=["latitude", "longitude"])
    axes.scatter(
        placed.longitude, placed.latitude, s=_disc(placed.population), color=PALE, linewidths=0
    )
    if placed.empty:
        return
    latitude = float(placed.latitude.mean())
    axes.set_aspect(1 / cos(radians(latitude)))
    axes.margins(0.12)
    left, bottom = float(placed.longitude.min()), float(placed.latitude.min())
    length = 5 / (_DEGREE * cos(radians(latitude)))
    axes.plot([left, left + length], [bottom, bottom], color=INK, linewidth=2)
    axes.annotate(
        "5 km",
        (left + length / 2, bottom),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=8,
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _disc(population: pd.Series[int]) -> pd.Series[float]:
    """Return the area of a disc, in square points."""
    return (population / 120).clip(lower=12, upper=1800)
