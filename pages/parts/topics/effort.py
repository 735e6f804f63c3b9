"""Effort: hours per manager and week, what kind of work they are, and where the value is."""

import streamlit as st

from kam_core.metrics import catalogue
from kam_core.render.plotly import resource_charts, service_charts
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import resource_sentences as sentences
from kam_core.text.sentences import service_sentences as spreads
from kam_core.text.writer import Text
from pages.parts.render import blocks, timeline
from pages.parts.state import cache
from pages.parts.state.filters import View

HOURS = "hours_per_manager_week"
WORK_TYPES = ("personalised", "standard", "legacy_issue", "unknown")


def hours(view: View, text: Text) -> None:
    """Hours per manager and week, month by month."""
    if not timeline.has_values(view, HOURS, text):
        return
    asked = timeline.months(view)[-layout()["resources"]["months_back"] :]
    rows = timeline.rows(view, [HOURS], asked).rename(columns={HOURS: "value"})
    rows["target"] = timeline.goals(view, HOURS, asked)
    score = view.score(HOURS)
    if score.value is None:
        blocks.without_value(score, text)
        return
    said = sentences.hours(view.period.period, score.value, score.target, rows, text)
    titles = {"value": catalogue.metric(HOURS).title(text.lang)}
    marks = rows["target"].tolist()
    drawn = service_charts.marked(rows, titles, marks, "hours", text, blocks.palette())
    blocks.figure(HOURS, drawn, said, rows, text)


def managers(view: View, text: Text) -> None:
    """How far the hours of managers lie apart, quarter by quarter."""
    rows = view.ask("manager_hours", periods=view.window)
    if rows.empty:
        blocks.without_value(view.score(HOURS), text)
        return
    rows = rows.rename(columns={"hours_per_week": "value", "interactions": "cases"})
    groups = {
        formats.short_period(period, text.lang): group.reset_index(drop=True)
        for period, group in rows.astype({"value": float}).groupby("period", sort=True)
    }
    drawn = service_charts.spread(groups, 0, "hours", text, blocks.palette())
    label, last = list(groups.items())[-1]
    said = spreads.spread("resources.managers_sentence", label, last["value"], "hours", text)
    table = rows.rename(columns={"value": "hours_per_week", "cases": "interactions"})
    table = table[["period", "hours_per_week", "interactions", "accounts"]]
    blocks.figure("manager_hours", drawn, said, table.astype({"hours_per_week": float}), text)
    st.caption(text("resources.managers_note"))


def work_types(view: View, text: Text) -> None:
    """The hours of each quarter by work type, as parts of one whole."""
    rows = view.ask("hours_by_work_type", periods=view.window)
    current = rows[rows["period"] == view.period.period]
    if current.empty:
        blocks.without_value(view.score("personalised_share"), text)
        return
    wide = rows.assign(share=rows["share"].astype(float))
    wide = wide.pivot(index="period", columns="work_type", values="share").fillna(0.0)
    known = [name for name in WORK_TYPES if name in wide]
    wide = wide[known].reset_index()
    parts = {name: text.value("work_type", name) for name in known}
    drawn = resource_charts.shares(wide, parts, text, blocks.palette())
    shares = current.set_index("work_type")["share"].astype(float)
    shares = {name: shares[name] for name in known if name in shares}
    total = current["hours"].sum()
    said = sentences.work_types(view.period.period, shares, total, text)
    table = rows.assign(share=rows["share"].astype(float), hours=rows["hours"].astype(float))
    blocks.figure("work_types", drawn, said, table, text, percent=("share",))


def tiers(view: View, text: Text) -> None:
    """The share of hours of each tier beside its share of revenue."""
    if not view.has("orders"):
        blocks.missing("needs:orders", text)
        return
    rows = view.ask("hours_and_value_by_tier", periods=(view.period,))
    numbers = ["hours", "period_revenue", "hours_share", "revenue_share"]
    rows = rows.astype(dict.fromkeys(numbers, float)).drop(columns=["period", "is_key"])
    if rows.empty or rows[["hours_share", "revenue_share"]].isna().any(axis=None):
        st.caption(text("blocks.nothing_here"))
        return
    order = [*cache.holdings(view.source).tiers, "unrated"]
    rows = rows.sort_values("tier", key=lambda tiers: tiers.map(order.index))
    rows = rows.reset_index(drop=True)
    series = {
        text("resources.share_of_hours"): rows["hours_share"].tolist(),
        text("resources.share_of_revenue"): rows["revenue_share"].tolist(),
    }
    names = [text.value("tier", tier) for tier in rows["tier"]]
    drawn = service_charts.compared(names, series, "percent", text, blocks.palette())
    said = sentences.tiers(view.period.period, rows, text)
    blocks.figure(
        "hours_and_value",
        drawn,
        said,
        rows,
        text,
        money=("period_revenue",),
        percent=("hours_share", "revenue_share"),
    )
