"""Needs: do we talk about what the customer asked for, and do we answer in time."""

import streamlit as st

from kam_core.settings.page_layout import layout
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.topics import needs


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "needs.title")
    if not view.has("needs"):
        blocks.missing("needs:needs", text)
        return
    cards.cards(view, layout()["needs"]["cards"], text)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("needs.rates"), anchor=False)
        needs.rates(view, text)
    with right:
        st.subheader(text("needs.ages"), anchor=False)
        needs.ages(view, text)
    st.subheader(text("needs.response"), anchor=False)
    needs.response(view, text)
    needs.lists(view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("needs"))
