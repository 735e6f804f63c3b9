"""What is shown in place of every page when the data cannot be trusted, and the way out of it."""

import streamlit as st

from kam_core.errors import KamError
from kam_core.text.writer import Text
from pages.parts.uploads import commands


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
