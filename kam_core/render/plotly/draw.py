"""Draws any chart of the dashboard with plotly."""

from collections.abc import Callable

import plotly.graph_objects as go

from kam_core.dashboard import charts as model
from kam_core.dashboard.charts import Chart
from kam_core.render.plotly import (
    change_charts,
    charts,
    resource_charts,
    service_charts,
    value_charts,
)
from kam_core.render.plotly.charts import Palette
from kam_core.text.writer import Text

# Each takes the fields of its chart by their names.
BUILDERS: dict[type, Callable[..., go.Figure]] = {
    model.Lines: charts.draw_lines,
    model.MarkedLines: service_charts.draw_marked_lines,
    model.Intervals: service_charts.draw_intervals,
    model.Heat: charts.draw_heat,
    model.Stacked: charts.draw_stacked,
    model.AgedTickets: service_charts.draw_aged_tickets,
    model.Compared: service_charts.draw_compared,
    model.Spread: service_charts.draw_spread,
    model.Shares: resource_charts.draw_shares,
    model.RenewalBands: resource_charts.draw_renewal_bands,
    model.Pareto: value_charts.draw_pareto,
    model.Wallets: value_charts.draw_wallets,
    model.Terms: value_charts.draw_terms,
    model.SeasonChart: value_charts.draw_season,
    model.Waterfall: change_charts.draw_waterfall,
    model.Limited: change_charts.draw_limited,
}


def draw_chart(chart: Chart, text: Text, colours: Palette) -> go.Figure:
    """A chart in the words of a language and the colours of a theme."""
    if isinstance(chart, model.Columns):
        return charts.draw_columns(chart, text, colours)
    if isinstance(chart, model.Matrix):
        return charts.draw_matrix(chart, text, colours)
    return BUILDERS[type(chart)](**vars(chart), text=text, colours=colours)
