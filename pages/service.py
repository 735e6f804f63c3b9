"""Service: do customers get an answer in time, are they helped at once, and are they content."""

import streamlit as st

from kam_core.dashboard.sections.service import has_responses
from kam_core.dashboard.view import View
from pages.parts.render import tabs
from pages.parts.state import links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("service", viewer, lang, {"step": _choose_months})


def _choose_months(view: View) -> bool:
    """Whether months are shown instead of quarters."""
    if not has_responses(view):
        return False
    label, steps = view.text("service.step"), ("quarter", "month")
    words = {step: view.text(f"service.by_{step}") for step in steps}
    return url_state.one_of_few(label, steps, "step", words.__getitem__) == "month"


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("service"))
