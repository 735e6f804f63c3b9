"""Figures of value: who brings how much, what is bought elsewhere, a sum of terms, a season."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from kam_core.render.plotly import charts
from kam_core.render.plotly.charts import Palette
from kam_core.text import formats
from kam_core.text.formats import Number
from kam_core.text.writer import Text, plotly_escape

SHORT = 14
ROOM_FOR_WORDS = 1.28


def draw_pareto(
    shares: Sequence[float], names: Sequence[str], marked: int, text: Text, colours: Palette
) -> go.Figure:
    """The share of revenue the first accounts bring, and how many bring most of it."""
    figure = charts.canvas(colours, 320)
    figure.add_scatter(
        x=list(range(1, len(shares) + 1)),
        y=list(shares),
        mode="lines",
        fill="tozeroy",
        line={"color": colours.actual, "width": 2.5},
        name=text("value.cumulative"),
        hovertext=[
            f"{rank}. {plotly_escape(name)}<br>{formats.percent(share, text.lang)}"
            for rank, (name, share) in enumerate(zip(names, shares, strict=True), start=1)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.add_scatter(
        x=[1, len(shares)],
        y=[1 / len(shares), 1],
        mode="lines",
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        name=text("value.all_equal"),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[marked],
        y=[shares[marked - 1]],
        mode="markers+text",
        marker={"color": colours.target, "size": 12, "symbol": "diamond"},
        text=[text("value.marked", accounts=formats.count(marked, text.lang))],
        textposition="bottom right",
        showlegend=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(title_text=text("value.ranked_accounts"), rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04])
    return figure


def draw_wallets(rows: pd.DataFrame, text: Text, colours: Palette) -> go.Figure:
    """What accounts buy of us and elsewhere, one bar each, with our share written beside it."""
    names = [_shorten(name) for name in rows["account_name"]]
    positions = list(range(len(rows)))
    figure = charts.canvas(colours, 90 + 32 * len(rows))
    shares = [formats.percent(share, text.lang) for share in rows["share"]]
    parts = (("revenue_12m", "bought_of_us", None), ("elsewhere", "bought_elsewhere", shares))
    for column, key, words in parts:
        figure.add_bar(
            x=rows[column].astype(float),
            y=positions,
            orientation="h",
            name=text(f"value.{key}"),
            marker=_bar_of(column, colours),
            text=words,
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{plotly_escape(name)}<br>{formats.money(amount, text.lang)}"
                for name, amount in zip(rows["account_name"], rows[column], strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    highest = float(rows["annual_purchase_budget"].max())
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_xaxes(**charts.value_axis("money", highest, text))
    figure.update_xaxes(range=[0, highest * 1.1], nticks=5)
    figure.update_yaxes(tickvals=positions, ticktext=names, autorange="reversed", showgrid=False)
    figure.update_yaxes(tickfont={"color": colours.text})
    return figure


def _bar_of(column: str, colours: Palette) -> dict:
    if column == "revenue_12m":
        return {"color": colours.actual}
    return {"color": colours.line, "line": {"color": colours.quiet, "width": 0.8}}


def _shorten(name: str) -> str:
    """A name that leaves room for the bars, on a phone too."""
    return plotly_escape(name if len(name) <= SHORT else f"{name[: SHORT - 1]}…")


def draw_terms(
    amounts: Mapping[str, Number], total: str, text: Text, colours: Palette
) -> go.Figure:
    """Terms with their signs, one below the other, down to their sum."""
    whole = sum(map(formats.to_fraction, amounts.values()))
    lacking = formats.rounding(whole, amounts.values(), "money", text.lang)
    amounts = {**amounts, text("figure.rounding"): lacking} if lacking else amounts
    names = [*amounts, total]
    steps = [float(formats.as_shown(amount, "money", text.lang)) for amount in amounts.values()]
    written = [formats.money(amount, text.lang, signed=True) for amount in amounts.values()]
    figure = charts.canvas(colours, 80 + 34 * len(names))
    figure.add_waterfall(
        orientation="h",
        y=list(range(len(names))),
        x=[*steps, sum(steps)],
        measure=["relative"] * len(steps) + ["total"],
        text=[*written, f"<b>{formats.money(whole, text.lang)}</b>"],
        textposition="outside",
        cliponaxis=False,
        connector={"line": {"color": colours.quiet, "width": 1}},
        increasing={"marker": {"color": colours.actual}},
        decreasing={"marker": {"color": colours.target}},
        totals={"marker": {"color": colours.quiet}},
        hoverinfo="skip",
    )
    highest, lowest = _measure_extent(steps)
    figure.update_xaxes(range=[lowest * ROOM_FOR_WORDS, highest * ROOM_FOR_WORDS])
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=True)
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[*map(plotly_escape, amounts), f"<b>{plotly_escape(total)}</b>"],
        autorange="reversed",
        showgrid=False,
        tickfont={"color": colours.text},
    )
    return figure


def _measure_extent(steps: Sequence[float]) -> tuple[float, float]:
    """How far right and left of zero a running sum goes."""
    stands = [sum(steps[:count]) for count in range(len(steps) + 1)]
    return max(*stands, 0.0) or 1.0, min(*stands, 0.0)


def draw_season(
    past: pd.DataFrame, ahead: pd.DataFrame, is_forecast: bool, text: Text, colours: Palette
) -> go.Figure:
    """Months as they were, solid, and as they are expected: dashed, with the range they lie in.

    ``past``: month, revenue; ``ahead``: month, expected, low, high, last_year.
    """
    figure = charts.canvas(colours, 320)
    months = [_write_month(month, text) for month in ahead["month"]]
    if is_forecast:
        figure.add_scatter(
            x=[*months, *reversed(months)],
            y=[*ahead["high"], *reversed(ahead["low"].tolist())],
            fill="toself",
            mode="lines",
            line={"width": 0},
            fillcolor=colours.previous,
            opacity=0.5,
            name=text("value.range"),
            hoverinfo="skip",
        )
    for days, amounts, colour, key, dash in _list_courses(past, ahead, is_forecast, colours):
        figure.add_scatter(
            x=[_write_month(month, text) for month in days],
            y=amounts.astype(float),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"size": 5, "symbol": "circle" if dash == "solid" else "diamond"},
            name=text(key),
            hovertext=[formats.money(amount, text.lang) for amount in amounts],
            hovertemplate="%{x}<br>%{hovertext}",
        )
    order = [_write_month(month, text) for month in [*past["month"], *ahead["month"]]]
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=order, nticks=7)
    highest = float(pd.concat([past["revenue"], ahead["expected"], ahead["high"]]).max() or 0)
    figure.update_yaxes(**charts.value_axis("money", highest, text))
    return figure


def _list_courses(
    past: pd.DataFrame, ahead: pd.DataFrame, is_forecast: bool, colours: Palette
) -> list[tuple]:
    """The lines of a season: what was, what last year lets expect, and what the forecast does."""
    months = ahead["month"]
    paler = colours.previous if is_forecast else colours.target
    lines = [
        (past["month"], past["revenue"], colours.actual, "charts.actual", "solid"),
        (months, ahead["last_year"], paler, "value.same_month_last_year", "dot"),
    ]
    forecast = (months, ahead["expected"], colours.target, "value.forecast", "dash")
    return [*lines, forecast] if is_forecast else lines


def _write_month(day: object, text: Text) -> str:
    return formats.short_period(f"{formats.as_date(day):%Y-%m}", text.lang)
