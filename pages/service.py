"""Service: do customers get an answer in time, are they helped at once, and are they content."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, door, filters, satisfaction, sections, service_desk
from pages.parts.sections import Part
from pages.parts.viewer import Viewer

PARTS = {
    "response": Part(
        "tickets", ((("response", service_desk.response),), (("clock", service_desk.clock),))
    ),
    "complaints": Part(
        "tickets",
        (
            (
                ("complaints", service_desk.complaints),
                ("first_contact", service_desk.first_contact),
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
    sections.show("service", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("service"))
