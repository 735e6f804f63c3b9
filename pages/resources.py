"""Resources: where the time of managers goes, whom it reaches, and what it goes together with."""

import streamlit as st

from kam_core.dashboard.sections import resources
from kam_core.dashboard.view import View
from kam_core.text.writer import Text
from pages.parts.render import figures, tabs
from pages.parts.render.tabs import PagePart, draw_figures
from pages.parts.state import links
from pages.parts.state.viewer import Viewer


def _draw_contacts(view: View, text: Text) -> None:
    st.subheader(text("resources.contacts"), anchor=False)
    figures.render_side_by_side(resources.compose_contacts(view), text)


PARTS = {
    "work": PagePart(
        "interactions",
        ((draw_figures(resources.compose_work_types), draw_figures(resources.compose_tiers)),),
    ),
    "hours": PagePart(
        "interactions",
        ((draw_figures(resources.compose_hours), draw_figures(resources.compose_managers)),),
    ),
    "coverage": PagePart("accounts", ((draw_figures(resources.compose_top),), (_draw_contacts,))),
    "payback": PagePart("accounts", ((draw_figures(resources.compose_return_on_time),),)),
}


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("resources", PARTS, viewer, lang)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("resources"))
