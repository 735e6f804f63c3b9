"""Value: what customers bring and could bring, what is kept and lost, and what lies ahead."""

import streamlit as st

from kam_core.dashboard.sections import earnings, retention, seasons, status_review
from kam_core.dashboard.view import View
from kam_core.text.writer import Text, escape
from pages.parts.render import figures, tabs
from pages.parts.render.tabs import Composer, PagePart, draw_figures
from pages.parts.state import links, url_state
from pages.parts.state.viewer import Viewer


def _draw_seasons(view: View, text: Text) -> None:
    with st.spinner(text("value.foresight_running")):
        names = seasons.list_seasonal_accounts(view)
    figures.render_figure(seasons.compose_foresight(view), text)
    if not names:
        return
    figures.render_figure(seasons.compose_peaks(view), text)
    label, ids = text("value.season_choose"), list(names)
    options = {"format_func": lambda account_id: escape(names[account_id]), "width": 420}
    chosen = url_state.one(st.selectbox, label, ids, ids[0], "account", **options)
    figures.render_figure(seasons.compose_season(view, chosen or ids[0]), text)


def _draw_review(view: View, text: Text) -> None:
    figures.render_figure(status_review.compose_review(view), text)
    links.to_one_of(status_review.list_metrics(view), "open_of_review", text)


def _part(table: str, *composers: Composer) -> PagePart:
    return PagePart(table, ((draw_figures(*composers),),))


LOST = (
    (draw_figures(retention.compose_lost_amounts),),
    (draw_figures(retention.compose_lost_by_region), draw_figures(retention.compose_lost_reasons)),
    (draw_figures(retention.compose_lost_list),),
)
PARTS = {
    "concentration": _part("orders", earnings.compose_concentration),
    "wallet": _part("orders", earnings.compose_wallets),
    "retention": _part("orders", retention.compose_retention),
    "renewals": _part("contracts", retention.compose_renewals, retention.compose_ending),
    "churn": _part("accounts", *retention.CHURN),
    "lost": PagePart("opportunities", LOST),
    "cross_sell": _part("opportunities", retention.compose_cross_sell),
    "lifetime": _part("value_items", earnings.compose_lifetime),
    "foresight": PagePart("orders", ((_draw_seasons,),)),
    "review": PagePart("accounts", ((_draw_review,),), status_review.has_review),
}


def page(viewer: Viewer, lang: str) -> None:
    tabs.render_page("value", PARTS, viewer, lang)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("value"))
