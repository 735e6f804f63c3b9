"""Gathers everything a pack says, once, from the answers the pages show."""

from collections.abc import Iterable

from kam_core.access import Scope
from kam_core.ledger import Version
from kam_core.marts import Day
from kam_core.packs import figures, work
from kam_core.packs.model import Figure, Pack, Section
from kam_core.packs.tables import listed
from kam_core.packs.view import View, look
from kam_core.present import formats

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
    names = figures.headline_names(scores)
    parts: dict[str, Iterable[Figure | None]] = {
        "headline": [figures.headline(view, scores, names), work.attention(view)],
        "scorecard": [figures.scored(view, scores), figures.waiting(view, scores)],
        "trends": [figures.trends(view, scores, names), figures.stretches(view, names)],
        "regions": [figures.regions(view)],
        "tiers": [work.tier_matrix(view)],
        "follow_up": [work.follow_up(view), work.follow_up_regions(view)],
        "needs": [work.need_rates(view), *work.open_needs(view)],
        "worklist": [work.worklist(view)],
        "sources": [figures.definitions(view, scores), _sources(view)],
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
