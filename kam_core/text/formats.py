"""Numbers, dates and periods as a reader of each language writes them."""

import math
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

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


def to_fraction(value: Number) -> Fraction:
    """The exact number; a float is what its first fifteen digits say, as in a spreadsheet."""
    return Fraction(f"{value:.15g}") if isinstance(value, float) else Fraction(value)


def rounded(value: Number, digits: int = 0) -> Decimal:
    """The number with so many decimals, half away from zero; never a negative zero."""
    exact = to_fraction(value)
    steps = math.floor(abs(exact) * 10**digits + Fraction(1, 2))
    return Decimal(f"{'-' if exact < 0 and steps else ''}{steps}e-{digits}")


def _write_sign(written: str, shown: Decimal, signed: bool) -> str:
    """What is written of a rounded number, with a true minus sign or, if asked, a plus."""
    sign = "−" if shown < 0 else "+" if shown > 0 and signed else ""
    return f"{sign}{written}"


def _pattern(whole: str, digits: int) -> str:
    return f"{whole}.{'0' * digits}" if digits else whole


def percent(value: Number | None, lang: str, digits: int = 1, signed: bool = False) -> str:
    if value is None or is_missing(value):
        return NOTHING
    shown = rounded(value, digits + 2)
    pattern = f"{_pattern('0', digits)}%"
    written = numbers.format_percent(abs(shown), pattern, locale=find_locale(lang))
    return _write_sign(written, shown, signed)


def points(value: Number | None, lang: str, digits: int = 1, signed: bool = True) -> str:
    """A difference of two shares, in percentage points."""
    if value is None or is_missing(value):
        return NOTHING
    number = decimal(to_fraction(value) * 100, lang, digits, signed)
    return say("formats.points", lang, number=number)


def decimal(value: Number | None, lang: str, digits: int = 1, signed: bool = False) -> str:
    if value is None or is_missing(value):
        return NOTHING
    shown = rounded(value, digits)
    written = numbers.format_decimal(abs(shown), _pattern("#,##0", digits), find_locale(lang))
    return _write_sign(written, shown, signed)


count = partial(decimal, digits=0)


class MoneyScale(NamedTuple):
    """How amounts from ``start`` on are written: in ``unit``, with up to so many digits."""

    start: int
    unit: int
    digits: int
    mark: str


@cache
def money_scales(lang: str) -> tuple[MoneyScale, ...]:
    """How a language shortens amounts, the smallest first."""
    parts = (part.split(":") for part in say("formats.money_scales", lang).split(";"))
    scales = [
        MoneyScale(int(start), int(unit), int(digits), mark) for start, unit, digits, mark in parts
    ]
    return MoneyScale(0, 1, 0, ""), *scales


def _shorten(value: Number, lang: str) -> tuple[Decimal, MoneyScale]:
    """An amount in the first scale in which it stays, once rounded, below the next."""
    scales = money_scales(lang)
    for scale, above in pairwise(scales):
        shown = rounded(to_fraction(value) / scale.unit, scale.digits)
        if abs(shown) * scale.unit < above.start:
            return shown, scale
    return rounded(to_fraction(value) / scales[-1].unit, scales[-1].digits), scales[-1]


def money(value: Number | None, lang: str, signed: bool = False) -> str:
    """A short amount in the reporting currency: 1.121亿, 112.1M, whole where it is small."""
    if value is None or is_missing(value):
        return NOTHING
    shown, scale = _shorten(value, lang)
    pattern = f"0.{'#' * scale.digits}" if scale.mark else "#,##0"
    written = numbers.format_decimal(abs(shown), pattern, find_locale(lang))
    return _write_sign(f"{written}{scale.mark}", shown, signed)


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


# Decimals of a unit, where not one.
DECIMALS = {"count": 0, "index": 3}


def quantity(value: Number | None, unit: str, lang: str, digits: int | None = None) -> str:
    """A value of a metric in its unit; with ``digits``, in so many decimals and in full."""
    if digits is None:
        return WRITERS.get(unit, decimal)(value, lang=lang)
    write = decimal if unit == "money" else WRITERS.get(unit, decimal)
    return write(value, lang=lang, digits=digits)


def difference(value: Number | None, unit: str, lang: str, digits: int | None = None) -> str:
    """The difference of two values of a metric, with its sign."""
    write = points if unit == "percent" else WRITERS.get(unit, decimal)
    if digits is None:
        return write(value, lang=lang, signed=True)
    return (decimal if unit == "money" else write)(value, lang=lang, digits=digits, signed=True)


def subtract(after: Number, before: Number) -> Fraction:
    """The exact difference: that of two floats would be off by the last bit."""
    return to_fraction(after) - to_fraction(before)


def as_shown(value: Number, unit: str, lang: str) -> Decimal:
    """The number that a reader of ``quantity`` sees, a share as a fraction of one."""
    if unit == "money":
        shown, scale = _shorten(value, lang)
        return shown * scale.unit
    return rounded(value, DECIMALS.get(unit, 1) + (2 if unit == "percent" else 0))


def rounding(total: Number, parts: Iterable[Number], unit: str, lang: str) -> Decimal:
    """What is lacking to the total as shown where the parts are added as shown."""
    shown = (as_shown(part, unit, lang) for part in parts)
    return as_shown(total, unit, lang) - sum(shown, Decimal(0))


def pair(before: Number | None, after: Number | None, unit: str, lang: str) -> tuple[str, ...]:
    """Two values side by side, in more digits where they differ as shown but would read alike."""
    digits = digits_apart(before, after, unit, lang)
    if digits is not None and not as_shown(subtract(after, before), unit, lang):  # type: ignore
        digits = None
    return tuple(quantity(value, unit, lang, digits) for value in (before, after))


def digits_apart(before: Number | None, after: Number | None, unit: str, lang: str) -> int | None:
    """The decimals in which two values that read alike differ; None where they need no more."""
    if before is None or after is None or is_missing(before) or is_missing(after):
        return None
    if quantity(before, unit, lang) != quantity(after, unit, lang):
        return None
    usual = DECIMALS.get(unit, 1)
    for digits in (0, 2) if unit == "money" else (usual + 1, usual + 2):
        if quantity(before, unit, lang, digits) != quantity(after, unit, lang, digits):
            return digits
    return None


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
    """The same, a month narrow enough for the head of a column."""
    return _period(code, lang, "quarter", "short_month")


def axis_period(code: str, lang: str) -> str:
    """The same for the marks of an axis: a long quarter in two lines."""
    return _period(code, lang, "axis_quarter", "short_month")


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
