"""Gathers everything a pack says, once, from the answers the pages show."""

from collections.abc import Iterable

from kam_core.dashboard.model import Figure, Pack, Section
from kam_core.dashboard.sections import (
    follow_up,
    needs,
    overview,
    scorecards,
    status_review,
    tiers,
)
from kam_core.dashboard.sections.context import context_line, name_regions, name_tiers
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.text import formats

SHORT_HASH = 12
SOURCES = ["table_name", "file_name", "newest_as_of", "snapshots", "covers_from", "covers_to"]


def gather_pack(view: View) -> Pack:
    """The pack of a view."""
    text = view.text
    running = text("pack.running", as_of=view.scope.as_of)
    return Pack(
        lang=text.lang,
        quarter=view.period.period,
        title=text("pack.title", regions=name_regions(view)),
        context=context_line(view),
        sentences=(running,) if view.is_running else (),
        marks=_marks(view),
        sections=_sections(view),
        made_at=view.company.record.created_at,
    )


def _sections(view: View) -> tuple[Section, ...]:
    names = scorecards.choose_headline(view)
    has_regions = len(view.scope.regions) > 1
    parts: dict[str, Iterable[Figure | None]] = {
        "headline": [scorecards.compose_headline(view, names), overview.compose_attention(view)],
        "scorecard": [scorecards.compose_scorecard(view), scorecards.compose_waiting(view)],
        "trends": [
            scorecards.compose_trends(view, names),
            scorecards.compose_extremes(view, names),
        ],
        "regions": [scorecards.compose_regions(view)] if has_regions else [],
        "tiers": [tiers.compose_matrix(view)],
        "follow_up": [follow_up.compose_by_month(view), follow_up.compose_region_months(view)],
        "needs": [
            needs.compose_rates_singly(view),
            needs.compose_ages(view),
            needs.compose_open_in_full(view),
        ],
        "worklist": [follow_up.compose_worklist_extract(view)],
        "review": [status_review.compose_review(view)] if status_review.has_review(view) else [],
        "sources": [scorecards.compose_definitions(view), _sources(view)],
    }
    figures = {name: tuple(f for f in part if f is not None) for name, part in parts.items()}
    return tuple(
        Section(name, view.text(f"pack.section.{name}"), part)
        for name, part in figures.items()
        if part
    )


def _marks(view: View) -> tuple[tuple[str, str], ...]:
    """What the numbers are about, and what they were made from."""
    text, record = view.text, view.company.record
    state = "pack.quarter_running" if view.is_running else "pack.quarter_ended"
    values = {
        "quarter": text(state, **vars(view.period)),
        "as_of": formats.day(view.scope.as_of, text.lang),
        "regions": name_regions(view),
        "tiers": name_tiers(view),
        "version": text("pack.version", **vars(record)),
        "fingerprint": record.content_hash[:SHORT_HASH],
        "settings": record.settings_sha256[:SHORT_HASH],
    }
    return tuple((text(f"pack.mark.{name}"), value) for name, value in values.items())


def _sources(view: View) -> Figure:
    """The uploads that the version was made from, table by table."""
    text, rows = view.text, view.query("available")
    table = answer_table("sources", rows[SOURCES], text, {"snapshots": "count"})
    return Figure("sources", text("pack.sources"), table=table, note=text("pack.sources_note"))
