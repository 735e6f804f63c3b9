"""Value: what customers bring and could bring, what is kept and lost, and what lies ahead."""

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.render import blocks, tabs
from pages.parts.render.tabs import Draw, Part
from pages.parts.state import entry, filters
from pages.parts.state.viewer import Viewer
from pages.parts.topics import earnings, forecast, retention


def _part(table: str, draw: Draw) -> Part:
    return Part(table, (((None, draw),),))


PARTS = {
    "concentration": _part("orders", earnings.render_concentration),
    "wallet": _part("orders", earnings.wallet),
    "retention": _part("orders", earnings.retention),
    "renewals": _part("contracts", retention.renewals),
    "churn": _part("accounts", retention.churn),
    "lost": _part("opportunities", retention.lost),
    "cross_sell": _part("opportunities", retention.cross_sell),
    "lifetime": _part("value_items", earnings.lifetime),
    "foresight": _part("orders", forecast.show),
}


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "value.title")
    tabs.show("value", PARTS, view, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("value"))
