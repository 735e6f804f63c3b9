"""Figures of the resources page: rows and words in, a plotly figure out."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from kam_core.render.plotly import charts
from kam_core.render.plotly.charts import Palette
from kam_core.text import formats
from kam_core.text.writer import Text

# A part thinner than this has no room for its number.
WRITTEN_FROM = 0.035


def draw_shares(
    rows: pd.DataFrame, parts: Mapping[str, str], text: Text, colours: Palette
) -> go.Figure:
    """One column per period, the whole of it, cut into parts (column -> name) that add to 100 %."""
    shades = (colours.actual, colours.previous, colours.target, colours.line)
    patterns = ("", "", "/", ".")
    names = charts.period_names(rows["period"], text)
    figure = charts.canvas(colours, 320)
    for shade, pattern, (column, name) in zip(shades, patterns, parts.items(), strict=False):
        figure.add_bar(
            x=names,
            y=rows[column],
            name=name,
            marker=charts.hatched(shade, pattern, colours),
            text=[_write_share(share, text) for share in rows[column]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertext=[formats.percent(share, text.lang) for share in rows[column]],
            hovertemplate="%{x}<br>%{hovertext}",
        )
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=".0%", range=[0, 1])
    return figure


def _write_share(share: float, text: Text) -> str:
    return formats.percent(share, text.lang) if share >= WRITTEN_FROM else ""


def draw_renewal_bands(
    bands: pd.DataFrame,
    names: Sequence[str],
    fitted: tuple[Sequence[float], Sequence[float]],
    claimed: tuple[Sequence[float], Sequence[float]],
    text: Text,
    colours: Palette,
) -> go.Figure:
    """The renewal rate of each band at its mean hours, with interval and n, and the fitted curve.

    ``fitted`` and ``claimed`` are hours and rates; without any, nothing is drawn of them.
    """
    figure = charts.canvas(colours, 340)
    figure.add_scatter(**_observed_marks(bands, names, text, colours))
    for (hours, rates), name, dash, colour in (
        (fitted, "resources.fitted", "solid", colours.actual),
        (claimed, "resources.claimed", "dot", colours.target),
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


def _observed_marks(
    bands: pd.DataFrame, names: Sequence[str], text: Text, colours: Palette
) -> dict:
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
            for name, rate in zip(names, bands["rate"], strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
