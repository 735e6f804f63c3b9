"""Follow-up: what was promised, what was done, what can still be reached, and whom to call next."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pandas as pd

from kam_core.dashboard.charts import Columns, Heat, Stacked
from kam_core.dashboard.model import Figure, FigureColumn, FigureTable, Section
from kam_core.dashboard.sections.scorecards import compose_headline, points, without_value
from kam_core.dashboard.tables import answer_table, heading, in_words
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences, target_sentences

METRIC = "followup_completion"
KIND = "monthly_callback"
ADDED = ["needed", "owed", "done", "missed", "planned", "still_open", "to_come"]
WORKLIST = [
    "account_name", "kind", "tier", "region", "owner", "due_on", "days_overdue", "warning_codes",
    "revenue_12m", "score", "tier_points", "overdue_points", "revenue_points", "warning_points",
    "account_id",
]  # fmt: skip
ON_PAPER = WORKLIST[:10]
SHARES = dict.fromkeys(("share_so_far", "share_reachable"), "percent")


def compose_cards(view: View) -> Figure:
    """Completion of every kind of interaction that is promised."""
    cards = compose_headline(view, load_settings().pages.follow_up.cards)
    return replace(cards, name="follow_up_cards", title="", sentences=())


def compose_heat(view: View) -> Figure:
    """Completion of monthly callbacks, regions down and months across."""
    rows = _completion_by_region(view)
    if rows.empty:
        return without_value(view.score(METRIC), view.text, "heat", view.text("follow_up.heat"))
    table = rows.drop(columns="value").assign(rate=rows["value"].astype(float))
    return Figure(
        "heat",
        view.text("follow_up.heat"),
        sentences=(_heat_sentence(rows, view),),
        charts=(Heat(in_words(_month_grid(rows).reset_index(), view.text).set_index("region")),),
        table=answer_table("heat", table, view.text, {"rate": "percent"}),
    )


def _completion_by_region(view: View) -> pd.DataFrame:
    months = view.ended_months(load_settings().pages.months_back)
    rows = view.metric(METRIC, months, ("region",))
    return rows[rows["value"].notna()]


def _month_grid(rows: pd.DataFrame) -> pd.DataFrame:
    rates = rows.assign(value=rows["value"].astype(float))
    return rates.pivot(index="region", columns="period", values="value")


def _heat_sentence(rows: pd.DataFrame, view: View) -> str:
    counted = rows.groupby("region")[["numerator", "denominator"]].sum()
    counted = counted[counted["denominator"] >= view.least_cases]
    rates = (counted["numerator"] / counted["denominator"]).astype(float)
    return figure_sentences.heat(rates, view.text)


def compose_region_months(view: View) -> Figure | None:
    """The same as a table of regions and months, where there are several regions."""
    rows, text = _completion_by_region(view), view.text
    if len(view.scope.regions) < 2 or rows.empty:
        return None
    grid = _month_grid(rows)
    months = [FigureColumn(m, formats.short_period(m, text.lang), "percent") for m in grid.columns]
    columns = (FigureColumn("region", heading("region", text)), *months)
    table = FigureTable("follow_up_regions", columns, in_words(grid.reset_index(), text))
    title = text("pack.follow_up_regions")
    return Figure("follow_up_regions", title, (_heat_sentence(rows, view),), table=table)


def compose_by_month(view: View) -> Figure:
    """Completion of monthly callbacks by month, for all in scope."""
    text, months = view.text, view.ended_months(load_settings().pages.months_back)
    rows, title = view.metric(METRIC, months), text("pack.follow_up")
    if rows["value"].isna().all():
        reason = text.reason(view.score(METRIC)) or text("pack.no_rows")
        return Figure("follow_up", title, (reason,))
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    target = view.target(METRIC)
    rows = rows.assign(value=rows["value"].astype(float), target=target and float(target))
    valued = [month for month in months if month.period in set(rows["period"])]
    sentence = _month_sentence(rows, view)
    chart = Columns(title, sentence, "percent", points(view, METRIC, rows, valued))
    columns = ["period", "numerator", "denominator", "value", "target"]
    names = ["period", "done", "owed", "rate", "target"]
    units = dict(zip(names, ["period", "count", "count", "percent", "percent"], strict=True))
    table = answer_table("follow_up", rows[columns].set_axis(names, axis=1), text, units)
    return Figure("follow_up", title, (sentence,), (chart,), table)


def _month_sentence(rows: pd.DataFrame, view: View) -> str:
    sentence = view.text.rich("pack.follow_up_sentence", **rows.iloc[-1])
    rows = rows[rows["denominator"] >= view.least_cases]
    if len(rows) < 2:
        return sentence
    best, worst = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    ranged = view.text.rich(
        "pack.follow_up_range",
        best_month=best["period"],
        best=best["value"],
        worst_month=worst["period"],
        worst=worst["value"],
    )
    return figure_sentences.joined([sentence, ranged], view.text)


def compose_outlook(view: View) -> Figure:
    """What is done and what is left of a quarter's callbacks, and what each owner still needs."""
    text, target = view.text, view.target(METRIC)
    title = text("follow_up.outlook")
    rows = view.query("completion_outlook", periods=(view.period,), target=target or 0)
    rows = rows[rows["kind"] == KIND]
    if rows.empty:
        note = text("follow_up.outlook_none", quarter=view.period.period)
        return Figure("outlook", title, note=note)
    totals = rows[ADDED].sum().astype(int).to_dict()
    if target is not None:
        totals["needed"] = still_needed(target, totals["owed"], totals["done"])
    sentence = figure_sentences.outlook(totals, view.period.period, target, text)
    if target is not None and totals["still_open"]:
        sentence = figure_sentences.joined([sentence, target_sentences.owners(rows, text)], text)
    listed = rows[["account_manager", *ADDED, *SHARES]].sort_values("needed", ascending=False)
    return Figure(
        "outlook",
        title,
        sentences=(sentence,),
        charts=(Stacked(_by_state(totals, view)),),
        table=answer_table("outlook", listed, text, SHARES),
        is_open=True,
    )


def still_needed(target: Decimal, owed: int, done: int) -> int:
    """How many more of what is owed must be done for a target share."""
    return max(ceil(Fraction(target) * owed) - done, 0)


def _by_state(totals: Mapping[str, int], view: View) -> dict[str, float]:
    """The whole of a quarter's callbacks by their state."""
    counts = {
        "done": totals["done"],
        "planned": totals["planned"],
        "due": totals["still_open"] - totals["planned"] - totals["to_come"],
        "overdue": totals["missed"],
        "to_come": totals["to_come"],
    }
    return {view.text.value("state", state): count for state, count in counts.items()}


def list_owners(view: View) -> list[str]:
    """Everybody who has something on the worklist."""
    return sorted(view.worklist()["owner"].dropna().unique())


def compose_worklist(view: View, owner: str | None = None) -> tuple[Figure, ...]:
    """Whom to call next and why, ranked: a sentence, then one list per reason."""
    text, rows = view.text, view.worklist()
    if owner:
        rows = rows[rows["owner"] == owner]
    groups = [
        Figure(
            f"worklist_{reason}",
            sentences=(text.rich("follow_up.group", reason=reason, count=len(group)),),
            table=answer_table(
                f"worklist_{reason}", group[WORKLIST], text, {"revenue_12m": "money"}
            ),
        )
        for reason, group in rows.groupby("reason", sort=False)
    ]
    return (Figure("worklist", sentences=(figure_sentences.worklist(rows, text),)), *groups)


def worklist_table(view: View, owner: str | None = None) -> FigureTable:
    """The whole worklist in one table, the reason first."""
    rows = view.worklist()
    rows = rows[rows["owner"] == owner] if owner else rows
    return answer_table("worklist", rows[["reason", *WORKLIST]], view.text)


def compose_worklist_extract(view: View) -> Figure:
    """Whom to call next: the first rows on paper, all of them in the workbook."""
    text, rows = view.text, view.worklist()
    points_of = [name for name in WORKLIST if name.endswith("points")]
    units = {
        "revenue_12m": "money",
        "days_overdue": "count",
        **dict.fromkeys([*points_of, "score"], "decimal"),
    }
    listed = rows[[*WORKLIST[:-1], "reason", "account_id"]]
    shown = load_settings().pages.pack.worklist_rows
    table = answer_table("worklist", listed, text, units, ON_PAPER, shown)
    sentence, note = figure_sentences.worklist(rows, text), text("follow_up.kind_parts")
    return Figure("worklist", text("follow_up.worklist"), (sentence,), table=table, note=note)


def compose_page(view: View, owner: str | None = None) -> tuple[Section, ...]:
    """The whole page, with the worklist of one owner or of all."""
    text, figures = view.text, (compose_cards(view), compose_heat(view), compose_outlook(view))
    return (
        Section("follow_up", text("follow_up.title"), figures),
        Section("worklist", text("follow_up.worklist"), compose_worklist(view, owner)),
    )
