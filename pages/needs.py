"""Needs: do we talk about what the customer asked for, and do we answer in time."""

import streamlit as st

from kam_core.dashboard.sections import needs, scorecards
from kam_core.settings.loader import load_settings
from pages.parts.render import figures, tabs
from pages.parts.state import cache, filters, links
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "needs.title")
    if not view.has("needs"):
        figures.render_missing("needs:needs", text)
        return
    figures.render_cards(scorecards.compose_cards(view, load_settings().pages.needs.cards), text)
    figures.render_side_by_side((needs.compose_rates(view), needs.compose_ages(view)), text)
    figures.render_figure(needs.compose_response(view), text)
    tabs.render_tabs(
        "needs",
        needs.LISTS,
        "needs_lists",
        text,
        lambda name: figures.render_figure(needs.compose_list(view, name), text, has_title=False),
    )


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("needs"))
