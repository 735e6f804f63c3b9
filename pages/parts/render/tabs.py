"""Parts of a page of which one is open: only that one computes, and it stands in the address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import streamlit as st

from kam_core.settings.page_layout import layout
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards
from pages.parts.state import url_state
from pages.parts.state.filters import View

Draw = Callable[[View, Text], None]


@dataclass(frozen=True)
class Part:
    """The table a part cannot do without, and what stands in it: rows of titles and what to draw.

    A title is a word of the page's own; None where the part begins with its own words.
    """

    table: str
    rows: tuple[tuple[tuple[str | None, Draw], ...], ...]


def show(page: str, parts: Mapping[str, Part], view: View, text: Text) -> None:
    """The choice of a part, its cards, and what it draws or the table it waits for."""
    chosen = _choose(page, parts, text)
    cards.cards(view, _cards(page, chosen), text)
    part = parts[chosen]
    if not view.has(part.table):
        blocks.missing(f"needs:{part.table}", text)
        return
    for row in part.rows:
        for place, (title, draw) in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with place:
                if title:
                    st.subheader(text(f"{page}.{title}"), anchor=False)
                draw(view, text)


def _choose(page: str, parts: Iterable[str], text: Text) -> str:
    names = list(parts)
    part = url_state.one(
        st.segmented_control,
        text("blocks.part"),
        names,
        names[0],
        "part",
        format_func=lambda name: text(f"{page}.part_{name}"),
        required=True,
        label_visibility="collapsed",
    )
    return part or names[0]


def _cards(page: str, part: str) -> list[str]:
    """The figures of a part, and beside them those that matter in every part."""
    shown = layout()[page]
    own = shown["parts"][part]
    return [*own, *(name for name in shown["of_every_part"] if name not in own)][: shown["cards"]]
