"""One figure: which, its value against the target, what it means, and why it moved."""

import streamlit as st

from kam_core.dashboard.sections.metric_detail import compose_change, list_earlier, score_lines
from kam_core.dashboard.sections.scorecards import without_value
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue, change, periods
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.text import formats
from kam_core.text.marks import judged_words
from kam_core.text.writer import Text, escape
from pages.parts.render import figures
from pages.parts.state import url_state

OWN_YEAR = "year"


def choose_metric(text: Text) -> Metric:
    """Any figure of the catalogue; the choice stands in the address."""
    metrics = catalogue.load_metrics()
    names, topics = list(metrics), {name: text.value("topic", name) for name in catalogue.TOPICS}
    name = url_state.one(
        st.selectbox,
        text("figure.choose"),
        names,
        names[0],
        "metric",
        format_func=lambda name: f"{topics[metrics[name].topic]} · {text.metric(name)}",
        width=520,
    )
    return metrics[name or names[0]]


def render_value(view: View, metric: Metric, text: Text) -> None:
    """Value, status, target, interval, numerator and denominator; beside it the definition."""
    score = view.score(metric.name)
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(border=True):
        if score.value is None:
            figures.render_figure(without_value(score, view.text), text)
        else:
            value = judged_words(score, text.lang)["value"]
            st.metric(metric.title(text.lang), value)
            figures.render_standing(score, score_lines(score, metric, text), text)
    with right:
        _render_meaning(metric, text)


def _render_meaning(metric: Metric, text: Text) -> None:
    colon = text("punctuation.colon")
    st.markdown(escape(metric.means(text.lang)))
    st.caption(f"{text('definitions.not')}{colon}{escape(metric.excludes(text.lang))}")
    formula = text(f"definitions.formula_{metric.kind.name}")
    st.caption(f"{text('definitions.formula')}{colon}**{escape(formula)}** · `{metric.name}`")


def render_change(view: View, metric: Metric, text: Text) -> Period | None:
    """The waterfall of a difference; returns the period compared with, or None without one."""
    earlier = list_earlier(view)
    if not earlier:
        st.caption(escape(text("figure.nothing_before", period=view.period.period)))
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
    if name == last.period:
        return text("figure.previous", period=name)
    if name == periods.a_year_earlier(now).period:
        return text("figure.year_before", period=name)
    return formats.period(name, text.lang)


def _choose_split(metric: Metric, against: Period | None, text: Text) -> str | None:
    """By what to split, of what the definition allows; None where it allows nothing."""
    splits = change.splits(metric, against)
    if not splits:
        return None
    words = {split: text(f"figure.split_{split}") for split in splits}
    label, shown = text("figure.split"), {"label_visibility": "visible"}
    return url_state.one_of_few(label, splits, "split", words.__getitem__, **shown)
