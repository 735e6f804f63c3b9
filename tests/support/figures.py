"""Figures of small companies, as tests read them."""

import duckdb

from kam_core.metrics import periods, run, scorecard
from kam_core.settings import loader
from tests.support.worlds import Snapshots, connect
from tests.support.worlds import cursor as on_day

Q2, Q3, Q4 = (periods.quarter(f"2024-Q{number}") for number in (2, 3, 4))
Counted = tuple[object, object, float | None]


def figure(
    cursor: duckdb.DuckDBPyConnection, name: str, period: periods.Period = Q3
) -> Counted | None:
    """Numerator, denominator and value; None where the data says nothing of the period."""
    rows = run.run_metric(cursor, name, [period]).to_dict("records")
    return tuple(rows[0][k] for k in ("numerator", "denominator", "value")) if rows else None


def by(
    cursor: duckdb.DuckDBPyConnection, name: str, column: str, period: periods.Period = Q3
) -> dict[str, Counted]:
    """The same for each part."""
    rows = run.run_metric(cursor, name, [period], (column,)).to_dict("records")
    return {r[column]: (r["numerator"], r["denominator"], r["value"]) for r in rows}


def score(
    cursor: duckdb.DuckDBPyConnection, name: str, period: periods.Period = Q3
) -> scorecard.Score:
    return scorecard.scorecard(cursor, period, [name])[0]


def with_limits(
    world: Snapshots, as_of: str, limits: dict[str, object], **scope: object
) -> duckdb.DuckDBPyConnection:
    """A cursor on a version built with other limits, such as ``{"top.accounts": 2}``."""
    settings = loader.copy_version_settings()
    for name, value in limits.items():
        *groups, last = name.split(".")
        place = settings["thresholds"]
        for group in groups:
            place = place[group]
        place[last] = value
    return on_day(connect(world, settings), as_of, **scope)  # type: ignore[arg-type]
