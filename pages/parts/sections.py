"""Parts of a page of which one is open: only that one computes, and it stands in the address."""

from collections.abc import Iterable

import streamlit as st

from kam_core.present.layout import layout
from kam_core.present.text import Text
from pages.parts import address


def choose(page: str, parts: Iterable[str], text: Text) -> str:
    """The part that is open; its titles stand under ``<page>.part_<name>``."""
    names = list(parts)
    part = address.one(
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


def cards(page: str, part: str) -> list[str]:
    """The figures of a part, and beside them those that matter in every part."""
    shown = layout()[page]
    own = shown["parts"][part]
    return [*own, *(name for name in shown["of_every_part"] if name not in own)][: shown["cards"]]
