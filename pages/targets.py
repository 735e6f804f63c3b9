"""Targets: every figure against its target, the year, the table to edit, and who changed what."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, door, filters, goals, goals_editing
from pages.parts.viewer import Viewer

SHOWS = {
    "scorecard": goals.scorecard,
    "year": goals.year,
    "edit": goals_editing.show,
    "history": goals.history,
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
    st.switch_page("app.py", query_params=door.keep("targets"))
