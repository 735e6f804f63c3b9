"""How the cases of several accounts become one figure, exactly."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

# Numerator, denominator, value; an amount has no denominator, a quantile no numerator.
Figure = tuple[Fraction | None, Fraction | None, float | None]
Aggregate = Callable[[Sequence[Any], Fraction, Fraction], Figure]

WEEK = 7
# What stands above the line, and below it; nothing above where the cases do not tell.
Case = tuple[int | None, int]


def add_up(cases: Sequence[Case], unit: Fraction, _: Fraction) -> Figure:
    above = _add_told(cases, unit)
    return above, None, None if above is None else float(above)


def divide_sums(
    cases: Sequence[Case], unit: Fraction, below_unit: Fraction, less: int = 0
) -> Figure:
    above = _add_told(cases, unit)
    below = sum(case[1] for case in cases) * below_unit
    if above is None or below <= 0:
        return above, below, None
    return above, below, float(above / below - less)


subtract_one = partial(divide_sums, less=1)


def _add_told(cases: Sequence[Case], unit: Fraction) -> Fraction | None:
    """Nothing, and not nought, where what is told is nought and a case does not tell."""
    above = sum(case[0] or 0 for case in cases) * unit
    return None if not above and any(case[0] is None for case in cases) else above


def concentrate(cases: Sequence[int], unit: Fraction, _: Fraction) -> Figure:
    """Squares of amounts against the square of their sum; only positive ones."""
    amounts = [amount * unit for amount in cases if amount > 0]
    above, below = sum(a * a for a in amounts) + Fraction(0), sum(amounts, Fraction(0)) ** 2
    return above, below, float(above / below) if below else None


def divide_by_weeks(cases: Sequence[Any], unit: Fraction, _: Fraction) -> Figure:
    """Hours by owner and week: an owner of two accounts is one owner."""
    hours = sum(worked.hours for worked in cases) * unit
    owners = frozenset().union(*(worked.owners for worked in cases))
    days = max((worked.days for worked in cases), default=0)
    below = Fraction(len(owners) * days, WEEK)
    return hours, below, float(hours / below) if below else None


def quantile(level: Fraction, cases: Sequence[list[int]], unit: Fraction, _: Fraction) -> Figure:
    """Linear between the two neighbours of the position (n - 1) x level."""
    ages = sorted(age for ages in cases for age in ages)
    count = Fraction(len(ages))
    if not ages:
        return None, count, None
    position = (len(ages) - 1) * level
    low = position.numerator // position.denominator
    high = min(low + 1, len(ages) - 1)
    return None, count, float((ages[low] + (position - low) * (ages[high] - ages[low])) * unit)


median = partial(quantile, Fraction(1, 2))
ninth_decile = partial(quantile, Fraction(9, 10))
