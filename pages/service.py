"""Service: do customers get an answer in time, are they helped at once, and are they content."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, door, filters, satisfaction, scorecards, sections, service_desk
from pages.parts.filters import View
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "service.title")
    part = sections.choose("service", PARTS, text)
    scorecards.cards(view, sections.cards("service", part), text)
    table, show = PARTS[part]
    if view.has(table):
        show(view, text)
    else:
        blocks.missing(f"needs:{table}", text)


def _response(view: View, text: Text) -> None:
    st.subheader(text("service.response"), anchor=False)
    service_desk.response(view, text)
    st.subheader(text("service.clock"), anchor=False)
    service_desk.clock(view, text)


def _complaints(view: View, text: Text) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("service.complaints"), anchor=False)
        service_desk.complaints(view, text)
    with right:
        st.subheader(text("service.first_contact"), anchor=False)
        service_desk.first_contact(view, text)


def _satisfaction(view: View, text: Text) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("service.satisfaction"), anchor=False)
        satisfaction.trend(view, text)
    with right:
        st.subheader(text("service.feelings"), anchor=False)
        satisfaction.feelings(view, text)
    st.subheader(text("service.moves"), anchor=False)
    satisfaction.moves(view, text)


def _spread(view: View, text: Text) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("service.managers"), anchor=False)
        satisfaction.managers(view, text)
    with right:
        st.subheader(text("service.tiers"), anchor=False)
        satisfaction.tiers(view, text)


# Each part with the table it cannot do without; only the one that is open computes anything.
PARTS = {
    "response": ("tickets", _response),
    "complaints": ("tickets", _complaints),
    "satisfaction": ("surveys", _satisfaction),
    "spread": ("surveys", _spread),
}


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("service"))
