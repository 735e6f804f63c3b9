"""One number, opened: what it means, why it moved, whether it is noise, and the rows behind it."""

import streamlit as st

from kam_core.dashboard.sections.metric_detail import compose_months
from pages.parts.metric_detail import current_value, evidence_rows
from pages.parts.render import figures
from pages.parts.state import cache, filters, links
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "figure.title")
    metric = current_value.choose_metric(text)
    current_value.render_value(view, metric, text)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("figure.why"), anchor=False)
        against = current_value.render_change(view, metric, text)
    with right:
        st.subheader(text("figure.months"), anchor=False)
        figures.render_figure(compose_months(view, metric), text)
    st.subheader(text("figure.rows_behind"), anchor=False)
    evidence_rows.render_tabs(view, metric, against, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("figure"))
