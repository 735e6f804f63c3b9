"""One figure: which, its value against the target, and what it means, in words."""

import streamlit as st

from kam_core.dashboard.sections.metric_detail import score_lines
from kam_core.dashboard.sections.scorecards import without_value
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.text import formats
from kam_core.text.writer import Text, escape
from pages.parts.render import figures
from pages.parts.state import url_state


def choose_metric(text: Text) -> Metric:
    """Any figure of the catalogue; the choice stands in the address."""
    metrics = catalogue.load_metrics()
    names = list(metrics)
    name = url_state.one(
        st.selectbox,
        text("figure.choose"),
        names,
        names[0],
        "metric",
        format_func=lambda name: _label(metrics[name], text),
        width=520,
    )
    return metrics[name or names[0]]


def _label(metric: Metric, text: Text) -> str:
    topic = text.value("topic", metric.topic)
    return f"{topic} · {escape(metric.title(text.lang))}"


def render_value(view: View, metric: Metric, text: Text) -> None:
    """Value, status, target, interval, numerator and denominator; beside it the definition."""
    score = view.score(metric.name)
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(border=True):
        if score.value is None:
            figures.render_figure(without_value(score, view.text), text)
        else:
            value = formats.quantity(score.value, score.unit, text.lang)
            st.metric(metric.title(text.lang), value)
            figures.render_standing(score.status, score_lines(score, metric, text), text)
    with right:
        _render_meaning(metric, text)


def _render_meaning(metric: Metric, text: Text) -> None:
    colon = text("punctuation.colon")
    st.markdown(escape(metric.means(text.lang)))
    st.caption(f"{text('definitions.not')}{colon}{escape(metric.excludes(text.lang))}")
    formula = text(f"definitions.formula_{metric.kind.name}")
    st.caption(f"{text('definitions.formula')}{colon}**{escape(formula)}** · `{metric.name}`")
