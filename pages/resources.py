"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.render import blocks, tabs
from pages.parts.render.tabs import Part
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.topics import coverage, effort, renewal_model

PARTS = {
    "work": Part("interactions", ((("work_types", effort.work_types), ("tiers", effort.tiers)),)),
    "hours": Part("interactions", ((("hours", effort.hours), ("managers", effort.managers)),)),
    "coverage": Part("accounts", ((("top", coverage.top),), (("contacts", coverage.contacts),))),
    "payback": Part("accounts", ((("returns", renewal_model.show),),)),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "resources.title")
    tabs.show("resources", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("resources"))
