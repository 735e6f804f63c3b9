"""One figure opened for a program: value, change, accounts and the first rows behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import catalogue, change, queries, scorecard
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.change import ACCOUNTS, FigureChange
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score


@dataclass(frozen=True)
class Explanation:
    """A figure of one quarter, compared with what was before, in everything it is made of."""

    metric: Metric
    period: Period
    score: Score
    moved: FigureChange
    splits: tuple[FigureChange, ...]
    accounts: pd.DataFrame
    rows: pd.DataFrame
    row_count: int


class FigureSource(Protocol):
    """What answers for a scope and its quarter: a view of the dashboard."""

    @property
    def period(self) -> Period: ...

    def metric(
        self, name: str, periods: Sequence[Period], dimensions: tuple[str, ...] = ()
    ) -> pd.DataFrame: ...

    def query(self, name: str, **parameters: object) -> pd.DataFrame: ...

    def score(self, name: str) -> Score: ...


def explain(view: FigureSource, name: str, against: Period | None, most: int) -> Explanation:
    """Everything behind a metric; of accounts and rows the first few.

    Growth is told on the year where no quarter is named to compare it with.
    """
    period = view.period
    if against and against.starts_on >= period.starts_on:
        raise KamError("same_period", period=period.period)
    metric = catalogue.metric(name)
    moved = [
        change.explain(view.metric, name, against, period, dimension)
        for dimension in change.splits(metric, against)
    ]
    first = moved[0] if moved else change.explain(view.metric, name, against, period)
    rows = _evidence(view, metric)
    return Explanation(
        metric=metric,
        period=period,
        score=view.score(name),
        moved=first,
        splits=tuple(moved),
        accounts=_accounts(view, metric, against).head(most),
        rows=rows.head(most),
        row_count=len(rows),
    )


def _accounts(view: FigureSource, metric: Metric, before: Period | None) -> pd.DataFrame:
    """What each account adds to the difference, the largest first."""
    if ACCOUNTS not in metric.dimensions or not metric.kind.adds_up:
        return pd.DataFrame()
    moved = change.by_account(view.metric, metric.name, before, view.period)
    if not moved.parts:
        return pd.DataFrame()
    rows = moved.frame()
    names = view.query("account_names").set_index("account_id")["account_name"]
    rows.insert(1, "account_name", rows["account_id"].map(names))
    return rows


def _evidence(view: FigureSource, metric: Metric) -> pd.DataFrame:
    name = queries.evidence_of(metric).name
    rows = view.query(name, periods=(view.period,), account=None, most=None)
    return rows.astype({"line_no": "Int64", "snapshot_id": "Int64"})


def to_json(explanation: Explanation) -> dict[str, object]:
    """The explanation as plain JSON values; shares as fractions of 1."""
    metric = explanation.metric
    return {
        "metric": metric.name,
        "kind": metric.kind.name,
        "unit": metric.unit,
        "titles": {"zh": metric.zh, "en": metric.en},
        "means": {"zh": metric.means_zh, "en": metric.means_en},
        "leaves_out": {"zh": metric.not_zh, "en": metric.not_en},
        "quarter": explanation.period.period,
        "against": explanation.moved.periods[0],
        "score": scorecard.to_json(explanation.score),
        "change": _change(explanation.moved),
        "splits": [_change(moved) for moved in explanation.splits],
        "accounts": records(explanation.accounts),
        "rows": records(explanation.rows),
        "row_count": explanation.row_count,
        "sql": metric.sql,
        "rows_sql": queries.evidence_of(metric).sql,
    }


def _change(moved: FigureChange) -> dict[str, object]:
    ends = {"before": moved.before, "after": moved.after, "difference": moved.difference}
    return {
        "by": moved.dimension,
        "unit": moved.unit,
        **{name: None if value is None else float(value) for name, value in ends.items()},
        "unsplit": moved.unsplit,
        "parts": records(moved.frame()),
    }


def records(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as plain JSON values; an empty cell is null."""
    return [
        {str(name): _to_json_value(cell) for name, cell in row.items()}
        for row in rows.astype(object).to_dict("records")
    ]


def _to_json_value(cell: Any) -> object:
    """A cell for another program, which knows neither exact numbers nor days."""
    if pd.isna(cell):
        return None
    match cell:
        case Decimal() | Fraction():
            return float(cell)
        case date():
            return cell.isoformat()
        case np.generic():
            return cell.item()
    return cell
