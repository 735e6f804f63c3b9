"""What stands in place of the pages: without data how to begin, with damaged data the way out."""

import streamlit as st

from kam_core.errors import KamError
from kam_core.text.writer import Text
from pages.parts.state import links
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import commands


def page(viewer: Viewer, lang: str) -> None:
    """Three steps to one's own data, or the sample."""
    text = Text(lang)
    st.title(text("start.title"), anchor=False)
    st.markdown(text("start.lead"))
    for number in (1, 2, 3):
        with st.container(border=True):
            st.markdown(f"**{number}.** {text(f'start.step_{number}')}")
    links.to("uploads", text("start.upload_button"))
    st.divider()
    st.markdown(text("start.sample_lead"))
    if st.button(text("start.sample_button"), type="primary"):
        with st.spinner(text("start.sample_loading")):
            outcome = commands.load_sample(lang)
        if outcome.refusal:
            st.error(text("start.sample_failed"))
            st.text(outcome.refusal)
        else:
            st.rerun()


def render_trouble(error: KamError, text: Text) -> None:
    """The refusal in words; a damaged version can be made again from the uploads at once."""
    st.title(text("trouble.title"), anchor=False)
    st.error(text("trouble.lead"))
    st.text(text.error(error))
    if error.code != "version_damaged":
        return
    if st.button(text("trouble.rebuild"), type="primary"):
        with st.spinner(text("trouble.rebuilding")):
            outcome = commands.rebuild_version(int(str(error.details["version"])), text.lang)
        if outcome.refusal:
            st.text(outcome.refusal)
        else:
            st.rerun()
