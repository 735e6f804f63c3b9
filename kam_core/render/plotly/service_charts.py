"""Figures of service and of what time is spent on: bars side by side, parts, intervals, spreads."""

import pandas as pd
import plotly.graph_objects as go

from kam_core.dashboard.charts import (
    AgedTickets,
    Compared,
    Intervals,
    RenewalBands,
    Shares,
    Spread,
)
from kam_core.render.plotly import charts
from kam_core.render.plotly.charts import Palette
from kam_core.text import formats
from kam_core.text.writer import Text, plotly_escape

GOLDEN = 0.618034
MARKED = 12
# A part thinner than this has no room for its number.
WRITTEN_FROM = 0.035


def draw_aged_tickets(chart: AgedTickets, text: Text, colours: Palette) -> go.Figure:
    """Columns cut into parts, the late part hatched."""
    shades = (colours.target, colours.previous, colours.actual)
    patterns = ("/", "", "")
    figure = charts.canvas(colours, 260)
    for shade, pattern, (name, counts) in zip(shades, patterns, chart.parts.items(), strict=True):
        figure.add_bar(
            x=[plotly_escape(age) for age in chart.names],
            y=list(counts),
            name=name,
            marker=charts.hatched(shade, pattern, colours),
            text=[formats.count(number, text.lang) if number else "" for number in counts],
            hovertemplate=f"%{{x}}<br>{plotly_escape(name)} %{{text}}<extra></extra>",
            **charts.INSIDE,
        )
    charts.stack(figure)
    figure.update_xaxes(type="category")
    highest = max((sum(stack) for stack in zip(*chart.parts.values(), strict=True)), default=0)
    figure.update_yaxes(**charts.value_axis("count", highest, text))
    return figure


def draw_compared(chart: Compared, text: Text, colours: Palette) -> go.Figure:
    """Lying bars: the first value dark, what it is held against lighter; hollow on few cases."""
    series, names = chart.series, [plotly_escape(name) for name in chart.names]
    figure = charts.canvas(colours, 70 + (14 + 19 * len(series)) * max(len(names), 1))
    shades = (colours.actual, colours.previous)
    for shade, (label, values) in zip(shades, series.items(), strict=False):
        figure.add_bar(
            x=list(values),
            y=names,
            orientation="h",
            name=label,
            marker={
                "color": [colours.paper if hollow else shade for hollow in chart.is_hollow]
                or shade,
                "line": {"color": shade, "width": 1.5},
            },
            text=[formats.quantity(value, chart.unit, text.lang) for value in values],
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


def draw_intervals(chart: Intervals, text: Text, colours: Palette) -> go.Figure:
    """Lines of time with an interval at each mark, side by side so that none hides another."""
    rows, series = chart.rows, chart.series
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
    names, ends = charts.period_names(rows["period"], text), [-0.4, len(rows) - 0.6]
    figure.update_xaxes(tickvals=positions, ticktext=names, range=ends)
    figure.update_yaxes(tickformat=charts.TICK_FORMATS["percent"], rangemode="tozero")
    return figure


def draw_spread(chart: Spread, text: Text, colours: Palette) -> go.Figure:
    """A column per group: a box over a mark per case, larger for more behind it.

    Marks with too few cases are hollow and are not in the box. Nobody is named: the picture is
    about the spread, not about a person.
    """
    groups = chart.groups
    figure = charts.canvas(colours, 340)
    for position, group in enumerate(groups.values()):
        solid = group["cases"] >= chart.least_cases
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
        strip = _strip(position, group, solid, chart.unit, text, colours)
        # Many columns leave little room for each.
        shares = group["cases"] / float(group["cases"].max() or 1)
        strip["marker"]["size"] = (4 + MARKED / (1 + len(groups) / 8) * shares**0.5).tolist()
        figure.add_scatter(**strip)
    figure.update_xaxes(
        tickvals=list(range(len(groups))),
        ticktext=[plotly_escape(name) for name in groups],
        range=[-0.6, len(groups) - 0.4],
    )
    figure.update_yaxes(tickformat=charts.TICK_FORMATS.get(chart.unit, "~g"))
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


def draw_shares(chart: Shares, text: Text, colours: Palette) -> go.Figure:
    """Columns of a whole, cut into parts with their shares written where there is room."""
    shades = (colours.actual, colours.previous, colours.target, colours.line)
    patterns = ("", "", "/", ".")
    figure = charts.canvas(colours, 320)
    looks = zip(shades, patterns, chart.parts.items(), strict=False)
    for shade, pattern, (column, name) in looks:
        shares = chart.rows[column]
        figure.add_bar(
            x=charts.period_names(chart.rows["period"], text),
            y=shares,
            name=name,
            marker=charts.hatched(shade, pattern, colours),
            text=[
                formats.percent(share, text.lang) if share >= WRITTEN_FROM else ""
                for share in shares
            ],
            hovertext=[formats.percent(share, text.lang) for share in shares],
            hovertemplate="%{x}<br>%{hovertext}",
            **charts.INSIDE,
        )
    charts.stack(figure)
    figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=".0%", range=[0, 1])
    return figure


def draw_renewal_bands(chart: RenewalBands, text: Text, colours: Palette) -> go.Figure:
    """The rate of each band with interval and n, and the two curves as far as there are any."""
    figure, bands = charts.canvas(colours, 340), chart.bands
    figure.add_scatter(**_observed_marks(chart, text, colours))
    for (hours, rates), name, dash, colour in (
        (chart.fitted, "resources.fitted", "solid", colours.actual),
        (chart.claimed, "resources.claimed", "dot", colours.target),
    ):
        if len(hours):
            figure.add_scatter(
                x=list(hours),
                y=list(rates),
                mode="lines",
                name=text(name),
                line={"dash": dash, "color": colour, "width": 2},
                hoverinfo="skip",
            )
    # The last number stands to the right of its mark.
    furthest = 1.2 * float(bands["mean_hours"].max()) or 1.0
    figure.update_xaxes(title_text=text("resources.hours_axis"), range=[0, furthest])
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return figure


def _observed_marks(chart: RenewalBands, text: Text, colours: Palette) -> dict:
    bands = chart.bands
    return {
        "x": bands["mean_hours"],
        "y": bands["rate"],
        "mode": "markers+text",
        "name": text("resources.observed"),
        "marker": {"color": colours.actual, "size": 11},
        "text": [f"n = {formats.count(number, text.lang)}" for number in bands["contracts"]],
        "textposition": "bottom right",
        "error_y": {
            "array": (bands["high"] - bands["rate"]).tolist(),
            "arrayminus": (bands["rate"] - bands["low"]).tolist(),
            "thickness": 1.5,
            "width": 5,
        },
        "hovertext": [
            f"{name}<br>{formats.percent(rate, text.lang)}"
            for name, rate in zip(chart.names, bands["rate"], strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
