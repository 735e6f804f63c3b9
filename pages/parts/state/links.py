"""Links from one page to another, which know nothing of each other, and into the app.

A visitor whom a page file sent to app.py is brought back to the page and the view they came for.
"""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from kam_core.text.writer import Text
from pages.parts.state import url_state

PAGES = "pages"
FIGURE = "figure"
DESTINATION = "came_for"
OF_ANOTHER_FIGURE = ("against", "split", "account")


def remember(pages: Mapping[str, StreamlitPage]) -> None:
    """Keep the pages of this run, so that a part can point to one by its name."""
    st.session_state[PAGES] = dict(pages)


def names() -> list[str]:
    return list(st.session_state[PAGES])


def page(name: str) -> StreamlitPage:
    return st.session_state[PAGES][name]


def with_destination(name: str) -> dict[str, list[str]]:
    """The address of a visitor who has not come through app.py, to be handed over to it."""
    return {key: st.query_params.get_all(key) for key in st.query_params} | {DESTINATION: [name]}


def go_to_destination() -> None:
    """Go on to the page that was asked for, with the view that was asked for."""
    name = st.query_params.get(DESTINATION)
    if name in names():
        keys = (key for key in st.query_params if key != DESTINATION)
        st.switch_page(page(name), query_params={key: st.query_params.get_all(key) for key in keys})


def to(name: str, label: str) -> None:
    """A link that takes the view along."""
    st.page_link(
        page(name), label=label, icon=":material/arrow_forward:", query_params=url_state.current()
    )


def to_figure(metric: str, text: Text) -> None:
    """A small link to what a figure is made of, with the view as it is; none without that page."""
    if FIGURE not in names():
        return
    view = {k: v for k, v in url_state.current().items() if k not in OF_ANOTHER_FIGURE}
    st.page_link(
        page(FIGURE),
        label=text("figure.open"),
        icon=":material/search:",
        help=text("figure.open_help"),
        query_params=view | {"metric": [metric]},
    )


# A choice runs these lines again and not the page, which would show nothing else.
@st.fragment
def to_one_of(metrics: Sequence[str], key: str, text: Text) -> None:
    """A choice among the figures of a table, and the link to what the chosen one is made of."""
    if FIGURE not in names() or not metrics:
        return
    if st.session_state.get(key) not in metrics:
        st.session_state.pop(key, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            text("figure.open_one"),
            metrics,
            key=key,
            format_func=text.metric,
            width=420,
        )
        to_figure(chosen, text)
