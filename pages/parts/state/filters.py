"""Quarter, regions, tiers and as-of day in the sidebar; what is chosen stands in the address.

A filter nobody touched follows the newest data; a chosen one stays, on every page and in links.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import streamlit as st

from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.word_catalogue import LANGUAGES
from kam_core.text.writer import Text, escape
from kam_core.warehouse.scope import Scope
from pages.parts.state import cache, url_state
from pages.parts.state.viewer import Viewer


@dataclass(frozen=True)
class View:
    """What a page shows: one version, one scope, one quarter."""

    source: cache.Source
    scope: Scope
    period: Period
    quarters: tuple[Period, ...]
    regions_chosen: tuple[str, ...]

    def ask(self, question: str, **parameters: object) -> pd.DataFrame:
        return cache.ask(self.source, self.scope, question, **parameters)

    def metric(self, name: str, asked: Sequence[Period], by: tuple[str, ...] = ()) -> pd.DataFrame:
        return cache.metric(self.source, self.scope, name, asked, by)

    def score(self, name: str) -> Score:
        return cache.score(self.source, self.scope, self.window, name)

    @property
    def window(self) -> tuple[Period, ...]:
        """The quarters of a trend; the chosen one is the last."""
        until = self.quarters.index(self.period) + 1
        return self.quarters[max(0, until - layout()["quarters_back"]) : until]

    def targets(self, asked: Sequence[Period]) -> tuple[dict[str, Decimal], ...]:
        return cache.targets(self.source, self.scope, asked)

    def has(self, table: str) -> bool:
        return table in cache.holdings(self.source).tables


def language() -> str:
    """The language chosen, at first that of the browser."""
    preferred = "en" if (st.context.locale or "zh").startswith("en") else "zh"
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
    source = cache.live()
    assert source is not None
    held = cache.holdings(source)
    regions = viewer.sees(held.regions)
    with st.sidebar:
        quarter_place = st.empty()
        chosen_regions = _regions(regions, text)
        tiers = _tiers(held.tiers, text)
        as_of = _as_of(source, held, text)
        quarters = cache.quarters(source, as_of)
        with quarter_place:
            period = _quarter(quarters, as_of, text)
    scope = Scope(chosen_regions or regions, as_of, tiers or None)
    return View(source, scope, period, quarters, chosen_regions)


def _regions(regions: tuple[str, ...], text: Text) -> tuple[str, ...]:
    label, every = text("filters.regions"), text("filters.all_regions")
    return url_state.many(label, regions, "region", format_func=escape, placeholder=every)


def _tiers(tiers: tuple[str, ...], text: Text) -> tuple[str, ...]:
    label, every = text("filters.tiers"), text("filters.all_tiers")
    return url_state.many(
        label,
        tiers,
        "tier",
        format_func=lambda tier: escape(text.value("tier", tier)),
        placeholder=every,
    )


def _as_of(source: cache.Source, held: cache.Holdings, text: Text) -> date:
    """One of the days of the uploads, or any day typed in; nonsense falls back and says so."""
    days = [day.isoformat() for day in held.snapshot_days]
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
        return date.fromisoformat(written or days[0])
    except ValueError:
        shown = formats.day(source.as_of, text.lang)
        st.warning(escape(text("filters.bad_date", value=written, day=shown)))
        return source.as_of


def _quarter(quarters: tuple[Period, ...], as_of: date, text: Text) -> Period:
    """The quarter chosen, at first the last one that has ended."""
    by_name = {quarter.period: quarter for quarter in reversed(quarters)}
    names, default = list(by_name), cache.quarter_shown_first(quarters, as_of).period
    chosen = url_state.one(
        st.selectbox,
        text("filters.quarter"),
        names,
        default,
        "quarter",
        format_func=lambda name: formats.period(name, text.lang),
    )
    return by_name[chosen or default]
