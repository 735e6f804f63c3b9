"""Figures: rows and words in, a plotly figure out. Time runs left to right; actual is solid."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from kam_core.dashboard.charts import Columns, Field, Heat, Lines, Matrix, Stacked
from kam_core.text import formats
from kam_core.text.writer import Text, plotly_escape


@dataclass(frozen=True)
class Palette:
    """The colours of one theme. A word or a shape goes with each: none means anything alone."""

    actual: str
    previous: str
    target: str
    text: str
    quiet: str
    line: str
    paper: str
    low: str
    high: str
    series: tuple[str, ...]


LIGHT = Palette(
    actual="#1f5673",
    previous="#a9c3d2",
    target="#b3691b",
    text="#1d2733",
    quiet="#667085",
    line="#e3e8ee",
    paper="#ffffff",
    low="#f8f3ea",
    high="#86b4cb",
    series=("#1f5673", "#c08a3e", "#5b8c7b", "#7a6a9b", "#98a2b3"),
)
DARK = Palette(
    actual="#8cc0de",
    previous="#4c6b80",
    target="#dca35c",
    text="#e4e9ef",
    quiet="#98a2b3",
    line="#2a333e",
    paper="#12171d",
    low="#2a2622",
    high="#2f6c8c",
    series=("#8cc0de", "#d9a75f", "#83b8a5", "#a898cc", "#667085"),
)
# As many digits as the marks of an axis need.
TICK_FORMATS = {"percent": "~%", "hours": "~g", "days": "~g"}
WHOLE_UNITS = ("money", "count")
STEPS = 4
FONTS = "Inter, Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
# How a number is written inside a bar.
INSIDE = {"textposition": "inside", "insidetextanchor": "middle", "textangle": 0}


def palette(theme: str | None) -> Palette:
    return DARK if theme == "dark" else LIGHT


def canvas(colours: Palette, height: int) -> go.Figure:
    """An empty figure in the colours and letters of a theme."""
    axis = {
        "gridcolor": colours.line,
        "linecolor": colours.line,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": colours.quiet},
        "title": {"font": {"color": colours.quiet, "size": 12}},
    }
    template = go.layout.Template(
        layout={
            "font": {"color": colours.text, "size": 12, "family": FONTS},
            "uniformtext": {"minsize": 9, "mode": "hide"},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
            "hoverlabel": {"align": "left"},
            "bargap": 0.35,
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
        }
    )
    return go.Figure(layout={"template": template, "height": height})


def hatched(colour: str, shape: str, colours: Palette) -> dict:
    """How a bar is filled: a colour, and a pattern that tells it from others without colour."""
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": colours.paper, "fgopacity": 0.4}
    return {"color": colour, "pattern": pattern | {"size": 8, "solidity": 0.15}}


def whole_ticks(unit: str, highest: float, text: Text, lowest: float = 0) -> dict:
    """Axis marks at whole amounts in the reader's own units, which plotly has no words for."""
    lowest, highest = min(lowest, 0), max(highest, 0)
    if lowest == highest:
        return {}
    step = _round_step((highest - lowest) / STEPS)
    first, last = math.floor(lowest / step), math.floor(highest / step) + 1
    marks = [step * number for number in range(first, last + 1)]
    return {"tickvals": marks, "ticktext": [formats.quantity(m, unit, text.lang) for m in marks]}


def _round_step(rough: float) -> float:
    power = 10 ** (len(str(int(rough))) - 1)
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def value_axis(unit: str, highest: float, text: Text, lowest: float = 0) -> dict:
    """An axis of values from zero, with marks in the unit of the values."""
    ticks = whole_ticks(unit, highest, text, lowest) if unit in WHOLE_UNITS else {}
    return {"tickformat": TICK_FORMATS.get(unit, "~g"), "rangemode": "tozero"} | ticks


def period_names(codes: Iterable[str], text: Text) -> list[str]:
    """Periods as the marks of an axis."""
    return [_break_lines(formats.axis_period(code, text.lang)) for code in codes]


def _break_lines(label: str) -> str:
    return plotly_escape(label).replace("\n", "<br>")


def draw_columns(chart: Columns, text: Text, colours: Palette) -> go.Figure:
    """Columns, mostly of time, and the target as a mark."""
    names = [_break_lines(point.label) for point in chart.points]
    values, targets = ([getattr(p, kind) for p in chart.points] for kind in ("value", "target"))
    titles = chart.names or (text("charts.actual"), text("charts.target"))
    figure = canvas(colours, 280)
    figure.add_bar(
        x=names,
        y=values,
        name=titles[0],
        marker={
            "color": colours.actual,
            "pattern": {
                "shape": ["/" if point.is_running else "" for point in chart.points],
                "size": 6,
                "solidity": 0.45,
            },
        },
        text=[formats.quantity(value, chart.unit, text.lang) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}<br>%{text}<extra></extra>",
    )
    numbers = [number for number in (*values, *targets, chart.highest) if number is not None]
    if any(target is not None for target in targets):
        figure.add_scatter(name=titles[1], **_marks_at(names, targets, chart.unit, text, colours))
    figure.update_xaxes(type="category")
    highest, lowest = (float(end(numbers, default=0)) for end in (max, min))
    figure.update_yaxes(**value_axis(chart.unit, highest, text, lowest))
    return figure


def _marks_at(
    names: Sequence[str], values: Sequence[Any], unit: str, text: Text, colours: Palette
) -> dict:
    """What columns or lines are held against, as a mark at each."""
    return {
        "x": names,
        "y": values,
        "mode": "markers",
        "marker": {
            "symbol": "line-ew-open",
            "size": 26,
            "color": colours.target,
            "line_width": 3,
        },
        "hovertext": [formats.quantity(value, unit, text.lang) for value in values],
        "hovertemplate": "%{x}<br>%{hovertext}<extra></extra>",
    }


def draw_lines(chart: Lines, text: Text, colours: Palette) -> go.Figure:
    """Lines of time, and what they are held against as marks.

    The axis of a single marked line need not begin at zero: it tells by where it lies.
    """
    names = period_names(chart.rows["period"], text)
    dashes = ("solid", "dash", "dot", "dashdot")
    figure = canvas(colours, 280)
    for position, (column, name) in enumerate(chart.series.items()):
        values = chart.rows[column]
        figure.add_scatter(
            x=names,
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": colours.series[position], "dash": dashes[position], "width": 2.5},
            marker={"symbol": position, "size": 8},
            hovertext=[formats.quantity(value, chart.unit, text.lang) for value in values],
            hovertemplate="%{x}<br>%{hovertext}",
        )
    highest = float(chart.rows[list(chart.series)].max(numeric_only=True).max() or 0)
    lowest = float(chart.rows[list(chart.series)].min(numeric_only=True).min() or 0)
    figure.update_xaxes(type="category")
    figure.update_yaxes(**value_axis(chart.unit, highest, text, lowest))
    if chart.marks:
        is_any = any(not formats.is_missing(mark) for mark in chart.marks)
        marks = _marks_at(names, chart.marks, chart.unit, text, colours)
        figure.add_scatter(name=text("charts.target"), visible=is_any, **marks)
        if len(chart.series) == 1:
            figure.update_yaxes(rangemode="normal")
    return figure


def draw_heat(chart: Heat, text: Text, colours: Palette) -> go.Figure:
    """A grid with the share written into each cell."""
    rows = chart.rows
    figure = canvas(colours, 90 + 30 * len(rows))
    figure.add_heatmap(
        x=period_names(rows.columns, text),
        y=[plotly_escape(str(name)) for name in rows.index],
        z=rows.to_numpy(dtype=float),
        text=[[formats.percent(cell, text.lang) for cell in line] for line in rows.to_numpy()],
        texttemplate="%{text}",
        textfont={"color": colours.text},
        colorscale=[[0, colours.low], [1, colours.high]],
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        hovertemplate="%{y} · %{x}<br>%{text}<extra></extra>",
    )
    figure.update_xaxes(type="category", side="top")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure


def draw_stacked(chart: Stacked, text: Text, colours: Palette) -> go.Figure:
    """One lying bar, with the count written into each part."""
    shades = (colours.actual, colours.previous, colours.line, colours.target, colours.paper)
    figure = canvas(colours, 120)
    for shade, (name, number) in zip(shades, chart.parts.items(), strict=False):
        figure.add_bar(
            x=[number],
            y=[""],
            orientation="h",
            name=name,
            marker={"color": shade, "line": {"color": colours.quiet, "width": 0.5}},
            text=[formats.count(number, text.lang)] if number else None,
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=f"{plotly_escape(name)}<br>%{{text}}<extra></extra>",
        )
    stack(figure)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def stack(figure: go.Figure) -> None:
    """The bars of a figure on one another, named in the order in which they stand."""
    figure.update_layout(barmode="stack", legend_traceorder="normal")


def draw_steps(
    names: Sequence[str],
    steps: Sequence[float],
    total: float,
    written: Sequence[str],
    colours: Palette,
    height: int,
    **how_written: Any,
) -> go.Figure:
    """Bars one below the other, each from where the last one ended, down to their total."""
    positions = list(range(len(names)))
    figure = canvas(colours, height + 34 * len(names))
    figure.add_waterfall(
        orientation="h",
        y=positions,
        x=[*steps, total],
        measure=["relative"] * len(steps) + ["total"],
        text=written,
        connector={"line": {"color": colours.quiet, "width": 1}},
        increasing={"marker": {"color": colours.actual}},
        decreasing={"marker": {"color": colours.target}},
        totals={"marker": {"color": colours.quiet}},
        hoverinfo="skip",
        **how_written,
    )
    figure.update_yaxes(
        tickvals=positions,
        ticktext=names,
        autorange="reversed",
        showgrid=False,
        tickfont={"color": colours.text},
    )
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=True)
    return figure


def measure_extent(steps: Sequence[Any]) -> tuple[float, float]:
    """How far below and above zero a running sum goes."""
    stands = [sum(steps[:count]) for count in range(len(steps) + 1)]
    return float(min(stands)), float(max(stands))


def draw_matrix(chart: Matrix, text: Text, colours: Palette) -> go.Figure:
    """One mark per account, one measure across and one up, cut into cells with their totals."""
    figure = canvas(colours, 540)
    accounts = chart.accounts.astype({"x_score": float, "y_score": float, "revenue_12m": float})
    largest = float(accounts["revenue_12m"].max() or 0) or 1.0
    for position, (tier, members) in enumerate(accounts.groupby("tier", sort=False)):
        figure.add_scatter(**_marks(members, largest, position, text, colours))
        figure.data[-1].name = plotly_escape(text.value("tier", tier))
    line = {"color": colours.quiet, "dash": "dash", "width": 1}
    for field in chart.fields:
        if field.tier in set(accounts["tier"]):
            figure.add_annotation(**_cell_words(field, chart, text, colours))
    for name, axis, ends in (("x", chart.x, (-0.03, 1.03)), ("y", chart.y, (-0.04, 1.16))):
        for cut in axis.cuts:
            getattr(figure, f"add_{'v' if name == 'x' else 'h'}line")(**{name: cut}, line=line)
        words = {"title_text": axis.title, "range": [*map(axis.at, ends)]}
        figure.layout[f"{name}axis"].update(value_axis(axis.unit, axis.highest, text) | words)
    figure.update_yaxes(dtick=chart.y.at(0.2) - chart.y.lowest)
    figure.update_layout(margin_t=40, dragmode=False, clickmode="event+select")
    return figure


def _marks(
    members: pd.DataFrame, largest: float, position: int, text: Text, colours: Palette
) -> dict:
    sizes = members["revenue_12m"].clip(lower=0) / largest
    return {
        "x": members["x_score"],
        "y": members["y_score"],
        "mode": "markers",
        "customdata": members[["account_id", "tier"]],
        "marker": {
            "color": colours.series[position % len(colours.series)],
            "symbol": SYMBOLS[position % len(SYMBOLS)],
            "opacity": 0.75,
            "size": 7 + 27 * sizes**0.5,
            "line": {"width": 0.5, "color": colours.text},
        },
        "text": [
            f"{plotly_escape(name)}<br>{formats.money(revenue, text.lang)}"
            for name, revenue in zip(members["account_name"], members["revenue_12m"], strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _cell_words(field: Field, chart: Matrix, text: Text, colours: Palette) -> dict:
    """The words of a cell in its upper corner; those of the last column stand at the right."""
    is_last, gap = field.x == len(chart.x.cuts), chart.y.at(0.01) - chart.y.lowest
    side = "right" if is_last else "left"
    tier = plotly_escape(text.value("tier", field.tier))
    return {
        "x": chart.x.at(1.02) if is_last else (chart.x.at(-0.02), *chart.x.cuts)[field.x],
        "y": (*(cut - gap for cut in chart.y.cuts), chart.y.at(1.15))[field.y],
        "xanchor": side,
        "yanchor": "top",
        "text": text("charts.cell", **vars(field) | {"tier": tier}),
        "align": side,
        "showarrow": False,
        "bgcolor": colours.paper,
        "opacity": 0.88,
        "font": {"size": 12, "color": colours.text},
    }
