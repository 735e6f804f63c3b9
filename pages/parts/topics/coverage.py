"""Coverage: who looks after the largest accounts, and at which levels accounts are met."""

import streamlit as st

from kam_core.metrics import catalogue
from kam_core.metrics.scorecard import Score
from kam_core.render.plotly import charts
from kam_core.text.sentences import figure_sentences as told
from kam_core.text.sentences import resource_sentences as sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state.filters import View

CONTACT = "contact_coverage"
DUAL = "dual_manager_coverage"
LEVELS = ("executive", "management", "working")
TOP = [
    "place",
    "account_name",
    "lacking",
    "account_manager",
    "expert_manager",
    "revenue_12m",
    "region",
    "tier",
    "account_id",
    "snapshot_id",
    "line_no",
]
MET = [
    "account_name",
    "region",
    "tier",
    "account_manager",
    "revenue_12m",
    "executive",
    "management",
    "working",
    "levels_met",
    "account_id",
]


def top(view: View, text: Text) -> None:
    """The largest accounts with both managers, one or none, and who lacks which."""
    score = view.score(DUAL)
    rows = view.ask("top_accounts_managers", periods=(view.period,))
    if rows.empty or score.value is None:
        blocks.without_value(score, text)
        return
    parts = {
        text(f"resources.managers_{number}"): int((rows["managers"] == number).sum())
        for number in (2, 1, 0)
    }
    drawn = charts.stacked(parts, text, blocks.palette())
    said = sentences.top_managers(view.period.period, rows, text)
    blocks.figure(DUAL, drawn, said, rows[TOP], text, money=("revenue_12m",), expanded=True)


def contacts(view: View, text: Text) -> None:
    """The share of accounts met at all three levels, and which levels are missing."""
    score = view.score(CONTACT)
    rows = view.ask("contact_gaps", periods=(view.period,))
    if rows.empty or score.value is None:
        blocks.without_value(score, text)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _covered(view, score, text)
    with right:
        names = [text.value("contact_level", level) for level in LEVELS]
        absent = [int((rows[level] == 0).sum()) for level in LEVELS]
        drawn = charts.bars(names, absent, "count", text, blocks.palette())
        said = sentences.contacts(view.period.period, rows, text)
        blocks.figure("contact_gaps", drawn, said, rows[MET], text, money=("revenue_12m",))


def _covered(view: View, score: Score, text: Text) -> None:
    rows, title = cards.history(view, CONTACT), catalogue.metric(CONTACT).title(text.lang)
    blocks.figure(
        CONTACT,
        charts.trend(rows, "percent", text, blocks.palette()),
        told.trend(title, rows, score, text),
        rows,
        text,
        percent=("value", "target"),
    )
