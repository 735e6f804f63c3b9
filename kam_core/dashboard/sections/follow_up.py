"""The work in a pack: tiers, follow-up by month, needs, what needs attention, what to do next."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kam_core.accounts import tiers
from kam_core.dashboard.model import Column, Columns, Field, Figure, Matrix, Point, Table
from kam_core.dashboard.sections.answer_tables import columns, heading, listed, plain
from kam_core.dashboard.sections.scorecards import history, points
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue, periods
from kam_core.metrics.periods import Period
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences

FOLLOW_UP = "followup_completion"
WORKLIST = [
    "account_name", "kind", "tier", "region", "owner", "due_on", "days_overdue", "warning_codes",
    "revenue_12m", "score", "tier_points", "overdue_points", "revenue_points", "warning_points",
    "reason", "account_id",
]  # fmt: skip
ATTENTION = [
    "code", "region", "account_name", "account_id", "cases", "of_cases", "amount",
    "previous_amount", "days",
]  # fmt: skip
OPEN_NEEDS = [
    "need_id", "account_name", "region", "account_manager", "category", "description", "raised_at",
    "age_days", "responded_at", "account_id",
]  # fmt: skip


def tier_matrix(view: View) -> Figure:
    """How many accounts each cell of the scheme holds, and what they bring."""
    text, rows = view.text, view.ask("tier_matrix")
    rated = rows[rows["tier"] != tiers.UNRATED]
    title, name = text("pack.tiers"), "tiers"
    if rated.empty:
        return Figure(name, title, (text("pack.tiers_none"),))
    found = tiers.cell_totals(rows)
    found = found[found["tier"] != tiers.UNRATED]
    found = found.sort_values(["is_key", "revenue_12m"], ascending=False, ignore_index=True)
    unrated = len(rows) - len(rated)
    said = figure_sentences.tiers(found, len(rows), rows["revenue_12m"].sum(), unrated, text)
    shown = found[["tier", "accounts", "revenue_12m", "share"]]
    units = {"accounts": "count", "revenue_12m": "money", "share": "percent"}
    charts = (_matrix(view, rated, said),)
    return Figure(name, title, (said,), charts, listed(name, shown, text, units))


def _matrix(view: View, rated: pd.DataFrame, said: str) -> Matrix:
    with view.day.cursor(view.scope) as cursor:
        scheme = tiers.load_scheme(cursor)
    levels = {"x": _levels(rated["x_score"], scheme.x), "y": _levels(rated["y_score"], scheme.y)}
    held = rated.assign(**levels).groupby(["x", "y"])["revenue_12m"].agg(["size", "sum"])
    whole = float(rated["revenue_12m"].sum())
    fields = tuple(
        _field(x, y, tier, held.loc[(x, y)] if (x, y) in held.index else None, whole, scheme, view)
        for x, y, tier in scheme.cells
    )
    text = view.text
    return Matrix(text("pack.tiers"), said, text("pack.across"), text("pack.up"), fields)


def _levels(scores: pd.Series, axis: tiers.Axis) -> pd.Series:
    return scores.map(lambda score: sum(score >= cut for cut in axis.cuts))


def _field(
    x: int,
    y: int,
    tier: str,
    held: pd.Series | None,
    whole: float,
    scheme: tiers.Scheme,
    view: View,
) -> Field:
    text, lang = view.text, view.text.lang
    count, revenue = (0, 0.0) if held is None else (int(held["size"]), float(held["sum"]))
    share = formats.percent(revenue / whole if whole else None, lang, 0)
    lines = (
        text.value("tier", tier),
        text("pack.accounts", count=formats.count(count, lang)),
        text("pack.revenue_share", revenue=formats.money(revenue, lang), share=share),
    )
    return Field(x, y, lines, tier in scheme.key_tiers)


def follow_up(view: View) -> Figure:
    """Completion of monthly callbacks by month, for all that the pack covers."""
    text, months = view.text, _months(view)
    rows = view.metric(FOLLOW_UP, months) if months else pd.DataFrame()
    title = text("pack.follow_up")
    if rows.empty or rows["value"].isna().all():
        (score,) = view.scores([FOLLOW_UP])
        return Figure("follow_up", title, (text.reason(score) or text("pack.no_rows"),))
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    asked = [month for month in months if month.period in set(rows["period"])]
    goal = view.targets([view.period])[view.period.period].get(FOLLOW_UP)
    rows = rows.assign(
        value=rows["value"].astype(float), target=None if goal is None else float(goal)
    )
    said = _follow_up_sentence(rows, view)
    chart = Columns(title, said, "percent", points(view, rows, asked))
    shown = rows[["period", "numerator", "denominator", "value", "target"]]
    shown = shown.set_axis(["period", "done", "owed", "rate", "target"], axis=1)
    units = {
        "period": "period",
        "done": "count",
        "owed": "count",
        "rate": "percent",
        "target": "percent",
    }
    table = listed("follow_up", shown, text, units)
    return Figure("follow_up", title, (said,), (chart,), table)


def _months(view: View) -> list[Period]:
    """The months of the pages' grid: the last ones that have ended."""
    until = view.quarters.index(view.period) + 1
    months = [month for quarter in view.quarters[:until] for month in periods.months_of(quarter)]
    ended = [month for month in months if month.ends_on <= view.scope.as_of]
    return ended[-layout()["months_back"] :]


def _follow_up_sentence(rows: pd.DataFrame, view: View) -> str:
    text, lang = view.text, view.text.lang
    last, best, worst = (
        rows.iloc[-1],
        rows.loc[rows["value"].idxmax()],
        rows.loc[rows["value"].idxmin()],
    )
    return text.rich(
        "pack.follow_up_sentence",
        month=formats.period(last["period"], lang),
        done=formats.count(last["numerator"], lang),
        owed=formats.count(last["denominator"], lang),
        rate=formats.percent(last["value"], lang),
        best_month=formats.period(best["period"], lang),
        best=formats.percent(best["value"], lang),
        worst_month=formats.period(worst["period"], lang),
        worst=formats.percent(worst["value"], lang),
    )


def follow_up_regions(view: View) -> Figure | None:
    """The same, region by region, where there are several."""
    text, months = view.text, _months(view)
    if len(view.scope.regions) < 2 or not months:
        return None
    rows = view.metric(FOLLOW_UP, months, ("region",))
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    counted = rows.groupby("region")[["numerator", "denominator"]].sum()
    counted["rate"] = (counted["numerator"] / counted["denominator"]).astype(float)
    rates = rows.assign(value=rows["value"].astype(float))
    grid = rates.pivot(index="region", columns="period", values="value")
    heads = (
        Column("region", heading("region", text)),
        *(Column(code, formats.short_period(code, text.lang), "percent") for code in grid.columns),
    )
    cells = tuple(
        (str(plain(region)), *map(plain, row))
        for region, row in zip(grid.index, grid.to_numpy(), strict=True)
    )
    table = Table("follow_up_regions", heads, cells)
    said = figure_sentences.heat(counted, text)
    return Figure("follow_up_regions", text("pack.follow_up_regions"), (said,), table=table)


def need_rates(view: View) -> Figure:
    """Match rate and need coverage over the quarters, on one scale: neither is read alone."""
    text, window = view.text, view.window
    names = layout()["needs"]["rates"]
    rows = {name: history(view, name, window) for name in names}
    values = {name: plain(rows[name]["value"].iloc[-1]) for name in names}
    highest = max((rows[name][["value", "target"]].max(axis=None) for name in names), default=1.0)
    charts = tuple(
        _rate(view, name, rows[name], window, None if highest != highest else float(highest))
        for name in names
    )
    listed_rows = pd.DataFrame({"period": [quarter.period for quarter in window]})
    for name in names:
        listed_rows[name] = rows[name]["value"]
    table = listed(
        "need_rates", listed_rows, text, {"period": "period"} | dict.fromkeys(names, "percent")
    )
    said = figure_sentences.rates(view.period.period, values, text)  # type: ignore[arg-type]
    return Figure(
        "need_rates", text("needs.rates"), (said,), charts, table, note=text("needs.rates_note")
    )


def _rate(
    view: View, name: str, rows: pd.DataFrame, window: Sequence[Period], highest: float | None
) -> Columns:
    (score,) = view.scores([name])
    title = catalogue.metric(name).title(view.text.lang)
    said = figure_sentences.trend(title, rows, score, view.text)
    return Columns(title, said, "percent", points(view, rows, window), highest)


def open_needs(view: View) -> tuple[Figure, Figure]:
    """Open needs by age as a picture, and one by one (in the workbook)."""
    text, rows = view.text, view.ask("open_needs")
    said = figure_sentences.ages(rows, text)
    title = text("needs.ages")
    each = listed("open_needs", rows[OPEN_NEEDS], text, {"age_days": "count"}, brief_rows=0)
    singly = Figure("open_needs", text("needs.open"), table=each)
    if rows.empty:
        return Figure("need_ages", title, (said,)), singly
    limits = [-1, *layout()["needs"]["age_limits_days"], float("inf")]
    names = [text(f"needs.age_{band}") for band in range(len(limits) - 1)]
    bands = pd.cut(rows["age_days"], limits, labels=names)
    counts = bands.value_counts().reindex(names)
    chart = Columns(title, said, "count", tuple(Point(name, int(counts[name])) for name in names))
    cells = tuple((name, int(counts[name])) for name in names)
    table = Table("need_ages", columns(("age", "needs"), text, {"needs": "count"}), cells)
    return Figure("need_ages", title, (said,), (chart,), table), singly


def attention(view: View) -> Figure:
    """What needs attention, in words."""
    text, rows = view.text, view.ask("attention", periods=(view.period,))
    title = text("overview.attention")
    said = tuple(figure_sentences.attention(row, text) for row in rows.to_dict("records"))
    units = dict.fromkeys(("cases", "of_cases", "days"), "count")
    units |= {"amount": "money", "previous_amount": "money"}
    shown = rows[ATTENTION].assign(code=[text(f"pack.attention.{code}") for code in rows["code"]])
    table = listed("attention", shown, text, units)
    return Figure(
        "attention", title, said or (text("overview.attention_none"),), table=table, form="list"
    )


def worklist(view: View) -> Figure:
    """Whom to call next: the first rows on paper, all of them in the workbook."""
    text = view.text
    rows = view.ask("worklist", periods=view.worklist_months())
    units: Mapping[str, str] = {
        "revenue_12m": "money",
        "days_overdue": "count",
        **dict.fromkeys([name for name in WORKLIST if name.endswith("points")], "decimal"),
        "score": "decimal",
    }
    shown = layout()["pack"]["worklist_rows"]
    table = listed("worklist", rows[WORKLIST], text, units, WORKLIST[:10], shown)
    note = text("follow_up.kind_parts")
    return Figure(
        "worklist",
        text("follow_up.worklist"),
        (figure_sentences.worklist(rows, text),),
        table=table,
        note=note,
    )
