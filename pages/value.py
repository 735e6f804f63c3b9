"""Value: what customers bring and could bring, what is kept and lost, and what lies ahead."""

import streamlit as st

from kam_core.dashboard.sections.seasons import list_seasonal_accounts
from kam_core.dashboard.view import View
from kam_core.text.writer import escape
from pages.parts.render import tabs
from pages.parts.state import links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("value", viewer, lang, {"account": _choose_account})


def _choose_account(view: View) -> str | None:
    """An account that has a season; None where none has."""
    names = list_seasonal_accounts(view)
    if not names:
        return None
    label, ids = view.text("value.season_choose"), list(names)
    options = {"format_func": lambda account_id: escape(names[account_id]), "width": 420}
    return url_state.one(st.selectbox, label, ids, ids[0], "account", **options)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("value"))
