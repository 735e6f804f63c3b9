"""What a figure is made of: parts, accounts, rows with file and line, the SQL, a link to it."""

from urllib.parse import urlencode

import streamlit as st

from kam_core.dashboard.sections import metric_detail as sections
from kam_core.dashboard.view import View
from kam_core.metrics import queries
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.text.writer import Text, escape
from pages.parts.render import figures, tabs
from pages.parts.state import url_state

PINNED = ("lang", "quarter", "as_of", "region", "tier", "metric", "against", "split", "account")


def render_tabs(view: View, metric: Metric, against: Period | None, text: Text) -> None:
    """Five ways down; only the one that is open asks anything."""
    draw = {
        "parts": lambda: _render_parts(view, metric, text),
        "accounts": lambda: figures.render_figure(
            sections.compose_accounts(view, metric, against), text
        ),
        "rows": lambda: _render_rows(view, metric, text),
        "sql": lambda: _render_sql(metric, text),
        "link": lambda: _render_link(view, metric, against, text),
    }
    tabs.render_tabs("figure", draw, "figure_tabs", text, lambda name: draw[name]())


def _render_parts(view: View, metric: Metric, text: Text) -> None:
    dimensions = sections.list_dimensions(metric)
    if not dimensions:
        st.caption(text("figure.no_parts"))
        return
    st.caption(escape(sections.parts_note(view, metric)))
    dimension = st.segmented_control(
        text("figure.split"),
        dimensions,
        default=dimensions[0],
        key="figure_parts",
        format_func=lambda name: text(f"figure.split_{name}"),
        label_visibility="collapsed",
        required=True,
    )
    figures.render_figure(sections.compose_parts(view, metric, dimension), text)


def _render_rows(view: View, metric: Metric, text: Text) -> None:
    names = sections.account_names(view)
    account = url_state.one(
        st.selectbox,
        text("figure.account"),
        list(names),
        None,
        "account",
        format_func=lambda account: f"{names.get(account, account)} ({account})",
        placeholder=text("figure.all_accounts"),
        width=420,
    )
    figures.render_figure(sections.compose_evidence(view, metric, account), text)


def _render_sql(metric: Metric, text: Text) -> None:
    st.caption(text("figure.sql_lead"))
    st.code(metric.sql, language="sql")
    st.caption(text("figure.sql_rows"))
    st.code(queries.evidence_of(metric).sql, language="sql")


def _render_link(view: View, metric: Metric, against: Period | None, text: Text) -> None:
    """The address with every choice in it, and the command that prints the same."""
    address = (st.context.url or "").split("?")[0]
    choices = url_state.pinned(PINNED)
    st.caption(text("figure.link_lead"))
    st.code(f"{address}?{urlencode(choices, doseq=True)}", language=None, wrap_lines=True)
    st.caption(text("figure.link_scope"))
    st.caption(text("figure.command_lead"))
    st.code(_command(view, metric, against), language="bash", wrap_lines=True)


def _command(view: View, metric: Metric, against: Period | None) -> str:
    words = ["python -m kam_core kpis", f"--quarter {view.period.period}"]
    words += [f"--explain {metric.name}"]
    words += [f"--against {against.period}"] if against else []
    words += [f"--as-of {view.scope.as_of}"]
    words += [f"--region {_quote_word(region)}" for region in view.regions_chosen]
    words += [f"--tier {_quote_word(tier)}" for tier in view.scope.tiers or ()]
    return " ".join(words)


def _quote_word(word: str) -> str:
    return word if word.isalnum() else "'" + word.replace("'", "'\\''") + "'"
