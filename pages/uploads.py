"""Uploads: bring files in, see what they would change, and go back to any version."""

import streamlit as st

from pages.parts.state import cache, links
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import history_part, wizard


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    st.title(text("uploads.title"), anchor=False)
    if wizard.is_under_way():
        wizard.render_wizard(viewer, text)
    else:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            wizard.render_wizard(viewer, text)
        with right:
            wizard.render_tables(text)
    history_part.render_history(viewer, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("uploads"))
