"""Seasons ahead: which accounts have one, what it lets expect, and where nothing is planned."""

import pandas as pd
import streamlit as st

from kam_core.render.plotly import value_charts
from kam_core.text.sentences import value_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache, url_state
from pages.parts.state.filters import View

WHO = ["account_name", "region", "account_manager"]
PEAKS = [*WHO, "peak_on", "at_stake", "next_planned_on", "account_id"]
AHEAD = ["quarter", "expected", "low", "high", "last_year"]


def show(view: View, text: Text) -> None:
    """What can be foreseen, for whom a peak is near, and the months of one account."""
    with st.spinner(text("value.foresight_running")):
        seen = cache.foresight(view.source, view.scope)
    orders = view.ask("monthly_orders")
    verdicts = seen.accounts["verdict"].value_counts().to_dict()
    least = int(cache.limit(view.source, "foresight.months_with_orders"))
    blocks.sentence(value_sentences.foresight(verdicts, least, text))
    st.caption(text("value.foresight_how"))
    if seen.months.empty:
        return
    names = orders.drop_duplicates("account_id").set_index("account_id")[WHO]
    st.subheader(text("value.peaks"), anchor=False)
    _peaks(view, seen.months, names, text)
    _account(view, seen, orders, names, text)


def _peaks(view: View, months: pd.DataFrame, names: pd.DataFrame, text: Text) -> None:
    """Accounts whose peak lies ahead without a planned interaction before it."""
    ahead = months[months["is_peak"].astype(bool) & (months["month"] > view.scope.as_of)]
    rows = ahead.groupby("account_id").agg(peak_on=("month", "min"), at_stake=("expected", "sum"))
    planned = view.ask("next_planned").set_index("account_id")["next_planned_on"]
    rows = rows.join(names).join(planned).reset_index()
    is_planned = rows["next_planned_on"].notna() & (rows["next_planned_on"] < rows["peak_on"])
    open_rows = rows[~is_planned].sort_values("at_stake", ascending=False)
    blocks.sentence(value_sentences.peaks(open_rows, text))
    if not open_rows.empty:
        blocks.table("peaks", open_rows[PEAKS], text, money=("at_stake",))


def _account(view: View, seen, orders: pd.DataFrame, names: pd.DataFrame, text: Text) -> None:
    """One account's months, past and expected; at first that with the most revenue."""
    seasonal = seen.accounts[seen.accounts["verdict"] != "no_season"]
    ranked = seasonal.sort_values("revenue", ascending=False)["account_id"].tolist()
    chosen = url_state.one(
        st.selectbox,
        text("value.season_choose"),
        ranked,
        ranked[0],
        "account",
        format_func=lambda account_id: escape(names["account_name"][account_id]),
        width=420,
    )
    account = seasonal[seasonal["account_id"] == chosen].to_dict("records")[0]
    known = orders[orders["account_id"] == chosen][["month", "revenue"]]
    months = seen.months[seen.months["account_id"] == chosen]
    quarters = seen.quarters[seen.quarters["account_id"] == chosen][AHEAD]
    account["account_name"] = names["account_name"][chosen]
    interval = cache.limit(view.source, "foresight.interval")
    blocks.figure(
        "season",
        value_charts.season(known, months, account["verdict"] == "shown", text, blocks.palette()),
        value_sentences.season(account, quarters, interval, text),
        quarters,
        text,
        money=AHEAD[1:],
        expanded=True,
    )
