"""Days and runs of days as the definitions name them; both ends belong to a run."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

DAY = pd.Timedelta(days=1)
MICROSECOND = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class DayRange:
    """A run of days from ``first`` to ``last``, both included."""

    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def days(self) -> int:
        return max((self.last - self.first) // DAY + 1, 0)

    def contains(self, moments: pd.Series) -> pd.Series:
        """Which days or moments lie in it; a missing one does not."""
        return (moments >= self.first) & (moments < self.last + DAY)

    def year_before(self) -> "DayRange":
        """The same days a year earlier; the end of a month is that of the month then."""
        after = self.last + DAY
        last = months_later(after, -12) - DAY if after.day == 1 else months_later(self.last, -12)
        return DayRange(months_later(self.first, -12), last)


def to_timestamp(day: date) -> pd.Timestamp:
    return pd.Timestamp(day).as_unit("us")


def months_later(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The same day of another month; its last one where that month is shorter."""
    return day + pd.DateOffset(months=months)


def is_before(earlier: pd.Series, later: pd.Series, is_exact: pd.Series | bool = True) -> pd.Series:
    """Whether moments lie before others; by day where not both of them have a time."""
    by_day: pd.Series = earlier.dt.normalize() < later.dt.normalize()
    return (earlier < later).where(is_exact, by_day)


def trailing_months(months: int, until: pd.Timestamp, skipped: int = 0) -> DayRange:
    """The months up to and including a day; ``skipped`` months further back if wanted."""
    after = until + DAY
    return DayRange(months_later(after, -months - skipped), months_later(after, -skipped) - DAY)
