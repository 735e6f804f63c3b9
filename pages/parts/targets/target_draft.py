"""The draft of targets that a session keeps until it is saved or given up."""

from collections.abc import Iterable
from datetime import timedelta

import streamlit as st

from kam_core.dashboard.view import View
from kam_core.metrics import periods
from kam_core.metrics.quarterly_targets import TargetChange
from kam_core.metrics.target_draft import TargetDraft
from kam_core.settings.loader import load_settings
from pages.parts.state.viewer import Viewer

STATE, NOTICE = "target_draft", "target_notice"


def current(view: View, viewer: Viewer) -> TargetDraft:
    """The draft of this session, at first what is in force."""
    state, company = st.session_state, view.company
    draft: TargetDraft | None = state.get(STATE)
    is_of_viewer = draft is not None and draft.regions == viewer.regions
    if draft and is_of_viewer and (draft.version == company.version or draft.changes()):
        return draft
    number, quarters = draft.number if draft else 0, quarters_from(view)
    draft = TargetDraft(company.version, company.targets(), viewer.regions, quarters, number)
    state[STATE] = draft
    return draft


def forget() -> None:
    st.session_state.pop(STATE, None)


def quarters_from(view: View) -> tuple[str, ...]:
    """The chosen quarter and those after it."""
    quarters = [view.period]
    start_month = view.company.holdings().fiscal_year_start_month
    for _ in range(load_settings().pages.targets.quarters_ahead):
        quarters.append(periods.quarter_of(quarters[-1].ends_on + timedelta(days=1), start_month))
    return tuple(quarter.period for quarter in quarters)


def put_in(draft: TargetDraft, changes: Iterable[TargetChange]) -> None:
    """Changes into the table, and the page anew to show it and to say so."""
    draft.add(changes)
    st.session_state[NOTICE] = True
    st.rerun()
