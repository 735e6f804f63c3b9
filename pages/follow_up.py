"""Follow-up: what was promised, what was done, what can still be reached, and whom to call next."""

import streamlit as st

from kam_core.present.layout import layout
from kam_core.present.text import Text
from pages.parts import blocks, compliance, door, filters, scorecards
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "follow_up.title")
    scorecards.cards(view, layout()["follow_up"]["cards"], text)
    if not view.has("interactions"):
        blocks.missing("needs:interactions", text)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("follow_up.heat"), anchor=False)
        compliance.grid(view, text)
    with right:
        st.subheader(text("follow_up.outlook"), anchor=False)
        compliance.outlook(view, text)
    st.subheader(text("follow_up.worklist"), anchor=False)
    compliance.worklist(view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("follow_up"))
