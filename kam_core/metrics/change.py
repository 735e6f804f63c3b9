"""Why a figure moved between two periods, in parts that add up exactly to the difference.

A divided figure moves by its mix and its rates, an amount by accounts gained, lost, grown and
shrunk: docs/explained-change.md has the formulas and a worked example.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.periods import Period, a_year_earlier

# Runs a metric for some periods and dimensions: from a cursor or from a cache.
RunMetric = Callable[[str, Sequence[Period], tuple[str, ...]], pd.DataFrame]

ACCOUNTS = "account_id"
DIMENSIONS = ("region", "tier", "account_manager", "industry")
GROUPS = ("gained", "lost", "grown", "shrunk")
NO_VALUE = "no_value"


@dataclass(frozen=True)
class Figures:
    """What is above and below the line."""

    numerator: Fraction = Fraction(0)
    denominator: Fraction = Fraction(0)


Slices = Mapping[str | None, Figures]
Amounts = Mapping[str | None, Fraction]


@dataclass(frozen=True)
class MixPart:
    """What one slice adds to the difference of a divided figure.

    ``mix``: it makes up more or less of the cases; ``rate``: it did better or worse itself.
    """

    name: str | None
    before: Figures
    after: Figures
    mix: Fraction
    rate: Fraction

    @property
    def difference(self) -> Fraction:
        return self.mix + self.rate


@dataclass(frozen=True)
class Movement:
    """What a slice, or a group of so many accounts, adds to the difference of an amount."""

    name: str | None
    before: Fraction
    after: Fraction
    accounts: int | None = None

    @property
    def difference(self) -> Fraction:
        return self.after - self.before


AnyPart = TypeVar("AnyPart", MixPart, Movement)
# Makes parts of the amounts before and after.
Added = Callable[[Amounts, Amounts], tuple[Movement, ...]]


@dataclass(frozen=True)
class FigureChange:
    """A figure in two periods and the parts of its difference, the largest first.

    Growth that ``is_on_the_year`` stands for the amounts it compares itself: those of the period
    against those of the year before it. ``unsplit`` says why there are no parts.
    """

    metric: str
    unit: str
    dimension: str | None
    periods: tuple[str, str]
    before: Fraction | None
    after: Fraction | None
    parts: tuple[MixPart | Movement, ...] = ()
    unsplit: str | None = None
    is_on_the_year: bool = False

    @property
    def difference(self) -> Fraction | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def mix(self) -> Fraction:
        return _sum(part.mix for part in self.parts if isinstance(part, MixPart))

    @property
    def rate(self) -> Fraction:
        return _sum(part.rate for part in self.parts if isinstance(part, MixPart))

    def frame(self) -> pd.DataFrame:
        """The parts as rows; figures that a reader compares are plain numbers."""
        return pd.DataFrame([_row(self.dimension or "", part) for part in self.parts])


def splits(metric: Metric, before: Period | None) -> tuple[str, ...]:
    """By what the difference to a period can be split; empty where parts never add up.

    Without a period growth is split on the year.
    """
    dimensions = tuple(name for name in DIMENSIONS if name in metric.dimensions)
    if metric.kind.adds_up and not _is_divided(metric, before) and ACCOUNTS in metric.dimensions:
        return (ACCOUNTS, *dimensions)
    return dimensions if metric.kind.adds_up else ()


def explain(
    run: RunMetric, name: str, before: Period | None, after: Period, dimension: str | None = None
) -> FigureChange:
    """The difference of a metric between two periods, split by what its definition allows.

    ``before`` may be None for growth alone, which then is split on the year.
    """
    metric = catalogue.metric(name)
    dimensions = splits(metric, before)
    if not dimensions and before:
        was, now = (_value(run, metric, period) for period in (before, after))
        names = (before.period, after.period)
        return FigureChange(name, metric.unit, None, names, was, now, unsplit=metric.kind.name)
    dimension = dimension or dimensions[0]
    if dimension not in dimensions:
        raise KamError("slice_not_defined", metric=name, by=dimension)
    return _explain_split(
        run, metric, before, after, dimension, groups if dimension == ACCOUNTS else _movements
    )


def by_account(run: RunMetric, name: str, before: Period | None, after: Period) -> FigureChange:
    """The same with one part per account, of accounts that have a case in either period."""
    return _explain_split(run, catalogue.metric(name), before, after, ACCOUNTS, _movements)


def mix_and_rate(before: Slices, after: Slices) -> tuple[MixPart, ...]:
    """Both halves of the difference of two divided figures, slice by slice.

    A slice weighs what its denominator is of the whole. Its mix is the change of its weight times
    how far it lies from the middle of the two totals, its rate the change of its own figure times
    its middle weight. Without cases in one period it has no figure there: all of it is mix.
    """
    was, now = _total(before.values()), _total(after.values())
    middle = (was.numerator / was.denominator + now.numerator / now.denominator) / 2
    parts = []
    for name in dict.fromkeys([*before, *after]):
        own_was, own_now = before.get(name, Figures()), after.get(name, Figures())
        weight = own_now.denominator / now.denominator - own_was.denominator / was.denominator
        share = own_now.numerator / now.denominator - own_was.numerator / was.denominator
        own = [f.numerator / f.denominator for f in (own_was, own_now) if f.denominator]
        own_middle = (own[0] + own[-1]) / 2 if own else middle
        mix = weight * (own_middle - middle)
        # What is left of everything the slice adds: its rate, exactly.
        parts.append(MixPart(name, own_was, own_now, mix, share - weight * middle - mix))
    return _largest_first(part for part in parts if part.before != part.after or part.difference)


def groups(before: Amounts, after: Amounts) -> tuple[Movement, ...]:
    """Accounts gained, lost, grown and shrunk, each group with its count and its amounts."""
    members: dict[str | None, list[Movement]] = {name: [] for name in GROUPS}
    for moved in _movements(before, after):
        if group := group_of(moved.before, moved.after):
            members[group].append(moved)
    return tuple(
        Movement(name, _sum(m.before for m in moved), _sum(m.after for m in moved), len(moved))
        for name, moved in members.items()
    )


def group_of(was: Fraction, now: Fraction) -> str | None:
    """Gained: nothing before and something now; lost the other way; None where nothing moved."""
    if was == now:
        return None
    if was <= 0 < now:
        return "gained"
    if now <= 0 < was:
        return "lost"
    return "grown" if now > was else "shrunk"


def _is_divided(metric: Metric, before: Period | None) -> bool:
    """Whether two divided figures are compared: growth is one, but on the year two amounts are."""
    return metric.kind.has_mix and (before is not None or not metric.kind.is_growth)


def _explain_split(
    run: RunMetric,
    metric: Metric,
    before: Period | None,
    after: Period,
    dimension: str,
    added: Added,
) -> FigureChange:
    rows = run(metric.name, [before, after] if before else [after], (dimension,))
    now = _slices(rows, after, dimension)
    names = ((before or a_year_earlier(after)).period, after.period)
    sides = (_slices(rows, before, dimension), now) if before else (now, now)
    parts: tuple[MixPart | Movement, ...]
    if _is_divided(metric, before):
        value_before, value_after = (_divide(metric, _total(slices.values())) for slices in sides)
        parts = () if None in (value_before, value_after) else mix_and_rate(*sides)
    else:
        earlier = {name: f.numerator if before else f.denominator for name, f in sides[0].items()}
        later = {name: f.numerator for name, f in now.items()}
        value_before, value_after = (
            _sum(amounts.values()) if amounts else None for amounts in (earlier, later)
        )
        parts = () if None in (value_before, value_after) else added(earlier, later)
    return FigureChange(
        metric.name,
        metric.unit if before else metric.parts,
        dimension,
        names,
        value_before,
        value_after,
        parts,
        unsplit=NO_VALUE if None in (value_before, value_after) else None,
        is_on_the_year=before is None,
    )


def _divide(metric: Metric, total: Figures) -> Fraction | None:
    return metric.kind.divide(total.numerator, total.denominator)


def _movements(before: Amounts, after: Amounts) -> tuple[Movement, ...]:
    names = dict.fromkeys([*before, *after])
    zero = Fraction(0)
    moved = (Movement(name, before.get(name, zero), after.get(name, zero)) for name in names)
    return _largest_first(part for part in moved if part.before or part.after)


def _largest_first(parts: Iterable[AnyPart]) -> tuple[AnyPart, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.difference), part.name or "")))


def _slices(rows: pd.DataFrame, period: Period, dimension: str) -> Slices:
    """What is above and below the line in each part; an amount has nothing below."""
    of_period = rows[rows["period"] == period.period]
    return {
        _name(row[dimension]): Figures(
            Fraction(row["numerator"] or 0), Fraction(row["denominator"] or 0)
        )
        for row in of_period.to_dict("records")
    }


def _value(run: RunMetric, metric: Metric, period: Period) -> Fraction | None:
    rows = run(metric.name, [period], ())
    value = None if rows.empty else rows["value"].iloc[0]
    return None if value is None or value != value else Fraction(value)


def _total(figures: Collection[Figures]) -> Figures:
    return Figures(_sum(f.numerator for f in figures), _sum(f.denominator for f in figures))


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, Fraction(0))


def _name(cell: object) -> str | None:
    return None if cell is None or cell != cell else str(cell)


def _row(dimension: str, part: MixPart | Movement) -> dict[str, object]:
    if isinstance(part, MixPart):
        figures = {
            "before_numerator": _to_number(part.before.numerator),
            "before_denominator": _to_number(part.before.denominator),
            "after_numerator": _to_number(part.after.numerator),
            "after_denominator": _to_number(part.after.denominator),
            "mix_effect": float(part.mix),
            "rate_effect": float(part.rate),
        }
    else:
        figures = {"before": _to_number(part.before), "after": _to_number(part.after)}
        if part.accounts is not None:
            figures |= {"accounts": part.accounts}
    name = "movement" if part.name in GROUPS and dimension == ACCOUNTS else dimension
    return {name: part.name, **figures, "difference": float(part.difference)}


def _to_number(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)
