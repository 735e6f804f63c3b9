"""Links from one page to another, which know nothing of each other."""

from collections.abc import Mapping

import streamlit as st

from pages.parts import address

PAGES = "pages"


def remember(pages: Mapping[str, object]) -> None:
    """Keep the pages of this run, so that a part can point to one by its name."""
    st.session_state[PAGES] = dict(pages)


def names() -> list[str]:
    return list(st.session_state[PAGES])


def page(name: str):
    return st.session_state[PAGES][name]


def to(name: str, label: str) -> None:
    """A link that takes the view along."""
    st.page_link(
        page(name), label=label, icon=":material/arrow_forward:", query_params=address.current()
    )
