"""One day of one version in memory: what is costly is computed once, for every scope."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb

from kam_core.metrics import catalogue, periods, run
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.settings import loader
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import store, version_settings, view_sql
from kam_core.warehouse.scope import Scope


class Day:
    """A version as of one day, to be shared by every viewer; answers equal those of the file.

    Only months and quarters can be asked for: from a year before the first fact to a year after
    the day.
    """

    def __init__(self, path: Path, as_of: date) -> None:
        self.connection = store.open_beside(path)
        self.regions = store.regions(self.connection)
        self.as_of = as_of
        self._lock = Lock()
        self._computed: set[str] = set()
        _complete_thresholds(self.connection)
        with self.cursor() as cursor:
            view_sql.create_views(cursor)
            self._periods = _periods(cursor)

    def cursor(self, scope: Scope | None = None) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for one script run; without a scope it sees every region."""
        return store.cursor(self.connection, scope or Scope(self.regions, self.as_of))

    def knows(self, period: Period) -> bool:
        """Whether a quarter or a month lies among those whose facts are held."""
        return any(period.period in every for every in self._periods.values())

    def facts(self, metric: Metric, requested: Sequence[Period]) -> str:
        """The query for a metric's facts; all quarters (or months) are computed at first use."""
        length = "month" if requested[0].period in self._periods["month"] else "quarter"
        if not {period.period for period in requested} <= set(self._periods[length]):
            raise ValueError(f"outside {self._periods[length]}: {requested}")
        table = f"mart.{metric.name}_by_{length}"
        with self._lock:
            if table not in self._computed:
                self._compute(table, metric, list(self._periods[length].values()))
                self._computed.add(table)
        return f"from {table}"

    def prepare(self) -> None:
        """Compute the facts of every metric now, by quarter and by month."""
        for metric in catalogue.load_metrics().values():
            for every in self._periods.values():
                self.facts(metric, list(every.values()))

    def _compute(self, table: str, metric: Metric, every: Sequence[Period]) -> None:
        with self.cursor() as cursor:
            run.set_periods(cursor, every)
            cursor.execute(load_sql("figures/keep_facts", relation=table, query=metric.sql))


def _complete_thresholds(cursor: duckdb.DuckDBPyConnection) -> None:
    """Let a version of an older release be read by limits that it did not know yet."""
    present = {name for name, _ in cursor.execute(load_sql("figures/thresholds")).fetchall()}
    today = version_settings.flatten_numbers(loader.copy_version_settings()["thresholds"])
    added = [(name, value) for name, value in today if name not in present]
    if added:
        cursor.execute(load_sql("figures/copy_thresholds"))
        cursor.executemany(load_sql("figures/add_threshold"), added)


def _periods(cursor: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Period]]:
    """Every month and every fiscal quarter of the data, by name."""
    first, last = cursor.execute(load_sql("figures/months")).fetchall()[0]
    start_month = int(version_settings.threshold(cursor, "fiscal_year_start_month"))
    count = (last.year - first.year) * 4 + 4
    quarters = periods.quarters_until(last, count, start_month)
    inside = [quarter for quarter in quarters if first <= quarter.starts_on]
    months = [month for quarter in quarters for month in periods.months_of(quarter)]
    return {
        "quarter": {quarter.period: quarter for quarter in inside},
        "month": {month.period: month for month in months if first <= month.starts_on},
    }
