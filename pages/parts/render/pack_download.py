"""The executive pack of what is looked at: a page and a workbook, made when they are clicked."""

from functools import partial

import streamlit as st

from kam_core.dashboard.view import View
from kam_core.render import pack_files
from kam_core.text.writer import Text
from pages.parts.state import cache

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
                partial(cache.pack, view, form),
                file_name=f"{_stem(view, text)}.{ending}",
                mime=mime,
                key=f"pack_{form}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )


def _stem(view: View, text: Text) -> str:
    scope, company = view.scope, view.company
    as_of = None if scope.as_of == company.as_of else scope.as_of
    named = None if view.sees_everything else scope.regions
    regions = company.holdings().regions
    return pack_files.stem(view.period.period, named, regions, scope.tiers, as_of, text.lang)
