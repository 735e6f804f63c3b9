"""The executive pack of what is looked at: a page and a workbook, made when they are clicked."""

from functools import partial

import streamlit as st

from kam_core.render import pack_files
from kam_core.text.writer import Text
from pages.parts.state import cache
from pages.parts.state.filters import View

FORMS = {
    "html": ("html", "text/html"),
    "workbook": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def offer(view: View, text: Text) -> None:
    """Two downloads of everything under the filters chosen, within the viewer's regions."""
    with st.popover(text("pack.button"), icon=":material/description:"):
        st.caption(text("pack.lead"))
        for form, (ending, mime) in FORMS.items():
            st.download_button(
                text(f"pack.{form}"),
                partial(cache.pack, view.source, view.scope, view.period, text.lang, form),
                file_name=f"{_stem(view, text)}.{ending}",
                mime=mime,
                key=f"pack_{form}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )


def _stem(view: View, text: Text) -> str:
    scope = view.scope
    as_of = None if scope.as_of == view.source.as_of else scope.as_of
    known = cache.holdings(view.source).regions
    named = None if set(known) <= set(scope.regions) else scope.regions
    return pack_files.stem(view.period.period, named, known, scope.tiers, as_of, text.lang)
