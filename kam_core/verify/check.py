"""What the dashboard shows beside what the recount says: every place where they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.verify.aggregations import Figure
from kam_core.verify.availability import Demand
from kam_core.verify.figures import Recount

Place = tuple[str, tuple]


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same both ways; None on a side that has no such figure."""

    metric: str
    period: str
    slice: dict[str, object]
    shown: Figure | None
    recounted: Figure | None


@dataclass
class Comparison:
    """How many figures were compared, and those that differ."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def compare(
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    asked: Sequence[Period],
    names: Iterable[str] | None = None,
    facts: catalogue.Facts | None = None,
) -> Comparison:
    """Every metric for every period, as a whole and by each slice it allows."""
    wanted = [catalogue.metric(name) for name in names or catalogue.load_metrics()]
    data = catalogue.survey(cursor, wanted)
    found = Comparison()
    for metric in wanted:
        for by in [(), *((column,) for column in metric.slices)]:
            _add(found, cursor, recount, metric, asked, by, data, facts)
    return found


def differences(
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    name: str,
    asked: Sequence[Period],
    by: tuple[str, ...] = (),
    data: catalogue.Data | None = None,
) -> list[Difference]:
    """The same for one metric and one way to slice it."""
    found = Comparison()
    wanted = catalogue.metric(name)
    data = data or catalogue.survey(cursor, [wanted])
    _add(found, cursor, recount, wanted, asked, by, data, None)
    return found.differences


def _add(
    found: Comparison,
    cursor: duckdb.DuckDBPyConnection,
    recount: Recount,
    wanted: Metric,
    asked: Sequence[Period],
    by: tuple[str, ...],
    data: catalogue.Data,
    facts: catalogue.Facts | None,
) -> None:
    shown = _shown(cursor, wanted, asked, by, data, facts)
    recounted = _recounted(recount, wanted, asked, by, data.tier_needs)
    places = dict.fromkeys([*recounted, *shown])
    found.compared += len(places)
    found.differences += [
        Difference(
            wanted.name,
            period,
            dict(zip(by, key, strict=True)),
            shown.get((period, key)),
            recounted.get((period, key)),
        )
        for period, key in places
        if shown.get((period, key)) != recounted.get((period, key))
    ]


def _shown(
    cursor: duckdb.DuckDBPyConnection,
    wanted: Metric,
    asked: Sequence[Period],
    by: tuple[str, ...],
    data: catalogue.Data,
    facts: catalogue.Facts | None,
) -> dict[Place, Figure]:
    rows = catalogue.run(cursor, wanted.name, asked, by, data, facts).to_dict("records")
    return {
        (row["period"], tuple(row[column] for column in by)): (
            _exact(row["numerator"]),
            _exact(row["denominator"]),
            row["value"],
        )
        for row in rows
    }


def _recounted(
    recount: Recount,
    wanted: Metric,
    asked: Sequence[Period],
    by: tuple[str, ...],
    tier_needs: tuple[str, ...],
) -> dict[Place, Figure]:
    needs = [
        n for need in wanted.needs for n in (tier_needs if need == catalogue.TIERS else (need,))
    ]
    is_change = wanted.kind == "change"
    demand = Demand(
        tuple(needs),
        wanted.dated,
        wanted.looks_back_months,
        is_change,
        is_by_tier="tier" in wanted.slices,
    )
    found: dict[Place, Figure] = {}
    for period in asked:
        if recount.tells(demand, period.starts_on, period.ends_on):
            figures = recount.figures(wanted.name, period.starts_on, period.ends_on, by)
            found |= {(period.period, key): figure for key, figure in figures.items()}
    return found


def _exact(part: catalogue.Exact | None) -> Fraction | None:
    return None if part is None else Fraction(part)
