"""Where an amount, a count or its growth would end if the rest of its period went on as so far."""

from fractions import Fraction

from kam_core.metrics import availability
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score


def paced(metric: Metric, score: Score, period: Period, data: availability.Data) -> float | None:
    """The value of a running period if what it counts is scaled to all of its days.

    None for a whole period, and for what does not grow with the days: a share, a mean, a state.
    """
    grows_with_days = metric.reads == "period" and metric.kind.is_paced
    if not grows_with_days or score.numerator is None or not score.is_running:
        return None
    days = (period.ends_on - period.starts_on).days + 1
    whole = Fraction(score.numerator) * days / elapsed_days(metric, period, data)
    value = metric.kind.divide(whole, score.denominator)
    return None if value is None else float(value)


def elapsed_days(metric: Metric, period: Period, data: availability.Data) -> int:
    """Days of the period until the day up to which the figure is known, or its end."""
    return (availability.last_day(metric, period, data) - period.starts_on).days + 1
