"""Whole pages as sections, each with the choices that a page offers as its arguments."""

from kam_core.dashboard.model import Figure, Section
from kam_core.dashboard.sections import follow_up, overview, scorecards
from kam_core.dashboard.sections.context import context_line
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings


def compose_overview(view: View, trend: str | None = None) -> tuple[Section, ...]:
    """Are we on target, where not, and what needs attention; ``trend`` names one metric."""
    text = view.text
    names = scorecards.choose_headline(view)
    metric = trend or load_settings().pages.overview.trend[0]
    context = Figure("context", sentences=(context_line(view),))
    return (
        Section(
            "overview",
            text("overview.title"),
            (
                context,
                scorecards.compose_headline(view, names),
                scorecards.compose_trend(view, metric),
                overview.compose_attention(view),
                scorecards.compose_regions(view),
            ),
        ),
    )


def compose_follow_up(view: View, owner: str | None = None) -> tuple[Section, ...]:
    """What was promised, what was done, what can still be reached, and whom to call next."""
    text = view.text
    work = follow_up.compose_worklist(view, owner)
    return (
        Section(
            "follow_up",
            text("follow_up.title"),
            (follow_up.compose_heat(view), follow_up.compose_outlook(view)),
        ),
        Section("worklist", text("follow_up.worklist"), work),
    )
