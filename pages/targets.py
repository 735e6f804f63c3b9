"""Targets: every figure against its target, the year, the table to edit, and who changed what."""

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.render import blocks
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.targets import edit_grid, scorecard

SHOWS = {
    "scorecard": scorecard.scorecard,
    "year": scorecard.year,
    "edit": edit_grid.show,
    "history": scorecard.history,
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "targets.title")
    titles = [text(f"targets.{name}") for name in SHOWS]
    tabs = st.tabs(titles, key="target_tabs", on_change="rerun")
    for tab, shown in zip(tabs, SHOWS.values(), strict=True):
        if tab.open:
            with tab:
                shown(view, viewer, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("targets"))
