"""Overview: are we on target, where not, and what needs attention."""

from dataclasses import replace

import streamlit as st

from kam_core.dashboard.sections import overview, scorecards
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import figures, pack_download
from pages.parts.state import filters, links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "overview.title")
    names = scorecards.choose_headline(view)
    figures.render_cards(scorecards.compose_cards(view, names), text)
    figures.render_sentence(
        figure_sentences.on_target(view.scores(), view.period.period, view.text)
    )
    pack_download.offer(view, text)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _render_trend(view, text)
    with right:
        figures.render_warnings(overview.compose_attention(view))
        links.to("follow_up", text("pages.follow_up"))
        links.to("needs", text("pages.needs"))
    _render_regions(view, text)


def _render_trend(view: View, text: Text) -> None:
    st.subheader(text("overview.trend"), anchor=False)
    names = load_settings().pages.overview.trend
    label = text("overview.trend_metric")
    name = url_state.one(
        st.selectbox, label, names, names[0], "trend",
        format_func=text.metric, label_visibility="collapsed",
    )  # fmt: skip
    figures.render_figure(scorecards.compose_trend(view, name), text)


def _render_regions(view: View, text: Text) -> None:
    regions = scorecards.compose_regions(view)
    if regions.table is None:
        figures.render_figure(regions, text)
        return
    table = scorecards.drop_empty_columns(regions.table)
    figures.render_figure(replace(regions, table=None), text)
    figures.render_judged(table, text.lang)
    links.to_one_of([column.name for column in table.columns[1:]], "open_of_regions", text)
    figures.render_download(scorecards.region_table(view), text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("overview"))
