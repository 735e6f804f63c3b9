"""Why a figure moved: which period to compare with, and which dimension to split by."""

import streamlit as st

from kam_core.dashboard.sections.metric_detail import compose_change, list_earlier
from kam_core.dashboard.view import View
from kam_core.metrics import change, periods
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.text import formats
from kam_core.text.writer import Text, escape
from pages.parts.render import figures
from pages.parts.state import url_state

OWN_YEAR = "year"


def render_change(view: View, metric: Metric, text: Text) -> Period | None:
    """The waterfall of a difference; returns the period compared with, or None without one."""
    earlier = list_earlier(view)
    if not earlier:
        period = formats.period(view.period.period, text.lang)
        st.caption(escape(text("figure.nothing_before", period=period)))
        return None
    against = _choose_against(earlier, view.period, metric, text)
    split = _choose_split(metric, against, text)
    figures.render_figure(compose_change(view, metric, against, split), text)
    return against


def _choose_against(
    earlier: list[Period], now: Period, metric: Metric, text: Text
) -> Period | None:
    """An earlier quarter, at first the one before; growth at first has its own year before."""
    by_name = {quarter.period: quarter for quarter in reversed(earlier)}
    names = [OWN_YEAR, *by_name] if metric.kind.is_growth else list(by_name)
    name = url_state.one(
        st.selectbox,
        text("figure.against"),
        names,
        names[0],
        "against",
        format_func=lambda name: _against_words(name, earlier[-1], now, text),
    )
    return by_name.get(name or names[0])


def _against_words(name: str, last: Period, now: Period, text: Text) -> str:
    if name == OWN_YEAR:
        return text("figure.own_year")
    written = formats.period(name, text.lang)
    if name == last.period:
        return text("figure.previous", period=written)
    if name == periods.a_year_earlier(now).period:
        return text("figure.year_before", period=written)
    return written


def _choose_split(metric: Metric, against: Period | None, text: Text) -> str | None:
    """By what to split, of what the definition allows; None where it allows nothing."""
    splits = change.splits(metric, against)
    if not splits:
        return None
    return url_state.one(
        st.segmented_control,
        text("figure.split"),
        splits,
        splits[0],
        "split",
        format_func=lambda split: text(f"figure.split_{split}"),
        required=True,
    )
