"""One figure: its value against the target, and what it means, in words."""

import streamlit as st

from kam_core.metrics import catalogue, kinds
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.scorecard import Score
from kam_core.text import formats
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks, cards
from pages.parts.state import url_state
from pages.parts.state.filters import View


def choose(text: Text) -> Metric:
    """Any figure of the catalogue; the choice stands in the address."""
    by_name = catalogue.load_metrics()
    names = list(by_name)
    name = url_state.one(
        st.selectbox,
        text("figure.choose"),
        names,
        names[0],
        "metric",
        format_func=lambda name: _choice(by_name[name], text),
        width=520,
    )
    return by_name[name or names[0]]


def _choice(metric: Metric, text: Text) -> str:
    topic = text.value("topic", metric.topic)
    return f"{topic} · {escape(metric.title(text.lang))}"


def show(view: View, metric: Metric, text: Text) -> None:
    """Value, status, target, interval, numerator and denominator; beside it the definition."""
    score = view.score(metric.name)
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(border=True):
        if score.value is None:
            blocks.without_value(score, text)
        else:
            _value(score, metric, text)
    with right:
        _meaning(metric, text)


def _value(score: Score, metric: Metric, text: Text) -> None:
    st.metric(metric.title(text.lang), formats.quantity(score.value, score.unit, text.lang))
    lines = [
        *cards.standing(score, text),
        *_divided(score, metric, text),
        *cards.remarks(score, text),
    ]
    blocks.standing(score.status, lines, text)


def _divided(score: Score, metric: Metric, text: Text) -> list[str]:
    """What is above and below the line, to the last digit."""
    if score.numerator is None:
        return [text("figure.cases_only", denominator=formats.count(score.denominator, text.lang))]
    numerator = exact(score.numerator, text)
    if score.denominator is None:
        return [text("figure.sum_of", numerator=numerator)]
    if "denominator" not in metric.kind.halves:
        return []
    denominator = exact(score.denominator, text)
    return [text("figure.numerator", numerator=numerator, denominator=denominator)]


def exact(amount: kinds.Exact, text: Text) -> str:
    """An amount that is not shortened: whole, or with two digits."""
    number = amount if isinstance(amount, int) else float(amount)
    return formats.decimal(number, text.lang, 0 if number == int(number) else 2)


def _meaning(metric: Metric, text: Text) -> None:
    colon = text("punctuation.colon")
    st.markdown(escape(metric.means(text.lang)))
    st.caption(f"{text('definitions.not')}{colon}{escape(metric.excludes(text.lang))}")
    formula = text(f"definitions.formula_{metric.kind.name}")
    st.caption(f"{text('definitions.formula')}{colon}**{escape(formula)}** · `{metric.name}`")
