"""What is kept and what is lost: renewals, churn, lost projects, and cross-selling."""

import pandas as pd
import streamlit as st

from kam_core.analysis import concentration
from kam_core.metrics import catalogue
from kam_core.render.plotly import charts
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences, value_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state import cache
from pages.parts.state.filters import View
from pages.parts.topics import earnings

WHO = ["account_name", "region", "account_manager", "tier"]
WHERE = ["account_id", "snapshot_id", "line_no"]
ENDED = [*WHO, "ends_on", "contract_amount", "renewed", "renewal_amount", "difference"]
ENDING = [*WHO, "ends_on", "days_left", "is_soon", "contract_amount"]
CONTACTS = ["last_contact_on", "next_planned_on"]
GONE = [*WHO, "is_key", "lost_on", "revenue_before", "account_id"]
LOST = [*WHO, "opportunity_kind", "lost_amount", "lost_reason", "opened_on", "closed_on"]


def renewals(view: View, text: Text) -> None:
    """Which contracts ended and how they were renewed, and which end next."""
    names = layout()["value"]["parts"]["renewals"]
    rows = view.ask("contracts_ended", periods=(view.period,))
    st.subheader(text("value.ended"), anchor=False)
    said = value_sentences.ended(view.period.period, rows, text)
    earnings.over_quarters(view, "renewals", names, said, text)
    money = ("contract_amount", "renewal_amount", "difference")
    listed = rows.rename(columns={"amount": "contract_amount"})[[*ENDED, "contract_id", *WHERE]]
    blocks.table("contracts_ended", listed, text, money=money)
    st.subheader(text("value.ending"), anchor=False)
    _ending(view, text)


def _ending(view: View, text: Text) -> None:
    rows = view.ask("contracts_ending")
    soon, ahead = (int(cache.limit(view.source, f"renewals.{n}_days")) for n in ("soon", "ahead"))
    said = value_sentences.ending(rows, soon, ahead, text)
    if rows.empty:
        blocks.sentence(said)
        return
    months = pd.to_datetime(rows["ends_on"]).dt.strftime("%Y-%m")
    amounts = rows["amount"].groupby(months).sum()
    names = [formats.short_period(month, text.lang) for month in amounts.index]
    drawn = charts.bars(names, amounts.astype(float).tolist(), "money", text, blocks.palette())
    listed = rows.rename(columns={"amount": "contract_amount"})
    listed, money = listed[[*ENDING, *CONTACTS, "contract_id", *WHERE]], ("contract_amount",)
    blocks.figure("contracts_ending", drawn, said, listed, text, money=money, expanded=True)


def churn(view: View, text: Text) -> None:
    """How many key accounts were lost, against how many the target allows."""
    rows = view.ask("accounts_lost", periods=(view.period,))
    score, quarters = view.score("key_churn"), _losses(view)
    if score.value is None:
        blocks.without_value(score, text)
    else:
        allowed = quarters["allowed"].iloc[-1]
        known = None if pd.isna(allowed) else int(allowed)
        said = value_sentences.churn(score, known, rows, view.period.period, text)
        drawn = charts.trend(
            quarters.rename(columns={"key_lost": "value", "allowed": "target"}),
            "count",
            text,
            blocks.palette(),
        )
        drawn.data[0].name, drawn.data[1].name = text("value.key_lost"), text("value.allowed")
        blocks.figure("key_losses", drawn, said, quarters, text)
        st.caption(text("value.churn_note"))
    st.subheader(text("value.lost_accounts"), anchor=False)
    if rows.empty:
        quarter = figure_sentences.quarter(view.period.period, text)
        st.caption(text("value.lost_accounts_none", quarter=quarter))
        return
    blocks.table("accounts_lost", rows[GONE], text, money=("revenue_before",))


def _losses(view: View) -> pd.DataFrame:
    """Key accounts lost, quarter by quarter, and how many the target of each allowed."""
    found = view.metric("key_churn", view.window).set_index("period")
    rows = []
    for quarter, goals in zip(view.window, view.targets(view.window), strict=True):
        lost, held = (found[name].get(quarter.period) for name in ("numerator", "denominator"))
        goal = goals.get("key_churn")
        is_known = goal is not None and held is not None
        allowed = concentration.allowed_losses(goal, int(held)) if is_known else None
        rows.append((quarter.period, lost, held, allowed))
    frame = pd.DataFrame(rows, columns=["period", "key_lost", "key_at_start", "allowed"])
    return frame.astype(dict.fromkeys(frame.columns[1:], "Int64"))


def lost(view: View, text: Text) -> None:
    """The projects that went to others: how much, where, and why."""
    rows = view.ask("opportunities_lost", periods=(view.period,))
    share = view.score("lost_projects_share")
    said = value_sentences.lost_projects(view.period.period, rows, share, text)
    history = cards.history(view, "lost_projects_amount")
    drawn = charts.trend(history, "money", text, blocks.palette())
    blocks.figure("lost_projects", drawn, said, history, text, money=("value", "target"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("value.lost_regions"), anchor=False)
        _by_region(view, text)
    with right:
        st.subheader(text("value.lost_reasons"), anchor=False)
        _by_reason(rows, text)
    st.subheader(text("value.lost_list"), anchor=False)
    listed = rows.rename(columns={"amount": "lost_amount", "kind": "opportunity_kind"})
    listed = listed[[*LOST, "opportunity_id", *WHERE]]
    blocks.table("opportunities_lost", listed, text, money=("lost_amount",))


def _by_region(view: View, text: Text) -> None:
    """What each region lost against what it sold."""
    rows = view.metric("lost_projects_share", [view.period], ("region",))
    rows = rows[rows["value"].notna()].sort_values("value", ascending=False, kind="stable")
    if rows.empty:
        blocks.without_value(view.score("lost_projects_share"), text)
        return
    first = rows.to_dict("records")[0]
    if first["numerator"]:
        blocks.sentence(value_sentences.lost_in_region(first, text))
    titles = {"numerator": "lost_amount", "denominator": "region_revenue", "value": "lost_share"}
    listed = rows.rename(columns=titles)[["region", *titles.values()]]
    money, percent = ("lost_amount", "region_revenue"), ("lost_share",)
    blocks.table("lost_by_region", listed, text, money=money, percent=percent)


def _by_reason(rows: pd.DataFrame, text: Text) -> None:
    """Why projects were lost, in the words of the file."""
    named = rows.assign(lost_reason=rows["lost_reason"].fillna(text("value.no_reason")))
    reasons = named.groupby("lost_reason", sort=False).agg(
        lost_count=("opportunity_id", "count"), lost_amount=("amount", _sum_of_known)
    )
    ranked = reasons.reset_index().sort_values(
        ["lost_count", "lost_reason"], ascending=[False, True], kind="stable"
    )
    blocks.table("lost_by_reason", ranked, text, money=("lost_amount",))


def _sum_of_known(amounts: pd.Series) -> object:
    """No amount at all is not an amount of zero."""
    known = amounts.dropna()
    return known.sum() if len(known) else None


def cross_sell(view: View, text: Text) -> None:
    """Of the cross-sell and upsell opportunities that closed, how many were won."""
    name = "cross_sell_conversion"
    history, title = cards.history(view, name), catalogue.metric(name).title(text.lang)
    said = figure_sentences.trend(title, history, view.score(name), text)
    if history["value"].isna().all():
        blocks.without_value(view.score(name), text)
        return
    drawn = charts.trend(history, "percent", text, blocks.palette())
    blocks.figure(name, drawn, said, history, text, percent=("value", "target"))
    st.subheader(text("value.growth_kinds"), anchor=False)
    rows = view.ask("growth_opportunities", periods=(view.period,))
    blocks.sentence(value_sentences.growth(view.period.period, rows, text))
    titles = {"kind": "opportunity_kind", "lost": "lost_count", "amount": "won_amount"}
    listed = rows.rename(columns=titles)[["opportunity_kind", "won", "lost_count", "won_amount"]]
    blocks.table("growth_by_kind", listed, text, money=("won_amount",))
