"""Numbers, dates and periods as a reader of each language writes them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

from babel import dates, numbers

from kam_core.text.word_catalogue import say

Number = int | float | Decimal | Fraction
NOTHING = "–"


def find_locale(lang: str) -> str:
    """Whose numbers and dates a language writes: ``zh_Hans_CN``."""
    return say("formats.locale", lang)


def is_missing(value: object) -> bool:
    """None, NaN and NaT are all "there is no value"."""
    return value is None or value != value


def _writable(value: Number) -> int | float | Decimal:
    """Babel reads a number from its text, and that of a fraction is a division."""
    return float(value) if isinstance(value, Fraction) else value


def _signed(written: str, value: Number, signed: bool) -> str:
    """A true minus sign, and no sign at all where nothing but zeros is shown."""
    digits = written.replace("-", "")
    if not re.search("[1-9]", digits):
        return digits
    if value < 0:
        return f"−{digits}"
    return f"+{digits}" if signed else digits


def percent(value: Number | None, lang: str, digits: int = 1, signed: bool = False) -> str:
    if value is None or is_missing(value):
        return NOTHING
    pattern = "0%" if digits == 0 else f"0.{'0' * digits}%"
    written = numbers.format_percent(_writable(value), pattern, locale=find_locale(lang))
    return _signed(written, value, signed)


def points(value: Number | None, lang: str, digits: int = 1, signed: bool = True) -> str:
    """A difference of two shares, in percentage points."""
    if value is None or is_missing(value):
        return NOTHING
    number = decimal(_writable(value) * 100, lang, digits, signed)
    return say("formats.points", lang, number=number)


def decimal(value: Number | None, lang: str, digits: int = 1, signed: bool = False) -> str:
    if value is None or is_missing(value):
        return NOTHING
    pattern = "#,##0" if digits == 0 else f"#,##0.{'0' * digits}"
    written = numbers.format_decimal(_writable(value), pattern, locale=find_locale(lang))
    return _signed(written, value, signed)


count = partial(decimal, digits=0)


def money(value: Number | None, lang: str, digits: int = 1, signed: bool = False) -> str:
    """A short amount in the reporting currency: 1.2亿, 120M."""
    if value is None or is_missing(value):
        return NOTHING
    is_long = not -1000 < value < 1000
    written = numbers.format_compact_decimal(
        _writable(value), locale=find_locale(lang), fraction_digits=digits if is_long else 0
    )
    return _signed(written, value, signed)


def _with_unit(
    value: Number | None, lang: str, digits: int = 1, signed: bool = False, *, key: str
) -> str:
    if value is None or is_missing(value):
        return NOTHING
    return say(key, lang, number=decimal(value, lang, digits, signed))


hours = partial(_with_unit, key="formats.hours")
days = partial(_with_unit, key="formats.days")
# A score out of a hundred; its difference is in the same points.
score = partial(_with_unit, key="formats.score")

WRITERS: dict[str, Callable[..., str]] = {
    "percent": percent,
    "money": money,
    "hours": hours,
    "days": days,
    "count": count,
    "points": score,
    "index": partial(decimal, digits=3),
}


def quantity(value: Number | None, unit: str, lang: str) -> str:
    """A value of a metric in its unit."""
    return WRITERS.get(unit, decimal)(value, lang=lang)


def difference(value: Number | None, unit: str, lang: str) -> str:
    """The difference of two values of a metric, with its sign."""
    write = points if unit == "percent" else WRITERS.get(unit, decimal)
    return write(value, lang=lang, signed=True)


def as_date(value: object) -> date | None:
    if value is None or is_missing(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def day(value: object, lang: str) -> str:
    written = as_date(value)
    if written is None:
        return NOTHING
    return dates.format_date(written, "medium", locale=find_locale(lang))


def moment(value: datetime | None, lang: str) -> str:
    """A time of day without seconds, which nobody plans by."""
    if value is None or is_missing(value):
        return NOTHING
    return f"{day(value, lang)} {value:%H:%M}"


def period(code: str, lang: str) -> str:
    """``2024-Q3`` and ``2024-07`` in words; any other period as it is."""
    return _period(code, lang, "quarter", "month")


def short_period(code: str, lang: str) -> str:
    """The same, narrow enough for an axis."""
    return _period(code, lang, "short_quarter", "short_month")


def _period(code: str, lang: str, quarter_key: str, month_key: str) -> str:
    year, _, part = code.partition("-")
    if part.startswith("Q"):
        return say(f"formats.{quarter_key}", lang, year=year, number=part[1:])
    if part.isdigit():
        first = date(int(year), int(part), 1)
        return dates.format_date(first, say(f"formats.{month_key}", lang), locale=find_locale(lang))
    return code


# What a placeholder may ask for, beside the units of metrics.
PLACEHOLDERS: dict[str, Callable[..., str]] = WRITERS | {
    "pp": points,
    "decimal": decimal,
    "day": day,
    "moment": moment,
    "period": period,
}


def display_width(words: str) -> int:
    """Columns that words take: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def shortened(words: str, most: int) -> str:
    """Words of so many letters at most, with a mark where some are left out."""
    return words if len(words) <= most else f"{words[: most - 1]}…"
