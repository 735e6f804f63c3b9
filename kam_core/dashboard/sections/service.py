"""Service: how fast we answer, what is still open, what is solved at once, and the complaints."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kam_core.dashboard.charts import AgedTickets, Columns, Compared, Lines
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import compose_trend, points, without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.metrics.periods import Period
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import service_sentences
from kam_core.text.writer import Text

WITHIN = "response_within_sla"
FIRST_CONTACT = "first_contact_resolution"
MEASURES = ("response_mean", "response_median", "response_p90")
CLOCKS = ("late", "waiting", "answered")
OPEN = [
    "clock", "account_name", "hours_open", "opened_at", "account_manager", "region", "tier",
    "ticket_kind", "topic", "first_response_at", "ticket_id", "account_id", "snapshot_id",
    "line_no",
]  # fmt: skip


def has_responses(view: View) -> bool:
    """Whether a ticket was answered in any quarter of the trend."""
    mean = load_settings().pages.service.response[0]
    return bool(view.metric(mean, view.window)["value"].notna().any())


def compose_response(view: View, by_month: bool = False) -> tuple[Figure, ...]:
    """How long the first response took, and the share within the standard, along time."""
    page = load_settings().pages.service
    names = page.response
    if not has_responses(view):
        return (without_value(view.score(names[0]), view.text, "response_hours"),)
    periods = view.months(page.months_back) if by_month else view.window
    return _response_hours(view, names, periods), _within_standard(view, periods)


def _response_hours(view: View, names: Sequence[str], periods: Sequence[Period]) -> Figure:
    text, rows, standard = view.text, view.table_of(names, periods), _standard_hours(view)
    valued = rows[rows[names[0]].notna()]
    if valued.empty:
        return Figure("response_hours", note=text("blocks.nothing_here"))
    last = valued.iloc[-1]
    cases = view.metric(names[0], periods).set_index("period")["denominator"]
    sentence = service_sentences.response(
        last["period"], last, cases[last["period"]], standard, text
    )
    titles = {name: text(f"service.{name}") for name in names}
    chart = Lines(rows, titles, "hours", [standard] * len(rows))
    listed = rows.rename(columns=dict(zip(names, MEASURES, strict=True)))
    table = answer_table("response_hours", listed, text)
    return Figure("response_hours", sentences=(sentence,), charts=(chart,), table=table)


def _within_standard(view: View, periods: Sequence[Period]) -> Figure:
    text, shares = view.text, view.metric(WITHIN, periods)
    valued = shares[shares["value"].notna()]
    if valued.empty:
        return without_value(view.score(WITHIN), text, WITHIN)
    last, rows = valued.iloc[-1], view.history(WITHIN, periods)
    sentence = text.rich("service.within_sentence", **last, standard=_standard_hours(view))
    title = catalogue.metric(WITHIN).title(text.lang)
    chart = Columns(title, sentence, "percent", points(view, WITHIN, rows, periods))
    table = answer_table(WITHIN, rows, text, dict.fromkeys(("value", "target"), "percent"))
    return Figure(WITHIN, sentences=(sentence,), charts=(chart,), table=table)


def _standard_hours(view: View) -> float:
    return float(view.company.threshold("service.response_standard_hours"))


def compose_open_tickets(view: View) -> Figure:
    """Open tickets by how long they have been open, and the list, oldest first."""
    text, tickets, title = view.text, view.query("open_tickets"), view.text("service.clock")
    sentence = service_sentences.clock(tickets, _standard_hours(view), text)
    if tickets.empty:
        return Figure("open_tickets", title, (sentence,))
    names, counts = _count_by_age(tickets, text)
    parts = {text.value("clock", clock): counts[clock].tolist() for clock in CLOCKS}
    return Figure(
        "open_tickets",
        title,
        (sentence,),
        (AgedTickets(names, parts),),
        answer_table("open_tickets", tickets[OPEN], text),
        text("service.clock_note"),
        is_open=True,
    )


def _count_by_age(tickets: pd.DataFrame, text: Text) -> tuple[list[str], pd.DataFrame]:
    """The names of the bands of age, and how many tickets of each clock lie in them."""
    limits = load_settings().pages.service.age_limits_hours
    ends = [formats.decimal(limit, text.lang, 0) for limit in limits]
    names = [text("service.age_first", end=ends[0])]
    names += [
        text("service.age_between", start=start, end=end)
        for start, end in zip(ends, ends[1:], strict=False)
    ]
    names.append(text("service.age_last", start=ends[-1]))
    ages = pd.cut(tickets["hours_open"], [-1, *limits, float("inf")], labels=names)
    counts = pd.crosstab(ages, tickets["clock"]).reindex(index=names, columns=CLOCKS, fill_value=0)
    return names, counts


def compose_first_contact(view: View) -> Figure:
    """The share solved at the first contact, quarter by quarter."""
    trend = compose_trend(view, FIRST_CONTACT, FIRST_CONTACT)
    return replace(trend, title=view.text("service.first_contact"))


def compose_complaints(view: View) -> Figure:
    """Complaints by topic, those of the quarter beside those of a year before."""
    text, title = view.text, view.text("service.complaints")
    topics = view.query("complaints_by_topic", periods=(view.period,))
    growth = view.score("complaints_yoy")
    if topics.empty:
        return without_value(growth, text, "complaints_by_topic", title)
    named = topics.assign(topic=topics["topic"].fillna(text("service.no_topic")))
    has_base = not (growth.reason or "").startswith("outside_data")
    sentence = service_sentences.complaints(view.period.period, named, growth.value, has_base, text)
    without = ["period"] if has_base else ["period", "complaints_before", "increase"]
    listed = topics.drop(columns=without)
    return Figure(
        "complaints_by_topic",
        title,
        (sentence,),
        (_compare_topics(named, has_base, text),),
        answer_table("complaints_by_topic", listed, text, {"share": "percent"}),
        text.reason(growth),
    )


def _compare_topics(topics: pd.DataFrame, has_base: bool, text: Text) -> Compared:
    shown = topics.head(load_settings().pages.service.topics_shown)
    series = {text("service.this_year"): shown["complaints"].tolist()}
    if has_base:
        series[text("service.last_year")] = shown["complaints_before"].tolist()
    return Compared(shown["topic"].tolist(), series, "count")
