"""Where an amount or a count would end if the rest of its period went on as the days so far."""

from fractions import Fraction

from kam_core import metrics
from kam_core.metrics import Metric
from kam_core.periods import Period
from kam_core.scorecard import Score


def paced(metric: Metric, score: Score, period: Period, data: metrics.Data) -> float | None:
    """The value of a partial period scaled to all of its days.

    None for a whole period, and for what does not grow with the days: a share, a mean, a state.
    """
    if metric.kind != "sum" or metric.reads != "period":
        return None
    if score.numerator is None or score.reason != "partial":
        return None
    days = (period.ends_on - period.starts_on).days + 1
    return float(Fraction(score.numerator) * days / elapsed_days(metric, period, data))


def elapsed_days(metric: Metric, period: Period, data: metrics.Data) -> int:
    """Days of the period until the as-of day or the end of the data, whichever is earlier."""
    ends = [metrics.last_day(period, data), *(data.days[table][1] for table in metric.dated)]
    last = min(day for day in ends if day is not None)
    return (last - period.starts_on).days + 1
