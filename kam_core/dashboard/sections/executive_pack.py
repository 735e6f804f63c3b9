"""Gathers everything a pack says, once, from the answers the pages show."""

from collections.abc import Iterable

from kam_core.dashboard.model import Figure, Pack, Section
from kam_core.dashboard.sections import follow_up, scorecards
from kam_core.dashboard.sections.answer_tables import listed
from kam_core.dashboard.view import View, look
from kam_core.metrics.day_cache import Day
from kam_core.text import formats
from kam_core.warehouse.ledger import Version
from kam_core.warehouse.scope import Scope

SHORT_HASH = 12


def gather(day: Day, version: Version, scope: Scope, quarter: str | None, lang: str) -> Pack:
    """The pack of a scope for a quarter, by default the last one that has ended."""
    view = look(day, scope, quarter, lang)
    context = _context(view, version)
    text = view.text
    return Pack(
        lang=lang,
        quarter=view.period.period,
        title=text("pack.title", regions=_regions(view)),
        context=context,
        said=(text("pack.running", as_of=formats.day(scope.as_of, lang)),) * view.is_running,
        marks=_marks(view, version),
        sections=_sections(view),
        made_at=version.created_at,
    )


def _sections(view: View) -> tuple[Section, ...]:
    scores = view.scores()
    names = scorecards.headline_names(scores)
    parts: dict[str, Iterable[Figure | None]] = {
        "headline": [scorecards.headline(view, scores, names), follow_up.attention(view)],
        "scorecard": [scorecards.scored(view, scores), scorecards.waiting(view, scores)],
        "trends": [scorecards.trends(view, scores, names), scorecards.stretches(view, names)],
        "regions": [scorecards.regions(view)],
        "tiers": [follow_up.tier_matrix(view)],
        "follow_up": [follow_up.follow_up(view), follow_up.follow_up_regions(view)],
        "needs": [follow_up.need_rates(view), *follow_up.open_needs(view)],
        "worklist": [follow_up.worklist(view)],
        "sources": [scorecards.definitions(view, scores), _sources(view)],
    }
    kept = {name: tuple(f for f in found if f is not None) for name, found in parts.items()}
    return tuple(
        Section(name, view.text(f"pack.section.{name}"), found)
        for name, found in kept.items()
        if found
    )


def _regions(view: View) -> str:
    text = view.text
    if view.sees_everything:
        return text("filters.all_regions")
    return text("punctuation.list").join(view.scope.regions)


def _tiers(view: View) -> str:
    text, chosen = view.text, view.scope.tiers
    if chosen is None:
        return text("filters.all_tiers")
    return text("punctuation.list").join(text.value("tier", tier) for tier in chosen)


def _context(view: View, version: Version) -> str:
    """The line that stands under every title of the pages."""
    lang = view.text.lang
    return view.text(
        "context.line",
        quarter=formats.period(view.period.period, lang),
        as_of=formats.day(view.scope.as_of, lang),
        regions=_regions(view),
        tiers=_tiers(view),
        version=version.version,
    )


def _marks(view: View, version: Version) -> tuple[tuple[str, str], ...]:
    """What the numbers are about, and what they were made from."""
    text, lang = view.text, view.text.lang
    period = view.period
    days = {"first": formats.day(period.starts_on, lang), "last": formats.day(period.ends_on, lang)}
    state = "pack.quarter_running" if view.is_running else "pack.quarter_ended"
    values = {
        "quarter": text(state, quarter=formats.period(period.period, lang), **days),
        "as_of": formats.day(view.scope.as_of, lang),
        "regions": _regions(view),
        "tiers": _tiers(view),
        "version": text(
            "pack.version",
            version=version.version,
            at=formats.moment(version.created_at, lang),
            by=version.created_by,
        ),
        "fingerprint": version.content_hash[:SHORT_HASH],
        "settings": version.settings_sha256[:SHORT_HASH],
    }
    return tuple((text(f"pack.mark.{name}"), value) for name, value in values.items())


def _sources(view: View) -> Figure:
    """The uploads that the version was made from, table by table."""
    text, rows = view.text, view.ask("available")
    shown = rows[
        ["table_name", "file_name", "newest_as_of", "snapshots", "covers_from", "covers_to"]
    ]
    table = listed("sources", shown, text, {"snapshots": "count"})
    return Figure("sources", text("pack.sources"), table=table, note=text("pack.sources_note"))
