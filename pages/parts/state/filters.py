"""Quarter, regions, tiers and as-of day in the sidebar; what is chosen stands in the address.

A filter nobody touched follows the newest data; a chosen one stays, on every page and in links.
"""

from datetime import date

import streamlit as st

from kam_core.dashboard.company import Company, Holdings, quarter_shown_first
from kam_core.dashboard.view import View
from kam_core.errors import KamError
from kam_core.metrics.periods import Period
from kam_core.text import formats
from kam_core.text.word_catalogue import LANGUAGES
from kam_core.text.writer import Text, escape
from kam_core.warehouse.as_of_day import refuse_unusable_day
from kam_core.warehouse.scope import Scope
from pages.parts.state import cache, url_state
from pages.parts.state.viewer import Viewer


def language() -> str:
    """The language chosen, at first that of the browser."""
    browser = st.context.locale or ""
    preferred = next((lang for lang in LANGUAGES if browser.startswith(lang)), "zh")
    chosen = url_state.one(
        st.segmented_control,
        Text(preferred)("app.language"),
        LANGUAGES,
        preferred,
        "lang",
        format_func=lambda lang: Text(lang)("app.in_this_language"),
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    return chosen or preferred


def choose(viewer: Viewer, text: Text) -> View:
    """The filters in the sidebar, and what they choose. There must be data."""
    company = cache.live()
    assert company is not None
    holdings = company.holdings()
    regions, words = viewer.sees(holdings.regions), company.words(text.lang)
    with st.sidebar:
        quarter_slot = st.empty()
        chosen_regions = url_state.many(
            text("filters.regions"),
            regions,
            "region",
            format_func=lambda region: words.value("region", region),
            placeholder=text("filters.all_regions"),
        )
        tiers = url_state.many(
            text("filters.tiers"),
            holdings.tiers,
            "tier",
            format_func=lambda tier: text.value("tier", tier),
            placeholder=text("filters.all_tiers"),
        )
        as_of = _as_of(company, holdings, text)
        with quarter_slot:
            period = _quarter(company.quarters(as_of), as_of, text)
    scope = Scope(chosen_regions or regions, as_of, tiers or None)
    return View(company, scope, period, words, chosen_regions)


def _as_of(company: Company, holdings: Holdings, text: Text) -> date:
    """One of the days of the uploads, or any day typed in; nonsense falls back and says so."""
    days = [day.isoformat() for day in holdings.snapshot_days]
    written = url_state.one(
        st.selectbox,
        text("filters.as_of"),
        days,
        days[0],
        "as_of",
        help=text("filters.as_of_help"),
        accept_new_options=True,
    )
    try:
        day = date.fromisoformat(written or days[0])
        refuse_unusable_day(day, company.as_of)
    except ValueError:
        st.warning(escape(text("filters.bad_date", value=written, day=company.as_of)))
    except KamError as error:
        refusal = text.error(error)
        st.warning(escape(text("filters.unusable_date", refusal=refusal, day=company.as_of)))
    else:
        return day
    return company.as_of


def _quarter(quarters: tuple[Period, ...], as_of: date, text: Text) -> Period:
    """The quarter chosen, at first the last one that has ended."""
    by_name = {quarter.period: quarter for quarter in reversed(quarters)}
    names, default = list(by_name), quarter_shown_first(quarters, as_of).period
    chosen = url_state.one(
        st.selectbox,
        text("filters.quarter"),
        names,
        default,
        "quarter",
        format_func=lambda name: formats.period(name, text.lang),
    )
    return by_name[chosen or default]
