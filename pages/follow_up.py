"""Follow-up: what was promised, what was done, what can still be reached, and whom to call next."""

import streamlit as st

from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections import follow_up
from kam_core.dashboard.view import View
from kam_core.text.writer import Text
from pages.parts.render import figures
from pages.parts.state import cache, filters, links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, "follow_up.title")
    if not view.has("interactions"):
        figures.render_figure(follow_up.compose_cards(view), text)
        figures.render_missing("needs:interactions", text)
        return
    above = st.container()
    st.subheader(text("follow_up.worklist"), anchor=False)
    owner = _choose_owner(view, text)
    compliance, worklist = follow_up.compose_page(view, owner)
    cards, *beside = compliance.figures
    with above:
        figures.render_figure(cards, text)
        figures.render_side_by_side(beside, text)
    _render_worklist(worklist.figures, view, owner, text)


def _choose_owner(view: View, text: Text) -> str | None:
    options = {"placeholder": text("filters.all_owners"), "width": 280}
    names = follow_up.list_owners(view)
    return url_state.one(st.selectbox, text("filters.owner"), names, None, "owner", **options)


def _render_worklist(
    composed: tuple[Figure, ...], view: View, owner: str | None, text: Text
) -> None:
    lead, *groups = composed
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
