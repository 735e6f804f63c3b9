"""Needs: match rate beside coverage, the age of what is open, and the lists to work through."""

import pandas as pd

from kam_core.dashboard.charts import Columns, Lines, Point
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import trend_chart
from kam_core.dashboard.tables import answer_table, plain_cell
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.settings.loader import load_settings
from kam_core.text.sentences import figure_sentences

WHO = ["account_name", "region", "account_manager"]
WHERE = ["account_id", "snapshot_id", "line_no"]
OPEN = ["need_id", *WHO, "category", "description", "raised_at", "age_days", "responded_at"]
UNHEARD = [*WHO, "description", "raised_at", "callbacks_without_it", "last_callback_at", "need_id"]
WRONG = ["interaction_id", *WHO, "occurred_at", "kind", "owner", "need_id", "problem"]
INVITED = [*WHO, "subject", "invited_on", "working_days", "interaction_id"]


def compose_rates(view: View) -> Figure:
    """Match rate and need coverage over the quarters, always both."""
    text, names = view.text, load_settings().pages.needs.rates
    rows = view.table_of(names, view.window)
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    return Figure(
        "rates",
        text("needs.rates"),
        (_rates_sentence(view, rows, names),),
        (Lines(rows, titles, "percent"),),
        answer_table("rates", rows, text, dict.fromkeys(names, "percent")),
        text("needs.rates_note"),
    )


def _rates_sentence(view: View, rows: pd.DataFrame, names: list[str]) -> str:
    values = {name: plain_cell(rows[name].iloc[-1]) for name in names}
    return figure_sentences.rates(view.period.period, values, view.text)  # type: ignore[arg-type]


def compose_rates_singly(view: View) -> Figure:
    """The same as one chart each with its targets, on one scale: neither is read alone."""
    text, names = view.text, load_settings().pages.needs.rates
    histories = {name: view.history(name) for name in names}
    ends = [rows[["value", "target"]].max(axis=None) for rows in histories.values()]
    highest = max(ends, default=1.0)
    charts: tuple[Columns, ...] = tuple(
        trend_chart(
            view, catalogue.metric(name), rows, None if highest != highest else float(highest)
        )
        for name, rows in histories.items()
    )
    rows = view.table_of(names, view.window)
    units = {"period": "period"} | dict.fromkeys(names, "percent")
    return Figure(
        "need_rates",
        text("needs.rates"),
        (_rates_sentence(view, rows, names),),
        charts,
        answer_table("need_rates", rows, text, units),
        text("needs.rates_note"),
    )


def compose_ages(view: View) -> Figure:
    """Open needs by how long they have waited."""
    text, rows = view.text, view.query("open_needs")
    sentence, title = figure_sentences.ages(rows, text), text("needs.ages")
    if rows.empty:
        return Figure("need_ages", title, (sentence,))
    limits = [-1, *load_settings().pages.needs.age_limits_days, float("inf")]
    names = [text(f"needs.age_{band}") for band in range(len(limits) - 1)]
    bands = pd.cut(rows["age_days"], limits, labels=names)
    counts = bands.value_counts().reindex(names).tolist()
    table = answer_table(
        "need_ages", pd.DataFrame({"age": names, "needs": counts}), text, {"needs": "count"}
    )
    points = tuple(Point(name, count) for name, count in zip(names, counts, strict=True))
    chart = Columns(title, sentence, "count", points)
    return Figure("need_ages", title, (sentence,), (chart,), table)


def compose_response(view: View) -> Figure:
    """How long answers took, quarter by quarter."""
    text, names = view.text, load_settings().pages.needs.response
    rows = view.table_of(names, view.window)
    units = {name: catalogue.metric(name).unit for name in names}
    titles = {
        name: catalogue.metric(name).title(text.lang) for name in names if units[name] == "days"
    }
    values = {name: view.score(name).value for name in names}
    percent = {name: unit for name, unit in units.items() if unit != "days"}
    return Figure(
        "response",
        text("needs.response"),
        (figure_sentences.response(view.period.period, values, text),),
        (Lines(rows, titles, "days"),),
        answer_table("response", rows, text, percent),
    )


def compose_open_in_full(view: View) -> Figure:
    """Open needs one by one, in the workbook only."""
    rows = view.query("open_needs")
    units = {"age_days": "count"}
    table = answer_table("open_needs", rows[[*OPEN, "account_id"]], view.text, units, brief_rows=0)
    return Figure("open_needs", view.text("needs.open"), table=table)


# The query of each list, its columns, and the one of which the sentence tells the largest.
LISTS: dict[str, tuple[str, list[str], str | None]] = {
    "open": ("open_needs", OPEN, None),
    "unheard": ("unheard_needs", UNHEARD, None),
    "wrong": ("wrong_need_links", WRONG, None),
    "invitations": ("unanswered_invitations", INVITED, "working_days"),
}


def compose_list(view: View, name: str) -> Figure:
    """Open needs, needs that callbacks did not name, wrong links, or unanswered invitations."""
    query, columns, days = LISTS[name]
    rows, text = view.query(query), view.text
    if name == "open":
        sentence = figure_sentences.ages(rows, text)
    else:
        longest = rows[days].max() if days else None
        sentence = figure_sentences.listed(f"needs.{name}", rows, text, days=longest)
    table = answer_table(query, rows[[*columns, *WHERE]], text)
    return Figure(query, text(f"needs.{name}"), (sentence,), table=table)
