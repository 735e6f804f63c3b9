"""Figures of the service page: rows and words in, a plotly figure out."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from kam_core.render.plotly import charts
from kam_core.render.plotly.charts import Palette
from kam_core.text import formats
from kam_core.text.writer import Text, plotly_escape

GOLDEN = 0.618034
MARKED = 12


def draw_marked_lines(
    rows: pd.DataFrame,
    series: dict[str, str],
    marks: Sequence[float],
    unit: str,
    text: Text,
    colours: Palette,
) -> go.Figure:
    """Lines over the periods (column -> name), what they are held against as a mark on each.

    The axis of a single line need not begin at zero: it tells by where it lies, not by its length.
    """
    figure = charts.draw_lines(rows, series, unit, text, colours)
    figure.add_scatter(
        x=charts.period_names(rows["period"], text),
        y=list(marks),
        visible=any(not formats.is_missing(mark) for mark in marks),
        mode="markers",
        name=text("charts.target"),
        marker={"symbol": "line-ew-open", "size": 26, "color": colours.target, "line_width": 3},
        hovertext=[formats.quantity(mark, unit, text.lang) for mark in marks],
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
    )
    if len(series) == 1:
        figure.update_yaxes(rangemode="normal")
    return figure


def draw_aged_tickets(
    names: Sequence[str], parts: Mapping[str, Sequence[int]], text: Text, colours: Palette
) -> go.Figure:
    """Open tickets by age, each column cut into named parts, the late part hatched."""
    shades = (colours.target, colours.previous, colours.actual)
    patterns = ("/", "", "")
    figure = charts.canvas(colours, 260)
    for shade, pattern, (name, counts) in zip(shades, patterns, parts.items(), strict=True):
        figure.add_bar(
            x=[plotly_escape(age) for age in names],
            y=list(counts),
            name=name,
            marker=charts.hatched(shade, pattern, colours),
            text=[formats.count(number, text.lang) if number else "" for number in counts],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=f"%{{x}}<br>{plotly_escape(name)} %{{text}}<extra></extra>",
        )
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_xaxes(type="category")
    highest = max((sum(stack) for stack in zip(*parts.values(), strict=True)), default=0)
    figure.update_yaxes(**charts.value_axis("count", highest, text))
    return figure


def draw_compared(
    names: Sequence[str],
    series: Mapping[str, Sequence[float]],
    unit: str,
    text: Text,
    colours: Palette,
    is_hollow: Sequence[bool] = (),
) -> go.Figure:
    """One or two values per name as lying bars: the first dark, what it is held against lighter.

    A bar that says little is hollow.
    """
    figure = charts.canvas(colours, 70 + (14 + 19 * len(series)) * max(len(names), 1))
    for shade, (label, values) in zip(
        (colours.actual, colours.previous), series.items(), strict=False
    ):
        figure.add_bar(
            x=list(values),
            y=[plotly_escape(name) for name in names],
            orientation="h",
            name=label,
            marker={
                "color": [colours.paper if hollow else shade for hollow in is_hollow] or shade,
                "line": {"color": shade, "width": 1.5},
            },
            text=[formats.quantity(value, unit, text.lang) for value in values],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            hovertemplate=f"%{{y}}<br>{plotly_escape(label)} %{{text}}<extra></extra>",
        )
    highest = max((float(value) for values in series.values() for value in values), default=0)
    figure.update_layout(barmode="group", bargap=0.3, showlegend=len(series) > 1)
    figure.update_xaxes(visible=False, range=[0, 1.15 * highest or 1])
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure


def draw_intervals(
    rows: pd.DataFrame, series: Mapping[str, str], text: Text, colours: Palette
) -> go.Figure:
    """Shares over the periods with their intervals; columns NAME, NAME_low and NAME_high."""
    figure = charts.canvas(colours, 280)
    positions = list(range(len(rows)))
    for number, (name, title) in enumerate(series.items()):
        shift = 0.08 * (2 * number - len(series) + 1)
        figure.add_scatter(
            x=[position + shift for position in positions],
            y=rows[name],
            name=title,
            mode="lines+markers",
            line={"color": colours.series[number], "dash": ("solid", "dash")[number % 2]},
            marker={"symbol": number, "size": 8},
            error_y={
                "array": (rows[f"{name}_high"] - rows[name]).tolist(),
                "arrayminus": (rows[name] - rows[f"{name}_low"]).tolist(),
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=[formats.percent(value, text.lang) for value in rows[name]],
            hovertemplate="%{hovertext}",
        )
    figure.update_xaxes(
        tickvals=positions,
        ticktext=charts.period_names(rows["period"], text),
        range=[-0.4, len(rows) - 0.6],
    )
    figure.update_yaxes(tickformat=charts.TICK_FORMATS["percent"], rangemode="tozero")
    return figure


def draw_spread(
    groups: Mapping[str, pd.DataFrame], least_cases: int, unit: str, text: Text, colours: Palette
) -> go.Figure:
    """How values lie, one column per group: a box over a mark per case, larger for more behind it.

    A group has ``value`` and ``cases``; marks with fewer than ``least_cases`` are hollow and are
    not in the box. Nobody is named: the picture is about the spread, not about a person.
    """
    figure = charts.canvas(colours, 340)
    for position, group in enumerate(groups.values()):
        solid = group["cases"] >= least_cases
        values = group.loc[solid, "value"]
        figure.add_box(
            x=[position] * len(values),
            y=values,
            boxpoints=False,
            width=0.7,
            fillcolor="rgba(0,0,0,0)",
            line={"color": colours.quiet, "width": 1.5},
            showlegend=False,
            hoverinfo="skip",
        )
        strip = _strip(position, group, solid, unit, text, colours)
        # Many columns leave little room for each.
        strip["marker"]["size"] = _sizes(group["cases"], MARKED / (1 + len(groups) / 8))
        figure.add_scatter(**strip)
    figure.update_xaxes(
        tickvals=list(range(len(groups))),
        ticktext=[plotly_escape(name) for name in groups],
        range=[-0.6, len(groups) - 0.4],
    )
    figure.update_yaxes(tickformat=charts.TICK_FORMATS.get(unit, "~g"))
    figure.update_layout(showlegend=False)
    return figure


def _strip(
    position: int, group: pd.DataFrame, solid: pd.Series, unit: str, text: Text, colours: Palette
) -> dict:
    """Marks side by side so that equal values do not hide each other, the same on every visit."""
    written = [
        f"{formats.quantity(value, unit, text.lang)} · n = {formats.count(cases, text.lang)}"
        for value, cases in zip(group["value"], group["cases"], strict=True)
    ]
    return {
        "x": [position + 0.5 * ((number * GOLDEN) % 1 - 0.5) for number in range(len(group))],
        "y": group["value"],
        "mode": "markers",
        "marker": {
            "color": [colours.actual if is_solid else colours.paper for is_solid in solid],
            "opacity": 0.7,
            "line": {"width": 1, "color": colours.actual},
        },
        "hovertext": written,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
    }


def _sizes(cases: pd.Series, largest: float) -> list[float]:
    return (4 + largest * (cases / float(cases.max() or 1)) ** 0.5).tolist()
