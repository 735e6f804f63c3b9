"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, coverage, door, effort, filters, payback, scorecards, sections
from pages.parts.filters import View
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "resources.title")
    part = sections.choose("resources", PARTS, text)
    scorecards.cards(view, sections.cards("resources", part), text)
    if not view.has("interactions") and part in ("hours", "work"):
        blocks.missing("needs:interactions", text)
        return
    PARTS[part](view, text)


def _hours(view: View, text: Text) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("resources.hours"), anchor=False)
        effort.hours(view, text)
    with right:
        st.subheader(text("resources.managers"), anchor=False)
        effort.managers(view, text)


def _work(view: View, text: Text) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("resources.work_types"), anchor=False)
        effort.work_types(view, text)
    with right:
        st.subheader(text("resources.tiers"), anchor=False)
        effort.tiers(view, text)


def _coverage(view: View, text: Text) -> None:
    st.subheader(text("resources.top"), anchor=False)
    coverage.top(view, text)
    st.subheader(text("resources.contacts"), anchor=False)
    coverage.contacts(view, text)


def _payback(view: View, text: Text) -> None:
    st.subheader(text("resources.returns"), anchor=False)
    payback.show(view, text)


# Only the part that is open computes anything.
PARTS = {"work": _work, "hours": _hours, "coverage": _coverage, "payback": _payback}


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("resources"))
