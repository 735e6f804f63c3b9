"""Checks across tables, whose rows become the notes of a version.

They are one SQL file each, beside those of moments that are not in the order the contract says.
They look at the rows in force once all snapshots are applied, so a note goes by itself when a later
upload resolves it, and a version built again from raw has the same notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

from duckdb import DuckDBPyConnection

from kam_core.contract.declaration import tables
from kam_core.contract.problems import problems
from kam_core.settings.sql_files import list_sql, load_sql, split_header
from kam_core.warehouse import view_sql

EVERY_TABLE = ("every",)
AFTER_DAY, OF_VOID_ACCOUNT = "after_table_day", "account_not_counted"


@dataclass(frozen=True)
class Check:
    """What the header of a check file says, or the declaration of tables, and its query.

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
    files = map(parse_check, list_sql("checks"))
    made = chain(files, _order_checks(), [_after_day_check(), _void_account_check()])
    return {check.code: check for check in made}


def _order_checks() -> Iterator[Check]:
    """One check for each problem of an order of moments, of all tables that can have it."""
    queries: dict[str, dict[str, str]] = {}
    for table in tables().values():
        for problem, moments in table.noted_order.items():
            queries.setdefault(problem, {})[table.name] = view_sql.order_query(table, moments)
    for code, by_table in queries.items():
        sql = "\nunion all\n".join(by_table.values())
        yield Check(code, tuple(by_table), (), problems()[code].en, sql)


def _after_day_check() -> Check:
    """The check for facts after the day of their table, which count nowhere."""
    of_facts = [table for table in tables().values() if table.sets_day]
    queries = [
        view_sql.after_day_query(table, *fact) for table in of_facts for fact in table.facts.items()
    ]
    names = tuple(table.name for table in of_facts)
    return Check(AFTER_DAY, names, (), problems()[AFTER_DAY].en, "\nunion all\n".join(queries))


def _void_account_check() -> Check:
    """The check for rows of accounts that are void, told in whichever order the files come."""
    names = [table.name for table in tables().values() if table.is_of_accounts]
    query = view_sql.void_accounts_query(names)
    noted = (view_sql.ACCOUNTS, *names)
    return Check(OF_VOID_ACCOUNT, noted, (), problems()[OF_VOID_ACCOUNT].en, query)


def parse_check(text: str) -> Check:
    """A check from the text of its file: header lines ``-- key: value``, then the query."""
    values, sql = split_header(text)
    noted = _names(values["tables"])
    return Check(
        values["check"],
        tuple(tables()) if noted == EVERY_TABLE else noted,
        _names(values["needs"]),
        values["means"],
        sql,
    )


def note_problems(connection: DuckDBPyConnection) -> None:
    """Fill ``meta.notes`` of a version that has its rows, snapshots, settings and views."""
    rows = connection.execute(load_sql("version/loaded_tables")).fetchall()
    loaded = {table for (table,) in rows}
    connection.execute(load_sql("build/set_newest_day"))
    view_sql.set_lookups(connection)
    for check in load_checks().values():
        if loaded.issuperset(check.needs):
            statement = load_sql("build/note_problem", query=check.sql)
            connection.execute(statement, {"code": check.code})
    for name in ("as_of", *view_sql.LOOKUPS):
        connection.execute(load_sql("build/forget", name=name))


def count_notes(connection: DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """How many rows of each table bear which note: ``{table: {code: rows}}``."""
    by_table: dict[str, dict[str, int]] = {}
    rows_noted = connection.execute(load_sql("version/note_counts")).fetchall()
    for table, code, rows in rows_noted:
        by_table.setdefault(table, {})[code] = rows
    return by_table


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
