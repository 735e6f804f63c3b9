"""Builds one version file: the history of every table, its quarantine, its settings, its views.

A row of ``history.<table>`` holds from the as-of date of the snapshot that brought it
(``valid_from``) until that of the snapshot that changed or dropped it (``valid_to``, null while it
is in force). What a version contains depends only on its snapshots and its settings, never on when
or in how many builds they came: so it can be rebuilt from the raw files with the same content hash.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from kam_core.contract import declaration, formats
from kam_core.warehouse import checks, version_settings, view_sql
from kam_core.warehouse.ledger import Snapshot
from kam_core.warehouse.view_sql import SQL

STORAGE_VERSION = "v1.5.0"
# What stands beside the columns of the contract in every table of history.
KEPT_BESIDE = {
    "extra": "varchar",
    "snapshot_id": "integer",
    "line_no": "bigint",
    "valid_from": "date",
    "valid_to": "date",
    "fingerprint": "uhugeint",
}


@dataclass(frozen=True)
class Step:
    """A snapshot about to be applied: its checked rows, its rejects, its lines as received.

    ``cells`` are those of accepted rows that could not be read. ``timed``: the moments of which
    every filled cell names a time. ``returned``: the quarantined rows of earlier uploads that its
    lines stand for, each as (snapshot_id, line_no).
    """

    snapshot: Snapshot
    accepted: pa.Table
    rejected: pa.Table
    cells: pa.Table
    timed: tuple[str, ...]
    raw_lines: Callable[[Collection[int]], dict[int, str]]
    returned: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def table(self) -> declaration.Table:
        return declaration.tables()[self.snapshot.table_name]


@dataclass(frozen=True)
class Built:
    """What a version file holds: ``counts`` are (snapshot_id, received, accepted, quarantined).

    ``remarks`` counts rows by table and note that only the tables together show: those of checks,
    and as account_gone the rows in force whose account was known once and is not any more; of the
    table accounts these accounts.
    """

    content_hash: str
    counts: list[tuple[int, int, int, int]]
    remarks: dict[str, dict[str, int]]


class AccountsVanished(Exception):
    """A base cannot be continued: an account that its rows were accepted for was never in force.

    That happens where a second upload of accounts for the same day leaves an account out. Its rows
    in other uploads then belong to the quarantine, and only these uploads hold their text.
    """


def build(
    path: Path,
    base: Path | None,
    inherited: Iterable[Snapshot],
    steps: Iterable[Step],
    settings: dict,
    memory_limit: str,
) -> Built:
    """Write a version file at ``path`` from an earlier version, or none, and further snapshots.

    The steps of accounts must come first. AccountsVanished: build it without a base.
    """
    connection = _create_file(path, memory_limit)
    try:
        snapshots = list(inherited)
        if base is not None:
            _copy_base(connection, base)
        for step in steps:
            _apply_step(connection, step)
            snapshots.append(step.snapshot)
        lost = "accounts_of_base anti join history.accounts using (account_id)"
        if base is not None and _has_rows(connection, lost):
            raise AccountsVanished
        _release_known_accounts(connection)
        _write_snapshots(connection, snapshots)
        version_settings.install_settings(connection, settings)
        checks.note_problems(connection)
        built = describe(connection)
        _close_file(connection)
        return built
    finally:
        connection.close()


@cache
def empty_version() -> bytes:
    """The file of a version without uploads and settings, as every version begins.

    To create its views takes longer than a small upload, so that it is done once.
    """
    with TemporaryDirectory(prefix="keystone-") as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect() as connection:
            _attach_file(connection, path)
            _create_schema(connection)
            _close_file(connection)
        return path.read_bytes()


def _create_file(path: Path, memory_limit: str) -> DuckDBPyConnection:
    """A connection to a new version file, which it calls ``version``."""
    path.write_bytes(empty_version())
    # What memory cannot hold goes beside the file, not wherever the process was started.
    connection = duckdb.connect(
        config={"memory_limit": memory_limit, "temp_directory": f"{path}.tmp"}
    )
    _attach_file(connection, path)
    return connection


def _attach_file(connection: DuckDBPyConnection, path: Path) -> None:
    # Half a version is thrown away, so there is nothing that a write-ahead log could save.
    connection.execute(
        f"attach $path as version "
        f"(storage_version '{STORAGE_VERSION}', recovery_mode 'no_wal_writes')",
        {"path": str(path)},
    )
    connection.execute("use version")


def _close_file(connection: DuckDBPyConnection) -> None:
    connection.execute("checkpoint version")
    connection.execute("use memory")
    connection.execute("detach version")


def _create_schema(connection: DuckDBPyConnection) -> None:
    """Create the empty tables of uploads, bookkeeping and settings, and all views."""
    for file in sorted((SQL / "schema").glob("*.sql")):
        connection.execute(file.read_text("utf-8"))
    connection.execute(f"insert into meta.format values ({formats.FORMAT})")
    for table in declaration.tables().values():
        connection.execute(history_ddl(table))
    for statement in chain(view_sql.current_statements(), view_sql.view_statements()):
        connection.execute(statement)


def describe(connection: DuckDBPyConnection) -> Built:
    """Hash the content of the current version file and count what each snapshot brought.

    The hash adds up hashes of rows, so it does not depend on the order in which they are stored.
    """
    digest = hashlib.sha256()
    tables = history_columns(connection)
    for table in formats.in_hash_order(tables):
        if table in formats.FIRST_COLUMNS or _has_rows(connection, f"history.{table}"):
            digest.update(_history_line(connection, f"history.{table}"))
    stored = stored_tables(connection)
    for relation, row in HASHED.items():
        # A version that has no row of them has the hash of one that has no such table.
        is_later = relation in ("meta.returned", "meta.cells", "meta.timed")
        if not is_later or (relation in stored and _has_rows(connection, relation)):
            digest.update(_content_line(connection, relation, row))
    counts = connection.execute(
        "select snapshot_id, received, accepted, quarantined from meta.snapshots order by 1"
    ).fetchall()
    remarks = checks.count_notes(connection)
    for table, rows in _count_gone(connection, tables).items():
        remarks[table] = {"account_gone": rows} | remarks.get(table, {})
    return Built(digest.hexdigest(), counts, remarks)


# Of a row in force: its account was known once and is not any more, and nobody said why.
IS_GONE = (
    "account_id not in (select account_id from history.accounts where valid_to is null) "
    "and account_id not in "
    "(select account_id from meta.quarantine where account_id is not null)"
)
IS_UNEXPLAINED = (
    f"{IS_GONE} and account_id not in "
    "(select account_id from history.account_outcomes where valid_to is null)"
)


def _count_gone(
    connection: DuckDBPyConnection, stored: Mapping[str, Collection[str]]
) -> dict[str, int]:
    tables = [name for name, columns in stored.items() if "account_id" in columns]
    tables.remove("accounts")
    by_account = "\nunion all\n".join(
        f"select '{name}' as name, account_id, count(*) as held from history.{name} "
        "where valid_to is null group by all"
        for name in tables
    )
    # An older version has no table for what became of them.
    is_gone = IS_UNEXPLAINED if "account_outcomes" in stored else IS_GONE
    query = view_sql.load_sql("tables/gone_accounts.sql", tables=by_account, is_gone=is_gone)
    return {name: count for name, count in connection.execute(query).fetchall() if count}


# What of each row enters the hash, beside the rows of history.
HASHED = {
    "meta.quarantine": "concat_ws('|', snapshot_id, line_no, raw, detail)",
    "meta.snapshots": "concat_ws('|', snapshot_id, sha256, as_of, mode, accepted, quarantined)",
    "meta.notes": "concat_ws('|', snapshot_id, table_name, line_no, code, detail)",
    "meta.returned": "concat_ws('|', snapshot_id, line_no, of_snapshot, of_line)",
    "meta.cells": "concat_ws('|', snapshot_id, line_no, column_name, cell, code)",
    "meta.timed": "concat_ws('|', snapshot_id, column_name)",
}


def _history_line(connection: DuckDBPyConnection, relation: str) -> bytes:
    query = view_sql.load_sql("hashes/history.sql", relation=relation)
    return f"{relation} {connection.execute(query).fetchall()[0]}\n".encode()


def _content_line(connection: DuckDBPyConnection, relation: str, row: str) -> bytes:
    figures = connection.execute(
        f"select count(*), sum(md5_number_lower({row})::hugeint), "
        f"sum(md5_number_upper({row})::hugeint) from {relation}"
    ).fetchall()[0]
    return f"{relation} {figures}\n".encode()


def history_ddl(table: declaration.Table) -> str:
    types = {column.name: column.sql_type for column in table.columns} | KEPT_BESIDE
    columns = ", ".join(f"{name} {type}" for name, type in types.items())
    return f"create table history.{table.name} ({columns})"


def _copy_base(connection: DuckDBPyConnection, base: Path) -> None:
    connection.execute("attach $path as base (read_only)", {"path": str(base)})
    for table, columns in history_columns(connection, "base").items():
        declaration.refuse_unknown(table, columns)
        connection.execute(f"insert into history.{table} by name from base.history.{table}")
    connection.execute("insert into meta.quarantine by name from base.meta.quarantine")
    stored = stored_tables(connection, "base")
    for relation in ("meta.returned", "meta.cells", "meta.timed"):
        if relation in stored:
            connection.execute(f"insert into {relation} by name from base.{relation}")
    connection.execute(
        "create temp table accounts_of_base as "
        "select distinct account_id from base.history.accounts"
    )
    connection.execute("detach base")


def _apply_step(connection: DuckDBPyConnection, step: Step) -> None:
    table = step.table
    connection.register("staged", step.accepted)
    columns = [column.name for column in table.columns]
    names = ", ".join(f'"{name}"' for name in columns)
    fingerprint = formats.fingerprint_sql(table.name, columns)
    has_rows = _has_rows(connection, f"history.{table.name} where valid_to is null")
    # Where there is nothing to compare with, no row is put anywhere but where it stays.
    kind = "table" if has_rows else "view"
    connection.execute(
        f"create temp {kind} incoming as "
        f"select {names}, extra, line_no, {fingerprint} as fingerprint from staged"
    )
    _note_timed(connection, step)
    _note_returned(connection, step)
    if has_rows:
        _close_returned(connection, step)
        _close_rows(connection, step)
    _insert_rows(connection, step, has_rows)
    _quarantine(connection, step)
    connection.execute(f"drop {kind} incoming")
    connection.unregister("staged")


def stored_tables(
    connection: DuckDBPyConnection, database: str | None = None
) -> dict[str, list[str]]:
    """What a version file has, whatever the contract says: columns by ``schema.table``.

    ``database``: the name under which the file is attached, by default the current one.
    """
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(column_name order by column_index) "
        "from duckdb_columns() "
        "semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = coalesce($database, current_database()) "
        "group by all",
        {"database": database},
    ).fetchall()
    return dict(rows)


def history_columns(
    connection: DuckDBPyConnection, database: str | None = None
) -> dict[str, list[str]]:
    """The tables of uploaded rows in a version file, each with the columns of the contract."""
    return {
        table.removeprefix("history."): [name for name in columns if name not in KEPT_BESIDE]
        for table, columns in stored_tables(connection, database).items()
        if table.startswith("history.")
    }


def refuse_newer_version(connection: DuckDBPyConnection, database: str | None, path: Path) -> None:
    """KamError("newer_format") for a version file that a later release wrote."""
    # Not by stored_tables: to list the columns of a file, DuckDB has to read all its views.
    query = (
        "select exists (from duckdb_tables() where schema_name = 'meta' and table_name = 'format' "
        "and database_name = coalesce($database, current_database()))"
    )
    if connection.execute(query, {"database": database}).fetchall()[0][0]:
        table = "meta.format" if database is None else f"{database}.meta.format"
        number = connection.execute(f"select number from {table}").fetchall()[0][0]
        formats.refuse_newer(number, path)


def _has_rows(connection: DuckDBPyConnection, relation: str) -> bool:
    return connection.execute(f"select exists (from {relation})").fetchall()[0][0]


def count_altered_rows(connection: DuckDBPyConnection) -> dict[str, int]:
    """Rows by table whose values are not those that were accepted: their fingerprint differs."""
    altered_rows = {}
    for table, columns in history_columns(connection).items():
        fingerprint = formats.fingerprint_sql(table, columns)
        query = f"select count(*) from history.{table} where fingerprint <> {fingerprint}"
        altered_rows[table] = connection.execute(query).fetchall()[0][0]
    return {name: rows for name, rows in altered_rows.items() if rows}


def _close_rows(connection: DuckDBPyConnection, step: Step) -> None:
    table, snapshot = step.table, step.snapshot
    replaced = f"exists (select 1 from incoming i where {_replaces(step)})"
    touched = "true" if snapshot.mode == "full" else replaced
    connection.execute(
        f"update history.{table.name} h set valid_to = $as_of where valid_to is null and {touched} "
        "and not exists (select 1 from incoming i where i.fingerprint = h.fingerprint)",
        {"as_of": snapshot.as_of},
    )
    # A row corrected by a second upload for the same day was never in force on any day.
    connection.execute(f"delete from history.{table.name} where valid_to = valid_from")


def _replaces(step: Step) -> str:
    """The condition that a row ``i`` of an update takes the place of a row ``h`` in force.

    An update brings all lines of its orders, but a row that came back corrected is one line alone:
    the others stay, and without a number of its own it takes the place of the row it was, only.
    """
    recipe_format = step.snapshot.recipe.get("format", 0)
    table = declaration.table_of_format(step.snapshot.table_name, recipe_format)
    parts = table.key if step.returned or not table.replaced_by else table.replaced_by
    conditions = [f"i.{name} is not distinct from h.{name}" for name in parts]
    if step.returned and table.replaced_by:
        optional = (name for name in table.key if not table.column(name).required)
        conditions += [f"i.{name} is not null" for name in optional]
    return " and ".join(conditions)


def _insert_rows(connection: DuckDBPyConnection, step: Step, has_rows: bool) -> None:
    in_force = f"from history.{step.table.name} h where h.valid_to is null"
    unlike_any = f"not exists ({in_force} and h.fingerprint = i.fingerprint)"
    # Rows know their line; storing them in its order as well would take half as long again.
    connection.execute("set preserve_insertion_order = false")
    connection.execute(
        f"insert into history.{step.table.name} by name "
        "select *, $snapshot_id as snapshot_id, $as_of as valid_from from incoming i "
        f"where {unlike_any if has_rows else 'true'}",
        {"snapshot_id": step.snapshot.snapshot_id, "as_of": step.snapshot.as_of},
    )
    connection.execute("reset preserve_insertion_order")


def _quarantine(connection: DuckDBPyConnection, step: Step) -> None:
    connection.register("rejects", step.rejected)
    connection.execute(
        "insert into meta.quarantine "
        "select $snapshot_id, $table_name, line_no, raw, codes, detail, null, null from rejects",
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": step.table.name},
    )
    connection.unregister("rejects")
    connection.register("cells", step.cells)
    connection.execute(
        "insert into meta.cells "
        "select $snapshot_id, $table_name, line_no, column_name, cell, code, detail from cells",
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": step.table.name},
    )
    connection.unregister("cells")
    if step.table.is_of_accounts:
        _quarantine_unknown_accounts(connection, step)


def _note_timed(connection: DuckDBPyConnection, step: Step) -> None:
    """Write down which moments name times; where all are midnight they are days after all."""
    for name in step.timed:
        connection.execute(
            "insert into meta.timed select $snapshot_id, $name "
            f"where exists (from staged where {name} <> date_trunc('day', {name}))",
            {"snapshot_id": step.snapshot.snapshot_id, "name": name},
        )


def _note_returned(connection: DuckDBPyConnection, step: Step) -> None:
    """Write down which quarantined rows came back, whatever became of them this time."""
    if step.returned:
        connection.executemany(
            "insert into meta.returned values ($1, $2, $3, $4)",
            [(step.snapshot.snapshot_id, line, *of) for line, of in step.returned.items()],
        )


def _close_returned(connection: DuckDBPyConnection, step: Step) -> None:
    """Close the rows that came back: they waited for their account, or were let in meanwhile."""
    came_back = "select of_snapshot, of_line from meta.returned where snapshot_id = $snapshot_id"
    connection.execute(
        f"update history.{step.table.name} set valid_to = $as_of where valid_to is null and ("
        f"(snapshot_id, line_no) in ({came_back}) or fingerprint in (select q.fingerprint "
        f"from meta.quarantine q join ({came_back}) r "
        "on q.snapshot_id = r.of_snapshot and q.line_no = r.of_line))",
        {"as_of": step.snapshot.as_of, "snapshot_id": step.snapshot.snapshot_id},
    )


def _quarantine_unknown_accounts(connection: DuckDBPyConnection, step: Step) -> None:
    """List rows of accounts nobody knows yet; in history, every view passes them by."""
    unknown = connection.execute(
        "select line_no, account_id from incoming "
        "where account_id not in (select account_id from history.accounts) order by line_no"
    ).fetchall()
    if not unknown:
        return
    raw = step.raw_lines({line_no for line_no, _ in unknown})
    rows = [
        {"line_no": line_no, "raw": raw[line_no], "detail": _describe_unknown(account_id)}
        for line_no, account_id in unknown
    ]
    connection.register("unknown_rows", pa.Table.from_pylist(rows))
    connection.execute(
        "insert into meta.quarantine select $snapshot_id, $table_name, line_no, u.raw, "
        "['unknown_account'], u.detail, account_id, fingerprint "
        "from unknown_rows u join incoming using (line_no)",
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": step.snapshot.table_name},
    )
    connection.unregister("unknown_rows")


def _describe_unknown(account_id: str) -> str:
    detail = {"code": "unknown_account", "column": "account_id", "value": account_id}
    return json.dumps([detail], ensure_ascii=False)


def _release_known_accounts(connection: DuckDBPyConnection) -> None:
    connection.execute(
        "delete from meta.quarantine where account_id in (select account_id from history.accounts)"
    )


def _write_snapshots(connection: DuckDBPyConnection, snapshots: Iterable[Snapshot]) -> None:
    rows = [{**vars(snapshot), "recipe": None, "problems": None} for snapshot in snapshots]
    connection.register("uploads", pa.Table.from_pylist(rows))
    connection.execute(
        "insert into meta.snapshots by name "
        "select * exclude (recipe, problems), received - quarantined as accepted from uploads, "
        "(select count(*) as quarantined from meta.quarantine q "
        "where q.snapshot_id = uploads.snapshot_id) order by as_of, snapshot_id"
    )
    connection.unregister("uploads")
