"""The day that stands in the name of a file: the last one that is not to come."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from kam_core.ingest.text_folding import simplify
from kam_core.metrics import periods
from kam_core.settings.loader import load_settings

WHERE_ONE_WAS = "\0"


@dataclass(frozen=True)
class NamedPeriod:
    """A day or a period in a name; ``is_bare``: a year that no word marks as one."""

    first: date
    last: date
    is_bare: bool = False

    def holds(self, other: "NamedPeriod") -> bool:
        return self != other and self.first <= other.first and other.last <= self.last


def find_day(file_name: str, until: date, newest_fact: date | None) -> date | None:
    """The last day in a name up to ``until``, of a period its last; None where there is none.

    A period that holds a finer one says nothing more, and a bare year counts only where the newest
    fact of the file lies in it.
    """
    spans = [span for span in _find_spans(file_name) if _is_told(span, newest_fact)]
    finest = [span for span in spans if not any(map(span.holds, spans))]
    return max((span.last for span in finest if span.last <= until), default=None)


def _is_told(span: NamedPeriod, newest_fact: date | None) -> bool:
    return not span.is_bare or bool(newest_fact and span.first <= newest_fact <= span.last)


def _find_spans(file_name: str) -> Iterator[NamedPeriod]:
    name = simplify(unicodedata.normalize("NFKC", file_name).casefold())
    for pattern in _patterns():
        rest: list[str] = []
        end = 0
        for match in pattern.finditer(name):
            parts = {name: part for name, part in match.groupdict().items() if part}
            if span := _read_span(parts):
                yield span
            # What is a date or a week in form alone (30 February) is no month or year either.
            if span or (parts.keys() & {"a", "d", "w"} and not parts.get("m", "").isalpha()):
                rest, end = [*rest, name[end : match.start()], WHERE_ONE_WAS], match.end()
        name = "".join([*rest, name[end:]])


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in load_settings().reading.days_in_names.patterns]


def _read_span(parts: dict[str, str]) -> NamedPeriod | None:
    """What the groups of a pattern mean; None where that is no day or period."""
    if bare := parts.get("bare"):
        return NamedPeriod(date(int(bare), 1, 1), date(int(bare), 12, 31), is_bare=True)
    year = int(parts["y"])
    if "d" in parts or "a" in parts:
        return _read_day(year, parts)
    if "w" in parts:
        return _read_week(year, int(parts["w"]))
    if "m" in parts:
        month = _read_month(parts["m"])
        return NamedPeriod(date(year, month, 1), _end_of_month(year, month)) if month else None
    return _read_quarters(year, parts)


def _read_day(year: int, parts: dict[str, str]) -> NamedPeriod | None:
    month, day = _read_month(parts.get("m", "")), int(parts.get("d", 0))
    if "a" in parts:
        month, day = _order_parts(int(parts["a"]), int(parts["b"]))
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return NamedPeriod(date(year, month, day), date(year, month, day))


def _read_week(year: int, number: int) -> NamedPeriod | None:
    try:
        monday, sunday = (date.fromisocalendar(year, number, day) for day in (1, 7))
    except ValueError:
        return None
    return NamedPeriod(monday, sunday)


def _order_parts(one: int, other: int) -> tuple[int, int]:
    """Month and day of two figures in either order; (0, 0) where both orders are possible."""
    if one != other and max(one, other) <= 12:
        return 0, 0
    return min(one, other), max(one, other)


def _read_month(text: str) -> int:
    """The number of a month; 0 where the text is none."""
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else 0
    names = load_settings().reading.days_in_names.months
    return next((n for n, name in enumerate(names, start=1) if text and name.startswith(text)), 0)


def _read_quarters(year: int, parts: dict[str, str]) -> NamedPeriod:
    """A quarter, a half or a whole of a year; quarters and halves are those of the fiscal year."""
    is_whole = not parts.keys() & {"q", "h", "h2"}
    if is_whole and "fiscal" not in parts:
        return NamedPeriod(date(year, 1, 1), date(year, 12, 31))
    first, last = 1, 4
    if "q" in parts:
        first = last = _read_number(parts["q"])
    elif not is_whole:
        last = 2 * _read_number(parts.get("h") or parts["h2"])
        first = last - 1
    start_month = load_settings().thresholds.fiscal_year_start_month
    of_year = [periods.quarter(f"{year}-Q{number}", start_month) for number in (first, last)]
    return NamedPeriod(of_year[0].starts_on, of_year[1].ends_on)


def _read_number(text: str) -> int:
    return int(text) if text.isdecimal() else load_settings().reading.days_in_names.numbers[text]


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
