"""What the data of a version can say: which days each table speaks for, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import duckdb

from kam_core.metrics.catalogue import TIERS, Metric
from kam_core.metrics.periods import Period

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Data:
    """What the version holds as of the day in scope: which days each loaded table speaks for.

    ``whole_from`` is the first month that a table tells from its beginning, as a figure needs it
    that looks back. ``is_of_tiers`` says whether the scope is cut to some tiers.
    """

    as_of: date | None
    days: dict[str, tuple[date | None, date | None]]
    whole_from: dict[str, date | None]
    tier_needs: tuple[str, ...]
    filled_columns: frozenset[str]
    is_of_tiers: bool = False


def survey_data(cursor: duckdb.DuckDBPyConnection, metrics: Iterable[Metric]) -> Data:
    """What the version holds of the tables and columns that some metrics need."""
    as_of = cursor.execute("select as_of()").fetchall()[0][0]
    query = "select table_name, covers_from, covers_to, whole_from from as_of.coverage"
    covered = cursor.execute(query).fetchall()
    days = {table: (first, last) for table, first, last, _ in covered}
    whole_from = {table: whole for table, _, _, whole in covered}
    rows = cursor.execute("select need from settings.tier_needs order by position").fetchall()
    tier_needs = tuple(need for (need,) in rows)
    options = {
        option
        for metric in metrics
        for need in _needs(metric, tier_needs)
        for option in need.split("|")
    }
    has_tiers = cursor.execute("select getvariable('tiers') is not null").fetchall()[0][0]
    return Data(as_of, days, whole_from, tier_needs, _filled(cursor, options), has_tiers)


def find_obstacle(metric: Metric, period: Period, data: Data) -> str | None:
    """Why the data can say nothing about a metric in a period, or None if it can."""
    if data.as_of is None or period.starts_on > data.as_of:
        return "not_started"
    for need in _needs(metric, data.tier_needs):
        options = need.split("|")
        if not any(option in data.days or option in data.filled_columns for option in options):
            return f"needs:{options[0]}"
    if data.is_of_tiers and "tier" not in metric.dimensions:
        return "not_by_tier"
    for table in metric.dated:
        if not _covers(metric, table, period, data):
            return f"outside_data:{table}"
    return None


def last_day(period: Period, data: Data) -> date:
    """The day a period is read on: its last, or the as-of day before that."""
    return min(period.ends_on, data.as_of or period.ends_on)


def is_partial(metric: Metric, period: Period, data: Data) -> bool:
    """Whether the period, or what the data tells of it, ends before the period does."""
    ends = [data.as_of, *(data.days[table][1] for table in metric.dated)]
    return any(day is not None and day < period.ends_on for day in ends)


def _needs(metric: Metric, tier_needs: tuple[str, ...]) -> list[str]:
    """What a metric needs, with "tiers" replaced by what the active scheme needs."""
    return [part for need in metric.needs for part in (tier_needs if need == TIERS else (need,))]


def _filled(cursor: duckdb.DuckDBPyConnection, needs: Iterable[str]) -> frozenset[str]:
    """Which of the needs that name a column (table.column) have a value in any row."""
    columns = sorted(need.split(".") for need in needs if "." in need)
    filled = set()
    for table, of_table in groupby(columns, key=lambda column: column[0]):
        names = [name for _, name in of_table]
        counts = ", ".join(f"count({name})" for name in names)
        row = cursor.execute(f"select {counts} from as_of.{table}").fetchall()[0]
        filled |= {f"{table}.{name}" for name, n in zip(names, row, strict=True) if n}
    return frozenset(filled)


def _covers(metric: Metric, table: str, period: Period, data: Data) -> bool:
    (first, last), whole_from = data.days[table], data.whole_from[table]
    if first is None or last is None or whole_from is None:
        return False
    # The earliest month that the figure looks back to.
    begins = period.starts_on if metric.kind.is_growth else last_day(period, data) + DAY
    looks_from = _month_number(begins) - metric.looks_back_months
    if metric.looks_back_months and looks_from < _month_number(whole_from):
        return False
    return period.ends_on >= first and period.starts_on <= last


def _month_number(day: date) -> int:
    return day.year * 12 + day.month
