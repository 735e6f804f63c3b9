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
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

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


@dataclass(frozen=True)
class Built:
    """What a version file holds: ``counts`` are (snapshot_id, received, accepted, quarantined).

    ``gone`` counts rows in force by table whose account was known once and is not any more; for
    accounts it counts those accounts. ``notes`` counts rows by table and code of crosschecks.
    """

    content_hash: str
    counts: tuple[tuple[int, int, int, int], ...]
    gone: dict[str, int]
    notes: dict[str, dict[str, int]]

    @property
    def remarks(self) -> dict[str, dict[str, int]]:
        """Rows by table and note that only the tables together show, ``gone`` as account_gone."""
        counts = {table: {"account_gone": count} for table, count in self.gone.items()}
        for table, codes in self.notes.items():
            counts[table] = counts.get(table, {}) | codes
        return counts


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
        create_schema(connection)
        snapshots = list(inherited)
        if base is not None:
            _copy_base(connection, base)
        for step in steps:
            _apply_step(connection, step)
            snapshots.append(step.snapshot)
        if base is not None and _has_lost_accounts(connection):
            raise AccountsVanished
        _release_known_accounts(connection)
        _write_snapshots(connection, snapshots)
        install_views(connection, settings)
        checks.note_problems(connection)
        built = describe(connection)
        connection.execute("checkpoint version")
        connection.execute("use memory")
        connection.execute("detach version")
        return built
    finally:
        connection.close()


def _create_file(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """A connection to a new version file, which it calls ``version``."""
    # What memory cannot hold goes beside the file, not wherever the process was started.
    connection = duckdb.connect(
        config={"memory_limit": memory_limit, "temp_directory": f"{path}.tmp"}
    )
    # Half a version is thrown away, so there is nothing that a write-ahead log could save.
    connection.execute(
        f"attach {_quote_path(path)} as version "
        f"(storage_version '{STORAGE_VERSION}', recovery_mode 'no_wal_writes')"
    )
    connection.execute("use version")
    return connection


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty schemas, history tables and bookkeeping tables of a version."""
    for file in sorted((SQL / "schema").glob("*.sql")):
        connection.execute(file.read_text("utf-8"))
    connection.execute(f"insert into meta.format values ({formats.FORMAT})")
    for table in declaration.tables().values():
        connection.execute(history_ddl(table))


def install_views(connection: duckdb.DuckDBPyConnection, settings: dict) -> None:
    """Fill the settings tables, then create the views that read data and settings."""
    version_settings.install_settings(connection, settings)
    for statement in chain(view_sql.current_statements(), view_sql.view_statements()):
        connection.execute(statement)


def describe(connection: duckdb.DuckDBPyConnection) -> Built:
    """Hash the content of the current version file and count what each snapshot brought.

    The hash adds up hashes of rows, so it does not depend on the order in which they are stored.
    """
    digest = hashlib.sha256()
    tables = history_columns(connection)
    for table in formats.in_hash_order(tables):
        if table in formats.FIRST_COLUMNS or _has_rows(connection, f"history.{table}"):
            digest.update(_history_line(connection, f"history.{table}"))
    digest.update(_content_line(connection, "meta.quarantine", "quarantine"))
    digest.update(_content_line(connection, "meta.snapshots", "snapshots"))
    digest.update(_content_line(connection, "meta.notes", "notes"))
    stored = stored_tables(connection)
    # A version that has no row of them has the hash of one that has no such table.
    for kind in ("returned", "cells", "timed"):
        if f"meta.{kind}" in stored and _has_rows(connection, f"meta.{kind}"):
            digest.update(_content_line(connection, f"meta.{kind}", kind))
    counts = connection.execute(
        "select snapshot_id, received, accepted, quarantined from meta.snapshots order by 1"
    ).fetchall()
    notes = checks.count_notes(connection)
    return Built(digest.hexdigest(), tuple(counts), _count_gone(connection, tables), notes)


# Of a row in force: its account was known once and is not any more.
IS_GONE = (
    "account_id not in (select account_id from history.accounts where valid_to is null) "
    "and account_id not in "
    "(select account_id from meta.quarantine where account_id is not null)"
)


def _count_gone(
    connection: duckdb.DuckDBPyConnection, stored: Mapping[str, Collection[str]]
) -> dict[str, int]:
    tables = [name for name, columns in stored.items() if "account_id" in columns]
    tables.remove("accounts")
    branches = " union all ".join(
        f"select '{name}' as name, account_id, count(*) as held from history.{name} "
        "where valid_to is null group by all"
        for name in tables
    )
    rows = connection.execute(
        f"with accounts as materialized ({branches}), "
        f"gone as (select * from accounts where {IS_GONE}) "
        "select name, sum(held)::bigint from gone group by all "
        "union all select 'accounts', count(distinct account_id) from gone"
    ).fetchall()
    return {name: count for name, count in rows if count}


_HASHED = {
    "quarantine": "concat_ws('|', snapshot_id, line_no, raw, detail)",
    "snapshots": "concat_ws('|', snapshot_id, sha256, as_of, mode, accepted, quarantined)",
    "notes": "concat_ws('|', snapshot_id, table_name, line_no, code, detail)",
    "returned": "concat_ws('|', snapshot_id, line_no, of_snapshot, of_line)",
    "cells": "concat_ws('|', snapshot_id, line_no, column_name, cell, code)",
    "timed": "concat_ws('|', snapshot_id, column_name)",
}


# Each number of a row is weighed by so many bits of its fingerprint that no sum overflows.
_WEIGHT = f"(fingerprint & {2**60 - 1}::uhugeint)::bigint::hugeint"
# What many rows have in common is weighed once for all of them.
_COMMON = ("snapshot_id", "epoch(valid_from)", "epoch(valid_to)")


def _history_line(connection: duckdb.DuckDBPyConnection, relation: str) -> bytes:
    """Tells contents apart without writing every row as text."""
    snapshots, begins, ends = (f"sum(weight * ({figure})::bigint)" for figure in _COMMON)
    figures = connection.execute(
        f"with weighed as (select *, {_WEIGHT} as weight from {relation}), "
        "alike as (select snapshot_id, valid_from, valid_to, count(*) as held, "
        "sum(weight) as weight, sum(weight * line_no) as lines from weighed group by all) "
        f"select coalesce(sum(held), 0)::bigint, sum(weight), {snapshots}, sum(lines), "
        f"{begins}, {ends} from alike"
    ).fetchall()[0]
    return f"{relation} {figures}\n".encode()


def _content_line(connection: duckdb.DuckDBPyConnection, relation: str, kind: str) -> bytes:
    row = _HASHED[kind]
    figures = connection.execute(
        f"select count(*), sum(md5_number_lower({row})::hugeint), "
        f"sum(md5_number_upper({row})::hugeint) from {relation}"
    ).fetchall()[0]
    return f"{relation} {figures}\n".encode()


def history_ddl(table: declaration.Table) -> str:
    types = {column.name: column.sql_type for column in table.columns} | KEPT_BESIDE
    columns = ", ".join(f"{name} {type}" for name, type in types.items())
    return f"create table history.{table.name} ({columns})"


def _copy_base(connection: duckdb.DuckDBPyConnection, base: Path) -> None:
    connection.execute(f"attach {_quote_path(base)} as base (read_only)")
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


def _has_lost_accounts(connection: duckdb.DuckDBPyConnection) -> bool:
    query = "select exists (from accounts_of_base anti join history.accounts using (account_id))"
    return connection.execute(query).fetchall()[0][0]


def _quote_path(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _apply_step(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    table = declaration.tables()[step.snapshot.table_name]
    connection.register("staged", step.accepted)
    columns = [column.name for column in table.columns]
    names = ", ".join(f'"{name}"' for name in columns)
    fingerprint = formats.fingerprint_sql(table.name, columns)
    has_rows = _is_anything_in_force(connection, table)
    # Where there is nothing to compare with, no row is put anywhere but where it stays.
    kind = "table" if has_rows else "view"
    connection.execute(
        f"create temp {kind} incoming as "
        f"select {names}, extra, line_no, {fingerprint} as fingerprint from staged"
    )
    _note_timed(connection, step)
    _note_returned(connection, step)
    if has_rows:
        _close_returned(connection, table, step.snapshot)
        _close_rows(connection, table, step.snapshot)
    _insert_rows(
        connection, table, step.snapshot, names, _unlike_any(table) if has_rows else "true"
    )
    _quarantine(connection, table, step)
    connection.execute(f"drop {kind} incoming")
    connection.unregister("staged")


def stored_tables(
    connection: duckdb.DuckDBPyConnection, database: str | None = None
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
    connection: duckdb.DuckDBPyConnection, database: str | None = None
) -> dict[str, list[str]]:
    """The tables of uploaded rows in a version file, each with the columns of the contract."""
    return {
        table.removeprefix("history."): [name for name in columns if name not in KEPT_BESIDE]
        for table, columns in stored_tables(connection, database).items()
        if table.startswith("history.")
    }


def refuse_newer_version(
    connection: duckdb.DuckDBPyConnection, database: str | None, path: Path
) -> None:
    """KamError("newer_format") for a version file that a later release wrote."""
    if "meta.format" in stored_tables(connection, database):
        table = "meta.format" if database is None else f"{database}.meta.format"
        number = connection.execute(f"select number from {table}").fetchall()[0][0]
        formats.refuse_newer(number, path)


def _has_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    return connection.execute(f"select exists (from {relation})").fetchall()[0][0]


def _is_anything_in_force(connection: duckdb.DuckDBPyConnection, table: declaration.Table) -> bool:
    query = f"select exists (from history.{table.name} where valid_to is null)"
    return connection.execute(query).fetchall()[0][0]


def count_altered_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by table whose values are not those that were accepted: their fingerprint differs."""
    altered_rows = {}
    for table, columns in history_columns(connection).items():
        fingerprint = formats.fingerprint_sql(table, columns)
        query = f"select count(*) from history.{table} where fingerprint <> {fingerprint}"
        altered_rows[table] = connection.execute(query).fetchall()[0][0]
    return {name: rows for name, rows in altered_rows.items() if rows}


def _close_rows(
    connection: duckdb.DuckDBPyConnection, table: declaration.Table, snapshot: Snapshot
) -> None:
    parts = table.replaced_by or table.key
    same_key = " and ".join(f"i.{name} is not distinct from h.{name}" for name in parts)
    replaced = f"exists (select 1 from incoming i where {same_key})"
    touched = "true" if snapshot.mode == "full" else replaced
    connection.execute(
        f"update history.{table.name} h set valid_to = $as_of where valid_to is null and {touched} "
        "and not exists (select 1 from incoming i where i.fingerprint = h.fingerprint)",
        {"as_of": snapshot.as_of},
    )
    # A row corrected by a second upload for the same day was never in force on any day.
    connection.execute(f"delete from history.{table.name} where valid_to = valid_from")


def _insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: declaration.Table,
    snapshot: Snapshot,
    names: str,
    condition: str,
) -> None:
    # Rows know their line; storing them in its order as well would take half as long again.
    connection.execute("set preserve_insertion_order = false")
    connection.execute(
        f"insert into history.{table.name} "
        f"select {names}, extra, $snapshot_id, line_no, $as_of, null, fingerprint from incoming i "
        f"where {condition}",
        {"snapshot_id": snapshot.snapshot_id, "as_of": snapshot.as_of},
    )
    connection.execute("reset preserve_insertion_order")


def _unlike_any(table: declaration.Table) -> str:
    """The condition that a row ``i`` is not in force already."""
    in_force = f"select 1 from history.{table.name} h where h.valid_to is null"
    return f"not exists ({in_force} and h.fingerprint = i.fingerprint)"


def _quarantine(
    connection: duckdb.DuckDBPyConnection, table: declaration.Table, step: Step
) -> None:
    connection.register("rejects", step.rejected)
    connection.execute(
        "insert into meta.quarantine "
        "select $snapshot_id, $table_name, line_no, raw, codes, detail, null, null from rejects",
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": table.name},
    )
    connection.unregister("rejects")
    connection.register("cells", step.cells)
    connection.execute(
        "insert into meta.cells "
        "select $snapshot_id, $table_name, line_no, column_name, cell, code, detail from cells",
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": table.name},
    )
    connection.unregister("cells")
    if table.is_of_accounts:
        _quarantine_unknown_accounts(connection, step)


def _note_timed(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Write down which moments name times; where all are midnight they are days after all."""
    for name in step.timed:
        connection.execute(
            "insert into meta.timed select $snapshot_id, $name "
            f"where exists (from staged where {name} <> date_trunc('day', {name}))",
            {"snapshot_id": step.snapshot.snapshot_id, "name": name},
        )


def _note_returned(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Write down which quarantined rows came back, whatever became of them this time."""
    if step.returned:
        connection.executemany(
            "insert into meta.returned values ($1, $2, $3, $4)",
            [(step.snapshot.snapshot_id, line, *of) for line, of in step.returned.items()],
        )


def _close_returned(
    connection: duckdb.DuckDBPyConnection, table: declaration.Table, snapshot: Snapshot
) -> None:
    """Close the rows that came back: they waited for their account, or were let in meanwhile."""
    came_back = "select of_snapshot, of_line from meta.returned where snapshot_id = $snapshot_id"
    connection.execute(
        f"update history.{table.name} set valid_to = $as_of where valid_to is null and ("
        f"(snapshot_id, line_no) in ({came_back}) or fingerprint in (select q.fingerprint "
        f"from meta.quarantine q join ({came_back}) r "
        "on q.snapshot_id = r.of_snapshot and q.line_no = r.of_line))",
        {"as_of": snapshot.as_of, "snapshot_id": snapshot.snapshot_id},
    )


def _quarantine_unknown_accounts(connection: duckdb.DuckDBPyConnection, step: Step) -> None:
    """List rows of accounts nobody knows yet; in history, every view passes them by."""
    unknown = connection.execute(
        "select line_no, account_id from incoming "
        "where account_id not in (select account_id from history.accounts) order by line_no"
    ).fetchall()
    if not unknown:
        return
    raw = step.raw_lines({line_no for line_no, _ in unknown})
    rows = [
        (
            step.snapshot.snapshot_id,
            step.snapshot.table_name,
            line_no,
            raw[line_no],
            ["unknown_account"],
            json.dumps(
                [{"code": "unknown_account", "column": "account_id", "value": account_id}],
                ensure_ascii=False,
            ),
            account_id,
        )
        for line_no, account_id in unknown
    ]
    connection.register("unknown_rows", _quarantine_table(rows))
    connection.execute(
        "insert into meta.quarantine "
        "select u.*, i.fingerprint from unknown_rows u join incoming i using (line_no)"
    )
    connection.unregister("unknown_rows")


def _quarantine_table(rows: list[tuple]) -> pa.Table:
    schema = pa.schema(
        [
            ("snapshot_id", pa.int32()),
            ("table_name", pa.string()),
            ("line_no", pa.int64()),
            ("raw", pa.string()),
            ("codes", pa.list_(pa.string())),
            ("detail", pa.string()),
            ("account_id", pa.string()),
        ]
    )
    columns = zip(*rows, strict=True)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _release_known_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "delete from meta.quarantine where account_id in (select account_id from history.accounts)"
    )


def _write_snapshots(connection: duckdb.DuckDBPyConnection, snapshots: Iterable[Snapshot]) -> None:
    ordered = sorted(snapshots, key=lambda snapshot: snapshot.order)
    connection.executemany(
        "insert into meta.snapshots "
        "select $1, $2, $3, $4, $5, $6, $7, $7 - q.quarantined, q.quarantined, $8, $9, $10, $11, "
        "$12 "
        "from (select count(*) as quarantined from meta.quarantine where snapshot_id = $1) q",
        [
            (
                snapshot.snapshot_id,
                snapshot.table_name,
                snapshot.as_of,
                snapshot.mode,
                snapshot.file_name,
                snapshot.sha256,
                snapshot.received,
                snapshot.blank,
                snapshot.set_aside,
                snapshot.loaded_by,
                snapshot.loaded_at,
                snapshot.as_of_from,
            )
            for snapshot in ordered
        ],
    )
