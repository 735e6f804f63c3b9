"""What the data of a version can say: which days each table speaks for, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import duckdb

from kam_core.contract.declaration import tables
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import view_sql

# table.column!value: the column is told, and no row says that value.
NEVER = "!"

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Data:
    """What the version holds as of the day in scope: which days each loaded table speaks for.

    ``whole_from`` is the first month that a table tells from its beginning, as a figure needs it
    that looks back. Of the columns some metrics need, ``filled_columns`` have a value in any row in
    force, ``seen_columns`` in any that is known on the day. ``is_of_tiers`` says whether the scope
    is cut to some tiers.
    """

    as_of: date | None
    days: dict[str, tuple[date | None, date | None]]
    whole_from: dict[str, date | None]
    tier_needs: tuple[str, ...]
    filled_columns: frozenset[str]
    seen_columns: frozenset[str]
    is_of_tiers: bool = False


def survey_data(cursor: duckdb.DuckDBPyConnection, metrics: Iterable[Metric]) -> Data:
    """What the version holds of the tables and columns that some metrics need."""
    as_of, has_tiers = cursor.execute(load_sql("figures/scope")).fetchall()[0]
    covered = cursor.execute(load_sql("figures/coverage")).fetchall()
    days = {table: (first, last) for table, first, last, _ in covered}
    whole_from = {table: whole for table, _, _, whole in covered}
    rows = cursor.execute(load_sql("figures/tier_needs")).fetchall()
    tier_needs = tuple(need for (need,) in rows)
    options = {
        option
        for metric in metrics
        for need in metric.list_needs(tier_needs)
        for option in need.split("|")
    }
    filled, seen = (_list_told(cursor, options, schema) for schema in ("history", "as_of"))
    # What people said of an account that left the file is told, too.
    filled |= {option for option in seen if option.startswith("accounts.")}
    return Data(as_of, days, whole_from, tier_needs, filled, seen, has_tiers)


def find_obstacle(metric: Metric, period: Period, data: Data) -> str | None:
    """Why the data can say nothing about a metric in a period, or None if it can."""
    if data.as_of is None or period.starts_on > data.as_of:
        return "not_started"
    if obstacle := _find_lack(metric, data):
        return obstacle
    if data.is_of_tiers and "tier" not in metric.dimensions:
        return "not_by_tier"
    for table in metric.known_by:
        if table in data.days and not _has_come(table, period, data):
            return f"not_yet_known:{table}"
    for table in metric.dated:
        if not _covers(metric, table, period, data):
            return f"outside_data:{table}"
    return "no_cases" if _is_all_ahead(metric, data) else None


def known_until(metric: Metric, data: Data) -> date | None:
    """The day up to which a figure is known: the earliest of its tables; None where none is."""
    days = [data.as_of, *(data.days[table][1] for table in metric.known_by if table in data.days)]
    return None if None in days else min(day for day in days if day)


def find_open_table(metric: Metric, period: Period, data: Data) -> str | None:
    """The table that ends first, where it ends before the period: what is to come can be a case."""
    ends = [(data.days[table][1], table) for table in metric.known_by if table in data.days]
    day, table = min(((day, table) for day, table in ends if day), default=(None, ""))
    return f"not_yet_known:{table}" if day and day < period.ends_on else None


def last_day(metric: Metric, period: Period, data: Data) -> date:
    """The day a period is read on: its last, or the day up to which the figure is known."""
    return min(period.ends_on, known_until(metric, data) or period.ends_on)


def is_partial(metric: Metric, period: Period, data: Data) -> bool:
    """Whether what the data tells of the period ends before the period does."""
    until = known_until(metric, data)
    return until is None or until < period.ends_on


def _find_lack(metric: Metric, data: Data) -> str | None:
    """The first of the needs that nothing in the files meets."""
    for need in metric.list_needs(data.tier_needs):
        if not _list_filled(need, data):
            return f"needs:{need.partition('|')[0]}"
    return None


def _is_all_ahead(metric: Metric, data: Data) -> bool:
    """Whether what meets some need is still to come."""
    return any(
        not any(option in data.days or option in data.seen_columns for option in options)
        for options in (_list_filled(need, data) for need in metric.list_needs(data.tier_needs))
    )


def _list_filled(need: str, data: Data) -> list[str]:
    """The options of a need that the files tell."""
    return [
        option for option in need.split("|") if option in data.days or option in data.filled_columns
    ]


def _list_told(
    cursor: duckdb.DuckDBPyConnection, needs: Iterable[str], schema: str
) -> frozenset[str]:
    """Which of the needs that name a column hold in any row: as accepted, or as the day knows it.

    A view of the day fills columns (an opportunity is open until it is closed), so it cannot say
    whether anybody told them.
    """
    columns = sorted(need.split(".") for need in needs if "." in need)
    options = set()
    for table, of_table in groupby(columns, key=lambda column: column[0]):
        names = [name for _, name in of_table]
        counts = ", ".join(map(_count_told, names))
        source = f"{schema}.{table}"
        if schema == "history":
            source += f" where {' and '.join(view_sql.in_force_conditions(tables()[table]))}"
        query = load_sql("figures/count_cells", counts=counts, source=source)
        row = cursor.execute(query).fetchall()[0]
        options |= {f"{table}.{name}" for name, n in zip(names, row, strict=True) if n}
    return frozenset(options)


def _count_told(name: str) -> str:
    column, _, never = name.partition(NEVER)
    return f"count({column}) * (count(*) filter (where {column}::varchar = '{never}') = 0)::integer"


def _has_come(table: str, period: Period, data: Data) -> bool:
    """Whether the table speaks of a day of the period at all."""
    _, last = data.days[table]
    return last is not None and period.starts_on <= last


def _covers(metric: Metric, table: str, period: Period, data: Data) -> bool:
    (first, last), whole_from = data.days[table], data.whole_from[table]
    if first is None or last is None or whole_from is None:
        return False
    # The earliest month that the figure looks back to.
    begins = period.starts_on if metric.kind.is_growth else last_day(metric, period, data) + DAY
    looks_from = _month_number(begins) - metric.looks_back_months
    if metric.looks_back_months and looks_from < _month_number(whole_from):
        return False
    return period.ends_on >= first and period.starts_on <= last


def _month_number(day: date) -> int:
    return day.year * 12 + day.month
