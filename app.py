"""Keystone: who is looking, in which language, and the list of pages."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from pages import (
    definitions,
    figure,
    follow_up,
    needs,
    overview,
    resources,
    service,
    targets,
    tiers,
    uploads,
    value,
)
from pages.parts.state import (
    cache,
    filters,
    links,
    start,
    url_state,
    viewer,
)

Show = Callable[[viewer.Viewer, str], None]
WORK: dict[str, Show] = {
    "overview": overview.page,
    "tiers": tiers.page,
    "follow_up": follow_up.page,
    "needs": needs.page,
    "service": service.page,
    "value": value.page,
    "resources": resources.page,
    "targets": targets.page,
    "figure": figure.page,
}
DATA: dict[str, Show] = {"uploads": uploads.page, "definitions": definitions.page}


def main() -> None:
    st.set_page_config(layout="wide", page_icon="🔑")
    url_state.read_address()
    someone = viewer.current()
    with st.sidebar:
        text = Text(filters.language())

    def page(name: str, show: Show, **options: Any) -> StreamlitPage:
        options = {"url_path": name, "title": text(f"pages.{name}")} | options
        return st.Page(partial(show, someone, text.lang), **options)

    try:
        load_settings()
        work = WORK if cache.live() else dict.fromkeys(WORK, start.page)
    except KamError as error:
        start.render_trouble(error, text)
        return
    pages = {name: page(name, show) for name, show in (work | DATA).items()}
    # The overview stands at "/" for whoever names no page; its twin answers to its name.
    home = page("overview", work["overview"], url_path="home", default=True)
    pages["overview"] = page("overview", work["overview"], visibility="hidden")
    links.remember(pages)
    chosen = st.navigation(
        {
            text("pages.group_work"): [home, *(pages[name] for name in WORK)],
            text("pages.group_data"): [pages[name] for name in DATA],
        }
    )
    links.go_to_destination()
    chosen.run()
    url_state.write()
    cache.settle()


# For a visitor this file runs as the main script; the server imports it once, before anybody comes.
if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, lifespan=cache.ready)
