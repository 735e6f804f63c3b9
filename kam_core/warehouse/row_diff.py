"""Which rows two version files do not share: counted in SQL, table by table, by the contract's key.

Compared are the rows in force of accounts somebody knows, which is what the views in ``main`` show.
"""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from kam_core.contract import declaration
from kam_core.settings.loader import load_settings
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import build

BEFORE, AFTER, EMPTY = "before", "after", "memory"
# Which of several rows with one key.
NTH = "nth"
# What beside the rows of history comes from one upload.
UPLOADED = ("meta.quarantine", "meta.cells", "meta.returned", "meta.timed")


@dataclass(frozen=True)
class RowChanges:
    """Rows in force of one table: ``after == before + added - gone``; changed = same key."""

    table: str
    before: int
    after: int
    added: int
    changed: int
    gone: int

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.changed or self.gone)


@dataclass(frozen=True)
class QuarantineChange:
    """Rows of uploads that both files hold: ``set_apart`` in the later one only, or ``let_in``."""

    change: str
    table: str
    code: str
    rows: int


@dataclass(frozen=True)
class UploadDifference:
    """Rows that an upload has in one part of two files, such as ``history.orders``.

    ``after == before + added - gone``; a row that moved or changed is gone and added.
    """

    part: str
    snapshot_id: int
    before: int
    after: int
    gone: int
    added: int


def quarantine_changes(before: Path, after: Path) -> list[QuarantineChange]:
    """What differs in the quarantine of earlier uploads: an account came, or was never known."""
    if before.samefile(after):
        return []
    query = load_sql("compare/quarantine_changes")
    with _open_both(before, after) as (connection, _):
        return [QuarantineChange(*row) for row in connection.execute(query).fetchall()]


def upload_differences(before: Path, after: Path) -> list[UploadDifference]:
    """Every part of which two files of the same uploads do not hold the same rows."""
    with _open_both(before, after) as (connection, names):
        parts = [build.stored_tables(connection, name) for name in names.values()]
        rows = {
            part: build.HASHED.get(
                part, "concat_ws('|', line_no, valid_from, valid_to, fingerprint)"
            )
            for part in sorted(parts[0].keys() & parts[1].keys())
            if part.startswith("history.") or part in UPLOADED
        }
        return [
            UploadDifference(part, *counts)
            for part, row in rows.items()
            for counts in connection.execute(
                load_sql("compare/upload_rows", part=part, row=row)
            ).fetchall()
        ]


def row_changes(
    before: Path | None, after: Path, regions: Sequence[str] | None = None
) -> list[RowChanges]:
    """The changes of each table between two files; ``before=None`` is empty.

    With ``regions`` a row counts on a side where its account is in one of them on that side.
    """
    with _open_both(before, after) as (connection, names):
        tables = declaration.tables().values()
        return [_count_changes(connection, names, table, regions) for table in tables]


@contextmanager
def _open_both(
    before: Path | None, after: Path
) -> Iterator[tuple[DuckDBPyConnection, dict[str, str]]]:
    """One connection that reads both files, and the name under which each side is attached."""
    with tempfile.TemporaryDirectory(prefix="keystone-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": load_settings().warehouse.memory_limit,
            "temp_directory": folder,
        }
        with duckdb.connect(config=config) as connection:
            connection.execute(load_sql("version/create_schema", schema="history"))
            for table in declaration.tables().values():
                connection.execute(build.history_ddl(table))
            _attach_version(connection, after, AFTER)
            if before is None or before.samefile(after):
                yield connection, {BEFORE: AFTER if before else EMPTY, AFTER: AFTER}
            else:
                _attach_version(connection, before, BEFORE)
                yield connection, {BEFORE: BEFORE, AFTER: AFTER}


def _attach_version(connection: DuckDBPyConnection, path: Path, name: str) -> None:
    connection.execute(load_sql("version/attach", name=name), {"path": str(path)})
    build.refuse_newer_version(connection, name, path)


def _count_changes(
    connection: DuckDBPyConnection,
    names: dict[str, str],
    table: declaration.Table,
    regions: Sequence[str] | None,
) -> RowChanges:
    rows = {}
    for side in (BEFORE, AFTER):
        stored = build.history_columns(connection, names[side]).get(table.name)
        name = EMPTY if stored is None else names[side]
        rows[side] = _rows_in_force(name, table, stored or table.key, regions)
    # Rates are of no region, and a parameter that no query names is refused.
    parameters = {"regions": list(regions or ())} if "$regions" in rows[AFTER] else {}
    key = table.key
    if table.replaced_by and any(_repeats(connection, rows[s], key, parameters) for s in rows):
        key = [*key, NTH]
        put_in = {"key": ", ".join(table.key), "number": NTH}
        rows = {s: load_sql("compare/numbered", rows=rows[s], **put_in) for s in rows}
    # A key may have empty parts (a target for all regions), and they are equal to each other.
    same_key = " and ".join(f"b.{part} is not distinct from a.{part}" for part in key)
    query = load_sql("compare/row_changes", **rows, same_key=same_key)
    counts = connection.execute(query, parameters).fetchall()[0]
    return RowChanges(table.name, *counts)


def _repeats(
    connection: DuckDBPyConnection, rows: str, key: Sequence[str], parameters: dict
) -> bool:
    """Whether several rows have one key: lines of an order without a number of their own."""
    query = load_sql("compare/has_repeats", rows=rows, key=", ".join(key))
    return connection.execute(query, parameters).fetchall()[0][0]


def _rows_in_force(
    name: str,
    table: declaration.Table,
    stored: Collection[str],
    regions: Sequence[str] | None,
) -> str:
    """The query for key and fingerprint of one side; a part that was not ``stored`` is empty."""
    history, conditions = f"{name}.history", ["valid_to is null"]
    if table.is_of_accounts:
        conditions.append(load_sql("tables/has_account", accounts=f"{history}.accounts"))
    if regions is not None:
        conditions.append(_in_regions(history, table))
    keys = ", ".join(part if part in stored else f"null as {part}" for part in table.key)
    return load_sql(
        "compare/rows_in_force",
        key=keys,
        relation=f"{history}.{table.name}",
        conditions=" and ".join(conditions),
    )


def _in_regions(history: str, table: declaration.Table) -> str:
    if table.name == "accounts":
        return "list_contains($regions, region)"
    if table.is_of_accounts:
        return load_sql("compare/is_of_regions", history=history)
    if table.part_of:
        whole = declaration.tables()[table.part_of]
        is_shown, rows = _in_regions(history, whole), f"{history}.{whole.name}"
        return load_sql(
            "compare/is_part_of", key=whole.id_column, relation=rows, condition=is_shown
        )
    has_region = any(column.name == "region" for column in table.columns)
    return "(region is null or list_contains($regions, region))" if has_region else "true"
