"""How much of its target an open period owes by the day up to which its figure is known.

An amount or a count owes what last year's same slice was of its whole; anything else is held
against the whole target, as it is so far.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import duckdb

from kam_core.metrics import availability, run
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period, a_year_earlier

HAPPENED_ON = "happened_on"
UP_TO_THE_DAY = f"{HAPPENED_ON} + interval 12 month <= $until"
SLICE_AND_WHOLE = (
    f"coalesce(sum(numerator) filter (where {UP_TO_THE_DAY}), 0), coalesce(sum(numerator), 0)"
)


def shares_of_last_year(
    cursor: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    data: availability.Data,
    dimensions: Sequence[str] = (),
) -> dict[tuple, Fraction]:
    """What had come by the same day of last year, as a share of that whole period, for each part.

    None for a part that had nothing by then, or more than the whole (returns came after it), and
    for all of them where the period is not open, or last year's is not told from its first day.
    """
    if not is_paced(metric, period, data) or HAPPENED_ON not in metric.rows:
        return {}
    last_year = a_year_earlier(period)
    if not _tells_whole(metric, last_year, data):
        return {}
    run.set_periods(cursor, [last_year])
    query = run.add_up(metric.rows, SLICE_AND_WHOLE, dimensions, data.is_of_tiers)
    until = {"until": availability.known_until(metric, data)}
    rows = cursor.execute(query, until).fetchall()
    return {
        tuple(key): Fraction(part) / Fraction(whole)
        for _, *key, part, whole in rows
        if 0 < part <= whole
    }


def is_paced(metric: Metric, period: Period, data: availability.Data) -> bool:
    """Whether only a share of what is to come has come so far."""
    return metric.grows_with_days and availability.is_partial(metric, period, data)


def share_due(
    metric: Metric,
    period: Period,
    data: availability.Data,
    shares: Mapping[tuple, Fraction],
    part: tuple = (),
) -> Fraction | None:
    """How much of the target is due by now; None where the data covers the period to its end.

    ``shares`` are those of last year: without one, it is the share of the days.
    """
    if not availability.is_partial(metric, period, data):
        return None
    if not is_paced(metric, period, data):
        return Fraction(1)
    gone = (availability.last_day(metric, period, data) - period.starts_on).days + 1
    return shares.get(part) or Fraction(gone, (period.ends_on - period.starts_on).days + 1)


def _tells_whole(metric: Metric, period: Period, data: availability.Data) -> bool:
    first_days = [data.whole_from.get(table) for table in metric.dated]
    return all(day is not None and day <= period.starts_on for day in first_days)
