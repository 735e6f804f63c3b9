"""What the dashboard shows beside what the recount says: every figure in which they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from kam_core.metrics import availability, catalogue, kinds, pacing, run
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
class FigureCheck:
    """The figures of a cursor's scope beside the recount of some periods, compared one by one."""

    cursor: duckdb.DuckDBPyConnection
    recount: Recount
    periods: Sequence[Period]
    data: availability.Data
    facts: run.Facts | None = None
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    def compare(self, metric: Metric, dimensions: tuple[str, ...]) -> None:
        """Count a metric's figures by some dimensions, and keep those that differ."""
        shown, recounted = self._shown(metric, dimensions), self._recounted(metric, dimensions)
        keys = dict.fromkeys([*recounted, *shown])
        self.compared += len(keys)
        self.differences += [
            Difference(
                metric.name,
                key[0],
                dict(zip(dimensions, key[1], strict=True)),
                shown.get(key),
                recounted.get(key),
            )
            for key in keys
            if shown.get(key) != recounted.get(key)
        ]

    def compare_beside(self, metric: Metric) -> None:
        """Count the cases told beside a metric's figures, and keep the counts that differ."""
        for period in self.periods:
            counts = run.count_beside(self.cursor, metric, period, self.data) or {}
            if not counts:
                continue
            others = self.recount.count_beside(metric.name, period.starts_on, period.ends_on)
            self.compared += len(counts)
            self.differences += [
                Difference(
                    metric.name,
                    period.period,
                    {"beside": code},
                    _to_figure(count),
                    _to_figure(others.get(code, 0)),
                )
                for code, count in counts.items()
                if count != others.get(code, 0)
            ]

    def compare_pace(self, metric: Metric, dimensions: tuple[str, ...]) -> None:
        """Count how much of an open period's amounts is due, and keep the shares that differ."""
        demand = self._demand(metric)
        for period in self.periods:
            bounds = period.starts_on, period.ends_on
            is_paced = pacing.is_paced(metric, period, self.data)
            if not is_paced or not self.recount.has_data(demand, *bounds):
                continue
            shares = pacing.shares_of_last_year(self.cursor, metric, period, self.data, dimensions)
            for key, due in self.recount.shares_due(
                metric.name, demand, *bounds, dimensions
            ).items():
                shown = pacing.share_due(metric, period, self.data, shares, key) or Fraction(0)
                self.compared += 1
                if shown != due:
                    part = {"pace": "share due", **dict(zip(dimensions, key, strict=True))}
                    figures = _to_figure(shown), _to_figure(due)
                    self.differences.append(Difference(metric.name, period.period, part, *figures))

    def _shown(self, metric: Metric, dimensions: tuple[str, ...]) -> dict[FigureKey, Figure]:
        rows = run.run_metric(
            self.cursor, metric.name, self.periods, dimensions, self.data, self.facts
        )
        return {
            (row["period"], tuple(row[column] for column in dimensions)): (
                _to_fraction(row["numerator"]),
                _to_fraction(row["denominator"]),
                row["value"],
            )
            for row in rows.to_dict("records")
        }

    def _demand(self, metric: Metric) -> Demand:
        return Demand(
            tuple(metric.list_needs(self.data.tier_needs)),
            metric.dated,
            metric.looks_back_months,
            is_change=metric.kind.name == "change",
            is_by_tier="tier" in metric.dimensions,
            known_by=metric.known_by,
        )

    def _recounted(self, metric: Metric, dimensions: tuple[str, ...]) -> dict[FigureKey, Figure]:
        demand = self._demand(metric)
        return {
            (period.period, key): figure
            for period in self.periods
            if self.recount.has_data(demand, period.starts_on, period.ends_on)
            for key, figure in self.recount.compute_figures(
                metric.name, period.starts_on, period.ends_on, dimensions
            ).items()
        }


def compare_all(
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    periods: Sequence[Period],
    names: Iterable[str] | None = None,
    facts: run.Facts | None = None,
) -> FigureCheck:
    """Every metric for every period, as a whole and by each dimension it allows."""
    metrics = [catalogue.metric(name) for name in names or catalogue.load_metrics()]
    data = availability.survey_data(cursor, metrics)
    check = FigureCheck(cursor, recount, periods, data, facts)
    for metric in metrics:
        for dimensions in [(), *((column,) for column in metric.dimensions)]:
            check.compare(metric, dimensions)
            check.compare_pace(metric, dimensions)
        check.compare_beside(metric)
    return check


def _to_figure(number: int | Fraction) -> Figure:
    return Fraction(number), None, float(number)


def _to_fraction(part: kinds.Exact | None) -> Fraction | None:
    return None if part is None else Fraction(part)
