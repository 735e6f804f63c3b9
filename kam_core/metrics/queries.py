"""Queries that have rows, not a figure, as their answer: one SQL file each, with parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics.run import set_periods
from kam_core.warehouse.sql_header import header

SQL = Path(__file__).parents[1] / "sql" / "queries"
PERIODS = "periods"


@dataclass(frozen=True)
class Query:
    """What the header of a query file says, and its SQL."""

    name: str
    means: str
    parameters: tuple[str, ...]
    sql: str = field(repr=False)


@cache
def load_queries() -> dict[str, Query]:
    """All queries by name."""
    queries = (_parse(path.read_text("utf-8")) for path in sorted(SQL.glob("*.sql")))
    return {query.name: query for query in queries}


def run_query(cursor: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pd.DataFrame:
    """The rows that answer a query for the cursor's scope; money stays Decimal.

    ``periods`` (a sequence of Period) goes in through the session, the rest as SQL parameters.
    """
    if name not in load_queries():
        raise KamError("unknown_question", question=name)
    query = load_queries()[name]
    if set(parameters) != set(query.parameters):
        raise KamError("question_parameters", question=name, expected=query.parameters)
    periods: Sequence | None = parameters.pop(PERIODS, None)  # type: ignore[assignment]
    set_periods(cursor, periods)
    answer = cursor.sql(query.sql, params=parameters or None)
    return answer.to_arrow_table().to_pandas()


def _parse(text: str) -> Query:
    values, sql = header(text)
    names = tuple(part.strip() for part in values.get("parameters", "").split(",") if part.strip())
    return Query(values["query"], values["means"], names, sql)
