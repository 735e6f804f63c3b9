"""What customers bring: how concentrated it is, what goes elsewhere, what stays, what it earns."""

from fractions import Fraction

import pandas as pd
import streamlit as st

from kam_core.analysis import concentration
from kam_core.metrics import catalogue
from kam_core.render.plotly import charts, value_charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import value_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state.filters import View

WHO = ["account_name", "region", "account_manager", "tier"]
PARETO = [*WHO, "is_key", "is_top", "quarter_revenue", "cumulative", "gross_profit", "account_id"]
WALLET = [*WHO, "annual_purchase_budget", "revenue_12m", "wallet_share", "elsewhere", "account_id"]
TERMS = [
    "base_profit",
    "cross_sell_profit",
    "cost_saving",
    "referral_profit",
    "acquisition_cost",
    "price_concession",
    "referral_damage",
]


def render_concentration(view: View, text: Text) -> None:
    """How few accounts bring how much, and what share the key accounts have."""
    rows = view.ask("revenue_of_accounts", periods=(view.period,))
    shares = concentration.cumulative_shares(rows["revenue"])
    if not shares:
        st.caption(text("blocks.nothing_here"))
        return
    marked = concentration.needed_for(Fraction(str(layout()["value"]["most_of_it"])), shares)
    ranked = rows.head(len(shares)).rename(columns={"revenue": "quarter_revenue"})
    ranked["cumulative"] = [float(share) for share in shares]
    drawn = value_charts.pareto(
        ranked["cumulative"].tolist(), ranked["account_name"], marked, text, blocks.palette()
    )
    scores = {name: view.score(name) for name in ("top20_share", "hhi")}
    said = value_sentences.concentration(
        view.period.period, len(shares), marked, float(shares[marked - 1]), scores, text
    )
    money, percent = ("quarter_revenue", "gross_profit"), ("cumulative",)
    blocks.figure("pareto", drawn, said, ranked[PARETO], text, money=money, percent=percent)


def wallet(view: View, text: Text) -> None:
    """Where customers buy most of what we could sell them."""
    rows = view.ask("wallets", periods=(view.period,))
    if rows.empty:
        st.caption(text("value.wallet_empty"))
        return
    shown = layout()["value"]["wallets_shown"]
    blocks.figure(
        "wallets",
        value_charts.wallets(rows.head(shown), text, blocks.palette()),
        value_sentences.wallets(view.period.period, rows, shown, text),
        rows.rename(columns={"share": "wallet_share"})[WALLET],
        text,
        money=("annual_purchase_budget", "revenue_12m", "elsewhere"),
        percent=("wallet_share",),
        expanded=True,
    )
    st.caption(text("value.wallet_note"))


def retention(view: View, text: Text) -> None:
    """What became of last year's revenue, with and without growth."""
    names = layout()["value"]["parts"]["retention"]
    scores = {name: view.score(name) for name in names}
    said = value_sentences.retention(view.period.period, scores, text)
    over_quarters(view, "retention", names, said, text)


def over_quarters(view: View, name: str, metric_names: list[str], said: str, text: Text) -> None:
    """Some shares along the quarters, on one scale, where any of them has a value."""
    columns = {m: cards.history(view, m).set_index("period")["value"] for m in metric_names}
    rows = pd.DataFrame(columns).reset_index()
    if rows[metric_names].isna().all(axis=None):
        blocks.without_value(view.score(metric_names[0]), text)
        return
    titles = {m: catalogue.metric(m).title(text.lang) for m in metric_names}
    drawn = charts.lines(rows, titles, "percent", text, blocks.palette())
    headed = rows.rename(columns=titles)
    blocks.figure(name, drawn, said, headed, text, percent=list(titles.values()))


def lifetime(view: View, text: Text) -> None:
    """The lifetime profit of customers, term by term down to the sum."""
    rows = view.ask("lifetime_terms", periods=(view.period,))
    if rows.empty:
        st.caption(text("blocks.nothing_here"))
        return
    amounts = {text.value("component", term): rows[term].sum() for term in TERMS}
    total = text("value.lifetime_total")
    blocks.figure(
        "lifetime",
        value_charts.terms(amounts, total, text, blocks.palette()),
        value_sentences.lifetime(rows, rows["clv"].sum(), text),
        rows[[*WHO, "clv", *TERMS, "account_id"]],
        text,
        money=(*TERMS, "clv"),
        expanded=True,
    )
