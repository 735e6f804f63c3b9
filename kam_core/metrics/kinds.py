"""Kinds of metrics: how the facts of each add up, what its figure is, and what its parts say.

The catalogue names a kind in the header of every metric; whoever needs to tell kinds apart asks
the record, so that a new kind is one entry here and its word ``definitions.formula_KIND``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

from kam_core.settings.sql_files import load_sql

Exact = int | Decimal | Fraction

# More than the square of any sum of money has.
EXACT_DIGITS = 120
BOTH = ("numerator", "denominator")
# A row whose numerator is empty does not tell; nor does an account where nothing else adds up.
ONE_SUM = "add_told(sum(numerator), count(*) - count(numerator)) as numerator"
TOLD = "add_told(sum(numerator), count(facts.account_id) - count(numerator))"
ADDED_UP = f"{TOLD}, coalesce(sum(denominator), 0)"
AMOUNT = f"{TOLD}, null"
CASES = "list(value order by value) filter (where value is not null), count(value)"
AMOUNTS = "list(numerator) filter (where numerator > 0), null"
HEADS = "coalesce(sum(numerator), 0), count(distinct head)"
# What rows of one account in one period are as facts.
TWO_SUMS = f"{ONE_SUM}, sum(denominator) as denominator"
# What of a row is above and below the line, where the query of the metric has less than both.
NO_DENOMINATOR = "*, null::integer as denominator"


class Measure(NamedTuple):
    """What a figure is computed by besides its facts.

    ``scale``: microseconds in one unit of a duration, else 1; ``weeks``: those of the period until
    the day it is read.
    """

    scale: int
    quantile: Fraction
    weeks: Fraction


# Numerator and denominator in the unit of the metric and still exact, from what SQL added up.
Finish = Callable[[Any, Any, Measure], tuple[Any, Any]]


def _keep(numerator: Exact, denominator: Exact | None, _: Measure) -> tuple:
    return numerator, denominator


def _scale(microseconds: Exact, cases: int, measure: Measure) -> tuple:
    return (Fraction(microseconds) / measure.scale if measure.scale > 1 else microseconds), cases


def _spread_over_weeks(hours: Exact, heads: int, measure: Measure) -> tuple:
    return hours, heads * measure.weeks


def _square(amounts: Sequence[Decimal] | None, _: None, __: Measure) -> tuple[Decimal, Decimal]:
    """The sum of squares and the square of the sum, without rounding."""
    with localcontext(prec=EXACT_DIGITS) as context:
        context.traps[Inexact] = True
        whole = sum(amounts or [], Decimal(0))
        return sum((amount * amount for amount in amounts or []), Decimal(0)), whole**2


@dataclass(frozen=True)
class Kind:
    """Everything that depends on the kind of a metric.

    ``facts``: SQL that adds up the rows of an account in a period; ``figures``: SQL that adds up
    facts to a numerator and a denominator; ``finish`` makes both exact in the unit of the metric.
    ``row``: the columns of one row, with what it adds above and below the line. ``is_amount``: the
    figure is the numerator itself, else the numerator over the denominator, ``less`` 1 for what is
    compared with a base.
    ``is_quantile``: the figure is found among its cases, and nothing is divided.

    ``halves``: what of numerator and denominator a reader can use; ``has_amounts``: both are
    amounts of what the header calls ``parts``; ``counts_cases``: the denominator is so many cases.
    ``has_durations``: its facts are microseconds where its unit is a duration.

    ``adds_up``: a difference is the sum of parts: of accounts, or (``has_mix``) of how each part
    weighs and does. ``is_growth``: compared with the year before itself. ``rows_word``: how
    its rows make it up, in words of its own.
    """

    name: str
    figures: str
    facts: str = TWO_SUMS
    row: str = "*"
    finish: Finish = _keep
    is_amount: bool = False
    less: int = 0
    is_quantile: bool = False
    halves: tuple[str, ...] = BOTH
    has_amounts: bool = False
    counts_cases: bool = False
    has_durations: bool = False
    adds_up: bool = False
    has_mix: bool = False
    is_growth: bool = False
    rows_word: str | None = None

    def facts_of(self, rows: str) -> str:
        """The query for facts, from one for the rows behind them."""
        keys = "" if self.is_quantile else "\ngroup by all"
        return load_sql("figures/facts", facts=self.facts, rows=rows, keys=keys)

    def divide(self, numerator: Exact | None, denominator: Exact | None) -> Fraction | None:
        """The figure as a fraction; None where no case tells it (or there is no base)."""
        if numerator is None:
            return None
        if self.is_amount:
            return Fraction(numerator)
        if denominator is None or denominator <= 0:
            return None
        return Fraction(numerator) / Fraction(denominator) - self.less

    def figure(
        self, numerator: Any, denominator: Any, measure: Measure
    ) -> tuple[Exact | None, Exact | None, Fraction | None]:
        """Numerator, denominator and value of what ``figures`` added up."""
        if self.is_quantile:
            return None, denominator, _quantile(numerator, measure)
        above, below = self.finish(numerator, denominator, measure)
        return above, below, self.divide(above, below)


def _quantile(microseconds: Sequence[int] | None, measure: Measure) -> Fraction | None:
    """The quantile of sorted durations, linear between neighbours, in the unit of the metric."""
    if not microseconds:
        return None
    position = (len(microseconds) - 1) * measure.quantile
    below = int(position)
    above = min(below + 1, len(microseconds) - 1)
    step = (microseconds[above] - microseconds[below]) * (position - below)
    return Fraction(microseconds[below] + step) / measure.scale


KINDS = {
    kind.name: kind
    for kind in (
        Kind("sum", AMOUNT, ONE_SUM, NO_DENOMINATOR, is_amount=True, halves=(), adds_up=True),
        Kind("ratio", ADDED_UP, has_amounts=True, adds_up=True, has_mix=True),
        # An amount against that of the same period a year before.
        Kind("change", ADDED_UP, less=1, has_amounts=True, adds_up=True, has_mix=True,
             is_growth=True),
        # Some cases against what the same cases were before.
        Kind("uplift", ADDED_UP, less=1, has_amounts=True, adds_up=True, has_mix=True),
        Kind("quantile", CASES, "value", "*, null::integer as numerator, 1 as denominator",
             is_quantile=True, halves=BOTH[1:], counts_cases=True,
             has_durations=True, rows_word="cases"),
        Kind("mean", ADDED_UP, finish=_scale, counts_cases=True, has_durations=True, adds_up=True,
             has_mix=True),
        Kind("concentration", AMOUNTS, ONE_SUM,
             "* exclude (numerator), null::integer as numerator, null::integer as denominator",
             finish=_square, halves=()),
        Kind("per_head", HEADS, f"head, {ONE_SUM}", NO_DENOMINATOR, finish=_spread_over_weeks,
             rows_word="per_head"),
    )
}  # fmt: skip
