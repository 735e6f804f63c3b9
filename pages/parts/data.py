"""The only cache: (version, scope, question, parameters) determines an answer, for ever."""

import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st

from kam_core import archive, config, metrics, periods, questions, scorecard, store, tiers
from kam_core.access import Scope
from kam_core.marts import Day
from kam_core.periods import Period
from kam_core.scorecard import Rules, Score

ANSWERS_KEPT = 4000
DAYS_OPEN = 6


@dataclass(frozen=True)
class Source:
    """The version that is live; a new upload makes another one, never changes this one."""

    version: int
    file: str
    as_of: date


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first run of the process: what stays for good is no longer searched for garbage."""
    gc.collect()
    gc.freeze()


def warehouse_folder() -> str:
    return os.environ.get("KAM_WAREHOUSE", "data/warehouse")


def live() -> Source | None:
    """The live version, or None while the warehouse is empty.

    KamError where its file, or the ledger, is not as it was left; a file is read through only once.
    """
    warehouse = _warehouse(warehouse_folder())
    version = warehouse.live_version()
    if version is None:
        return None
    file = warehouse.verified_file(version.version)
    return Source(version.version, str(file), version.as_of)


def versions() -> pd.DataFrame:
    """Every version, newest first."""
    warehouse = _warehouse(warehouse_folder())
    rows = [
        {
            "version": version.version,
            "as_of": version.as_of,
            "created_at": version.created_at,
            "created_by": version.created_by,
        }
        for version in reversed(warehouse.ledger.versions())
    ]
    return pd.DataFrame(rows, columns=["version", "as_of", "created_at", "created_by"])


def publications() -> pd.DataFrame:
    """Every publication, newest first: who, when, why, which version, which files it brought."""
    rows = [
        {
            "published_at": event.published_at,
            "version": event.version,
            "reason": event.reason,
            "published_by": event.published_by,
            "files": [snapshot.file_name for snapshot in event.snapshots],
        }
        for event in reversed(archive.history(_warehouse(warehouse_folder())))
    ]
    return pd.DataFrame(rows)


def original(snapshot_id: int) -> tuple[str, bytes]:
    """An uploaded file under its own name, as it was received."""
    return archive.original(_warehouse(warehouse_folder()), snapshot_id)


def corrections(source: Source, snapshot_id: int, lang: str) -> tuple[str, bytes]:
    """The quarantined rows of an upload as a file to correct and upload again."""
    return archive.corrections(_warehouse(warehouse_folder()), source.version, snapshot_id, lang)


def sees_everything(source: Source, scope: Scope) -> bool:
    """Whether a scope holds every region: a file as received cannot be cut to a region."""
    return set(holdings(source).regions) <= set(scope.regions)


# repr spells out every field, and is much quicker than taking a dataclass apart.
_kept = st.cache_data(
    show_spinner=False,
    max_entries=ANSWERS_KEPT,
    hash_funcs={Source: repr, Scope: repr, Period: repr},
)


@dataclass(frozen=True)
class Holdings:
    """What a version holds: the choices a filter can offer, and the days each table speaks for."""

    regions: tuple[str, ...]
    tiers: tuple[str, ...]
    snapshot_days: tuple[date, ...]
    first_day: date
    tables: frozenset[str]
    fiscal_year_start_month: int


def default_targets() -> dict[str, float]:
    """The quarterly targets of the settings, by metric."""
    return config.settings_document()["targets"]["targets"]


def ask(source: Source, scope: Scope, question: str, **parameters: object) -> pd.DataFrame:
    """The answer to a question of sql/questions within a scope."""
    return _ask(source, scope, question, tuple(sorted(parameters.items())))


def metric(
    source: Source, scope: Scope, name: str, asked: Sequence[Period], by: tuple[str, ...] = ()
) -> pd.DataFrame:
    """A metric for many periods in one query: period, slices, numerator, denominator, value."""
    return _metric(source, scope, name, tuple(asked), by)


@_kept
def holdings(source: Source) -> Holdings:
    """What the whole version offers; what a viewer may choose is cut to their regions later."""
    day = _day(source, source.as_of)
    scope = Scope(day.regions, source.as_of)
    tables = ask(source, scope, "available")
    snapshots = ask(source, scope, "snapshots")
    with day.cursor() as cursor:
        start_month = int(config.threshold(cursor, "fiscal_year_start_month"))
        known_tiers = tiers.scheme(cursor).tiers
    return Holdings(
        regions=scope.regions,
        tiers=known_tiers,
        snapshot_days=tuple(sorted(set(snapshots["as_of"]), reverse=True)),
        first_day=min(tables["covers_from"].dropna(), default=source.as_of),
        tables=frozenset(tables["table_name"]),
        fiscal_year_start_month=start_month,
    )


def still_needed(target: Decimal, owed: int, done: int) -> int:
    """How many more of what is owed must be done for a target share."""
    return max(ceil(Fraction(target) * owed) - done, 0)


def worklist_months(source: Source, as_of: date) -> tuple[Period, ...]:
    """The months whose obligations the worklist looks at, by the settings of the version."""
    back = timedelta(days=int(_threshold(source, "worklist.lookback_days")))
    ahead = timedelta(days=int(_threshold(source, "worklist.horizon_days")))
    return _months_between(as_of - back, as_of + ahead)


def _months_between(first: date, last: date) -> tuple[Period, ...]:
    quarters = periods.quarters_until(last, 2 + (last - first).days // 89)
    months = [month for quarter in quarters for month in periods.months_of(quarter)]
    return tuple(m for m in months if m.ends_on >= first and m.starts_on <= last)


@_kept
def _threshold(source: Source, name: str) -> Decimal:
    with _day(source, source.as_of).cursor() as cursor:
        return config.threshold(cursor, name)


@_kept
def targets(
    source: Source, scope: Scope, asked: tuple[Period, ...]
) -> tuple[dict[str, Decimal], ...]:
    """The targets, by metric, that hold for a scope in each of some periods."""
    with _cursor(source, scope) as cursor:
        goals = scorecard.targets(cursor, asked)
    return tuple(goals[period.period] for period in asked)


@_kept
def cuts(source: Source) -> tuple[float, float]:
    """Where the tier matrix is cut, across and up, by the scheme the version was built with."""
    with _day(source, source.as_of).cursor() as cursor:
        scheme = tiers.scheme(cursor)
    return scheme.x.cuts[0], scheme.y.cuts[0]


def region_scores(
    source: Source, scope: Scope, period: Period, names: Sequence[str]
) -> pd.DataFrame:
    """Each region judged against the target that holds for it: one row per region and metric."""
    goals = {
        region: targets(source, replace(scope, regions=(region,)), (period,))[0]
        for region in scope.regions
    }
    rules, partial = _rules(source), period.ends_on > scope.as_of
    rows = [
        {"region": row["region"]}
        | vars(
            scorecard.judged(
                metrics.metric(name), row, goals[row["region"]].get(name), rules, partial
            )
        )
        for name in names
        for row in metric(source, scope, name, [period], ("region",)).to_dict("records")
        if row["region"] in goals and row["value"] is not None
    ]
    return pd.DataFrame(rows, columns=["region", *(field.name for field in fields(Score))])


@_kept
def _rules(source: Source) -> Rules:
    with _day(source, source.as_of).cursor() as cursor:
        return scorecard.rules_of(cursor)


@st.cache_resource(show_spinner=False)
def _warehouse(folder: str) -> store.Warehouse:
    return store.Warehouse(Path(folder))


@st.cache_resource(show_spinner=False, max_entries=DAYS_OPEN, hash_funcs={Source: repr})
def _day(source: Source, as_of: date) -> Day:
    return Day(Path(source.file), as_of)


def _cursor(source: Source, scope: Scope) -> duckdb.DuckDBPyConnection:
    return _day(source, scope.as_of).cursor(scope)


@_kept
def _ask(
    source: Source, scope: Scope, question: str, parameters: tuple[tuple[str, object], ...]
) -> pd.DataFrame:
    with _cursor(source, scope) as cursor:
        return questions.ask(cursor, question, **dict(parameters))


@_kept
def _survey(source: Source, scope: Scope) -> metrics.Data:
    """What the version holds as of a day: asked once, needed by every metric."""
    with _cursor(source, scope) as cursor:
        return metrics.survey(cursor, metrics.catalogue().values())


@_kept
def _metric(
    source: Source, scope: Scope, name: str, asked: tuple[Period, ...], by: tuple[str, ...]
) -> pd.DataFrame:
    day = _day(source, scope.as_of)
    with day.cursor(scope) as cursor:
        return metrics.run(cursor, name, asked, by, _survey(source, scope), day.facts)


@_kept
def score(source: Source, scope: Scope, period: Period, name: str) -> Score:
    """One metric judged for one period."""
    day, data = _day(source, scope.as_of), _survey(source, scope)
    with day.cursor(scope) as cursor:
        return scorecard.scorecard(cursor, period, [name], data, day.facts)[0]
