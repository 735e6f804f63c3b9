"""Follow-up compliance: regions by month, the outlook of a quarter, and the worklist."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from kam_core.metrics import periods
from kam_core.render.plotly import charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import figure_sentences, target_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache, url_state
from pages.parts.state.filters import View

METRIC = "followup_completion"
KIND = "monthly_callback"
ADDED = ["needed", "owed", "done", "missed", "planned", "still_open", "to_come"]
LISTED = [
    "account_name",
    "kind",
    "tier",
    "region",
    "owner",
    "due_on",
    "days_overdue",
    "warning_codes",
    "revenue_12m",
    "score",
    "tier_points",
    "overdue_points",
    "revenue_points",
    "warning_points",
    "account_id",
]


def grid(view: View, text: Text) -> None:
    """Completion of monthly callbacks, regions down and months across."""
    until = view.quarters.index(view.period) + 1
    months = [month for quarter in view.quarters[:until] for month in periods.months_of(quarter)]
    asked = [month for month in months if month.ends_on <= view.scope.as_of]
    rows = view.metric(METRIC, asked[-layout()["months_back"] :], ("region",))
    rows = rows[rows["value"].notna()]
    if rows.empty:
        blocks.without_value(view.score(METRIC), text)
        return
    rates = rows.assign(value=rows["value"].astype(float))
    rates = rates.pivot(index="region", columns="period", values="value")
    counted = rows.groupby("region")[["numerator", "denominator"]].sum()
    counted["rate"] = (counted["numerator"] / counted["denominator"]).astype(float)
    said = figure_sentences.heat(counted, text)
    table = rows.drop(columns="value").assign(rate=rows["value"].astype(float))
    colours = blocks.palette()
    blocks.figure("heat", charts.heat(rates, text, colours), said, table, text, percent=("rate",))


def outlook(view: View, text: Text) -> None:
    """What is done and what is left of a quarter's callbacks, and what each owner still needs."""
    target = view.targets([view.period])[0].get(METRIC)
    rows = view.ask("completion_outlook", periods=(view.period,), target=target or 0)
    rows = rows[rows["kind"] == KIND]
    if rows.empty:
        quarter = figure_sentences.quarter(view.period.period, text)
        st.caption(escape(text("follow_up.outlook_none", quarter=quarter)))
        return
    figures = rows[ADDED].sum().astype(int).to_dict()
    if target is not None:
        figures["needed"] = cache.still_needed(target, figures["owed"], figures["done"])
    said = figure_sentences.outlook(figures, view.period.period, target, text)
    if target is not None and figures["still_open"]:
        said = figure_sentences.joined([said, target_sentences.owners(rows, text)], text)
    columns = ["account_manager", *ADDED, "share_so_far", "share_reachable"]
    blocks.figure(
        "outlook",
        charts.stacked(_parts(figures, text), text, blocks.palette()),
        said,
        rows[columns].sort_values("needed", ascending=False),
        text,
        percent=("share_so_far", "share_reachable"),
        expanded=True,
    )


def _parts(figures: Mapping[str, int], text: Text) -> dict[str, float]:
    """The whole of a quarter's callbacks by their state."""
    counts = {
        "done": figures["done"],
        "planned": figures["planned"],
        "due": figures["still_open"] - figures["planned"] - figures["to_come"],
        "overdue": figures["missed"],
        "to_come": figures["to_come"],
    }
    return {text.value("state", state): count for state, count in counts.items()}


def worklist(view: View, text: Text) -> None:
    """Whom to call next and why, ranked, one group per reason."""
    asked = cache.worklist_months(view.source, view.scope.as_of)
    rows = view.ask("worklist", periods=asked)
    rows = _of_owner(rows, text)
    blocks.sentence(figure_sentences.worklist(rows, text))
    for reason, group in rows.groupby("reason", sort=False):
        name = text.value("reason", reason)
        st.markdown(text.rich("follow_up.group", reason=name, count=len(group)))
        blocks.rows(group[LISTED], text, money=("revenue_12m",))
    if not rows.empty:
        st.caption(text("follow_up.kind_parts"))
        blocks.download("worklist", rows[["reason", *LISTED]], text)


def _of_owner(rows: pd.DataFrame, text: Text) -> pd.DataFrame:
    owners = sorted(rows["owner"].dropna().unique())
    chosen = url_state.one(
        st.selectbox,
        text("filters.owner"),
        owners,
        None,
        "owner",
        format_func=escape,
        placeholder=text("filters.all_owners"),
        width=280,
    )
    return rows[rows["owner"] == chosen] if chosen else rows
