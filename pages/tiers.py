"""Tier matrix: who the key accounts are, what they bring, and who moved."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from kam_core.dashboard.sections import tiers
from kam_core.text.writer import Text
from pages.parts.render import figures
from pages.parts.state import cache, filters, links, url_state
from pages.parts.state.viewer import Viewer

CHOSEN = "cell"


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "tiers.title")
    matrix = tiers.compose_matrix(view)
    event = figures.render_figure(matrix, text, has_title=False, selects=True)
    if not matrix.charts:
        return
    st.caption(tiers.describe_axes(view))
    cells = tiers.list_cells(view)
    counts = dict(zip(cells["tier"], cells["accounts"], strict=True))
    tier = _choose_tier(counts, event, text)
    figures.render_figure(tiers.compose_members(view, tier), text)
    figures.render_figure(tiers.compose_moves(view), text)


def _choose_tier(counts: Mapping[str, int], event: Any, text: Text) -> str:
    """The cell to list: chosen by name, or by clicking a mark in it."""
    marks = event["selection"]["points"]
    clicked = marks[0]["customdata"][1] if marks else None
    if clicked in counts and st.session_state.get("clicked") != clicked:
        st.session_state[CHOSEN] = clicked
    st.session_state["clicked"] = clicked
    words = {tier: text("tiers.accounts", tier=tier, count=counts[tier]) for tier in counts}
    label, shown = text("tiers.choose"), {"label_visibility": "visible"}
    return url_state.one_of_few(label, list(counts), CHOSEN, words.__getitem__, **shown)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("tiers"))
