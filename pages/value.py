"""Value: what customers bring and could bring, what is kept and lost, and what lies ahead."""

import streamlit as st

from kam_core.present.text import Text
from pages.parts import blocks, door, earning, filters, keeping, seasons, sections
from pages.parts.sections import Draw, Part
from pages.parts.viewer import Viewer


def _part(table: str, draw: Draw) -> Part:
    return Part(table, (((None, draw),),))


PARTS = {
    "concentration": _part("orders", earning.concentration),
    "wallet": _part("orders", earning.wallet),
    "retention": _part("orders", earning.retention),
    "renewals": _part("contracts", keeping.renewals),
    "churn": _part("accounts", keeping.churn),
    "lost": _part("opportunities", keeping.lost),
    "cross_sell": _part("opportunities", keeping.cross_sell),
    "lifetime": _part("value_items", earning.lifetime),
    "foresight": _part("orders", seasons.show),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "value.title")
    sections.show("value", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("value"))
