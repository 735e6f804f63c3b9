"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from kam_core.dashboard.sections import coverage, effort, return_on_time
from kam_core.dashboard.view import View
from kam_core.text.writer import Text
from pages.parts.render import figures, tabs
from pages.parts.render.tabs import PagePart, draw_figures
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer


def _draw_contacts(view: View, text: Text) -> None:
    st.subheader(text("resources.contacts"), anchor=False)
    composed = coverage.compose_contacts(view)
    for column, figure in zip(st.columns(len(composed), gap="medium"), composed, strict=True):
        with column:
            figures.render_figure(figure, text)


PARTS = {
    "work": PagePart(
        "interactions",
        ((draw_figures(effort.compose_work_types), draw_figures(effort.compose_tiers)),),
    ),
    "hours": PagePart(
        "interactions",
        ((draw_figures(effort.compose_hours), draw_figures(effort.compose_managers)),),
    ),
    "coverage": PagePart("accounts", ((draw_figures(coverage.compose_top),), (_draw_contacts,))),
    "payback": PagePart("accounts", ((draw_figures(return_on_time.compose_return_on_time),),)),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "resources.title")
    tabs.render_parts("resources", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("resources"))
