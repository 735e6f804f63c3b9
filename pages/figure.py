"""One number, opened: what it means, why it moved, whether it is noise, and the rows behind it."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import (
    blocks,
    door,
    figure_change,
    figure_months,
    figure_rows,
    figure_value,
    filters,
)
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "figure.title")
    metric = figure_value.choose(text)
    figure_value.show(view, metric, text)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(text("figure.why"), anchor=False)
        against = figure_change.show(view, metric, text)
    with right:
        st.subheader(text("figure.months"), anchor=False)
        figure_months.show(view, metric, text)
    st.subheader(text("figure.rows_behind"), anchor=False)
    figure_rows.tabs(view, metric, against, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("figure"))
