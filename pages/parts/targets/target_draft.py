"""Targets being edited: what a session keeps until they are saved or given up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from kam_core.dashboard.view import View
from kam_core.metrics import periods, quarterly_targets, target_grid
from kam_core.metrics.quarterly_targets import QuarterlyTarget, TargetChange
from kam_core.metrics.target_grid import LINE, GridReading
from kam_core.settings.loader import load_settings
from pages.parts.state.viewer import Viewer

STATE, NOTICE = "target_draft", "target_notice"


@dataclass
class Draft:
    """Targets on their way from one version to the next.

    ``held`` are all targets of the version, ``goals`` those the person may edit, as edited.
    The table is ``frame`` with what was typed into the widget of that ``number``.
    """

    version: int
    held: tuple[QuarterlyTarget, ...]
    goals: tuple[QuarterlyTarget, ...]
    quarters: tuple[str, ...]
    frame: pd.DataFrame
    edited: pd.DataFrame
    number: int = 0

    def show(self, edited: Sequence[QuarterlyTarget]) -> None:
        """Draw the table anew from these targets."""
        self.goals = tuple(edited)
        self.put(_frame(self.goals, self.quarters))

    def put(self, frame: pd.DataFrame) -> None:
        """A new table: what was typed into the widget before is part of it or forgotten."""
        self.frame = self.edited = frame
        self.number += 1


def current(view: View, viewer: Viewer) -> Draft:
    """The draft of this session, at first what is in force."""
    state = st.session_state
    draft: Draft | None = state.get(STATE)
    if draft is None or (draft.version != view.company.version and not made(draft, viewer)):
        number = draft.number + 1 if draft else 0
        draft = state[STATE] = _fresh(view, viewer)
        draft.number = number
    return draft


def forget() -> None:
    st.session_state.pop(STATE, None)


def _fresh(view: View, viewer: Viewer) -> Draft:
    targets, quarters = view.company.targets(), quarters_from(view)
    own = editable(targets, viewer)
    frame = _frame(own, quarters)
    return Draft(view.company.version, targets, own, quarters, frame, frame)


def quarters_from(view: View) -> tuple[str, ...]:
    """The chosen quarter and those after it."""
    quarters = [view.period]
    start_month = view.company.holdings().fiscal_year_start_month
    for _ in range(load_settings().pages.targets.quarters_ahead):
        quarters.append(periods.quarter_of(quarters[-1].ends_on + timedelta(days=1), start_month))
    return tuple(quarter.period for quarter in quarters)


def _frame(edited: Iterable[QuarterlyTarget], quarters: Sequence[str]) -> pd.DataFrame:
    lines = target_grid.write_lines(edited, quarters)
    return pd.DataFrame(lines, columns=[*LINE, *quarters], dtype="str")


def editable(targets: Iterable[QuarterlyTarget], viewer: Viewer) -> tuple[QuarterlyTarget, ...]:
    """The targets that a viewer may change: those of their own regions, where they have some."""
    regions = viewer.regions
    return tuple(goal for goal in targets if regions is None or goal.key.region in regions)


def reading(draft: Draft) -> GridReading:
    """What the table says as it is typed now."""
    return target_grid.read_lines(draft.edited.to_dict("records"), draft.quarters, draft.goals)


def made(draft: Draft, viewer: Viewer) -> list[TargetChange]:
    """What the draft changes; a cell that cannot be read counts as it was."""
    return quarterly_targets.changes(editable(draft.held, viewer), reading(draft).goals)


def whole(draft: Draft, viewer: Viewer) -> tuple[QuarterlyTarget, ...]:
    """All targets after the edit, with those that the viewer may not change."""
    return quarterly_targets.applied(draft.held, made(draft, viewer))


def follow(draft: Draft, view: View) -> bool:
    """Turn to the quarters chosen now; False where the table must be put right first."""
    quarters = quarters_from(view)
    if quarters == draft.quarters:
        return True
    grid = reading(draft)
    if grid.problems:
        return False
    draft.quarters = quarters
    draft.show(grid.goals)
    return True


def carry_over(draft: Draft, view: View, viewer: Viewer) -> None:
    """Make the same changes to the targets that are in force now."""
    changes = made(draft, viewer)
    draft.held, draft.version = view.company.targets(), view.company.version
    draft.show(quarterly_targets.applied(editable(draft.held, viewer), changes))


def clashes(draft: Draft, view: View, viewer: Viewer) -> list[TargetChange]:
    """The changes of the draft to targets that somebody else changed meanwhile."""
    others = quarterly_targets.changes(draft.held, view.company.targets())
    keys = {change.key for change in others}
    return [change for change in made(draft, viewer) if change.key in keys]


def put_in(draft: Draft, changes: Iterable[TargetChange]) -> None:
    """Changes into the table, and the page anew to show it and to say so."""
    draft.show(quarterly_targets.applied(reading(draft).goals, changes))
    st.session_state[NOTICE] = True
    st.rerun()
