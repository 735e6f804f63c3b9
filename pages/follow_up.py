"""Follow-up: what was promised, what was done, what can still be reached, and whom to call next."""

import streamlit as st

from kam_core.dashboard.sections import follow_up, scorecards
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text, escape
from pages.parts.render import figures
from pages.parts.state import filters, links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "follow_up.title")
    cards = scorecards.compose_cards(view, load_settings().pages.follow_up.cards)
    figures.render_cards(cards, text)
    if not view.has("interactions"):
        figures.render_missing("needs:interactions", text)
        return
    beside = follow_up.compose_heat(view), follow_up.compose_outlook(view)
    figures.render_side_by_side(beside, text)
    _render_worklist(view, text)


def _render_worklist(view: View, text: Text) -> None:
    st.subheader(text("follow_up.worklist"), anchor=False)
    owner = url_state.one(
        st.selectbox,
        text("filters.owner"),
        follow_up.list_owners(view),
        None,
        "owner",
        format_func=escape,
        placeholder=text("filters.all_owners"),
        width=280,
    )
    lead, *groups = follow_up.compose_worklist(view, owner)
    figures.render_figure(lead, text)
    for group in groups:
        figures.render_sentence(group.sentences[0])
        if group.table:
            figures.render_rows(group.table, text)
    if groups:
        st.caption(text("follow_up.kind_parts"))
        figures.render_download(follow_up.worklist_table(view, owner), text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("follow_up"))
