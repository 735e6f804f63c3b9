"""Days, spans of days and the working calendar of the sample company."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days from ``first`` to ``last``, both included; empty when last is before first."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlap(self, other: "Span") -> "Span":
        return Span(max(self.first, other.first), min(self.last, other.last))


def quarter_span(name: str) -> Span:
    """Calendar quarter such as 2024-Q3."""
    year, number = int(name[:4]), int(name[-1])
    return Span(date(year, 3 * number - 2, 1), next_month(date(year, 3 * number, 1)) - DAY)


def quarter_name(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def list_months(span: Span) -> list[Span]:
    """The whole calendar months that begin in a span."""
    spans, first = [], span.first.replace(day=1)
    while first <= span.last:
        spans.append(Span(first, next_month(first) - DAY))
        first = next_month(first)
    return spans


class Calendar:
    """Working days (Monday to Friday but for the days told otherwise) and hours."""

    def __init__(self, history: Span, special: Mapping[str, bool], opens: int, closes: int) -> None:
        days = (history.first + DAY * offset for offset in range(history.days))
        self._days = [day for day in days if special.get(day.isoformat(), day.weekday() < 5)]
        self._opens, self._closes = opens, closes

    def workdays(self, span: Span) -> list[date]:
        return self._days[bisect_left(self._days, span.first) : bisect_right(self._days, span.last)]

    def workday(self, chance: random.Random, span: Span) -> date:
        """Any working day of a span that holds one."""
        low, high = bisect_left(self._days, span.first), bisect_right(self._days, span.last)
        return self._days[chance.randrange(low, high)]

    def moment(self, chance: random.Random, day: date) -> datetime:
        """A time of that day inside working hours, on five minutes."""
        minutes = 30 + 5 * chance.randrange((self._closes - self._opens - 1) * 12)
        return datetime.combine(day, time(self._opens)) + timedelta(minutes=minutes)

    def open_hours(self, day: date) -> tuple[datetime, datetime]:
        return (
            datetime.combine(day, time(self._opens)),
            datetime.combine(day, time(self._closes)),
        )

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when somebody works then, else the next opening."""
        day = moment.date()
        opens, closes = self.open_hours(day)
        position = bisect_left(self._days, day)
        is_workday = position < len(self._days) and self._days[position] == day
        if is_workday and moment <= closes:
            return max(moment, opens)
        position += is_workday
        later = self._days[position] if position < len(self._days) else day + DAY
        return self.open_hours(later)[0]

    def answer(self, asked_at: datetime, wait: timedelta) -> datetime:
        """When somebody who takes so long answers, to the minute."""
        return self.next_open(asked_at + wait).replace(second=0, microsecond=0)
