"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from pages.parts.render import tabs
from pages.parts.state import links
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("resources", viewer, lang)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("resources"))
