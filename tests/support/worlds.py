"""Small companies to ask questions of: rows by table and snapshot, put into a version in memory."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from kam_core.contract import declaration
from kam_core.settings import loader
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import build, store, version_settings
from kam_core.warehouse.scope import Scope

Row = dict[str, object]
Snapshots = dict[str, list[tuple[date, list[Row]]]]

REGIONS = ("East", "North", "South")


def account(account_id: str, **fields: object) -> Row:
    return {
        "account_id": account_id,
        "account_name": f"Company {account_id}",
        "region": "North",
        "status": "active",
    } | fields


def order(order_id: str, account_id: str, ordered_on: str, amount: object, **fields: object) -> Row:
    return {
        "order_id": order_id,
        "account_id": account_id,
        "ordered_on": ordered_on,
        "amount": amount,
    } | fields


def interaction(interaction_id: str, account_id: str, day: str | None, **fields: object) -> Row:
    return {
        "interaction_id": interaction_id,
        "account_id": account_id,
        "kind": "monthly_callback",
        "status": "completed",
        "occurred_at": day,
    } | fields


def need(need_id: str, account_id: str, raised_at: str, **fields: object) -> Row:
    return {"need_id": need_id, "account_id": account_id, "raised_at": raised_at} | fields


def contract_row(contract_id: str, account_id: str, ends_on: str, **fields: object) -> Row:
    return {
        "contract_id": contract_id,
        "account_id": account_id,
        "starts_on": "2020-01-01",
        "ends_on": ends_on,
        "amount": 100,
    } | fields


def opportunity(opportunity_id: str, account_id: str, opened_on: str, **fields: object) -> Row:
    return {
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "opened_on": opened_on,
        "outcome": "open",
        "kind": "new",
    } | fields


def ticket(ticket_id: str, account_id: str, opened_at: str, **fields: object) -> Row:
    return {
        "ticket_id": ticket_id,
        "account_id": account_id,
        "kind": "support",
        "opened_at": opened_at,
    } | fields


def survey(survey_id: str, account_id: str, surveyed_on: str, **fields: object) -> Row:
    return {
        "survey_id": survey_id,
        "account_id": account_id,
        "surveyed_on": surveyed_on,
        "score": 80,
    } | fields


def value_item(account_id: str, dated_on: str, component: str, amount: object) -> Row:
    return {
        "account_id": account_id,
        "dated_on": dated_on,
        "component": component,
        "amount": amount,
    }


def contact(contact_id: str, account_id: str, level: str, **fields: object) -> Row:
    return {"contact_id": contact_id, "account_id": account_id, "level": level} | fields


def snapshots(as_of: str, **tables: Sequence[Row]) -> Snapshots:
    """One full upload of each table on the same day."""
    return {table: [(date.fromisoformat(as_of), list(rows))] for table, rows in tables.items()}


def connect(
    world: Snapshots, settings: dict | None = None, path: Path | str = ":memory:"
) -> duckdb.DuckDBPyConnection:
    """A version, in memory or in a new file, that holds these full uploads."""
    connection = duckdb.connect(str(path))
    _copy_empty_version(connection)
    version_settings.install_settings(connection, settings or loader.copy_version_settings())
    _fill(connection, world)
    return connection


def _copy_empty_version(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the tables and views of a version."""
    connection.execute(f"attach '{_empty_file().name}/empty.duckdb' as empty (read_only)")
    ((own,),) = connection.execute("select current_database()").fetchall()
    connection.execute(f'copy from database empty to "{own}"')
    connection.execute("detach empty")


@cache
def _empty_file() -> TemporaryDirectory:
    folder = TemporaryDirectory(prefix="keystone-empty-")
    Path(folder.name, "empty.duckdb").write_bytes(build.empty_version())
    return folder


def refill(connection: duckdb.DuckDBPyConnection, world: Snapshots, settings: dict) -> None:
    """Other uploads and settings in a version in memory, whose views stay: this is quicker."""
    for table in declaration.tables():
        connection.execute(f"delete from history.{table}")
    connection.execute("delete from meta.snapshots")
    query = "select table_name from duckdb_tables() where schema_name = 'settings'"
    for (table,) in connection.execute(query).fetchall():
        connection.execute(f"delete from settings.{table}")
    _fill(connection, world)
    version_settings.install_settings(connection, settings)


def _fill(connection: duckdb.DuckDBPyConnection, world: Snapshots) -> None:
    connection.execute("delete from meta.timed")
    for table, uploads in world.items():
        _fill_history(connection, declaration.tables()[table], uploads)
        for as_of, _ in uploads:
            connection.execute(
                "insert into meta.snapshots by name "
                "select $table as table_name, $as_of::date as as_of, 'full' as mode, "
                "(select count(*) + 1 from meta.snapshots) as snapshot_id",
                {"table": table, "as_of": as_of},
            )


def cursor(
    connection: duckdb.DuckDBPyConnection,
    as_of: str | date,
    regions: Iterable[str] = REGIONS,
    tiers: Iterable[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return store.cursor(
        connection, Scope(tuple(regions), day, None if tiers is None else tuple(tiers))
    )


def ask_of(world: Snapshots, as_of: str | date, **scope: object) -> duckdb.DuckDBPyConnection:
    """A cursor on a new version of these uploads, which holds its accounts as known on the day."""
    connection = connect(world)
    with cursor(connection, as_of) as every:
        every.execute(load_sql("version/create_marts"))
        every.execute(load_sql("marts/accounts"))
    return cursor(connection, as_of, **scope)  # type: ignore[arg-type]


def from_csv(folder: Path, as_of: date, tables: Iterable[str]) -> Snapshots:
    """The files of a folder as one full upload each; an empty cell is null."""
    world: Snapshots = {}
    for table in tables:
        with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            known = {column.name for column in declaration.tables()[table].columns}
            rows = [
                {name: value or None for name, value in row.items() if name in known}
                for row in csv.DictReader(file)
            ]
        world[table] = [(as_of, rows)]
    return world


def _fill_history(
    connection: duckdb.DuckDBPyConnection,
    table: declaration.Table,
    uploads: list[tuple[date, list[Row]]],
) -> None:
    held: list[Row] = []
    ((first,),) = connection.execute("select count(*) + 1 from meta.snapshots").fetchall()
    for number, (as_of, rows) in enumerate(uploads):
        until = uploads[number + 1][0] if number + 1 < len(uploads) else None
        upload = {"snapshot_id": first + number, "valid_from": as_of, "valid_to": until}
        held += [row | upload for row in rows]
        for name in _timed(table, rows):
            connection.execute("insert into meta.timed values (?, ?)", [first + number, name])
    if not held:
        return
    columns = [*(column.name for column in table.columns), "snapshot_id", "valid_from", "valid_to"]
    texts = pa.table(
        {c: pa.array([_text(row.get(c)) for row in held], pa.string()) for c in columns}
    )
    connection.register("held", texts)
    casts = ", ".join(f"{c.name}::{c.sql_type} as {c.name}" for c in table.columns)
    connection.execute(
        f"insert into history.{table.name} by name select {casts}, "
        "snapshot_id::integer as snapshot_id, valid_from::date as valid_from, "
        "valid_to::date as valid_to from held"
    )
    connection.unregister("held")


def _timed(table: declaration.Table, rows: list[Row]) -> list[str]:
    """The moments that always name a time, and not always midnight."""
    texts = {name: [_text(r[name]) for r in rows if r.get(name)] for name in table.time_may_lack}
    return [
        name
        for name, cells in texts.items()
        if all(":" in str(cell) for cell in cells)
        and any(not str(cell).endswith((" 00:00", " 00:00:00")) for cell in cells)
    ]


def _text(value: object) -> str | None:
    if value is None:
        return None
    return format(value, "f") if isinstance(value, Decimal) else str(value)
