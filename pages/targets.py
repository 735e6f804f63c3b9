"""Targets: every figure against its target, the year, the table to edit, and who changed what."""

import streamlit as st

from pages.parts.render import figures, tabs
from pages.parts.state import cache, filters, links
from pages.parts.state.viewer import Viewer
from pages.parts.targets import edit_grid, scorecard

TABS = {
    "scorecard": scorecard.render_scorecard,
    "year": scorecard.render_year,
    "edit": edit_grid.render_editor,
    "history": scorecard.render_history,
}


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "targets.title")
    tabs.render_tabs(
        "targets", TABS, "target_tabs", text, lambda name: TABS[name](view, viewer, text)
    )


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("targets"))
