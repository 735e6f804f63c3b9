"""Value: what customers bring and could bring, what is kept and lost, and what lies ahead."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, door, earning, filters, keeping, scorecards, seasons, sections
from pages.parts.viewer import Viewer

# Each part with the table it cannot do without; only the one that is open computes anything.
PARTS = {
    "concentration": ("orders", earning.concentration),
    "wallet": ("orders", earning.wallet),
    "retention": ("orders", earning.retention),
    "renewals": ("contracts", keeping.renewals),
    "churn": ("accounts", keeping.churn),
    "lost": ("opportunities", keeping.lost),
    "cross_sell": ("opportunities", keeping.cross_sell),
    "lifetime": ("value_items", earning.lifetime),
    "foresight": ("orders", seasons.show),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "value.title")
    part = sections.choose("value", PARTS, text)
    scorecards.cards(view, sections.cards("value", part), text)
    table, show = PARTS[part]
    if view.has(table):
        show(view, text)
    else:
        blocks.missing(f"needs:{table}", text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("value"))
