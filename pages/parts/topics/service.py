"""Service: how fast we answer, what is still open, what is solved at once, and the complaints."""

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue
from kam_core.metrics.periods import Period
from kam_core.render.plotly import charts, service_charts
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences, service_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards, timeline
from pages.parts.state import cache
from pages.parts.state.filters import View

STANDARD = "service.response_standard_hours"
WITHIN = "response_within_sla"
OPEN = [
    "clock",
    "account_name",
    "hours_open",
    "opened_at",
    "account_manager",
    "region",
    "tier",
    "ticket_kind",
    "topic",
    "first_response_at",
    "ticket_id",
    "account_id",
    "snapshot_id",
    "line_no",
]
MEASURES = ("response_mean", "response_median", "response_p90")
CLOCKS = ("late", "waiting", "answered")


def response(view: View, text: Text) -> None:
    """Mean, median and P90 of the first response, and the share within the standard."""
    names = layout()["service"]["response"]
    if not timeline.has_values(view, names[0], text):
        return
    standard = cache.limit(view.source, STANDARD)
    asked = timeline.choose(view, layout()["service"]["months_back"], text)
    left, right = st.columns(2, gap="medium")
    with left:
        _durations(view, names, asked, standard, text)
    with right:
        _within(view, asked, standard, text)


def _durations(
    view: View, names: list[str], asked: tuple[Period, ...], standard: float, text: Text
) -> None:
    rows = timeline.rows(view, names, asked)
    known = rows[rows[names[0]].notna()]
    titles = {name: text(f"service.{name}") for name in names}
    marks = [standard] * len(rows)
    drawn = service_charts.marked(rows, titles, marks, "hours", text, blocks.palette())
    if known.empty:
        st.caption(text("blocks.nothing_here"))
        return
    last = known.iloc[-1]
    answered = view.metric(names[0], asked).set_index("period")["denominator"][last["period"]]
    said = service_sentences.response(last["period"], last, answered, standard, text)
    table = rows.rename(columns=dict(zip(names, MEASURES, strict=True)))
    blocks.figure("response_hours", drawn, said, table, text)


def _within(view: View, asked: tuple[Period, ...], standard: float, text: Text) -> None:
    found = view.metric(WITHIN, asked)
    known = found[found["value"].notna()]
    if known.empty:
        blocks.without_value(view.score(WITHIN), text)
        return
    rows = timeline.rows(view, [WITHIN], asked).rename(columns={WITHIN: "value"})
    rows["target"] = timeline.goals(view, WITHIN, asked)
    last = known.iloc[-1]
    said = service_sentences.within(last["period"], last, standard, text)
    drawn = charts.trend(rows, "percent", text, blocks.palette())
    blocks.figure(WITHIN, drawn, said, rows, text, percent=("value", "target"))


def clock(view: View, text: Text) -> None:
    """Open tickets by how long they have been open, and the list, oldest first."""
    standard, tickets = cache.limit(view.source, STANDARD), view.ask("open_tickets")
    said = service_sentences.clock(tickets, standard, text)
    if tickets.empty:
        blocks.sentence(said)
        return
    names, counts = _by_age(tickets, text)
    parts = {text.value("clock", clock): counts[clock].tolist() for clock in CLOCKS}
    drawn = service_charts.clock(names, parts, text, blocks.palette())
    table = tickets[OPEN]
    blocks.figure("open_tickets", drawn, said, table, text, expanded=True)
    st.caption(text("service.clock_note"))


def _by_age(tickets: pd.DataFrame, text: Text) -> tuple[list[str], pd.DataFrame]:
    limits = layout()["service"]["age_limits_hours"]
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


def first_contact(view: View, text: Text) -> None:
    """The share solved at the first contact, quarter by quarter."""
    name = "first_contact_resolution"
    if not timeline.has_values(view, name, text):
        return
    rows, title = cards.history(view, name), catalogue.metric(name).title(text.lang)
    blocks.figure(
        name,
        charts.trend(rows, "percent", text, blocks.palette()),
        figure_sentences.trend(title, rows, view.score(name), text),
        rows,
        text,
        percent=("value", "target"),
    )


def complaints(view: View, text: Text) -> None:
    """Complaints by topic, those of the quarter beside those of a year before."""
    topics = view.ask("complaints_by_topic", periods=(view.period,))
    yoy = view.score("complaints_yoy")
    if topics.empty:
        blocks.without_value(yoy, text)
        return
    names = {topic: topic or text("service.no_topic") for topic in topics["topic"]}
    has_base = not (yoy.reason or "").startswith("outside_data")
    said = service_sentences.complaints(
        view.period.period, topics, yoy.value, has_base, names, text
    )
    shown = topics.head(layout()["service"]["topics_shown"])
    series = {text("service.this_year"): shown["complaints"].tolist()}
    table = topics.drop(columns="period")
    if has_base:
        series[text("service.last_year")] = shown["complaints_before"].tolist()
    else:
        table = table.drop(columns=["complaints_before", "increase"])
    labels = [names[topic] for topic in shown["topic"]]
    drawn = service_charts.compared(labels, series, "count", text, blocks.palette())
    blocks.figure("complaints_by_topic", drawn, said, table, text, percent=("share",))
    if yoy.reason:
        st.caption(text.reason(yoy))
