"""Follow-up: what was promised, what was done, what can still be reached, and whom to call next."""

import streamlit as st

from kam_core.settings.page_layout import layout
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.topics import follow_up


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "follow_up.title")
    cards.cards(view, layout()["follow_up"]["cards"], text)
    if not view.has("interactions"):
        blocks.missing("needs:interactions", text)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("follow_up.heat"), anchor=False)
        follow_up.grid(view, text)
    with right:
        st.subheader(text("follow_up.outlook"), anchor=False)
        follow_up.outlook(view, text)
    st.subheader(text("follow_up.worklist"), anchor=False)
    follow_up.worklist(view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("follow_up"))
