"""Why a figure moved: the period to compare with, the parts of the difference, a sentence."""

import pandas as pd
import streamlit as st

from kam_core import change, metrics, periods
from kam_core.change import Change
from kam_core.metrics import Metric
from kam_core.periods import Period
from kam_core.present import charts_change, formats
from kam_core.present import sentences_change as sentences
from kam_core.present.layout import layout
from kam_core.present.text import Text, escape
from pages.parts import address, blocks, data
from pages.parts.filters import View

HALVES = {"mix_effect": "mix_pp", "rate_effect": "rate_pp", "difference": "whole_pp"}


def show(view: View, metric: Metric, text: Text) -> Period | None:
    """The waterfall of a difference; returns the period compared with, or None without one."""
    earlier = [quarter for quarter in view.quarters if quarter.ends_on < view.period.starts_on]
    if not earlier:
        period = formats.period(view.period.period, text.lang)
        st.caption(escape(text("figure.nothing_before", period=period)))
        return None
    # A change compares with the year before by itself: nothing is to be chosen.
    is_change = metric.kind == "change"
    against = earlier[-1] if is_change else _against(earlier, view.period, text)
    by = _split(metric, text)
    moved = data.changed(view.source, view.scope, metric.name, against, view.period, by)
    _moved(moved, metric, against, view, text)
    return against


def _against(earlier: list[Period], now: Period, text: Text) -> Period:
    """An earlier quarter, at first the one before."""
    by_name = {quarter.period: quarter for quarter in reversed(earlier)}
    last, a_year_ago = earlier[-1], periods.year_before(now)[0]

    def words(name: str) -> str:
        written = formats.period(name, text.lang)
        if by_name[name] == last:
            return text("figure.previous", period=written)
        if by_name[name].starts_on == a_year_ago:
            return text("figure.year_before", period=written)
        return written

    names = list(by_name)
    label = text("figure.against")
    name = address.one(st.selectbox, label, names, last.period, "against", format_func=words)
    return by_name[name or last.period]


def _split(metric: Metric, text: Text) -> str | None:
    """By what to split, of what the definition allows; None where it allows nothing."""
    ways = change.splits(metric)
    if not ways:
        return None
    return address.one(
        st.segmented_control,
        text("figure.split"),
        ways,
        ways[0],
        "split",
        format_func=lambda way: text(f"figure.split_{way}"),
        required=True,
    )


def _moved(moved: Change, metric: Metric, against: Period, view: View, text: Text) -> None:
    before, after = _ends(metric, against, view.period)
    said = sentences.why(moved, metric, before, after, text)
    if not moved.parts:
        blocks.sentence(said)
    else:
        shown = layout()["figure"]["parts_shown"]
        drawn = charts_change.waterfall(moved, before, after, shown, text, blocks.palette())
        listed = table(moved, text)
        money = [name for name in listed if moved.unit == "money" and name.startswith("amount_")]
        percent = [name for name in listed if moved.unit == "percent" and name.startswith("value_")]
        blocks.figure("change", drawn, said, listed, text, money=money, percent=percent)
    if metric.kind == "change":
        st.caption(text("figure.growth_note"))
    if view.period.ends_on > view.scope.as_of:
        period = formats.period(view.period.period, text.lang)
        st.caption(escape(text("figure.partial_note", period=period)))


def _ends(metric: Metric, against: Period, now: Period) -> tuple[str, str]:
    """The names of the periods compared; a change compares with the year before by itself."""
    if metric.kind != "change":
        return against.period, now.period
    year, _, part = now.period.partition("-")
    return f"{int(year) - 1}-{part}", now.period


def table(moved: Change, text: Text) -> pd.DataFrame:
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
        rows[f"value_{when}"] = _values(metrics.metric(moved.metric), *parts)
    if moved.unit == "percent":
        rows[list(HALVES)] *= 100
    in_points = HALVES if moved.unit == "percent" else {"difference": "whole_effect"}
    first = [name, "difference", "mix_effect", "rate_effect", "value_before", "value_after"]
    return rows[[*first, *rows.columns.drop(first)]].rename(columns=in_points)


def _values(metric: Metric, above: pd.Series, below: pd.Series) -> pd.Series:
    ratio = above.astype(float) / below.astype(float).where(below > 0)
    return ratio - 1 if metric.kind in metrics.LESS_ONE else ratio
