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
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from kam_core.contract import declaration, formats
from kam_core.settings.sql_files import list_sql, load_sql
from kam_core.warehouse import checks, version_settings, view_sql
from kam_core.warehouse.ledger import Snapshot

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
        connection.execute(load_sql("build/release_known"))
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
    statement = load_sql("build/attach_new", storage=STORAGE_VERSION)
    connection.execute(statement, {"path": str(path)})
    connection.execute("use version")


def _close_file(connection: DuckDBPyConnection) -> None:
    connection.execute("checkpoint version")
    connection.execute("use memory")
    connection.execute("detach version")


def _create_schema(connection: DuckDBPyConnection) -> None:
    """Create the empty tables of uploads, bookkeeping and settings, and all views."""
    for statements in list_sql("schema"):
        connection.execute(statements)
    connection.execute(load_sql("build/write_format", number=formats.FORMAT))
    for table in declaration.tables().values():
        connection.execute(history_ddl(table))
    for statement in view_sql.current_statements():
        connection.execute(statement)
    view_sql.create_views_alone(connection)


def describe(connection: DuckDBPyConnection) -> Built:
    """Hash the content of the current version file and count what each snapshot brought.

    The hash adds up hashes of rows, so it does not depend on the order in which they are stored.
    """
    digest = hashlib.sha256()
    tables = history_columns(connection)
    for table in formats.in_hash_order(tables):
        if table in formats.FIRST_COLUMNS or _has_rows(connection, f"history.{table}"):
            digest.update(_hash_line(connection, "history_hash", f"history.{table}"))
    stored = stored_tables(connection)
    for relation, row in HASHED.items():
        # A version that has no row of them has the hash of one that has no such table.
        is_later = relation in ("meta.returned", "meta.cells", "meta.timed")
        if not is_later or (relation in stored and _has_rows(connection, relation)):
            digest.update(_hash_line(connection, "content_hash", relation, row=row))
    counts = connection.execute(load_sql("version/snapshot_counts")).fetchall()
    remarks = checks.count_notes(connection)
    for table, rows in _count_gone(connection, tables).items():
        remarks[table] = {"account_gone": rows} | remarks.get(table, {})
    return Built(digest.hexdigest(), counts, remarks)


def _count_gone(
    connection: DuckDBPyConnection, stored: Mapping[str, Collection[str]]
) -> dict[str, int]:
    tables = [name for name, columns in stored.items() if "account_id" in columns]
    tables.remove("accounts")
    by_account = "\nunion all\n".join(
        load_sql("version/rows_by_account", table=name) for name in tables
    )
    # An older version has no table for what became of them.
    name = "is_unexplained" if "account_outcomes" in stored else "is_gone"
    is_gone = load_sql(f"version/{name}")
    query = load_sql("version/gone_accounts", tables=by_account, is_gone=is_gone)
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


def _hash_line(
    connection: DuckDBPyConnection, statement: str, relation: str, **put_in: str
) -> bytes:
    query = load_sql(f"version/{statement}", relation=relation, **put_in)
    return f"{relation} {connection.execute(query).fetchall()[0]}\n".encode()


def history_ddl(table: declaration.Table) -> str:
    types = {column.name: column.sql_type for column in table.columns} | KEPT_BESIDE
    columns = ", ".join(f"{name} {type}" for name, type in types.items())
    return load_sql("build/create_history", table=table.name, columns=columns)


def _copy_base(connection: DuckDBPyConnection, base: Path) -> None:
    connection.execute(load_sql("version/attach", name="base"), {"path": str(base)})
    for table, columns in history_columns(connection, "base").items():
        declaration.refuse_unknown(table, columns)
        connection.execute(load_sql("build/copy_table", relation=f"history.{table}"))
    stored = stored_tables(connection, "base")
    for relation in ("meta.quarantine", "meta.returned", "meta.cells", "meta.timed"):
        if relation in stored:
            connection.execute(load_sql("build/copy_table", relation=relation))
    connection.execute(load_sql("build/note_accounts_of_base"))
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
        load_sql("build/take_rows", kind=kind, columns=names, fingerprint=fingerprint)
    )
    _note_timed(connection, step)
    _note_returned(connection, step)
    if has_rows:
        _close_returned(connection, step)
        _close_rows(connection, step)
    _insert_rows(connection, step, has_rows)
    _quarantine(connection, step)
    connection.execute(load_sql("build/drop_rows", kind=kind))
    connection.unregister("staged")


def stored_tables(
    connection: DuckDBPyConnection, database: str | None = None
) -> dict[str, list[str]]:
    """What a version file has, whatever the contract says: columns by ``schema.table``.

    ``database``: the name under which the file is attached, by default the current one.
    """
    query = load_sql("version/stored_tables")
    return dict(connection.execute(query, {"database": database}).fetchall())


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
    query = load_sql("version/has_format")
    if connection.execute(query, {"database": database}).fetchall()[0][0]:
        table = "meta.format" if database is None else f"{database}.meta.format"
        ((number,),) = connection.execute(
            load_sql("version/read_format", relation=table)
        ).fetchall()
        formats.refuse_newer(number, path)


def _has_rows(connection: DuckDBPyConnection, relation: str) -> bool:
    return connection.execute(load_sql("version/has_rows", relation=relation)).fetchall()[0][0]


def count_altered_rows(connection: DuckDBPyConnection) -> dict[str, int]:
    """Rows by table whose values are not those that were accepted: their fingerprint differs."""
    altered_rows = {}
    for table, columns in history_columns(connection).items():
        fingerprint = formats.fingerprint_sql(table, columns)
        query = load_sql("version/altered_rows", table=table, fingerprint=fingerprint)
        altered_rows[table] = connection.execute(query).fetchall()[0][0]
    return {name: rows for name, rows in altered_rows.items() if rows}


def _close_rows(connection: DuckDBPyConnection, step: Step) -> None:
    table, snapshot = step.table.name, step.snapshot
    is_replaced = load_sql("build/is_replaced", is_same=_replaces(step))
    is_touched = "true" if snapshot.mode == "full" else is_replaced
    statement = load_sql("build/close_rows", table=table, is_touched=is_touched)
    connection.execute(statement, {"as_of": snapshot.as_of})
    connection.execute(load_sql("build/delete_never_in_force", table=table))


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
    table, snapshot = step.table.name, step.snapshot
    is_new = load_sql("build/is_new", table=table) if has_rows else "true"
    connection.execute(load_sql("build/preserve_no_order"))
    connection.execute(
        load_sql("build/insert_rows", table=table, is_new=is_new),
        {"snapshot_id": snapshot.snapshot_id, "as_of": snapshot.as_of},
    )
    connection.execute(load_sql("build/preserve_order"))


def _quarantine(connection: DuckDBPyConnection, step: Step) -> None:
    upload = {"snapshot_id": step.snapshot.snapshot_id, "table_name": step.table.name}
    for name, rows in (("rejects", step.rejected), ("cells", step.cells)):
        connection.register(name, rows)
        connection.execute(load_sql(f"build/note_{name}"), upload)
        connection.unregister(name)
    if step.table.is_of_accounts:
        _quarantine_unknown_accounts(connection, step)


def _note_timed(connection: DuckDBPyConnection, step: Step) -> None:
    """Write down which moments name times; where all are midnight they are days after all."""
    for name in step.timed:
        connection.execute(
            load_sql("build/note_timed", column=name),
            {"snapshot_id": step.snapshot.snapshot_id, "name": name},
        )


def _note_returned(connection: DuckDBPyConnection, step: Step) -> None:
    """Write down which quarantined rows came back, whatever became of them this time."""
    if step.returned:
        connection.executemany(
            load_sql("build/note_returned"),
            [(step.snapshot.snapshot_id, line, *of) for line, of in step.returned.items()],
        )


def _close_returned(connection: DuckDBPyConnection, step: Step) -> None:
    """Close the rows that came back: they waited for their account, or were let in meanwhile."""
    connection.execute(
        load_sql("build/close_returned", table=step.table.name),
        {"as_of": step.snapshot.as_of, "snapshot_id": step.snapshot.snapshot_id},
    )


def _quarantine_unknown_accounts(connection: DuckDBPyConnection, step: Step) -> None:
    """List rows of accounts nobody knows yet; in history, every view passes them by."""
    unknown = connection.execute(load_sql("build/unknown_accounts")).fetchall()
    if not unknown:
        return
    raw = step.raw_lines({line_no for line_no, _ in unknown})
    rows = [
        {"line_no": line_no, "raw": raw[line_no], "detail": _describe_unknown(account_id)}
        for line_no, account_id in unknown
    ]
    connection.register("unknown_rows", pa.Table.from_pylist(rows))
    connection.execute(
        load_sql("build/quarantine_unknown"),
        {"snapshot_id": step.snapshot.snapshot_id, "table_name": step.snapshot.table_name},
    )
    connection.unregister("unknown_rows")


def _describe_unknown(account_id: str) -> str:
    detail = {"code": "unknown_account", "column": "account_id", "value": account_id}
    return json.dumps([detail], ensure_ascii=False)


def _write_snapshots(connection: DuckDBPyConnection, snapshots: Iterable[Snapshot]) -> None:
    rows = [{**vars(snapshot), "recipe": None, "problems": None} for snapshot in snapshots]
    connection.register("uploads", pa.Table.from_pylist(rows))
    connection.execute(load_sql("build/write_snapshots"))
    connection.unregister("uploads")
