"""Questions that have rows, not a figure, as their answer: one SQL file each, with parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import catalogue
from kam_core.warehouse.sql_header import header

SQL = Path(__file__).parents[1] / "sql" / "queries"
PERIODS = "periods"


@dataclass(frozen=True)
class Question:
    """What the header of a question file says, and its query."""

    name: str
    means: str
    parameters: tuple[str, ...]
    sql: str = field(repr=False)


@cache
def load_queries() -> dict[str, Question]:
    """All questions by name."""
    read = (_parse(path.read_text("utf-8")) for path in sorted(SQL.glob("*.sql")))
    return {question.name: question for question in read}


def ask(cursor: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pd.DataFrame:
    """The rows that answer a question for the cursor's scope; money stays Decimal.

    ``periods`` (a sequence of Period) goes in through the session, the rest as SQL parameters.
    """
    question = _question(name)
    if set(parameters) != set(question.parameters):
        raise KamError("question_parameters", question=name, expected=question.parameters)
    asked: Sequence | None = parameters.pop(PERIODS, None)  # type: ignore[assignment]
    catalogue.set_periods(cursor, asked)
    answer = cursor.sql(question.sql, params=parameters or None)
    return answer.to_arrow_table().to_pandas()


def _question(name: str) -> Question:
    if name not in load_queries():
        raise KamError("unknown_question", question=name)
    return load_queries()[name]


def _parse(text: str) -> Question:
    values, sql = header(text)
    names = tuple(part.strip() for part in values.get("parameters", "").split(",") if part.strip())
    return Question(values["question"], values["means"], names, sql)
