"""The tiers of a scheme: its matrix, who is in a tier, and who moved."""

from datetime import timedelta

import pandas as pd

from kam_core.accounts import tiers
from kam_core.accounts.tiers import UNRATED, Scheme
from kam_core.dashboard.charts import Field, Matrix
from kam_core.dashboard.model import Figure
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.text.sentences import figure_sentences

MEMBERS = [
    "account_id", "account_name", "region", "industry", "account_manager", "tier", "revenue_12m",
    "potential", "rank",
]  # fmt: skip
MOVED = ["account_id", "account_name", "region", "account_manager", "from_tier", "to_tier"]
CELL = ["tier", "accounts", "revenue_12m", "share"]
WAITS_FOR = "needs:accounts.growth_potential"
UNITS = {"accounts": "count", "revenue_12m": "money", "share": "percent"}


def list_cells(view: View) -> pd.DataFrame:
    """One row per tier that holds an account, key tiers first: accounts, revenue, share, is_key."""
    cells = tiers.cell_totals(view.query("tier_matrix"))
    cells = cells[cells["tier"] != UNRATED]
    return cells.sort_values(["is_key", "revenue_12m"], ascending=False, ignore_index=True)


def compose_matrix(view: View) -> Figure:
    """How many accounts each cell of the scheme holds, and what they bring."""
    text, rows = view.text, view.query("tier_matrix")
    rated, title = rows[rows["tier"] != UNRATED], text("pack.tiers")
    if rows.empty:
        return Figure("tiers", title, note=text("blocks.nothing_here"))
    if rated.empty:
        return Figure("tiers", title, (text("pack.tiers_none"),), waits_for=WAITS_FOR)
    cells, unrated = list_cells(view), len(rows) - len(rated)
    sentence = figure_sentences.tiers(cells, len(rows), rows["revenue_12m"].sum(), unrated, text)
    chart = _matrix(view, rated, sentence)
    table = answer_table("tiers", cells[CELL], text, UNITS)
    return Figure("tiers", title, (sentence,), (chart,), table)


def _matrix(view: View, rated: pd.DataFrame, sentence: str) -> Matrix:
    scheme, text = view.company.scheme(), view.text
    fields = _fields(scheme, rated)
    return Matrix(
        text("pack.tiers"),
        sentence,
        text("pack.across"),
        text("pack.up"),
        fields,
        rated,
        scheme.x.cuts,
        scheme.y.cuts,
    )


def _fields(scheme: Scheme, rated: pd.DataFrame) -> tuple[Field, ...]:
    levels = {
        name: rated[f"{name}_score"].map(lambda score, cuts=cuts: sum(score >= c for c in cuts))
        for name, cuts in (("x", scheme.x.cuts), ("y", scheme.y.cuts))
    }
    totals = rated.assign(**levels).groupby(["x", "y"])["revenue_12m"].agg(["size", "sum"])
    whole = float(rated["revenue_12m"].sum())
    fields = []
    for x, y, tier in scheme.cells:
        count, revenue = totals.loc[(x, y)] if (x, y) in totals.index else (0, 0)
        share = float(revenue) / whole if whole else None
        is_key = tier in scheme.key_tiers
        fields.append(Field(x, y, tier, int(count), float(revenue), share, is_key))
    return tuple(fields)


def compose_members(view: View, tier: str) -> Figure:
    """The accounts of a tier."""
    cells = list_cells(view)
    cell = cells[cells["tier"] == tier].to_dict("records")[0]
    rows = view.query("tier_matrix").rename(columns={"y_score": "rank"})
    rows = rows[rows["tier"] == tier].astype({"potential": float, "revenue_12m": float})
    units = {"revenue_12m": "money", "rank": "percent"}
    table = answer_table("accounts", rows[MEMBERS], view.text, units)
    sentence = view.text.rich("tiers.accounts_sentence", **cell)
    return Figure("accounts", sentences=(sentence,), table=table)


def compose_moves(view: View) -> Figure:
    """Accounts whose tier differs between the start of the quarter and the as-of day."""
    start = view.period.starts_on - timedelta(days=1)
    until = min(view.period.ends_on, view.scope.as_of)
    moves = view.query("tier_moves", from_day=start, to_day=until)
    sentence = figure_sentences.listed("tiers.moves", moves, view.text, quarter=view.period.period)
    table = None if moves.empty else answer_table("tier_moves", moves[MOVED], view.text)
    return Figure("tier_moves", view.text("tiers.moves"), (sentence,), table=table)
