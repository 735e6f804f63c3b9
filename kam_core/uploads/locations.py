"""Locations (lines of an upload) of rows whose problem only the other tables of a version show.

A row stays in history with the line of the upload that first brought it. For a later upload that
holds the same row its own line is named: rows are looked up in it by their key.
"""

from collections.abc import Collection
from pathlib import Path

from duckdb import DuckDBPyConnection

from kam_core.contract import declaration
from kam_core.ingest.stage import FIRST_LINES, MOST_EXAMPLES, CellExample, Staged, to_examples
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.store import open_version


def first_lines(
    file: Path, snapshot_id: int, staged: Staged, codes: Collection[str]
) -> dict[str, tuple[int, ...]]:
    """The first lines of each of these problems; none where a row is not in the upload."""
    if not codes:
        return {}
    with open_version(file) as version:
        version.register("accepted", staged.accepted)
        by_code = {code: _find_lines(version, snapshot_id, staged.table, code) for code in codes}
    return {code: lines for code, lines in by_code.items() if lines}


def list_unknown_accounts(file: Path, snapshot_id: int) -> dict[str, list[CellExample]]:
    """The accounts that most rows of an upload name and nobody knows, as examples of a report."""
    with open_version(file) as version:
        counted = version.execute(
            load_sql("uploads/unknown_accounts", most=MOST_EXAMPLES),
            {"snapshot_id": snapshot_id},
        ).fetchall()
    examples = to_examples((("account_id", account), rows) for account, rows in counted)
    return {"unknown_account": examples}


def _find_lines(
    version: DuckDBPyConnection, snapshot_id: int, table: str, code: str
) -> tuple[int, ...]:
    if code == "unknown_account":
        query = load_sql("uploads/lines_of_code", most=FIRST_LINES)
        values = {"snapshot_id": snapshot_id, "code": code}
    elif code == "account_gone":
        # The accounts that are gone stand on no line of their own file.
        is_gone = "false" if table == "accounts" else load_sql("version/is_unexplained")
        query, values = _lines_query(table, is_gone), {}
    else:
        query = _lines_query(table, load_sql("uploads/is_noted"))
        values = {"table": table, "code": code}
    lines = version.execute(query, values).fetchall()
    return tuple(line for (line,) in lines)


def _lines_query(table: str, condition: str) -> str:
    """The query for lines of the upload whose rows are in force and meet a condition."""
    key = declaration.tables()[table].key
    same_key = " and ".join(f"a.{name} is not distinct from h.{name}" for name in key)
    return load_sql(
        "uploads/lines_of_rows",
        relation=f"history.{table}",
        key=", ".join(key),
        condition=condition,
        same_key=same_key,
        most=FIRST_LINES,
    )
