"""Service: do customers get an answer in time, are they helped at once, and are they content."""

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.render import blocks, tabs
from pages.parts.render.tabs import Part
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.topics import satisfaction, service

PARTS = {
    "response": Part("tickets", ((("response", service.response),), (("clock", service.clock),))),
    "complaints": Part(
        "tickets",
        (
            (
                ("complaints", service.complaints),
                ("first_contact", service.first_contact),
            ),
        ),
    ),
    "satisfaction": Part(
        "surveys",
        (
            (("satisfaction", satisfaction.trend), ("feelings", satisfaction.feelings)),
            (("moves", satisfaction.moves),),
        ),
    ),
    "spread": Part(
        "surveys", ((("managers", satisfaction.managers), ("tiers", satisfaction.tiers)),)
    ),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "service.title")
    tabs.show("service", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("service"))
