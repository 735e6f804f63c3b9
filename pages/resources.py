"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, coverage, door, effort, filters, payback, sections
from pages.parts.sections import Part
from pages.parts.viewer import Viewer

PARTS = {
    "work": Part("interactions", ((("work_types", effort.work_types), ("tiers", effort.tiers)),)),
    "hours": Part("interactions", ((("hours", effort.hours), ("managers", effort.managers)),)),
    "coverage": Part("accounts", ((("top", coverage.top),), (("contacts", coverage.contacts),))),
    "payback": Part("accounts", ((("returns", payback.show),),)),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "resources.title")
    sections.show("resources", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("resources"))
