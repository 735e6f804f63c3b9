"""The tiers of a scheme: its matrix, who is in a tier, and who moved."""

from datetime import timedelta

import numpy as np
import pandas as pd

from kam_core.accounts import tiers
from kam_core.accounts.tiers import UNRATED, Axis, Scheme
from kam_core.dashboard.charts import Field, Matrix, MatrixAxis
from kam_core.dashboard.model import Figure
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text

MEMBERS = [
    "account_id", "account_name", "region", "industry", "account_manager", "tier", "revenue_12m",
]  # fmt: skip
MOVED = ["account_id", "account_name", "region", "account_manager", "from_tier", "to_tier"]
CELL = ["tier", "accounts", "revenue_12m", "share"]
SCORE_UNITS = {"percentile": "percent", "minmax": "percent", "money": "money", "points": "points"}
UNITS = {"accounts": "count", "revenue_12m": "money", "share": "percent"}


def list_cells(view: View) -> pd.DataFrame:
    """One row per tier that holds an account, key tiers first: accounts, revenue, share, is_key."""
    cells = tiers.cell_totals(view.query("tier_matrix"))
    cells = cells[cells["tier"] != UNRATED]
    return cells.sort_values(["is_key", "revenue_12m"], ascending=False, ignore_index=True)


def compose_matrix(view: View) -> Figure:
    """How many accounts each cell of the scheme holds, and what they bring."""
    text, rows, scheme = view.text, view.query("tier_matrix"), view.company.scheme()
    rated, title = rows[rows["tier"] != UNRATED], text("pack.tiers")
    if rows.empty:
        return Figure("tiers", title, note=text("blocks.nothing_here"))
    if rated.empty:
        most_lacked = scheme.axes[str(rows[[*scheme.axes]].isna().sum().idxmax())].measure
        needs = "orders" if most_lacked == "value" else f"accounts.{most_lacked}"
        return Figure("tiers", title, (text("pack.tiers_none"),), waits_for=f"needs:{needs}")
    lacking = [axis.measure for name, axis in scheme.axes.items() if rows[name].hasnans]
    cells = list_cells(view)
    rated = cells[["tier"]].merge(rated)
    sentence = figure_sentences.tiers(cells, len(rows), rows["revenue_12m"].sum(), lacking, text)
    x, y = (_extend_axis(axis, rated[name], text) for name, axis in scheme.axes.items())
    chart = Matrix(title, sentence, x, y, _fields(scheme, rated), rated)
    table = answer_table("tiers", cells[CELL], text, UNITS)
    return Figure("tiers", title, (sentence,), (chart,), table)


def _extend_axis(axis: Axis, scores: pd.Series, text: Text) -> MatrixAxis:
    reached = [0.0, 100.0 if axis.kind == "points" else 1.0, *map(float, scores), *axis.cuts]
    words = _name_axis(axis, "title_of", text), text(f"tiers.arrow.{axis.measure}")
    return MatrixAxis(*words, SCORE_UNITS[axis.kind], axis.cuts, min(reached), max(reached))


def _name_axis(axis: Axis, use: str, text: Text) -> str:
    """An axis in words: ``title_of`` it, ``column_of`` its scores, ``caption_of`` it in prose."""
    words = {part: text(f"tiers.{part}.{axis.measure}") for part in ("measure", "spoken")}
    note = text.get(f"tiers.note.{axis.measure}", "")
    return text(f"tiers.{use}.{axis.kind}", note=note, **words)


def describe_axes(view: View) -> str:
    """What the axes of the matrix are."""
    axes, text = view.company.scheme().axes, view.text
    words = {name: _name_axis(axis, "caption_of", text) for name, axis in axes.items()}
    return text("tiers.axes", **words)


def _fields(scheme: Scheme, rated: pd.DataFrame) -> tuple[Field, ...]:
    levels = [np.digitize(rated[name], axis.cuts) for name, axis in scheme.axes.items()]
    totals = rated.groupby(levels)["revenue_12m"].agg(["size", "sum"])
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
    axes, rows = view.company.scheme().axes, view.query("tier_matrix")
    rows = rows[rows["tier"] == tier].astype({"revenue_12m": float})
    titles = {name: _name_axis(axis, "column_of", view.text) for name, axis in axes.items()}
    units = {titles[name]: SCORE_UNITS[axis.kind] for name, axis in axes.items()} | UNITS
    rows = rows[MEMBERS].assign(**{title: rows[name] for name, title in titles.items()})
    table = answer_table("accounts", rows, view.text, units)
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
