"""Checks across tables: one SQL file each, whose rows become the notes of a version.

They look at the rows in force once all snapshots are applied, so a note goes by itself when a later
upload resolves it, and a version built again from raw has the same notes.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

from kam_core.settings.sql_header import header

SQL = Path(__file__).parents[1] / "sql" / "checks"


@dataclass(frozen=True)
class Check:
    """What the header of a check file says, and its query.

    ``code`` is its problem in settings/problems.toml. The query gives table_name, snapshot_id,
    line_no, account_id and detail (JSON). It is asked where all tables of ``needs`` are loaded.
    """

    code: str
    tables: tuple[str, ...]
    needs: tuple[str, ...]
    means: str
    sql: str = field(repr=False)


@cache
def load_checks() -> dict[str, Check]:
    """All checks by code."""
    read = (parse(path.read_text("utf-8")) for path in sorted(SQL.glob("*.sql")))
    return {check.code: check for check in read}


def parse(text: str) -> Check:
    """A check from the text of its file: header lines ``-- key: value``, then the query."""
    values, sql = header(text)
    return Check(
        values["check"], _names(values["tables"]), _names(values["needs"]), values["means"], sql
    )


def note(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill ``meta.notes`` of a version that has its rows, snapshots, settings and views."""
    rows = connection.execute("select distinct table_name from meta.snapshots").fetchall()
    loaded = {table for (table,) in rows}
    for check in load_checks().values():
        if loaded.issuperset(check.needs):
            connection.execute(
                "insert into meta.notes by name "
                f"select $code as code, * from ({check.sql}) order by table_name, line_no",
                {"code": check.code},
            )


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """How many rows of each table bear which note: ``{table: {code: rows}}``."""
    found: dict[str, dict[str, int]] = {}
    for table, code, rows in connection.execute(
        "select table_name, code, count(distinct (snapshot_id, line_no)) from meta.notes "
        "group by all order by all"
    ).fetchall():
        found.setdefault(table, {})[code] = rows
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
