"""Service: do customers get an answer in time, are they helped at once, and are they content."""

import streamlit as st

from kam_core.dashboard.sections import satisfaction, service
from kam_core.dashboard.view import View
from kam_core.text.writer import Text
from pages.parts.render import figures, tabs
from pages.parts.render.tabs import PagePart, draw_figures
from pages.parts.state import links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("service", PARTS, viewer, lang)


def _render_response(view: View, text: Text) -> None:
    st.subheader(text("service.response"), anchor=False)
    by_month = service.has_responses(view) and _choose_step(text) == "month"
    figures.render_side_by_side(service.compose_response(view, by_month), text)


def _choose_step(text: Text) -> str | None:
    return url_state.one(
        st.segmented_control,
        text("service.step"),
        ("quarter", "month"),
        "quarter",
        "step",
        format_func=lambda step: text(f"service.by_{step}"),
        required=True,
        label_visibility="collapsed",
    )


RESPONSE = ((_render_response,), (draw_figures(service.compose_open_tickets),))
COMPLAINTS = (draw_figures(service.compose_complaints), draw_figures(service.compose_first_contact))
SATISFACTION = (
    (draw_figures(satisfaction.compose_trend), draw_figures(satisfaction.compose_feelings)),
    (draw_figures(satisfaction.compose_moves),),
)
SPREAD = (draw_figures(satisfaction.compose_managers), draw_figures(satisfaction.compose_tiers))
PARTS = {
    "response": PagePart("tickets", RESPONSE),
    "complaints": PagePart("tickets", (COMPLAINTS,)),
    "satisfaction": PagePart("surveys", SATISFACTION),
    "spread": PagePart("surveys", (SPREAD,)),
}

if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("service"))
