"""Why a figure moved: the period to compare with, the parts of the difference, a sentence."""

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue, change, periods
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.change import FigureChange
from kam_core.metrics.periods import Period
from kam_core.render.plotly import change_charts
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import change_sentences as sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache, url_state
from pages.parts.state.filters import View

OWN_YEAR = "year"
HALVES = {"mix_effect": "mix_pp", "rate_effect": "rate_pp", "difference": "whole_pp"}


def show(view: View, metric: Metric, text: Text) -> Period | None:
    """The waterfall of a difference; returns the period compared with, or None without one."""
    earlier = [quarter for quarter in view.quarters if quarter.ends_on < view.period.starts_on]
    if not earlier:
        period = formats.period(view.period.period, text.lang)
        st.caption(escape(text("figure.nothing_before", period=period)))
        return None
    against = _against(earlier, view.period, metric, text)
    by = _split(metric, against, text)
    moved = cache.changed(view.source, view.scope, metric.name, against, view.period, by)
    _moved(moved, text)
    _notes(moved, view, metric, text)
    return against


def _against(earlier: list[Period], now: Period, metric: Metric, text: Text) -> Period | None:
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


def _split(metric: Metric, against: Period | None, text: Text) -> str | None:
    """By what to split, of what the definition allows; None where it allows nothing."""
    ways = change.splits(metric, against)
    if not ways:
        return None
    return url_state.one(
        st.segmented_control,
        text("figure.split"),
        ways,
        ways[0],
        "split",
        format_func=lambda way: text(f"figure.split_{way}"),
        required=True,
    )


def _moved(moved: FigureChange, text: Text) -> None:
    said = sentences.why(moved, text)
    if not moved.parts:
        blocks.sentence(said)
        return
    drawn = change_charts.waterfall(
        moved, layout()["figure"]["parts_shown"], text, blocks.palette()
    )
    listed = table(moved, text)
    money = [name for name in listed if moved.unit == "money" and name.startswith("amount_")]
    percent = [name for name in listed if moved.unit == "percent" and name.startswith("value_")]
    blocks.figure("change", drawn, said, listed, text, money=money, percent=percent)


def _notes(moved: FigureChange, view: View, metric: Metric, text: Text) -> None:
    """What growth is compared with, and that a quarter is still running."""
    if metric.kind.is_growth:
        st.caption(text("figure.growth_note" if moved.is_on_the_year else "figure.weights_note"))
    if view.period.ends_on > view.scope.as_of:
        period = formats.period(view.period.period, text.lang)
        st.caption(escape(text("figure.partial_note", period=period)))


def table(moved: FigureChange, text: Text) -> pd.DataFrame:
    """The parts as rows; shares and what changes them in points, so that they can be added."""
    rows = moved.frame().rename(
        columns={
            "before": "amount_before",
            "after": "amount_after",
            "before_numerator": "numerator_before",
            "before_denominator": "denominator_before",
            "after_numerator": "numerator_after",
            "after_denominator": "denominator_after",
        }
    )
    name = rows.columns[0]
    rows[name] = [cell if cell is not None else text("figure.not_stated") for cell in rows[name]]
    if "mix_effect" not in rows:
        return rows.rename(columns={"difference": "amount_difference"})
    for when in ("before", "after"):
        parts = rows[f"numerator_{when}"], rows[f"denominator_{when}"]
        rows[f"value_{when}"] = _values(catalogue.metric(moved.metric), *parts)
    if moved.unit == "percent":
        rows[list(HALVES)] *= 100
    in_points = HALVES if moved.unit == "percent" else {"difference": "whole_effect"}
    first = [name, "difference", "mix_effect", "rate_effect", "value_before", "value_after"]
    return rows[[*first, *rows.columns.drop(first)]].rename(columns=in_points)


def _values(metric: Metric, above: pd.Series, below: pd.Series) -> pd.Series:
    return above.astype(float) / below.astype(float).where(below > 0) - metric.kind.less
