"""The tier matrix: accounts, the cells they fall into, and the choice of one."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from kam_core.accounts import tiers
from kam_core.render.plotly import charts
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks
from pages.parts.state import cache, url_state
from pages.parts.state.filters import View

LISTED = [
    "account_id",
    "account_name",
    "region",
    "industry",
    "account_manager",
    "tier",
    "revenue_12m",
    "potential",
    "rank",
]
MOVED = ["account_id", "account_name", "region", "account_manager", "from_tier", "to_tier"]
CHOSEN = "cell"


def accounts(view: View) -> pd.DataFrame:
    """Every active account in scope with its place in the matrix."""
    rows = view.ask("tier_matrix").rename(columns={"y_score": "rank"})
    return rows.assign(
        potential=rows["potential"].astype(float), revenue_12m=rows["revenue_12m"].astype(float)
    )


def cells(rows: pd.DataFrame, view: View) -> pd.DataFrame:
    """One row per cell of the scheme that holds an account: count, revenue, share, key, place."""
    rated = rows[rows["tier"] != tiers.UNRATED]
    if rated.empty:
        return pd.DataFrame(columns=["tier"])
    found = tiers.cell_totals(rows)
    found = found[found["tier"] != tiers.UNRATED].reset_index(drop=True)
    across, up = cache.cuts(view.source)
    middles = rated.groupby("tier")[["potential", "rank"]].median()
    right = found["tier"].map(middles["potential"]) >= across
    high = found["tier"].map(middles["rank"]) >= up
    found["x"] = [102.0 if is_right else -2.0 for is_right in right]
    found["y"] = [1.15 if is_high else up - 0.01 for is_high in high]
    return found.sort_values(["is_key", "revenue_12m"], ascending=False, ignore_index=True)


def draw(rows: pd.DataFrame, found: pd.DataFrame, view: View, text: Text) -> str | None:
    """The matrix with its sentence; the tier of the mark that was clicked, if one was."""
    unrated = int((rows["tier"] == "unrated").sum())
    said = figure_sentences.tiers(found, len(rows), rows["revenue_12m"].sum(), unrated, text)
    colours = blocks.palette()
    drawn = charts.matrix(rows, found, cache.cuts(view.source), text, colours)
    columns = ["tier", "accounts", "revenue_12m", "share"]
    event = blocks.figure(
        "matrix",
        drawn,
        said,
        found[columns],
        text,
        money=("revenue_12m",),
        percent=("share",),
        select=True,
    )
    st.caption(text("tiers.axes"))
    points = event["selection"]["points"]
    return points[0]["customdata"][1] if points else None


def choose(found: pd.DataFrame, clicked: str | None, text: Text) -> str:
    """The cell to list: chosen by name, or by clicking a mark in it."""
    counts = dict(zip(found["tier"], found["accounts"], strict=True))
    if clicked in counts and st.session_state.get("clicked") != clicked:
        st.session_state[CHOSEN] = clicked
    st.session_state["clicked"] = clicked
    first = next(iter(counts))
    chosen = url_state.one(
        st.segmented_control,
        text("tiers.choose"),
        list(counts),
        first,
        CHOSEN,
        format_func=lambda tier: text(
            "tiers.accounts",
            tier=text.value("tier", tier),
            count=formats.count(counts[tier], text.lang),
        ),
        required=True,
    )
    return chosen or first


def moves(view: View) -> pd.DataFrame:
    """Accounts whose tier differs between the start of the quarter and the as-of day."""
    start = view.period.starts_on - timedelta(days=1)
    until = min(view.period.ends_on, view.scope.as_of)
    return view.ask("tier_moves", from_day=start, to_day=until)
