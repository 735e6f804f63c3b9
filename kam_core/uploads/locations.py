"""Locations (lines of an upload) of rows whose problem only the other tables of a version show.

A row stays in history with the line of the upload that first brought it. For a later upload that
holds the same row its own line is named: rows are looked up in it by their key.
"""

from collections.abc import Collection
from pathlib import Path

from duckdb import DuckDBPyConnection

from kam_core.contract import declaration
from kam_core.ingest.stage import FIRST_LINES, MOST_EXAMPLES, CellExample, Staged, to_examples
from kam_core.warehouse import build
from kam_core.warehouse.store import open_version

FROM_QUARANTINE = (
    "select distinct line_no from meta.quarantine "
    "where snapshot_id = $snapshot_id and list_contains(codes, $code)"
)


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
            "select account_id, count(*) from meta.quarantine "
            "where snapshot_id = $snapshot_id and account_id is not null "
            f"group by 1 order by 2 desc, 1 limit {MOST_EXAMPLES}",
            {"snapshot_id": snapshot_id},
        ).fetchall()
    examples = to_examples((("account_id", account), rows) for account, rows in counted)
    return {"unknown_account": examples}


def _find_lines(
    version: DuckDBPyConnection, snapshot_id: int, table: str, code: str
) -> tuple[int, ...]:
    if code == "unknown_account":
        query, values = FROM_QUARANTINE, {"snapshot_id": snapshot_id, "code": code}
    elif code == "account_gone":
        # The accounts that are gone stand on no line of their own file.
        condition = "false" if table == "accounts" else build.IS_UNEXPLAINED
        query, values = _lines_query(table, condition), {}
    else:
        noted = "(snapshot_id, line_no) in (select (snapshot_id, line_no) from meta.notes "
        query = _lines_query(table, f"{noted} where table_name = $table and code = $code)")
        values = {"table": table, "code": code}
    lines = version.execute(f"{query} order by line_no limit {FIRST_LINES}", values).fetchall()
    return tuple(line for (line,) in lines)


def _lines_query(table: str, condition: str) -> str:
    """The query for lines of the upload whose rows are in force and meet a condition."""
    key = declaration.tables()[table].key
    same_key = " and ".join(f"a.{name} is not distinct from h.{name}" for name in key)
    rows = f"select {', '.join(key)} from history.{table} where valid_to is null and {condition}"
    return f"select distinct a.line_no from ({rows}) h join accepted a on {same_key}"
