"""Signal or noise: a figure by month, within what it does by itself."""

import pandas as pd
import streamlit as st

from kam_core.metrics import control_limits, periods
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.control_limits import Limits
from kam_core.metrics.periods import Period
from kam_core.render.plotly import change_charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import change_sentences as sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks
from pages.parts.state.filters import View


def show(view: View, metric: Metric, text: Text) -> None:
    """The months up to the chosen quarter with their limits."""
    settings = layout()["figure"]
    rows = series(view, metric, settings["months_back"])
    if rows.empty:
        st.caption(text("figure.months_none"))
        return
    found = _limits(metric, rows, settings)
    rows["limit_low"], rows["limit_high"] = _ends(found, metric, rows)
    title = metric.title(text.lang)
    if is_overlapping(metric):
        overlapping = text.rich("limits.overlapping", metric=title)
        said = sentences.joined([overlapping, sentences.gaps(found, text)], text)
    else:
        said = sentences.limits(_shown(found, rows), title, metric.unit, _enough(), text)
    drawn = change_charts.limited(rows, found, metric.unit, text, blocks.palette())
    columns = ["value", "limit_low", "limit_high"]
    listed = rows.assign(is_signal=[_word(row, found) for row in rows.to_dict("records")])
    blocks.figure(
        "months",
        drawn,
        said,
        listed,
        text,
        percent=columns if metric.unit == "percent" else (),
        money=columns if metric.unit == "money" else (),
    )


def series(view: View, metric: Metric, months_back: int) -> pd.DataFrame:
    """Month and value, from the first month with a value on; only months that have ended."""
    asked = _months(view)[-months_back:]
    values = view.metric(metric.name, asked).set_index("period")["value"]
    rows = pd.DataFrame({"period": [month.period for month in asked]})
    rows["value"] = rows["period"].map(values).astype(float)
    return rows[rows["value"].notna().cummax()].reset_index(drop=True)


def _months(view: View) -> list[Period]:
    until = view.quarters[: view.quarters.index(view.period) + 1]
    every = [month for quarter in until for month in periods.months_of(quarter)]
    return [month for month in every if month.ends_on <= view.scope.as_of]


def is_overlapping(metric: Metric) -> bool:
    """Whether a month of it shares most of its data with the month before."""
    return metric.reads == "day" or metric.name in layout()["figure"]["overlapping"]


def _limits(metric: Metric, rows: pd.DataFrame, settings: dict) -> Limits:
    pairs = list(zip(rows["period"], rows["value"], strict=True))
    found = control_limits.limits(pairs, settings["moving_range_factor"], _enough())
    if not is_overlapping(metric):
        return found
    return Limits(found.points, found.mean, None, None, found.is_trial, (), found.gaps)


def _enough() -> int:
    return layout()["figure"]["enough_points"]


def _ends(found: Limits, metric: Metric, rows: pd.DataFrame) -> tuple[float, float]:
    """The limits as drawn: no further than the figure can go, which makes no month a signal."""
    if found.low is None or found.high is None:
        return float("nan"), float("nan")
    can_fall_below_zero = bool((rows["value"] < 0).any()) or metric.kind.less > 0
    low = found.low if can_fall_below_zero else max(found.low, 0.0)
    return low, min(found.high, 1.0) if metric.interval == "wilson" else found.high


def _shown(found: Limits, rows: pd.DataFrame) -> Limits:
    if found.low is None:
        return found
    low, high = float(rows["limit_low"].iloc[0]), float(rows["limit_high"].iloc[0])
    return Limits(found.points, found.mean, low, high, found.is_trial, found.signals, found.gaps)


def _word(row: dict, found: Limits) -> str | None:
    if row["period"] in found.gaps:
        return "gap"
    if found.low is None:
        return None
    return "signal" if found.is_signal(row["period"]) else "noise"
