"""Overview: are we on target, where not, and what needs attention."""

import streamlit as st

from kam_core.dashboard.sections import overview
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from pages.parts.render import figures, pack_download
from pages.parts.state import cache, filters, links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "overview.title")
    top, (left, right) = st.container(), st.columns([3, 2], gap="medium")
    with left:
        st.subheader(text("overview.trend"), anchor=False)
        name = _choose_trend(text)
    (section,) = overview.compose_page(view, name)
    _, headline, trend, attention, regions = section.figures
    with top:
        figures.render_figure(headline, text, has_title=False)
        pack_download.offer(view, text)
    with left:
        figures.render_figure(trend, text)
    with right:
        figures.render_warnings(attention)
        links.to("follow_up", text("pages.follow_up"))
        links.to("needs", text("pages.needs"))
    figures.render_figure(regions, text)


def _choose_trend(text: Text) -> str:
    names = load_settings().pages.overview.trend
    label = text("overview.trend_metric")
    name = url_state.one(
        st.selectbox, label, names, names[0], "trend",
        format_func=text.metric, label_visibility="collapsed",
    )  # fmt: skip
    return name or names[0]


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("overview"))
