"""What the dashboard shows beside what the recount says: every figure in which they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from kam_core.metrics import availability, catalogue, kinds, run
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.verify.aggregations import Figure
from kam_core.verify.availability import Demand
from kam_core.verify.figures import Recount

FigureKey = tuple[str, tuple]


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same both ways; None on a side that has no such figure."""

    metric: str
    period: str
    slice: dict[str, object]
    shown: Figure | None
    recounted: Figure | None


@dataclass
class CheckResult:
    """How many figures were compared, and those that differ."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def compare_all(
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    periods: Sequence[Period],
    names: Iterable[str] | None = None,
    facts: run.Facts | None = None,
) -> CheckResult:
    """Every metric for every period, as a whole and by each dimension it allows."""
    metrics = [catalogue.metric(name) for name in names or catalogue.load_metrics()]
    data = availability.survey_data(cursor, metrics)
    result = CheckResult()
    for metric in metrics:
        for dimensions in [(), *((column,) for column in metric.dimensions)]:
            _compare_metric(result, cursor, recount, metric, periods, dimensions, data, facts)
    return result


def find_differences(
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    name: str,
    periods: Sequence[Period],
    dimensions: tuple[str, ...] = (),
    data: availability.Data | None = None,
) -> list[Difference]:
    """The same for one metric and one combination of dimensions."""
    result = CheckResult()
    metric = catalogue.metric(name)
    data = data or availability.survey_data(cursor, [metric])
    _compare_metric(result, cursor, recount, metric, periods, dimensions, data, None)
    return result.differences


def _compare_metric(
    result: CheckResult,
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    metric: Metric,
    periods: Sequence[Period],
    dimensions: tuple[str, ...],
    data: availability.Data,
    facts: run.Facts | None,
) -> None:
    shown = _shown_figures(cursor, metric, periods, dimensions, data, facts)
    recounted = _recounted_figures(recount, metric, periods, dimensions, data.tier_needs)
    keys = dict.fromkeys([*recounted, *shown])
    result.compared += len(keys)
    result.differences += [
        Difference(
            metric.name,
            period,
            dict(zip(dimensions, key, strict=True)),
            shown.get((period, key)),
            recounted.get((period, key)),
        )
        for period, key in keys
        if shown.get((period, key)) != recounted.get((period, key))
    ]


def _shown_figures(
    cursor: duckdb.DuckDBPyConnection,
    metric: Metric,
    periods: Sequence[Period],
    dimensions: tuple[str, ...],
    data: availability.Data,
    facts: run.Facts | None,
) -> dict[FigureKey, Figure]:
    rows = run.run_metric(cursor, metric.name, periods, dimensions, data, facts).to_dict("records")
    return {
        (row["period"], tuple(row[column] for column in dimensions)): (
            _to_fraction(row["numerator"]),
            _to_fraction(row["denominator"]),
            row["value"],
        )
        for row in rows
    }


def _recounted_figures(
    recount: Recount,
    metric: Metric,
    periods: Sequence[Period],
    dimensions: tuple[str, ...],
    tier_needs: tuple[str, ...],
) -> dict[FigureKey, Figure]:
    demand = Demand(
        tuple(metric.list_needs(tier_needs)),
        metric.dated,
        metric.looks_back_months,
        is_change=metric.kind.name == "change",
        is_by_tier="tier" in metric.dimensions,
        known_by=metric.known_by,
    )
    recounted: dict[FigureKey, Figure] = {}
    for period in periods:
        days = period.starts_on, period.ends_on
        if recount.has_data(demand, *days):
            figures = recount.compute_figures(metric.name, *days, dimensions)
            recounted |= {(period.period, key): figure for key, figure in figures.items()}
    return recounted


def _to_fraction(part: kinds.Exact | None) -> Fraction | None:
    return None if part is None else Fraction(part)
