"""Parts of a page of which one is open: only that one computes, and it stands in the address."""

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from types import MappingProxyType

import streamlit as st

from kam_core.dashboard.sections import page_parts
from kam_core.dashboard.view import View
from kam_core.text.writer import Text
from pages.parts.render import figures
from pages.parts.state import cache, filters, url_state
from pages.parts.state.viewer import Viewer

Chooser = Callable[[View], object]


def render_tabs(
    page: str, names: Collection[str], key: str, text: Text, draw: Callable[[str], object]
) -> None:
    """Tabs of which only the open one asks anything: it is drawn by its name."""
    tabs = st.tabs([text(f"{page}.{name}") for name in names], key=key, on_change="rerun")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            with tab:
                draw(name)


def render_page(
    page: str, viewer: Viewer, lang: str, choosers: Mapping[str, Chooser] = MappingProxyType({})
) -> None:
    """The choice of a part, its cards, and its rows or the table it waits for."""
    text = cache.words(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, f"{page}.title")
    names = page_parts.list_parts(view, page)
    words = {name: text(f"{page}.part_{name}") for name in names}
    chosen = url_state.one_of_few(text("blocks.part"), names, "part", words.__getitem__)
    figures.render_figure(page_parts.compose_cards(view, page, chosen), text)
    part = page_parts.PAGES[page][chosen]
    if not view.has(part.table):
        figures.render_missing(f"needs:{part.table}", text)
        return
    for row in part.rows:
        _render_row(row, view, choosers)


def _render_row(row: page_parts.Row, view: View, choosers: Mapping[str, Chooser]) -> None:
    if row.title:
        st.subheader(view.text(row.title), anchor=False)
    choice = choosers[row.choice](view) if row.choice else None
    with st.spinner(view.text(row.working)) if row.working else nullcontext():
        composed = row.compose(view, choice)
    figures.render_side_by_side(composed, view.text)
