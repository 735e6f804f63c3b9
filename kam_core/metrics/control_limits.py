"""Signal or noise: XmR limits of a monthly series, mean plus and minus 2.66 mean moving ranges.

The factor and the number of points below which limits are on trial are settings of the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Limits:
    """What a series does by itself; a month outside is a signal, one inside is noise.

    ``gaps`` are months without a value. ``low`` and ``high`` are None where no two neighbouring
    months have one, so that nothing says how much the series moves by itself.
    """

    points: int
    mean: float | None
    low: float | None
    high: float | None
    is_trial: bool
    signals: tuple[str, ...]
    gaps: tuple[str, ...]

    def is_signal(self, month: str) -> bool:
        return month in self.signals


def limits(series: Sequence[tuple[str, float | None]], factor: float, enough_points: int) -> Limits:
    """The limits of (month, value) pairs in the order of time, every month of the span once.

    A moving range is between neighbours: there is none across a gap.
    """
    values = [(month, None if value != value else value) for month, value in series]
    present = [value for _, value in values if value is not None]
    ranges = [
        abs(later - earlier)
        for (_, earlier), (_, later) in pairwise(values)
        if earlier is not None and later is not None
    ]
    gaps = tuple(month for month, value in values if value is None)
    is_trial = len(present) < enough_points
    mean = sum(present) / len(present) if present else None
    if mean is None or not ranges:
        return Limits(len(present), mean, None, None, is_trial, (), gaps)
    reach = factor * sum(ranges) / len(ranges)
    low, high = mean - reach, mean + reach
    outside = (m for m, value in values if value is not None and not low <= value <= high)
    return Limits(len(present), mean, low, high, is_trial, tuple(outside), gaps)
