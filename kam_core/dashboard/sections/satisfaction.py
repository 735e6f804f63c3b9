"""Satisfaction: how it moves, by tier, how managers differ, what customers feel, who changed."""

import pandas as pd

from kam_core.dashboard.charts import Compared, Intervals, Lines, Spread
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import trend_chart, without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.metrics.periods import Period
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import service_sentences
from kam_core.text.writer import Text

NAME = "satisfaction"
UNIT = "points"
QUARTERS_OF_YEAR = 4
MOVED = [
    "account_name", "region", "tier", "first_on", "first_score", "last_on", "last_score",
    "score_change", "answers", "account_manager", "expert_manager", "account_id",
]  # fmt: skip


def compose_trend(view: View) -> Figure:
    """The mean score, quarter by quarter, each held against its target."""
    text, score, rows = view.text, view.score(NAME), view.history(NAME)
    if rows["value"].isna().all():
        return without_value(score, text, NAME, text("service.satisfaction"))
    title = catalogue.metric(NAME).title(text.lang)
    return Figure(
        NAME,
        text("service.satisfaction"),
        (trend_chart(view, catalogue.metric(NAME), rows).sentence,),
        (Lines(rows, {"value": title}, UNIT, rows["target"].tolist()),),
        answer_table(NAME, rows, text),
    )


def compose_tiers(view: View) -> Figure:
    """The mean score of each tier in the quarter, with the number of answers."""
    text, title = view.text, view.text("service.tiers")
    rows = view.metric(NAME, [view.period], ("tier",))
    rows = rows[rows["value"].notna()].rename(columns={"denominator": "answers"})
    if rows.empty:
        return without_value(view.score(NAME), text, "satisfaction_by_tier", title)
    order = {tier: rank for rank, tier in enumerate(view.company.holdings().tiers)}
    rows = rows.sort_values("tier", key=lambda tiers: tiers.map(order)).reset_index(drop=True)
    listed = rows[["tier", "value", "answers"]].astype({"value": float, "answers": int})
    return Figure(
        "satisfaction_by_tier",
        title,
        (service_sentences.tiers(view.period.period, listed, view.least_cases, text),),
        (_compare_tiers(listed, view.least_cases, text),),
        answer_table("satisfaction_by_tier", listed, text),
    )


def _compare_tiers(rows: pd.DataFrame, least: int, text: Text) -> Compared:
    names = [service_sentences.tier_and_n(row, text) for row in rows.to_dict("records")]
    series = {catalogue.metric(NAME).title(text.lang): rows["value"].tolist()}
    return Compared(names, series, UNIT, (rows["answers"] < least).tolist())


def compose_managers(view: View) -> Figure:
    """How far the means of managers lie apart, over the last year and the one before."""
    text, title = view.text, view.text("service.managers")
    groups = {_span(years, text): _means(view, years) for years in _years(view)}
    groups = {label: group for label, group in groups.items() if not group.empty}
    label, last = next(reversed(groups.items()), ("", pd.DataFrame({"cases": [], "value": []})))
    values = last.loc[last["cases"] >= view.least_cases, "value"]
    if len(values) < 2:
        note = text("service.managers_none", least=view.least_cases)
        return Figure("satisfaction_spread", title, note=note)
    listed = pd.concat([group.assign(span=label) for label, group in groups.items()])
    listed = listed.rename(columns={"value": "mean_score", "cases": "answers"})
    listed = listed.sort_values(["span", "mean_score"])[["span", "mean_score", "answers"]]
    return Figure(
        "satisfaction_spread",
        title,
        (service_sentences.spread("service.managers_sentence", label, values, UNIT, text),),
        (Spread(groups, view.least_cases, UNIT),),
        answer_table("satisfaction_spread", listed, text),
        text("service.managers_note", least=view.least_cases),
    )


def _years(view: View) -> list[tuple[Period, ...]]:
    """The quarters shown in years, the last of which ends with the chosen quarter."""
    shown = view.window
    ends = range(len(shown), 0, -QUARTERS_OF_YEAR)
    return [shown[max(0, end - QUARTERS_OF_YEAR) : end] for end in ends][::-1]


def _span(years: tuple[Period, ...], text: Text) -> str:
    first, last = (formats.short_period(years[at].period, text.lang) for at in (0, -1))
    return text("service.span", first=first, last=last)


def _means(view: View, years: tuple[Period, ...]) -> pd.DataFrame:
    """The mean score of each manager's accounts over some quarters, and the answers behind it."""
    rows = view.metric(NAME, years, ("account_manager",))
    added = rows.groupby("account_manager")[["numerator", "denominator"]].sum()
    added = added[added["denominator"] > 0]
    means = (added["numerator"] / added["denominator"]).astype(float)
    return pd.DataFrame({"value": means, "cases": added["denominator"].astype(int)}).reset_index(
        drop=True
    )


def compose_feelings(view: View) -> Figure:
    """The shares that find the care personal enough, and effective, each with its interval."""
    text, names, title = (
        view.text,
        load_settings().pages.service.feelings,
        view.text("service.feelings"),
    )
    rows = _shares_with_intervals(view, names)
    if rows[names].isna().all(axis=None):
        return without_value(view.score(names[0]), text, "feelings", title)
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    shares = [column for column in rows if column != "period" and not column.endswith("_cases")]
    return Figure(
        "feelings",
        title,
        (service_sentences.feelings(view.period.period, rows.iloc[-1], text),),
        (Intervals(rows, titles),),
        answer_table("feelings", rows, text, dict.fromkeys(shares, "percent")),
    )


def _shares_with_intervals(view: View, names: list[str]) -> pd.DataFrame:
    """One row per quarter: period, and of each share NAME, NAME_low, NAME_high, NAME_cases."""
    fields = {"": "value", "_low": "low", "_high": "high", "_cases": "denominator"}
    rows = pd.DataFrame({"period": [quarter.period for quarter in view.window]})
    for name in names:
        scores = [view.score(name, quarter) for quarter in view.window]
        for suffix, field in fields.items():
            rows[f"{name}{suffix}"] = pd.Series([getattr(s, field) for s in scores], dtype=float)
    return rows


def compose_moves(view: View) -> Figure:
    """Accounts asked more than once within a year: from which score to which."""
    text, title = view.text, view.text("service.moves")
    rows = view.query("satisfaction_moves", periods=(view.period,))
    sentence = service_sentences.moves(rows, text)
    if rows.empty:
        return Figure("satisfaction_moves", title, (sentence,))
    scores = {name: rows[name].astype(float) for name in rows if name.endswith(("score", "change"))}
    table = answer_table("satisfaction_moves", rows.assign(**scores)[MOVED], text)
    note = text("service.moves_note")
    return Figure("satisfaction_moves", title, (sentence,), table=table, note=note)
