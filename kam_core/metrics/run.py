"""Running a metric for periods and dimensions: facts are added up in SQL and divided here, once."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import duckdb
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import catalogue
from kam_core.metrics.availability import Data, find_obstacle, last_day, survey_data
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import Measure
from kam_core.metrics.periods import Period, as_variable
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.store import set_variable

# The query for the facts of a metric in some periods, one row per period and account.
Facts = Callable[[Metric, Sequence[Period]], str]


def run_metric(
    cursor: duckdb.DuckDBPyConnection,
    name: str,
    periods: Sequence[Period],
    dimensions: Sequence[str] = (),
    data: Data | None = None,
    facts: Facts | None = None,
) -> pd.DataFrame:
    """A metric for each period and part: exact numerator and denominator, and value.

    A period about which the data says nothing has no row; a part without a case has value None.
    """
    metric = catalogue.metric(name)
    for column in dimensions:
        if column not in metric.dimensions:
            raise KamError("slice_not_defined", metric=name, by=column)
    data = data or survey_data(cursor, [metric])
    periods = [period for period in periods if find_obstacle(metric, period, data) is None]
    rows: list[tuple] = []
    if periods:
        set_periods(cursor, periods)
        query = facts(metric, periods) if facts else metric.sql
        figures = metric.kind.figures
        query = add_up(query, figures, dimensions, data.is_of_tiers)
        rows = cursor.execute(query).fetchall()
    measures = {period.period: _measure(metric, period, data) for period in periods}
    return pd.DataFrame(
        [_finish(metric, row, measures[row[0]]) for row in rows],
        columns=["period", *dimensions, "numerator", "denominator", "value"],
        dtype=object,
    )


def count_beside(
    cursor: duckdb.DuckDBPyConnection, metric: Metric, period: Period, data: Data
) -> dict[str, int] | None:
    """How many cases are told beside a figure, by their code; None where the metric has none."""
    if not metric.beside or find_obstacle(metric, period, data):
        return None
    set_periods(cursor, [period])
    accounts = "tiered_account_periods" if data.is_of_tiers else "account_periods"
    where = "where is_tier_in_scope(tier)" if data.is_of_tiers else ""
    counts = {}
    for code, rows in metric.beside.items():
        query = load_sql("figures/count_beside", rows=rows, accounts=accounts, where=where)
        ((counts[code],),) = cursor.execute(query).fetchall()
    return counts


def set_periods(cursor: duckdb.DuckDBPyConnection, periods: Sequence[Period] | None) -> None:
    """Set the session variable ``periods``; None leaves none, so that no view shows a row."""
    set_variable(cursor, "periods", None if periods is None else as_variable(periods))


def add_up(facts: str, figures: str, dimensions: Sequence[str], has_tiers: bool) -> str:
    """Facts added up to some figures, over the accounts in scope by period and dimension.

    Tiers are looked up only where they are needed.
    """
    accounts = "tiered_account_periods" if has_tiers or "tier" in dimensions else "account_periods"
    return load_sql(
        "figures/add_up",
        facts=facts,
        keys=", ".join(["period", *dimensions]),
        figures=figures,
        accounts=accounts,
        where="where is_tier_in_scope(tier)" if has_tiers else "",
    )


def _measure(metric: Metric, period: Period, data: Data) -> Measure:
    days = (last_day(metric, period, data) - period.starts_on).days + 1
    return Measure(metric.scale, metric.quantile, Fraction(days, 7))


def _finish(metric: Metric, row: tuple, measure: Measure) -> tuple:
    *keys, numerator, denominator = row
    numerator, denominator, value = metric.kind.figure(numerator, denominator, measure)
    return (*keys, numerator, denominator, None if value is None else float(value))
