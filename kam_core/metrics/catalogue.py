"""Metrics: one SQL file each, its header, and running it for periods and slices.

A metric file gives exact numerators and denominators per period and account; they are added in SQL
and divided here, once, as fractions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import periods
from kam_core.metrics.periods import Period
from kam_core.warehouse.sql_header import header

SQL = Path(__file__).parents[1] / "sql" / "metrics"
KINDS = ("sum", "ratio", "change", "uplift", "quantile", "mean", "concentration", "per_head")
# A ratio minus 1: of an amount to that of the same period a year before, or of some cases to what
# the same cases were before.
LESS_ONE = ("change", "uplift")
# Whose header says what the numerator and the denominator are amounts of.
OF_PARTS = ("ratio", *LESS_ONE)
TOPICS = ("revenue", "follow_up", "needs", "service", "value", "resources")
TIERS = "tiers"

Exact = int | Decimal | Fraction

# Durations reach the end as whole microseconds, so that nothing is rounded on the way.
MICROSECONDS = {"days": 86_400_000_000, "hours": 3_600_000_000}

# More than the square of any sum of money has.
EXACT_DIGITS = 120


@dataclass(frozen=True)
class Metric:
    """What the header of a metric file says, and its query.

    ``parts`` is what a numerator and a denominator are amounts of: "count" (cases), "money" or
    "hours". ``reads`` is "period" where the metric counts what happened in one, "day" where it says
    what is so on its last day. ``looks_back_months`` are those before the period (of a change) or
    before the end of that day which the data must reach back to.
    """

    name: str
    order: int
    topic: str
    zh: str
    en: str
    kind: str
    unit: str
    better: str
    grain: str
    needs: tuple[str, ...]
    slices: tuple[str, ...]
    interval: str
    means_zh: str
    means_en: str
    not_zh: str
    not_en: str
    sql: str = field(repr=False)
    dated: tuple[str, ...] = ()
    looks_back_months: int = 0
    reads: str = "period"
    parts: str = "count"
    quantile: Fraction = Fraction(1, 2)
    evidence: str | None = None

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def means(self, lang: str) -> str:
        return self.means_zh if lang == "zh" else self.means_en

    def excludes(self, lang: str) -> str:
        return self.not_zh if lang == "zh" else self.not_en


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


# The query for the facts of a metric in some periods, one row per period and account.
Facts = Callable[[Metric, Sequence[Period]], str]


def load_metrics() -> dict[str, Metric]:
    """All metrics by name, in the order in which they are shown."""
    return dict(_catalogue())


@cache
def _catalogue() -> dict[str, Metric]:
    read = (parse(path.read_text("utf-8")) for path in SQL.glob("*.sql"))
    return {m.name: m for m in sorted(read, key=lambda m: (m.order, m.name))}


def metric(name: str) -> Metric:
    """One metric of the catalogue; KamError("unknown_metric") if there is none of that name."""
    if name not in _catalogue():
        raise KamError("unknown_metric", metric=name)
    return _catalogue()[name]


def parse(text: str) -> Metric:
    """A metric from the text of its file: header lines ``-- key: value``, then the query."""
    values, sql = header(text)
    return Metric(
        name=values["metric"],
        order=int(values["order"]),
        topic=values["topic"],
        needs=_names(values["needs"]),
        slices=_names(values["slices"]),
        dated=_names(values.get("dated", "")),
        looks_back_months=int(values.get("looks-back", "0").split()[0]),
        reads=values.get("reads", "period"),
        parts=values.get("parts", "count"),
        quantile=Fraction(values.get("quantile", "0.5")),
        evidence=values.get("evidence"),
        sql=sql,
        **{name: values[name] for name in ("zh", "en", "kind", "unit", "better", "grain")},
        interval=values["interval"],
        **{
            f"{name}_{lang}": values[f"{name}-{lang}"]
            for name in ("means", "not")
            for lang in ("zh", "en")
        },
    )


def run(
    cursor: duckdb.DuckDBPyConnection,
    name: str,
    asked: Sequence[Period],
    by: Sequence[str] = (),
    data: Data | None = None,
    facts: Facts | None = None,
) -> pd.DataFrame:
    """A metric for each period and slice: exact numerator and denominator, and value.

    A period about which the data says nothing has no row; a slice without a case has value None.
    """
    wanted = metric(name)
    for column in by:
        if column not in wanted.slices:
            raise KamError("slice_not_defined", metric=name, by=column)
    data = data or survey(cursor, [wanted])
    told = [period for period in asked if obstacle(wanted, period, data) is None]
    rows = _rows(cursor, wanted, told, tuple(by), data, facts) if told else []
    weeks = {period.period: _weeks(period, data) for period in told}
    return pd.DataFrame(
        [_with_value(wanted, row, weeks[row[0]]) for row in rows],
        columns=["period", *by, "numerator", "denominator", "value"],
        dtype=object,
    )


def survey(cursor: duckdb.DuckDBPyConnection, wanted: Iterable[Metric]) -> Data:
    """What the version holds of the tables and columns that some metrics need."""
    as_of = cursor.execute("select as_of()").fetchall()[0][0]
    query = "select table_name, covers_from, covers_to, whole_from from as_of.coverage"
    covered = cursor.execute(query).fetchall()
    days = {table: (first, last) for table, first, last, _ in covered}
    whole_from = {table: whole for table, _, _, whole in covered}
    rows = cursor.execute("select need from settings.tier_needs order by position").fetchall()
    tier_needs = tuple(need for (need,) in rows)
    named = {option for m in wanted for need in _needs(m, tier_needs) for option in need.split("|")}
    has_tiers = cursor.execute("select getvariable('tiers') is not null").fetchall()[0][0]
    return Data(as_of, days, whole_from, tier_needs, _filled(cursor, named), has_tiers)


def obstacle(wanted: Metric, period: Period, data: Data) -> str | None:
    """Why the data can say nothing about a metric in a period, or None if it can."""
    if data.as_of is None or period.starts_on > data.as_of:
        return "not_started"
    for need in _needs(wanted, data.tier_needs):
        options = need.split("|")
        if not any(option in data.days or option in data.filled_columns for option in options):
            return f"needs:{options[0]}"
    if data.is_of_tiers and "tier" not in wanted.slices:
        return "not_by_tier"
    for table in wanted.dated:
        if not _covers(wanted, table, period, data):
            return f"outside_data:{table}"
    return None


def exact_value(wanted: Metric, numerator: Exact, denominator: Exact | None) -> Fraction | None:
    """The figure as a fraction; None where there is no case (or no base to compare with)."""
    if wanted.kind == "sum":
        return Fraction(numerator)
    if denominator is None or denominator <= 0:
        return None
    ratio = Fraction(numerator) / Fraction(denominator)
    return ratio - 1 if wanted.kind in LESS_ONE else ratio


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _needs(wanted: Metric, tier_needs: tuple[str, ...]) -> list[str]:
    """What a metric needs, with "tiers" replaced by what the active scheme needs."""
    return [part for need in wanted.needs for part in (tier_needs if need == TIERS else (need,))]


def _filled(cursor: duckdb.DuckDBPyConnection, needs: Iterable[str]) -> frozenset[str]:
    """Which of the needs that name a column (table.column) have a value in any row."""
    columns = sorted(need.split(".") for need in needs if "." in need)
    filled = set()
    for table, of_table in groupby(columns, key=lambda column: column[0]):
        names = [name for _, name in of_table]
        counts = ", ".join(f"count({name})" for name in names)
        found = cursor.execute(f"select {counts} from as_of.{table}").fetchall()[0]
        filled |= {f"{table}.{name}" for name, n in zip(names, found, strict=True) if n}
    return frozenset(filled)


def last_day(period: Period, data: Data) -> date:
    """The day a period is read on: its last, or the as-of day before that."""
    return min(period.ends_on, data.as_of or period.ends_on)


def _weeks(period: Period, data: Data) -> Fraction:
    return Fraction((last_day(period, data) - period.starts_on).days + 1, 7)


def _covers(wanted: Metric, table: str, period: Period, data: Data) -> bool:
    (first, last), whole_from = data.days[table], data.whole_from[table]
    if first is None or last is None or whole_from is None:
        return False
    if wanted.looks_back_months and _looks_from(wanted, period, data) < _month_number(whole_from):
        return False
    return period.ends_on >= first and period.starts_on <= last


def _looks_from(wanted: Metric, period: Period, data: Data) -> int:
    """The number of the earliest month that a figure looks back to."""
    day_after = last_day(period, data) + timedelta(days=1)
    begins = period.starts_on if wanted.kind == "change" else day_after
    return _month_number(begins) - wanted.looks_back_months


def _month_number(day: date) -> int:
    return day.year * 12 + day.month


def _rows(
    cursor: duckdb.DuckDBPyConnection,
    wanted: Metric,
    told: list[Period],
    by: tuple[str, ...],
    data: Data,
    facts: Facts | None,
) -> list[tuple]:
    set_periods(cursor, told)
    query = _added_up(wanted, facts(wanted, told) if facts else wanted.sql, by, data.is_of_tiers)
    return cursor.execute(query).fetchall()


def _added_up(wanted: Metric, facts: str, by: tuple[str, ...], has_tiers: bool) -> str:
    """The facts of a metric added up over the accounts in scope by period and slice.

    Tiers are looked up only where they are asked for.
    """
    keys = ", ".join(["period", *by])
    accounts = "tiered_account_periods" if has_tiers or "tier" in by else "account_periods"
    where = "where is_tier_in_scope(tier)" if has_tiers else ""
    if wanted.kind == "sum":
        figures = "coalesce(sum(numerator), 0), null"
    elif wanted.kind == "quantile":
        figures = "list(value order by value) filter (where value is not null), count(value)"
    elif wanted.kind == "concentration":
        figures = "list(numerator) filter (where numerator > 0), null"
    elif wanted.kind == "per_head":
        figures = "coalesce(sum(numerator), 0), count(distinct head)"
    else:
        figures = "coalesce(sum(numerator), 0), coalesce(sum(denominator), 0)"
    return (
        f"with facts as (\n{facts}\n)\n"
        f"select {keys}, {figures}\n"
        f"from scoped.{accounts} left join facts using (period, account_id)\n"
        f"{where} group by {keys} order by {keys}"
    )


def set_periods(cursor: duckdb.DuckDBPyConnection, asked: Sequence[Period] | None) -> None:
    """Set the session variable ``periods``; None leaves none, so that no view shows a row."""
    value = None if asked is None else periods.as_variable(asked)
    cursor.execute("set variable periods = $value", {"value": value})


def _with_value(wanted: Metric, row: tuple, weeks: Fraction) -> tuple:
    *keys, numerator, denominator = row
    if wanted.kind == "quantile":
        value, numerator = _quantile(wanted, numerator), None
    else:
        numerator, denominator = _parts(wanted, numerator, denominator, weeks)
        value = exact_value(wanted, numerator, denominator)
    return (*keys, numerator, denominator, None if value is None else float(value))


def _parts(
    wanted: Metric, numerator: Any, denominator: Any, weeks: Fraction
) -> tuple[Exact, Exact | None]:
    """What is divided by what, in the unit of the metric and still exact."""
    if wanted.kind == "concentration":
        return _squares(numerator or [])
    if wanted.kind == "per_head":
        return numerator, denominator * weeks
    if wanted.kind == "mean" and wanted.unit in MICROSECONDS:
        return Fraction(numerator, MICROSECONDS[wanted.unit]), denominator
    return numerator, denominator


def _squares(amounts: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The sum of squares and the square of the sum, without rounding."""
    with localcontext(prec=EXACT_DIGITS) as context:
        context.traps[Inexact] = True
        return sum((a * a for a in amounts), Decimal(0)), sum(amounts, Decimal(0)) ** 2


def _quantile(wanted: Metric, microseconds: list[int] | None) -> Fraction | None:
    """The quantile of sorted durations, linear between neighbours, in the unit of the metric."""
    if not microseconds:
        return None
    place = (len(microseconds) - 1) * wanted.quantile
    below = int(place)
    above = min(below + 1, len(microseconds) - 1)
    step = (microseconds[above] - microseconds[below]) * (place - below)
    return Fraction(microseconds[below] + step) / MICROSECONDS[wanted.unit]
