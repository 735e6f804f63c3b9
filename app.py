"""Keystone: who is looking, in which language, and the list of pages."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from kam_core.present.text import Text
from pages import definitions, follow_up, needs, overview, tiers, uploads
from pages.parts import address, data, door, filters, links, start, viewer

Show = Callable[[viewer.Viewer, str], None]
WORK: dict[str, Show] = {
    "overview": overview.page,
    "tiers": tiers.page,
    "follow_up": follow_up.page,
    "needs": needs.page,
}
DATA: dict[str, Show] = {"uploads": uploads.page, "definitions": definitions.page}


def main() -> None:
    st.set_page_config(layout="wide", page_icon="🔑")
    address.read()
    someone = viewer.current()
    with st.sidebar:
        menu = st.container(gap=None)
        lang = filters.language()
    text = Text(lang)
    work = WORK if data.live() else dict.fromkeys(WORK, start.page)
    pages = {name: _page(show, name, someone, text) for name, show in (work | DATA).items()}
    # The first page also stands at "/", for a visitor who names none.
    home = _page(work["overview"], "overview", someone, text, url_path="home", default=True)
    chosen = st.navigation([home, *pages.values()], position="hidden")
    links.remember(pages)
    door.lead_on()
    with menu:
        links.menu({text("pages.group_work"): [*WORK], text("pages.group_data"): [*DATA]})
    chosen.run()
    address.write()
    data.settle()


def _page(show: Show, name: str, someone: viewer.Viewer, text: Text, **options: object):
    options = {"url_path": name, "title": text(f"pages.{name}")} | options
    return st.Page(partial(show, someone, text.lang), **options)


main()
