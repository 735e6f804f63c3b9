"""Months and fiscal quarters: their names, first and last days.

A fiscal year is named after the calendar year in which it starts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kam_core.errors import KamError

# Far enough from the first and last year there is to look a year back and a quarter ahead.
QUARTER = re.compile(r"(?!9999)([1-9]\d{3})-Q([1-4])")
MONTH = re.compile(r"(?!9999)([1-9]\d{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """A run of whole months; ``ends_on`` is its last day."""

    period: str
    starts_on: date
    ends_on: date


def quarter(label: str, fiscal_year_start_month: int = 1) -> Period:
    """The quarter of that name: 2024-Q3 is July to September where the fiscal year is the year."""
    year, number = _numbers(QUARTER, label)
    starts_on = _months_later(date(year, fiscal_year_start_month, 1), 3 * (number - 1))
    return _months_from(label, starts_on, 3)


def month(label: str) -> Period:
    """The calendar month of that name, such as 2024-07."""
    return _months_from(label, date(*_numbers(MONTH, label), 1), 1)


def quarter_of(day: date, fiscal_year_start_month: int = 1) -> Period:
    """The quarter that holds a day."""
    shifted = _months_later(day.replace(day=1), 1 - fiscal_year_start_month)
    label = f"{shifted.year}-Q{(shifted.month + 2) // 3}"
    return quarter(label, fiscal_year_start_month)


def quarters_until(as_of: date, n: int, fiscal_year_start_month: int = 1) -> list[Period]:
    """The last ``n`` quarters, oldest first; the last one holds ``as_of``."""
    first_of_month = quarter_of(as_of, fiscal_year_start_month).starts_on
    starts = [_months_later(first_of_month, -3 * back) for back in reversed(range(n))]
    return [quarter_of(day, fiscal_year_start_month) for day in starts]


def quarters_between(first: date, last: date, fiscal_year_start_month: int = 1) -> list[Period]:
    """The quarters from that of ``first`` to that of ``last``; at least that of ``last``."""
    months = (last.year - first.year) * 12 + last.month - first.month
    quarters = quarters_until(last, max(months, 0) // 3 + 2, fiscal_year_start_month)
    return [quarter for quarter in quarters if quarter.ends_on >= first] or quarters[-1:]


def months_between(first: date, last: date) -> list[Period]:
    """The months from the one that holds ``first`` to the one that holds ``last``."""
    months = [month for quarter in quarters_between(first, last) for month in months_of(quarter)]
    return [month for month in months if month.ends_on >= first and month.starts_on <= last]


def months_of(period: Period) -> list[Period]:
    """The calendar months of a period, in order."""
    months, starts_on = [], period.starts_on
    while starts_on <= period.ends_on:
        months.append(_months_from(f"{starts_on:%Y-%m}", starts_on, 1))
        starts_on = _months_later(starts_on, 1)
    return months


def year_before(period: Period) -> tuple[date, date]:
    """First and last day of the same months one year earlier."""
    ends_before = period.ends_on + timedelta(days=1)
    return _months_later(period.starts_on, -12), _months_later(ends_before, -12) - timedelta(days=1)


def a_year_earlier(period: Period) -> Period:
    """The period of the same months one year earlier."""
    year, _, part = period.period.partition("-")
    return Period(f"{int(year) - 1}-{part}", *year_before(period))


def as_variable(periods: Sequence[Period]) -> list[dict[str, object]]:
    """Periods as the views of a version file read them from the session variable ``periods``."""
    return [vars(period) for period in periods]


def _numbers(form: re.Pattern[str], label: str) -> tuple[int, int]:
    """Year and number of a period; KamError("unknown_period") where there is none of that name."""
    match = form.fullmatch(label)
    if not match:
        raise KamError("unknown_period", period=label)
    return int(match[1]), int(match[2])


def _months_from(label: str, starts_on: date, months: int) -> Period:
    return Period(label, starts_on, _months_later(starts_on, months) - timedelta(days=1))


def _months_later(first_of_month: date, months: int) -> date:
    count = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
