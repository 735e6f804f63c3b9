"""Figures of value: who brings how much, what is bought elsewhere, a sum of terms, a season."""

import pandas as pd
import plotly.graph_objects as go

from kam_core.dashboard.charts import Pareto, SeasonChart, Terms, Wallets
from kam_core.render.plotly import charts
from kam_core.render.plotly.charts import Palette
from kam_core.text import formats
from kam_core.text.writer import Text, plotly_escape

SHORT = 14
ROOM_FOR_WORDS = 1.28


def draw_pareto(chart: Pareto, text: Text, colours: Palette) -> go.Figure:
    """A curve of shares added up, beside the line of all being equal, and a mark on it."""
    shares, marked = chart.shares, chart.marked
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
            for rank, (name, share) in enumerate(zip(chart.names, shares, strict=True), start=1)
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
        text=[text("value.marked", accounts=marked)],
        textposition="bottom right",
        showlegend=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(title_text=text("value.ranked_accounts"), rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04])
    return figure


def draw_wallets(chart: Wallets, text: Text, colours: Palette) -> go.Figure:
    """One lying bar for each account, with our share written beside it."""
    rows = chart.rows
    # There is room for the bars, on a phone too.
    names = [plotly_escape(formats.shortened(name, SHORT)) for name in rows["account_name"]]
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
    charts.stack(figure)
    figure.update_xaxes(**charts.value_axis("money", highest, text))
    figure.update_xaxes(range=[0, highest * 1.1], nticks=5)
    figure.update_yaxes(tickvals=positions, ticktext=names, autorange="reversed", showgrid=False)
    figure.update_yaxes(tickfont={"color": colours.text})
    return figure


def _bar_of(column: str, colours: Palette) -> dict:
    if column == "revenue_12m":
        return {"color": colours.actual}
    return {"color": colours.line, "line": {"color": colours.quiet, "width": 0.8}}


def draw_terms(chart: Terms, text: Text, colours: Palette) -> go.Figure:
    """A bar for each term with its amount, down to the sum."""
    amounts: dict[str, formats.Number] = dict(chart.amounts)
    lang = text.lang
    whole = sum(map(formats.to_fraction, amounts.values()))
    if lacking := formats.rounding(whole, amounts.values(), "money", lang):
        amounts[text("figure.rounding")] = lacking
    steps = [float(formats.as_shown(amount, "money", lang)) for amount in amounts.values()]
    names = [*map(plotly_escape, amounts), f"<b>{plotly_escape(chart.total)}</b>"]
    written = [formats.money(term, lang, signed=True) for term in amounts.values()]
    written.append(f"<b>{formats.money(whole, lang)}</b>")
    how = {"textposition": "outside", "cliponaxis": False}
    figure = charts.draw_steps(names, steps, sum(steps), written, colours, 80, **how)
    lowest, highest = charts.measure_extent(steps)
    figure.update_xaxes(range=[lowest * ROOM_FOR_WORDS, (highest or 1.0) * ROOM_FOR_WORDS])
    return figure


def draw_season(chart: SeasonChart, text: Text, colours: Palette) -> go.Figure:
    """Months as they were, solid, and as they are expected: dashed, with the range they lie in."""
    figure, past, ahead = charts.canvas(colours, 320), chart.past, chart.ahead
    months = [_write_month(month, text) for month in ahead["month"]]
    if chart.is_forecast:
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
    for days, amounts, colour, key, dash in _list_courses(chart, colours):
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


def _list_courses(chart: SeasonChart, colours: Palette) -> list[tuple]:
    """The lines of a season: what was, what last year lets expect, and what the forecast does."""
    past, ahead, months = chart.past, chart.ahead, chart.ahead["month"]
    paler = colours.previous if chart.is_forecast else colours.target
    lines = [
        (past["month"], past["revenue"], colours.actual, "charts.actual", "solid"),
        (months, ahead["last_year"], paler, "value.same_month_last_year", "dot"),
    ]
    forecast = (months, ahead["expected"], colours.target, "value.forecast", "dash")
    return [*lines, forecast] if chart.is_forecast else lines


def _write_month(day: object, text: Text) -> str:
    return formats.short_period(f"{formats.as_date(day):%Y-%m}", text.lang)
