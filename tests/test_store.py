"""The warehouse: closed to everything but its own file, and open to readers while it builds."""

import threading
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from kam_core import store
from kam_core.access import Scope
from kam_core.errors import KamError
from kam_core.ingest.load import load
from kam_core.store import Warehouse, cursor, open_version


@pytest.fixture
def opened(warehouse: Warehouse, company: list[Path]) -> duckdb.DuckDBPyConnection:
    load(warehouse, company)
    return open_version(warehouse.file(1))


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to 'leak.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "create table main.more (a integer)",
        "delete from history.accounts",
    ],
)
def test_an_open_version_touches_nothing_else(
    opened: duckdb.DuckDBPyConnection, query: str
) -> None:
    with pytest.raises(duckdb.Error):
        opened.execute(query)


def test_a_python_variable_is_not_a_table(opened: duckdb.DuckDBPyConnection) -> None:
    secret = duckdb.sql("select 1 as a")
    assert secret is not None
    with pytest.raises(duckdb.Error):
        opened.execute("select * from secret")


def test_a_cursor_without_a_scope_sees_nothing(opened: duckdb.DuckDBPyConnection) -> None:
    assert opened.cursor().execute("select * from scoped.accounts").fetchall() == []


def test_each_cursor_sees_its_own_regions(opened: duckdb.DuckDBPyConnection) -> None:
    day = date(2024, 9, 30)
    query = "select account_id from scoped.accounts order by 1"
    east, south = (cursor(opened, Scope((region,), day)) for region in ("East", "South"))
    assert east.execute(query).fetchall() == [("A1",)]
    assert south.execute(query).fetchall() == [("A2",)]
    assert east.execute(query).fetchall() == [("A1",)]


def test_two_loads_at_once_wait_for_each_other(warehouse: Warehouse, company: list[Path]) -> None:
    start = date(2024, 9, 30)
    failures: list[BaseException] = []

    def one_load(offset: int) -> None:
        try:
            load(Warehouse(warehouse.path), company, as_of=start + timedelta(days=offset))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one_load, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [version.version for version in warehouse.ledger.versions()] == [1, 2, 3, 4]
    assert all(warehouse.is_intact(version) for version in (1, 2, 3, 4))


def test_only_the_last_versions_keep_their_file(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "limits", lambda: {**store_limits, "keep_versions": 2})
    for day in range(1, 5):
        load(warehouse, company, as_of=date(2024, 10, day))
    assert [warehouse.file(number).exists() for number in (1, 2, 3, 4)] == [
        False,
        False,
        True,
        True,
    ]


store_limits = dict(store.limits())


def test_what_a_killed_build_left_is_swept(warehouse: Warehouse, company: list[Path]) -> None:
    unfinished, unpublished = warehouse.versions / ".building-1.duckdb", warehouse.file(1)
    for path in (unfinished, unpublished):
        path.write_bytes(b"half")
    load(warehouse, company)
    assert not unfinished.exists()
    assert warehouse.is_intact(1)


def test_a_lost_ledger_stops_the_load_before_it_overwrites_anything(
    warehouse: Warehouse, company: list[Path]
) -> None:
    for day in (1, 2, 3):
        load(warehouse, company, as_of=date(2024, 10, day))
    for path in warehouse.path.glob("ledger.sqlite*"):
        path.unlink()
    with pytest.raises(KamError, match="ledger_behind"):
        load(Warehouse(warehouse.path), company)
    assert warehouse.file(3).exists()
