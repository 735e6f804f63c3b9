"""Needs: match rate beside coverage, the age of what is open, and the lists to work through."""

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue
from kam_core.render.plotly import charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state.filters import View

WHO = ["account_name", "region", "account_manager"]
WHERE = ["account_id", "snapshot_id", "line_no"]
OPEN = ["need_id", *WHO, "category", "description", "raised_at", "age_days", "responded_at"]
UNHEARD = [*WHO, "description", "raised_at", "callbacks_without_it", "last_callback_at", "need_id"]
WRONG = ["interaction_id", *WHO, "occurred_at", "kind", "owner", "need_id", "problem"]
INVITED = [*WHO, "subject", "invited_on", "working_days", "interaction_id"]


def rates(view: View, text: Text) -> None:
    """Match rate and need coverage over the quarters, always both."""
    names = layout()["needs"]["rates"]
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    rows = _quarters(view, names)
    last = rows.iloc[-1]
    values = {name: None if pd.isna(last[name]) else last[name] for name in names}
    drawn = charts.lines(rows, titles, "percent", text, blocks.palette())
    said = figure_sentences.rates(view.period.period, values, text)
    blocks.figure("rates", drawn, said, rows, text, percent=names)
    st.caption(text("needs.rates_note"))


def _quarters(view: View, names: list[str]) -> pd.DataFrame:
    columns = {name: cards.history(view, name).set_index("period")["value"] for name in names}
    return pd.DataFrame(columns).reset_index()


def ages(view: View, text: Text) -> None:
    """Open needs by how long they have waited."""
    needs = view.ask("open_needs")
    said = figure_sentences.ages(needs, text)
    if needs.empty:
        blocks.sentence(said)
        return
    limits = [-1, *layout()["needs"]["age_limits_days"], float("inf")]
    names = [text(f"needs.age_{band}") for band in range(len(limits) - 1)]
    bands = pd.cut(needs["age_days"], limits, labels=names)
    counts = bands.value_counts().reindex(names)
    drawn = charts.bars(names, counts.tolist(), "count", text, blocks.palette())
    table = pd.DataFrame({"age": names, "needs": counts.tolist()})
    blocks.figure("ages", drawn, said, table, text)


def response(view: View, text: Text) -> None:
    """How long answers took, quarter by quarter."""
    names = layout()["needs"]["response"]
    rows = _quarters(view, names)
    values = {name: view.score(name).value for name in names}
    days = [name for name in names if catalogue.metric(name).unit == "days"]
    titles = {name: catalogue.metric(name).title(text.lang) for name in days}
    drawn = charts.lines(rows, titles, "days", text, blocks.palette())
    said = figure_sentences.response(view.period.period, values, text)
    blocks.figure("response", drawn, said, rows, text, percent=[n for n in names if n not in days])


def lists(view: View, text: Text) -> None:
    """What to work through: open, unheard and wrongly linked needs, unanswered invitations."""
    shows = {"open": _open, "unheard": _unheard, "wrong": _wrong, "invitations": _invitations}
    titles = [text(f"needs.{name}") for name in shows]
    tabs = st.tabs(titles, key="needs_lists", on_change="rerun")
    for tab, show in zip(tabs, shows.values(), strict=True):
        if tab.open:
            with tab:
                show(view, text)


def _open(view: View, text: Text) -> None:
    rows = view.ask("open_needs")
    blocks.sentence(figure_sentences.ages(rows, text))
    blocks.table("open_needs", rows[[*OPEN, *WHERE]], text)


def _unheard(view: View, text: Text) -> None:
    rows = view.ask("unheard_needs")
    blocks.sentence(figure_sentences.listed("needs.unheard", rows, text))
    blocks.table("unheard_needs", rows[[*UNHEARD, *WHERE]], text)


def _wrong(view: View, text: Text) -> None:
    rows = view.ask("wrong_need_links")
    blocks.sentence(figure_sentences.listed("needs.wrong", rows, text))
    blocks.table("wrong_links", rows[[*WRONG, *WHERE]], text)


def _invitations(view: View, text: Text) -> None:
    rows = view.ask("unanswered_invitations")
    blocks.sentence(figure_sentences.listed("needs.invitations", rows, text, "working_days"))
    blocks.table("unanswered_invitations", rows[[*INVITED, *WHERE]], text)
