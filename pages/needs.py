"""Needs: do we talk about what the customer asked for, and do we answer in time."""

import streamlit as st

from kam_core.dashboard.sections import needs, scorecards
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from pages.parts.render import figures
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "needs.title")
    if not view.has("needs"):
        figures.render_missing("needs:needs", text)
        return
    figures.render_cards(scorecards.compose_cards(view, load_settings().pages.needs.cards), text)
    left, right = st.columns(2, gap="medium")
    with left:
        figures.render_figure(needs.compose_rates(view), text)
    with right:
        figures.render_figure(needs.compose_ages(view), text)
    figures.render_figure(needs.compose_response(view), text)
    _render_lists(view, text)


def _render_lists(view: View, text: Text) -> None:
    titles = [text(f"needs.{name}") for name in needs.LISTS]
    tabs = st.tabs(titles, key="needs_lists", on_change="rerun")
    for tab, compose in zip(tabs, needs.LISTS.values(), strict=True):
        if tab.open:
            with tab:
                figures.render_figure(compose(view), text, has_title=False)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("needs"))
