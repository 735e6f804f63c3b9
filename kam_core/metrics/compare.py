"""What differs between two versions: uploads, rows, accounts that moved, figures."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from kam_core.metrics import periods, scorecard
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import version_settings
from kam_core.warehouse.row_diff import RowChanges, row_changes
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import cursor, open_version, regions

SETTINGS_TABLES = ("thresholds", "targets", "cadences", "tier_axes", "tier_cells", "tier_needs")


@dataclass(frozen=True)
class AccountChange:
    """One account, what changed of it (see sql/compare/account_changes.sql), and both values."""

    account_id: str
    account_name: str
    region: str
    what: str
    before: str | None
    after: str | None
    account_name_en: str | None
    region_en: str | None


@dataclass(frozen=True)
class KpiChange:
    """One figure of one quarter on both sides; a value is null where ``*_reason`` says why."""

    quarter: str
    metric: str
    unit: str
    before: float | None
    after: float | None
    before_status: str
    after_status: str
    before_reason: str | None
    after_reason: str | None

    @property
    def is_changed(self) -> bool:
        before = (self.before, self.before_status, self.before_reason)
        return before != (self.after, self.after_status, self.after_reason)


@dataclass(frozen=True)
class VersionUpload:
    """An upload that only one of the versions holds: ``change`` is added or gone."""

    change: str
    snapshot_id: int
    file_name: str
    table_name: str
    mode: str
    as_of: date
    received: int
    loaded_by: str


@dataclass(frozen=True)
class VersionComparison:
    """Two versions side by side, and whether they differ in anything.

    ``tables`` and ``kpis`` hold every table and figure, changed or not; ``accounts``, ``uploads``
    and ``settings`` (names of settings tables) hold differences only.
    """

    before_as_of: date | None
    after_as_of: date
    tables: tuple[RowChanges, ...]
    accounts: tuple[AccountChange, ...]
    kpis: tuple[KpiChange, ...]
    uploads: tuple[VersionUpload, ...]
    settings: tuple[str, ...]
    differs: bool


def compare(
    before: Path | None, after: Path, regions_shown: Sequence[str] | None = None
) -> VersionComparison:
    """Compare two version files, each as of its own day; ``before=None`` is no version at all.

    With ``regions_shown`` each side shows what a viewer of these regions sees of it, so an account
    that moved out of them is gone. Figures are those of the last complete quarter of each side,
    both sides for the same quarter.
    """
    with closing(_Side(after, regions_shown)) as new:
        if before is None:
            return _comparison(None, new, row_changes(None, after, regions_shown))
        with closing(_Side(before, regions_shown)) as old:
            return _comparison(old, new, row_changes(before, after, regions_shown))


class _Side:
    """One version as a viewer of some regions sees it on its own as-of day."""

    def __init__(self, path: Path, regions_shown: Sequence[str] | None) -> None:
        with closing(open_version(path)) as opened:
            newest = opened.execute(load_sql("version/newest_day")).fetchall()
        self.as_of: date = newest[0][0]
        # Through the views of today: a version of an older release lacks those of newer figures.
        self.connection = Day(path, self.as_of).connection
        seen = regions(self.connection) if regions_shown is None else tuple(regions_shown)
        self.cursor = cursor(self.connection, Scope(seen, self.as_of))
        self.fiscal_start = int(version_settings.threshold(self.cursor, "fiscal_year_start_month"))

    def close(self) -> None:
        self.connection.close()

    def last_complete_quarter(self) -> Period:
        running = periods.quarter_of(self.as_of, self.fiscal_start)
        if running.ends_on <= self.as_of:
            return running
        return periods.quarter_of(running.starts_on - timedelta(days=1), self.fiscal_start)

    def accounts(self) -> pa.Table:
        return self.cursor.sql(load_sql("compare/accounts")).to_arrow_table()

    def scores(self, quarter: str) -> list[Score]:
        return scorecard.scorecard(self.cursor, periods.quarter(quarter, self.fiscal_start))

    def settings(self, table: str) -> list[tuple]:
        return self.cursor.execute(load_sql("version/settings", table=table)).fetchall()

    def uploads(self) -> dict[int, VersionUpload]:
        rows = self.cursor.execute(load_sql("compare/uploads")).fetchall()
        return {row[0]: VersionUpload("", *row) for row in rows}


def _comparison(old: _Side | None, new: _Side, tables: Iterable[RowChanges]) -> VersionComparison:
    rows, kpis, uploads = tuple(tables), _kpi_changes(old, new), _upload_changes(old, new)
    accounts = _account_changes(old, new) if old else []
    settings = [t for t in SETTINGS_TABLES if old and old.settings(t) != new.settings(t)]
    is_changed = any(table.is_any for table in rows) or any(kpi.is_changed for kpi in kpis)
    before_as_of = old.as_of if old else None
    return VersionComparison(
        before_as_of,
        new.as_of,
        tables=rows,
        accounts=tuple(accounts),
        kpis=tuple(kpis),
        uploads=tuple(uploads),
        settings=tuple(settings),
        differs=before_as_of != new.as_of or bool(accounts or uploads or settings or is_changed),
    )


def _account_changes(old: _Side, new: _Side) -> list[AccountChange]:
    with duckdb.connect() as connection:
        connection.register("before", old.accounts())
        connection.register("after", new.accounts())
        rows = connection.execute(load_sql("compare/account_changes")).fetchall()
    return [AccountChange(*row) for row in rows]


def _kpi_changes(old: _Side | None, new: _Side) -> list[KpiChange]:
    """Every figure of the last complete quarter of either side, on both."""
    quarters = sorted({side.last_complete_quarter().period for side in (old, new) if side})
    no_version = Score("", "", reason="no_version")
    changes = []
    for quarter in quarters:
        scores = {score.metric: score for score in old.scores(quarter)} if old else {}
        for after in new.scores(quarter):
            before = scores.get(after.metric, no_version)
            values = (before.value, after.value, before.status, after.status)
            reasons = (before.reason, after.reason)
            changes.append(KpiChange(quarter, after.metric, after.unit, *values, *reasons))
    return changes


def _upload_changes(old: _Side | None, new: _Side) -> list[VersionUpload]:
    before, after = old.uploads() if old else {}, new.uploads()
    sides = (("gone", before, after), ("added", after, before))
    return [
        VersionUpload(**{**vars(upload), "change": change})
        for change, holding, other in sides
        for number, upload in holding.items()
        if number not in other
    ]
