"""Brings a visitor whom a page file sent to app.py back to the page and the view they came for."""

import streamlit as st

from pages.parts.state import links

CAME_FOR = "came_for"


def keep(name: str) -> dict[str, list[str]]:
    """The address of a visitor who has not come through app.py, to be handed over to it."""
    return {key: st.query_params.get_all(key) for key in st.query_params} | {CAME_FOR: [name]}


def lead_on() -> None:
    """Go on to the page that was asked for, with the view that was asked for."""
    name = st.query_params.get(CAME_FOR)
    if name in links.names():
        address = {key: st.query_params.get_all(key) for key in st.query_params if key != CAME_FOR}
        st.switch_page(links.page(name), query_params=address)
