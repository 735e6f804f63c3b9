"""Uploads: bring files in, see what they would change, and go back to any version."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import archive, door, intake
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    st.title(text("uploads.title"), anchor=False)
    if intake.is_under_way():
        intake.show(viewer, text)
    else:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            intake.show(viewer, text)
        with right:
            intake.tables(text)
    archive.show(viewer, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("uploads"))
