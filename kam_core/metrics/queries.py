"""Queries that have rows, not a figure, as their answer: one SQL file each, with parameters.

The rows behind a figure are such a query too: those of the metric, shown as a file in sql/evidence
says, under the name ``evidence_METRIC``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import duckdb
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics.catalogue import Metric, load_metrics
from kam_core.metrics.run import set_periods
from kam_core.settings.sql_files import list_sql, load_sql, split_header

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
    queries = list(map(_parse, list_sql("queries")))
    queries += [_evidence(metric) for metric in load_metrics().values()]
    return {query.name: query for query in queries}


def evidence_of(metric: Metric) -> Query:
    """The query for the rows behind a figure, with what each adds above and below the line.

    ``account`` is one or None for all, ``most`` a number of rows or None.
    """
    return load_queries()[f"evidence_{metric.name}"]


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
    values, sql = split_header(text)
    names = tuple(part.strip() for part in values.get("parameters", "").split(",") if part.strip())
    return Query(values["query"], values["means"], names, sql)


def _evidence(metric: Metric) -> Query:
    values, shown = split_header(load_sql(f"evidence/{metric.evidence}"))
    put_in = {"row": metric.kind.row, "rows": metric.rows, "shown": shown, "order": values["order"]}
    sql = load_sql("figures/evidence", **put_in)
    parameters = (PERIODS, "account", "most")
    return Query(f"evidence_{metric.name}", values["means"], parameters, sql)
