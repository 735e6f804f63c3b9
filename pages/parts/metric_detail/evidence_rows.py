"""What a figure is made of: parts, accounts, rows with file and line, the SQL, a link to it."""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from kam_core.metrics import queries
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.change import ACCOUNTS, DIMENSIONS
from kam_core.metrics.kinds import BOTH
from kam_core.metrics.periods import Period
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import evidence_sentences as sentences
from kam_core.text.writer import Text, escape
from pages.parts.metric_detail import explain_change
from pages.parts.render import blocks
from pages.parts.state import cache, url_state
from pages.parts.state.filters import View

PINNED = ("lang", "quarter", "as_of", "region", "tier", "metric", "against", "split", "account")


def tabs(view: View, metric: Metric, against: Period | None, text: Text) -> None:
    """Five ways down; only the one that is open asks anything."""
    shows = {
        "parts": lambda: _parts(view, metric, text),
        "accounts": lambda: _accounts(view, metric, against, text),
        "rows": lambda: _rows(view, metric, text),
        "sql": lambda: _sql(metric, text),
        "link": lambda: _link(view, metric, against, text),
    }
    names = [text(f"figure.{name}") for name in shows]
    opened = st.tabs(names, key="figure_tabs", on_change="rerun")
    for tab, show in zip(opened, shows.values(), strict=True):
        if tab.open:
            with tab:
                show()


def _parts(view: View, metric: Metric, text: Text) -> None:
    """Each part of the figure by everything the definition allows, and whether it adds up."""
    ways = [name for name in DIMENSIONS if name in metric.dimensions]
    if not ways:
        st.caption(text("figure.no_parts"))
        return
    period = formats.period(view.period.period, text.lang)
    st.caption(escape(text(f"figure.parts_{_note(metric)}", period=period)))
    way = st.segmented_control(
        text("figure.split"),
        ways,
        default=ways[0],
        key="figure_parts",
        format_func=lambda way: text(f"figure.split_{way}"),
        label_visibility="collapsed",
        required=True,
    )
    rows = view.metric(metric.name, [view.period], (way,)).drop(columns="period")
    rows = _readable(rows[rows["value"].notna()], way, metric, text)
    blocks.table(f"parts_{way}", rows, text, **_columns(metric))


def _note(metric: Metric) -> str:
    """Whether the parts add up: as they are, numerators and denominators apart, or not at all."""
    if metric.kind.is_amount:
        return "sum_note"
    return "note" if metric.kind.adds_up else "apart_note"


def _readable(rows: pd.DataFrame, way: str, metric: Metric, text: Text) -> pd.DataFrame:
    """Parts with plain numbers, the largest first, and a word where nothing is stated."""
    shown = rows.assign(
        **{way: [cell if cell is not None else text("figure.not_stated") for cell in rows[way]]}
    )
    for name in (*BOTH, "value"):
        shown[name] = _plain(rows[name], is_value=name == "value")
    shown = shown.drop(columns=[half for half in BOTH if half not in metric.kind.halves])
    order = "denominator" if "denominator" in shown else "value"
    return shown.sort_values(order, ascending=False)


def _plain(cells: pd.Series, is_value: bool) -> pd.Series:
    """Exact figures as numbers to show; whole ones without a point."""
    numbers = cells.map(lambda cell: None if cell is None else float(cell)).astype(float)
    is_whole = not is_value and bool((numbers == numbers.round()).all())
    return numbers.astype(int) if is_whole else numbers


def _columns(metric: Metric) -> dict[str, tuple[str, ...]]:
    return {
        "percent": ("value",) if metric.unit == "percent" else (),
        "money": ("value",) if metric.unit == "money" else (),
    }


def _accounts(view: View, metric: Metric, against: Period | None, text: Text) -> None:
    """Numerator and denominator of every account, and what it adds to the difference."""
    if ACCOUNTS not in metric.dimensions or not metric.kind.adds_up:
        st.caption(text("figure.no_accounts"))
        return
    is_on_the_year = against is None and metric.kind.is_growth
    before = None if is_on_the_year else against or view.period
    moved = cache.changed_by_account(view.source, view.scope, metric.name, before, view.period)
    if not moved.parts:
        st.caption(text("blocks.no_rows"))
        return
    rows = explain_change.table(moved, text)
    names = view.ask("account_names").set_index("account_id")["account_name"]
    rows = rows.assign(account_name=rows["account_id"].map(names))
    rows = rows[["account_name", *rows.columns.drop("account_name")]]
    money = [name for name in rows if moved.unit == "money" and name.startswith("amount_")]
    percent = [name for name in rows if moved.unit == "percent" and name.startswith("value_")]
    blocks.table("figure_accounts", rows, text, money=money, percent=percent)


def _rows(view: View, metric: Metric, text: Text) -> None:
    """The rows behind the figure, of one account or all, each with its file and line."""
    account = _account(view, text)
    most = layout()["figure"]["rows_shown"]
    name = queries.evidence_of(metric).name
    rows = view.ask(name, periods=(view.period,), account=account, most=most)
    blocks.sentence(sentences.behind(rows, metric, view.period.period, account, most, text))
    blocks.table(f"evidence_{metric.name}", sentences.listed(rows, metric), text)


def _account(view: View, text: Text) -> str | None:
    names = view.ask("account_names").set_index("account_id")["account_name"].to_dict()
    return url_state.one(
        st.selectbox,
        text("figure.account"),
        list(names),
        None,
        "account",
        format_func=lambda account: escape(f"{names.get(account, account)} ({account})"),
        placeholder=text("figure.all_accounts"),
        width=420,
    )


def _sql(metric: Metric, text: Text) -> None:
    st.caption(text("figure.sql_lead"))
    st.code(metric.sql, language="sql")
    st.caption(text("figure.sql_rows"))
    st.code(queries.evidence_of(metric).sql, language="sql")


def _link(view: View, metric: Metric, against: Period | None, text: Text) -> None:
    """The address with every choice in it, and the command that prints the same."""
    where = (st.context.url or "").split("?")[0]
    asked = url_state.pinned(PINNED)
    st.caption(f"{text('figure.link_lead')}")
    st.code(f"{where}?{urlencode(asked, doseq=True)}", language=None, wrap_lines=True)
    st.caption(text("figure.link_scope"))
    st.caption(text("figure.command_lead"))
    st.code(_command(view, metric, against), language="bash", wrap_lines=True)


def _command(view: View, metric: Metric, against: Period | None) -> str:
    words = ["python -m kam_core kpis", f"--quarter {view.period.period}"]
    words += [f"--explain {metric.name}"]
    words += [f"--against {against.period}"] if against else []
    words += [f"--as-of {view.scope.as_of}"]
    words += [f"--region {_quoted(region)}" for region in view.regions_chosen]
    words += [f"--tier {_quoted(tier)}" for tier in view.scope.tiers or ()]
    return " ".join(words)


def _quoted(word: str) -> str:
    return word if word.isalnum() else "'" + word.replace("'", "'\\''") + "'"
