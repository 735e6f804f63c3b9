"""One number, opened: what it means, why it moved, whether it is noise, and the rows behind it."""

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.metric_detail import current_value, evidence_rows, explain_change, monthly_series
from pages.parts.render import blocks
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "figure.title")
    metric = current_value.choose(text)
    current_value.show(view, metric, text)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("figure.why"), anchor=False)
        against = explain_change.show(view, metric, text)
    with right:
        st.subheader(text("figure.months"), anchor=False)
        monthly_series.show(view, metric, text)
    st.subheader(text("figure.rows_behind"), anchor=False)
    evidence_rows.tabs(view, metric, against, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("figure"))
