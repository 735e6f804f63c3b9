"""Needs: do we talk about what the customer asked for, and do we answer in time."""

import streamlit as st

from kam_core.present.layout import layout
from kam_core.present.text import Text
from pages.parts import blocks, door, filters, listening, scorecards
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "needs.title")
    if not view.has("needs"):
        blocks.missing("needs:needs", text)
        return
    scorecards.cards(view, layout()["needs"]["cards"], text)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("needs.rates"), anchor=False)
        listening.rates(view, text)
    with right:
        st.subheader(text("needs.ages"), anchor=False)
        listening.ages(view, text)
    st.subheader(text("needs.response"), anchor=False)
    listening.response(view, text)
    listening.lists(view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("needs"))
