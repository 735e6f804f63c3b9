"""Parts of a page of which one is open: only that one computes, and it stands in the address."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import compose_cards
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from pages.parts.render import figures
from pages.parts.state import filters, url_state
from pages.parts.state.viewer import Viewer

Draw = Callable[[View, Text], None]
Composer = Callable[[View], Figure | tuple[Figure, ...]]


@dataclass(frozen=True)
class PagePart:
    """The table a part cannot do without, what stands in it, row by row, side by side, and when."""

    table: str
    rows: tuple[tuple[Draw, ...], ...]
    is_offered: Callable[[View], bool] = lambda _: True


def draw_figures(*composers: Composer) -> Draw:
    """Draw what some sections compose, one below the other."""

    def draw(view: View, text: Text) -> None:
        for compose in composers:
            composed = compose(view)
            for figure in composed if isinstance(composed, tuple) else (composed,):
                figures.render_figure(figure, text)

    return draw


def render_tabs(
    page: str, names: Collection[str], key: str, text: Text, draw: Callable[[str], object]
) -> None:
    """Tabs of which only the open one asks anything: it is drawn by its name."""
    tabs = st.tabs([text(f"{page}.{name}") for name in names], key=key, on_change="rerun")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            with tab:
                draw(name)


def render_page(page: str, parts: Mapping[str, PagePart], viewer: Viewer, lang: str) -> None:
    """The choice of a part, its cards, and what it draws or the table it waits for."""
    text = Text(lang)
    view = filters.choose(viewer, text)
    figures.render_heading(view, f"{page}.title")
    chosen = _choose(page, [name for name, part in parts.items() if part.is_offered(view)], text)
    figures.render_cards(compose_cards(view, _cards(page, chosen)), text)
    part = parts[chosen]
    if not view.has(part.table):
        figures.render_missing(f"needs:{part.table}", text)
        return
    for row in part.rows:
        for column, draw in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with column:
                draw(view, text)


def _choose(page: str, names: Sequence[str], text: Text) -> str:
    return url_state.one(
        st.segmented_control,
        text("blocks.part"),
        names,
        names[0],
        "part",
        format_func=lambda name: text(f"{page}.part_{name}"),
        required=True,
        label_visibility="collapsed",
    )


def _cards(page: str, part: str) -> list[str]:
    """The figures of a part, and beside them those that matter in every part."""
    shown = getattr(load_settings().pages, page)
    own = shown.parts[part]
    return [*own, *(name for name in shown.of_every_part if name not in own)][: shown.cards]
