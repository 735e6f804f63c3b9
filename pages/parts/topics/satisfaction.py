"""Satisfaction: how it moves, by tier, how managers differ, what customers feel, who changed."""

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue
from kam_core.metrics.periods import Period
from kam_core.render.plotly import service_charts
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences, service_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards, timeline
from pages.parts.state import cache
from pages.parts.state.filters import View

NAME = "satisfaction"
UNIT = "points"
QUARTERS_OF_YEAR = 4
MOVED = [
    "account_name",
    "region",
    "tier",
    "first_on",
    "first_score",
    "last_on",
    "last_score",
    "score_change",
    "answers",
    "account_manager",
    "expert_manager",
    "account_id",
]


def trend(view: View, text: Text) -> None:
    """The mean score, quarter by quarter."""
    if not timeline.has_values(view, NAME, text):
        return
    rows, title = cards.history(view, NAME), catalogue.metric(NAME).title(text.lang)
    said = figure_sentences.trend(title, rows, view.score(NAME), text)
    marks = rows["target"].tolist()
    drawn = service_charts.marked(rows, {"value": title}, marks, UNIT, text, blocks.palette())
    blocks.figure(NAME, drawn, said, rows, text)


def tiers(view: View, text: Text) -> None:
    """The mean score of each tier in the quarter, with the number of answers."""
    rows = view.metric(NAME, [view.period], ("tier",))
    rows = rows[rows["value"].notna()].rename(columns={"denominator": "answers"})
    if rows.empty:
        blocks.without_value(view.score(NAME), text)
        return
    order = {tier: place for place, tier in enumerate(cache.holdings(view.source).tiers)}
    rows = rows.sort_values("tier", key=lambda tiers: tiers.map(order)).reset_index(drop=True)
    table = rows[["tier", "value", "answers"]].astype({"value": float, "answers": int})
    names = [
        text("service.tier_and_n", tier=text.value("tier", row.tier), n=row.answers)
        for row in table.itertuples()
    ]
    series = {catalogue.metric(NAME).title(text.lang): table["value"].tolist()}
    least = layout()["service"]["least_answers"]
    is_hollow = (table["answers"] < least).tolist()
    drawn = service_charts.compared(names, series, UNIT, text, blocks.palette(), is_hollow)
    said = service_sentences.tiers(view.period.period, table, least, text)
    blocks.figure("satisfaction_by_tier", drawn, said, table, text)


def managers(view: View, text: Text) -> None:
    """How far the means of managers lie apart, over the last year and the one before."""
    groups = {_span(years, text): _means(view, years) for years in _years(view)}
    groups = {label: group for label, group in groups.items() if not group.empty}
    least = layout()["service"]["least_answers"]
    solid = {label: group[group["cases"] >= least] for label, group in groups.items()}
    label = next(reversed(solid), "")
    if not label or solid[label].empty:
        st.caption(text("service.managers_none", least=least))
        return
    drawn = service_charts.spread(groups, least, UNIT, text, blocks.palette())
    values = solid[label]["value"]
    said = service_sentences.spread("service.managers_sentence", label, values, UNIT, text)
    table = pd.concat([group.assign(span=label) for label, group in groups.items()])
    table = table.rename(columns={"value": "mean_score", "cases": "answers"})
    table = table.sort_values(["span", "mean_score"])[["span", "mean_score", "answers"]]
    blocks.figure("satisfaction_spread", drawn, said, table, text)
    st.caption(text("service.managers_note", least=least))


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


def feelings(view: View, text: Text) -> None:
    """The shares that find the care personal enough, and effective, each with its interval."""
    names = layout()["service"]["feelings"]
    rows = pd.DataFrame({"period": [quarter.period for quarter in view.window]})
    for name in names:
        found = cache.with_intervals(view.source, view.metric(name, view.window))
        found = found.set_index("period")
        for column, source in (("", "value"), ("_low", "low"), ("_high", "high")):
            rows[f"{name}{column}"] = rows["period"].map(found[source]).astype(float)
        rows[f"{name}_cases"] = rows["period"].map(found["denominator"]).astype(float)
    if rows[names].isna().all(axis=None):
        blocks.without_value(view.score(names[0]), text)
        return
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    drawn = service_charts.intervals(rows, titles, text, blocks.palette())
    said = service_sentences.feelings(view.period.period, rows.iloc[-1], text)
    shares = [column for column in rows if column != "period" and not column.endswith("_cases")]
    blocks.figure("feelings", drawn, said, rows, text, percent=shares)


def moves(view: View, text: Text) -> None:
    """Accounts asked more than once within a year: from which score to which."""
    rows = view.ask("satisfaction_moves", periods=(view.period,))
    blocks.sentence(service_sentences.moves(rows, text))
    if rows.empty:
        return
    scores = {name: rows[name].astype(float) for name in rows if name.endswith(("score", "change"))}
    blocks.table("satisfaction_moves", rows.assign(**scores)[MOVED], text)
    st.caption(text("service.moves_note"))
