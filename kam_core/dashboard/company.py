"""A company's data as one version holds it: what it offers to look at, and by which settings."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from kam_core.accounts import tiers
from kam_core.analysis import renewal_model
from kam_core.dashboard.memory import AnswerMemory
from kam_core.errors import KamError
from kam_core.metrics import periods, quarterly_targets, queries, scorecard
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.metrics.quarterly_targets import QuarterlyTarget
from kam_core.settings.schemas.review import ReviewSettings
from kam_core.text.marked_text import Marked
from kam_core.text.word_catalogue import OTHERWISE
from kam_core.warehouse import version_settings
from kam_core.warehouse.ledger import Version
from kam_core.warehouse.store import Warehouse

DAYS_OPEN = 6
ANSWERS_KEPT = 1000

# ``keep(function, *arguments)`` answers as ``function(*arguments)`` does. It may remember what a
# function answered before: an answer depends on nothing but the arguments.
Keep = Callable[..., Any]


@lru_cache(maxsize=DAYS_OPEN)
def open_day(file: str, as_of: date) -> Day:
    """One day of a version file in memory, shared by all that look at it."""
    return Day(Path(file), as_of)


@dataclass(frozen=True)
class Holdings:
    """What a version holds: the choices a filter can offer, and the days each table speaks for."""

    regions: tuple[str, ...]
    tiers: tuple[str, ...]
    snapshot_days: tuple[date, ...]
    first_day: date
    tables: frozenset[str]
    fiscal_year_start_month: int


@dataclass(frozen=True)
class Company:
    """One version of a company's data; an upload makes another one, never changes this one."""

    version: int
    file: str
    as_of: date
    record: Version = field(repr=False, compare=False)
    keep: Keep = field(repr=False, compare=False)

    def day(self, as_of: date | None = None) -> Day:
        """The version as of a day, by default its newest."""
        return open_day(self.file, as_of or self.as_of)

    def holdings(self) -> Holdings:
        """What the whole version offers; what a viewer may choose is cut to their regions later."""
        return self.keep(_holdings, self)

    def words(self, lang: str) -> Marked:
        """The words of a language, and what the newest data calls its regions in it."""
        rows = self.keep(_english_regions, self) if lang == OTHERWISE else ()
        return Marked(lang, {("region", code): name for code, name in rows})

    def threshold(self, name: str) -> Decimal:
        """One limit or weight by the settings of the version."""
        return self._load_once(version_settings.threshold, name)

    def rules(self) -> scorecard.JudgingRules:
        """How the version judges a figure."""
        return self._load_once(scorecard.load_rules)

    def scheme(self) -> tiers.Scheme:
        """The tier scheme that the version was built with."""
        return self._load_once(tiers.load_scheme)

    def review(self) -> ReviewSettings | None:
        """What a document reports of the company, where there is one."""
        return self._load_once(version_settings.load_review)

    def targets(self) -> tuple[QuarterlyTarget, ...]:
        """The targets of the version, of every region and quarter."""
        return self._load_once(quarterly_targets.in_force)

    def default_targets(self) -> dict[str, Decimal]:
        """The default targets that the version was built with, by metric."""
        return self._load_once(quarterly_targets.defaults)

    def _load_once(self, load: Callable[..., Any], *arguments: object) -> Any:
        """What the settings of the version say; ``load`` takes a cursor and the arguments."""
        return self.keep(_load_once, self, load, *arguments)

    def quarters(self, as_of: date | None = None) -> tuple[Period, ...]:
        """The quarters with data up to a day, newest last; at least the one that holds the day."""
        holdings = self.holdings()
        until, start_month = as_of or self.as_of, holdings.fiscal_year_start_month
        return tuple(periods.quarters_between(holdings.first_day, until, start_month))

    def worklist_months(self, as_of: date) -> tuple[Period, ...]:
        """The months whose obligations the worklist looks at."""
        back, ahead = (
            timedelta(days=int(self.threshold(f"worklist.{name}")))
            for name in ("lookback_days", "horizon_days")
        )
        return tuple(periods.months_between(as_of - back, as_of + ahead))

    def renewal_rules(self) -> renewal_model.RenewalRules:
        """When the return on personalised time can be estimated."""
        with self.day().cursor() as cursor:
            starts = queries.run_query(cursor, "hour_bands")["from_hours"]
        return renewal_model.RenewalRules(
            **{name: int(self.threshold(f"returns.{name}")) for name in renewal_model.LEAST},
            confidence=float(self.threshold("confidence")),
            band_starts=tuple(map(float, starts)),
        )


def open_company(
    warehouse: Warehouse | Path | str, keep: Keep | None = None, checks_once: bool = False
) -> Company:
    """The live version of a warehouse; KamError("empty_warehouse") where there is none.

    ``keep``: by default a memory of its own.

    The version file is read through and held against the ledger: ``checks_once`` does so only
    where it changed since this process did it last.
    """
    if not isinstance(warehouse, Warehouse):
        if not Path(warehouse).is_dir():
            raise KamError("empty_warehouse")
        warehouse = Warehouse(warehouse)
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    check = warehouse.verified_file if checks_once else warehouse.check_file
    file = str(check(live.version))
    return Company(live.version, file, live.as_of, live, keep or AnswerMemory(ANSWERS_KEPT))


def quarter_shown_first(among: Sequence[Period], as_of: date) -> Period:
    """The last quarter that has ended by a day; the newest where none has."""
    ended = [quarter for quarter in among if quarter.ends_on <= as_of]
    return ended[-1] if ended else among[-1]


def checked_names(names: Collection[str], offered: Collection[str], code: str) -> tuple[str, ...]:
    """The names, each once; KamError(code) for one that is not offered."""
    for name in names:
        if name not in offered:
            raise KamError(code, name=name, known=tuple(offered))
    return tuple(dict.fromkeys(names))


def _holdings(company: Company) -> Holdings:
    day = company.day()
    with day.cursor() as cursor:
        tables, snapshots = (queries.run_query(cursor, name) for name in ("available", "snapshots"))
        start_month = int(version_settings.threshold(cursor, "fiscal_year_start_month"))
    return Holdings(
        regions=day.regions,
        tiers=company.scheme().tiers,
        snapshot_days=tuple(sorted(set(snapshots["as_of"]), reverse=True)),
        first_day=min(tables["covers_from"].dropna(), default=company.as_of),
        tables=frozenset(tables["table_name"]),
        fiscal_year_start_month=start_month,
    )


def _english_regions(company: Company) -> tuple[tuple[str, str], ...]:
    with company.day().cursor() as cursor:
        rows = queries.run_query(cursor, "english_regions")
    return tuple(rows.itertuples(index=False, name=None))


def _load_once(company: Company, load: Callable[..., Any], *arguments: object) -> Any:
    with company.day().cursor() as cursor:
        return load(cursor, *arguments)
