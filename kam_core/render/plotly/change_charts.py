"""Figures of a difference and its parts, and of a monthly series within its limits."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import plotly.graph_objects as go

from kam_core.dashboard.charts import Limited, Waterfall
from kam_core.metrics.change import ACCOUNTS, GROUPS, FigureChange, MixPart, Movement
from kam_core.metrics.control_limits import Limits
from kam_core.render.plotly.charts import (
    INSIDE,
    Palette,
    canvas,
    draw_steps,
    measure_extent,
    period_names,
    value_axis,
)
from kam_core.text import formats
from kam_core.text.sentences.change_sentences import name_of
from kam_core.text.writer import Text, plotly_escape

Bar = tuple[str, Fraction]
ShownBar = tuple[str, Decimal]
MARGIN = 0.04
MONTHS_A_MARK = 6


def draw_waterfall(chart: Waterfall, text: Text, colours: Palette) -> go.Figure:
    """From one value down to the other, a bar for each part; zero is the value before."""
    moved = chart.moved
    bars = _add_rounding(_bars(moved, chart.shown, text), moved, text)
    values = formats.pair(moved.before, moved.after, moved.unit, text.lang)
    ends = [_write_end(*end, text) for end in zip(moved.periods, values, strict=True)]
    # Beside the names there is room for the numbers on any screen; beside the bars there is not.
    parts = (
        f"{name}  <b>{formats.difference(step, moved.unit, text.lang)}</b>" for name, step in bars
    )
    names = [ends[0], *parts, ends[1]]
    steps = [Decimal(0), *(step for _, step in bars)]
    total = sum(steps, Decimal(0))
    whole = f"<b>{formats.difference(moved.difference, moved.unit, text.lang)}</b>"
    written = [""] * len(steps) + [whole]
    how = INSIDE | {"textfont": {"color": colours.paper}}
    figure = draw_steps(names, list(map(float, steps)), float(total), written, colours, 90, **how)
    low, high = measure_extent(steps)
    margin = ((high - low) or 1.0) * MARGIN
    figure.update_xaxes(range=[low - margin, high + margin], zerolinecolor=colours.quiet)
    return figure


def _bars(moved: FigureChange, shown: int, text: Text) -> list[Bar]:
    """Mix as one bar and the rate of each slice, or the amount of each group; the rest as one."""
    by = moved.dimension or ""
    if by == ACCOUNTS and all(part.name in GROUPS for part in moved.parts):
        return [(_group_words(part, text), part.difference) for part in moved.parts]
    mix = [(text("figure.mix"), moved.mix)] if isinstance(moved.parts[0], MixPart) else []
    steps = [
        (
            plotly_escape(name_of(p.name, by, text)),
            p.rate if isinstance(p, MixPart) else p.difference,
        )
        for p in moved.parts
    ]
    steps = sorted((bar for bar in steps if bar[1]), key=lambda bar: -abs(bar[1]))
    rest = steps[shown:]
    if rest:
        words = text("figure.others", count=len(rest))
        return [*mix, *steps[:shown], (words, sum((step for _, step in rest), Fraction(0)))]
    return [*mix, *steps]


def _add_rounding(bars: Sequence[Bar], moved: FigureChange, text: Text) -> list[ShownBar]:
    """The bars as long as their numbers say, and a last one for what these lack to the whole."""
    assert moved.difference is not None
    lang, unit = text.lang, moved.unit
    lacking = formats.rounding(moved.difference, (step for _, step in bars), unit, lang)
    shown = [(name, formats.as_shown(step, unit, lang)) for name, step in bars]
    return [*shown, (text("figure.rounding"), lacking)] if lacking else shown


def _group_words(part: MixPart | Movement, text: Text) -> str:
    accounts = part.accounts if isinstance(part, Movement) else None
    return text(f"figure.moved_{part.name}", accounts=accounts)


def _write_end(period: str, value: str, text: Text) -> str:
    name = formats.short_period(period, text.lang) or period
    return f"<b>{plotly_escape(name)}  {value}</b>"


def draw_limited(chart: Limited, text: Text, colours: Palette) -> go.Figure:
    """Signals have a shape and a word, noise is grey; a month without a value leaves a gap."""
    rows, limits = chart.rows, chart.limits
    names = period_names(rows["period"], text)
    figure = canvas(colours, 300)
    if limits.low is not None:
        _band(figure, names, chart, text, colours)
    figure.add_scatter(
        x=names,
        y=rows["value"],
        mode="lines+markers",
        name=text("figure.inside") if limits.low is not None else text("charts.actual"),
        line={"color": colours.quiet, "width": 1.5},
        marker={"symbol": "circle", "size": 7, "color": colours.quiet},
        hovertext=[formats.quantity(value, chart.unit, text.lang) for value in rows["value"]],
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
    )
    if limits.signals:
        _signals(figure, names, chart, text, colours)
    highest = float(rows[["value", "limit_high"]].max(numeric_only=True).max() or 0)
    lowest = float(rows[["value", "limit_low"]].min(numeric_only=True).min() or 0)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=names)
    figure.update_xaxes(tickvals=names[::-1][::MONTHS_A_MARK], tickangle=0)
    figure.update_yaxes(**value_axis(chart.unit, highest, text, lowest))
    return figure


def _band(
    figure: go.Figure, names: list[str], chart: Limited, text: Text, colours: Palette
) -> None:
    """The mean dashed and the limits dotted, over every month."""
    for number, column in enumerate(("limit_high", "limit_low")):
        figure.add_scatter(
            x=names,
            y=chart.rows[column],
            mode="lines",
            name=text("figure.limits"),
            legendgroup="limits",
            showlegend=number == 0,
            line={"color": colours.target, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=names,
        y=[chart.limits.mean] * len(names),
        mode="lines",
        name=text("figure.mean"),
        line={"color": colours.actual, "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )


def _signals(
    figure: go.Figure, names: list[str], chart: Limited, text: Text, colours: Palette
) -> None:
    """The months outside: a shape of their own, and the word at the first of neighbours."""
    is_out = chart.rows["period"].map(chart.limits.is_signal)
    is_first = (is_out & ~is_out.shift(fill_value=False))[is_out]
    values = chart.rows["value"][is_out]
    figure.add_scatter(
        x=[name for name, out in zip(names, is_out, strict=True) if out],
        y=values.tolist(),
        mode="markers+text",
        name=text("figure.signal"),
        text=[text("figure.signal") if first else "" for first in is_first],
        textposition=[_choose_side(value, chart.limits) for value in values],
        cliponaxis=False,
        marker={"symbol": "diamond", "size": 13, "color": colours.target},
        hovertext=[formats.quantity(value, chart.unit, text.lang) for value in values],
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
    )


def _choose_side(value: float, limits: Limits) -> str:
    """Away from the limits, where nothing else is drawn."""
    return "bottom center" if limits.low is not None and value < limits.low else "top center"
