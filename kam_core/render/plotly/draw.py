"""Draws any chart of the dashboard with plotly."""

from collections.abc import Callable

import plotly.graph_objects as go

from kam_core.dashboard import charts as model
from kam_core.dashboard.charts import Chart
from kam_core.render.plotly import (
    change_charts,
    charts,
    service_charts,
    value_charts,
)
from kam_core.render.plotly.charts import Palette
from kam_core.text.writer import Text

BUILDERS: dict[type, Callable[..., go.Figure]] = {
    model.Columns: charts.draw_columns,
    model.Matrix: charts.draw_matrix,
    model.Lines: charts.draw_lines,
    model.Heat: charts.draw_heat,
    model.Stacked: charts.draw_stacked,
    model.Intervals: service_charts.draw_intervals,
    model.AgedTickets: service_charts.draw_aged_tickets,
    model.Compared: service_charts.draw_compared,
    model.Spread: service_charts.draw_spread,
    model.Shares: service_charts.draw_shares,
    model.RenewalBands: service_charts.draw_renewal_bands,
    model.Pareto: value_charts.draw_pareto,
    model.Wallets: value_charts.draw_wallets,
    model.Terms: value_charts.draw_terms,
    model.SeasonChart: value_charts.draw_season,
    model.Waterfall: change_charts.draw_waterfall,
    model.Limited: change_charts.draw_limited,
}


def draw_chart(chart: Chart, text: Text, colours: Palette) -> go.Figure:
    """A chart in the words of a language and the colours of a theme."""
    return BUILDERS[type(chart)](chart, text, colours)
