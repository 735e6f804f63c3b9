"""Two versions side by side: rows, accounts and figures that a person can count."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest

from kam_core.metrics.compare import VersionComparison, compare
from kam_core.settings import loader
from kam_core.uploads.load import apply_settings, load
from kam_core.warehouse.store import Warehouse, open_version
from tests.conftest import ACCOUNTS, NEEDS, ORDERS
from tests.support.loading import load_once

Write = Callable[[str, str], Path]

LATER_ACCOUNTS = """account_id,account_name,region,customer_since,growth_potential,account_manager
A1,Alder,North,2023-01-01,20,Li
A3,Cedar,East,2023-01-01,50,
"""


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Alder moves from East to North, loses its potential and gets a manager; Birch goes."""
    folder = tmp_path_factory.mktemp("two_versions")
    warehouse = Warehouse(folder / "warehouse")
    orders = ORDERS.replace("0.20", "0.50").replace("O3,A2", "O3,A1") + "O4,A1,2024-09-11,5.00\n"
    weeks = [
        (date(2024, 10, 1), {"accounts": ACCOUNTS, "needs": NEEDS, "orders": ORDERS}),
        (date(2024, 10, 8), {"accounts": LATER_ACCOUNTS, "orders": orders}),
    ]
    for as_of, tables in weeks:
        paths = [folder / f"{table}.csv" for table in tables]
        for path, text in zip(paths, tables.values(), strict=True):
            path.write_text(text, "utf-8")
        load(warehouse, paths, as_of=as_of, confirmed=True)
    return warehouse


@pytest.fixture(scope="module")
def both(two_versions: Warehouse) -> VersionComparison:
    return compared(two_versions, 1, 2)


def compared(warehouse: Warehouse, before: int, after: int, *regions: str) -> VersionComparison:
    return compare(warehouse.file(before), warehouse.file(after), regions or None)


def rows(comparison: VersionComparison, table: str) -> tuple[int, ...]:
    found = next(t for t in comparison.tables if t.table == table)
    return found.before, found.after, found.added, found.changed, found.gone


def test_rows_are_added_changed_and_gone_by_key(both: VersionComparison) -> None:
    assert rows(both, "accounts") == (2, 2, 1, 1, 1)
    assert rows(both, "orders") == (3, 4, 1, 2, 0)
    assert rows(both, "needs") == (1, 1, 0, 0, 0)
    assert both.differs


def test_each_account_that_moves_is_named_with_before_and_after(both: VersionComparison) -> None:
    changes = both.accounts
    assert [(c.account_name, c.what, c.before, c.after) for c in changes] == [
        ("Birch", "account", "Birch", None),
        ("Cedar", "account", None, "Cedar"),
        ("Alder", "tier", "growth", "stable"),
        ("Alder", "region", "East", "North"),
        ("Alder", "account_manager", None, "Li"),
    ]


def test_a_figure_is_compared_for_the_same_quarter(both: VersionComparison) -> None:
    kpis = {kpi.metric: kpi for kpi in both.kpis}
    revenue = kpis["revenue"]
    assert (revenue.quarter, revenue.before, revenue.after) == ("2024-Q3", 1000001.00, 1000006.30)


def test_where_the_last_complete_quarters_differ_both_are_compared(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load(warehouse, company, as_of=date(2024, 9, 29))
    load(warehouse, [company[3]], as_of=date(2024, 9, 30))
    quarters = {kpi.quarter for kpi in compared(warehouse, 1, 2).kpis}
    assert quarters == {"2024-Q2", "2024-Q3"}


def test_one_region_sees_its_own_part_only(two_versions: Warehouse) -> None:
    east = compared(two_versions, 1, 2, "East")
    assert rows(east, "accounts") == (1, 1, 1, 0, 1)
    assert rows(east, "orders") == (2, 0, 0, 0, 2)
    assert [(c.account_name, c.before, c.after) for c in east.accounts] == [
        ("Alder", "Alder", None),
        ("Cedar", None, "Cedar"),
    ]
    revenue = next(kpi for kpi in east.kpis if kpi.metric == "revenue")
    assert revenue.before == 0.30
    printed = orjson.dumps(east)
    assert b"Birch" not in printed and b"North" not in printed


def test_a_version_does_not_differ_from_itself(two_versions: Warehouse) -> None:
    same = compared(two_versions, 2, 2)
    assert not same.differs
    assert rows(same, "orders") == (4, 4, 0, 0, 0)


def test_everything_is_new_against_no_version(two_versions: Warehouse) -> None:
    first = compare(None, two_versions.file(1))
    assert rows(first, "orders") == (0, 3, 3, 0, 0)
    assert first.accounts == ()
    assert {kpi.before_reason for kpi in first.kpis} == {"no_version"}


def test_a_late_upload_for_an_earlier_day_is_a_difference(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company, as_of=date(2024, 9, 30))
    late = file("accounts.csv", ACCOUNTS.replace("South", "North"))
    load(warehouse, [late], as_of=date(2024, 6, 30), confirmed=True)
    comparison = compared(warehouse, 1, 2)
    assert comparison.differs
    assert not any(table.is_any for table in comparison.tables)
    assert [(u.change, u.as_of) for u in comparison.uploads] == [("added", date(2024, 6, 30))]


def test_changed_settings_are_named(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_once(warehouse, company)
    document = loader.copy_version_settings()
    document["thresholds"]["near_tolerance"] = 0.5
    monkeypatch.setattr(loader, "copy_version_settings", lambda: document)
    apply_settings(warehouse, by="tester")
    assert compared(warehouse, 1, 2).settings == ("thresholds",)


def test_a_version_that_is_open_for_readers_can_be_compared(two_versions: Warehouse) -> None:
    with open_version(two_versions.file(1)), open_version(two_versions.file(2)):
        assert compared(two_versions, 1, 2).differs


def test_a_comparison_is_printed_as_json_with_its_days(both: VersionComparison) -> None:
    document = orjson.loads(orjson.dumps(both))
    assert (document["before_as_of"], document["after_as_of"]) == ("2024-10-01", "2024-10-08")
    assert document["differs"] is True
