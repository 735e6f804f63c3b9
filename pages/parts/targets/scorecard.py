"""Figures against their targets: one quarter, the four quarters of a year, and who changed what."""

from dataclasses import replace

import streamlit as st

from kam_core.dashboard.sections import targets
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.text.writer import Text, escape
from pages.parts.render import figures
from pages.parts.state import cache
from pages.parts.state.viewer import Viewer


def render_scorecard(view: View, viewer: Viewer, text: Text) -> None:
    """Every figure of the catalogue in the chosen quarter."""
    figures.render_sentence(targets.scorecard_sentence(view))
    topics, only_with_target = _choose_figures(text)
    standings = targets.list_standings(view, topics, only_with_target)
    figures.render_figure(targets.compose_scorecard(view, standings), text)
    st.caption(escape(text("targets.winner_help")))
    st.caption(escape(targets.settings_note(view)))


def _choose_figures(text: Text) -> tuple[list[str], bool]:
    """Some topics, none meaning all; and whether only figures with a target are listed."""
    topics = list(dict.fromkeys(metric.topic for metric in catalogue.load_metrics().values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.pills(
            text("targets.topics"),
            topics,
            selection_mode="multi",
            format_func=lambda topic: text.value("topic", topic),
            key="target_topics",
            label_visibility="collapsed",
        )
        return chosen, st.toggle(text("targets.only_with_target"), key="target_only")


def render_year(view: View, viewer: Viewer, text: Text) -> None:
    """The four quarters of the fiscal year that holds the chosen one, side by side."""
    figure = targets.compose_year(view)
    figures.render_sentence(figure.sentences[0])
    st.caption(escape(text("targets.year_help")))
    figures.render_figure(replace(figure, sentences=()), text)


def render_history(view: View, viewer: Viewer, text: Text) -> None:
    """Who changed which target, and when."""
    seen = None if viewer.regions is None else (None, *viewer.regions)
    edits = [e for e in cache.target_edits() if seen is None or e.change.key.region in seen]
    figure = targets.compose_history(edits, view.text)
    figures.render_sentence(figure.sentences[0])
    if not edits:
        return
    quarter = view.period.period
    label = text("targets.history_filter", quarter=quarter)
    if st.toggle(label, key="target_history_quarter"):
        figure = targets.compose_history(edits, view.text, quarter)
    if figure.table:
        figures.render_table(figure.table, text)
