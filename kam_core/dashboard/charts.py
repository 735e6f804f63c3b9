"""Charts as values: what is to be drawn, in words and numbers; how it looks is a renderer's matter.

Rows are pandas tables; a ``unit`` is one of ``text.formats``; a ``period`` column holds the names
of periods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from kam_core.metrics.change import FigureChange
from kam_core.metrics.control_limits import Limits

Line = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Point:
    """One column of a chart; ``is_running``: its period has not ended."""

    label: str
    value: float | None
    target: float | None = None
    is_running: bool = False


class Chart:
    """What is to be drawn, of any sort."""


@dataclass(frozen=True)
class Columns(Chart):
    """A column per point, mostly of time, with the target as a mark.

    ``sentence`` is what it shows (see ``text.marked_text``), ``highest`` what its axis must hold,
    ``names`` what value and target are called where that is not actual and target.
    """

    title: str
    sentence: str
    unit: str
    points: tuple[Point, ...]
    highest: float | None = None
    names: tuple[str, str] | None = None


@dataclass(frozen=True)
class Field:
    """One cell of the tier matrix by its levels, counted from the lower left.

    ``share`` is that of the revenue of all fields; None where there is none.
    """

    x: int
    y: int
    tier: str
    accounts: int
    revenue: float
    share: float | None
    is_key: bool


@dataclass(frozen=True)
class MatrixAxis:
    """An axis of the matrix: its words, the cuts between its levels, and what it must hold."""

    title: str
    arrow: str
    unit: str
    cuts: tuple[float, ...]
    lowest: float
    highest: float

    def at(self, share: float) -> float:
        """The score at a share of its length; below 0 and above 1 are beyond its ends."""
        return self.lowest + share * (self.highest - self.lowest)


@dataclass(frozen=True)
class Matrix(Chart):
    """The tier matrix: one field per pair of levels, and the accounts that lie in them.

    ``accounts``: account_id, account_name, tier (key tiers first), x_score, y_score, revenue_12m.
    """

    title: str
    sentence: str
    x: MatrixAxis
    y: MatrixAxis
    fields: tuple[Field, ...]
    accounts: pd.DataFrame


@dataclass(frozen=True)
class Lines(Chart):
    """One line per series (column -> name) over the periods of the rows, on one scale.

    ``marks``: what they are held against at each period, if at anything.
    """

    rows: pd.DataFrame
    series: Mapping[str, str]
    unit: str
    marks: Sequence[float] = ()


@dataclass(frozen=True)
class Intervals(Chart):
    """Shares over the periods with their intervals; columns NAME, NAME_low and NAME_high."""

    rows: pd.DataFrame
    series: Mapping[str, str]


@dataclass(frozen=True)
class Heat(Chart):
    """A grid of shares: one row per index entry, one column per period."""

    rows: pd.DataFrame


@dataclass(frozen=True)
class Stacked(Chart):
    """One bar of a whole cut into named parts, each with its count."""

    parts: Mapping[str, float]


@dataclass(frozen=True)
class AgedTickets(Chart):
    """Open tickets by age, each column cut into named parts: late, waiting, answered."""

    names: Sequence[str]
    parts: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Compared(Chart):
    """One or two values per name; ``is_hollow`` marks those that rest on few cases."""

    names: Sequence[str]
    series: Mapping[str, Sequence[float]]
    unit: str
    is_hollow: Sequence[bool] = ()


@dataclass(frozen=True)
class Spread(Chart):
    """How values lie, one column per group: its ``value`` and ``cases``, of which some are few."""

    groups: Mapping[str, pd.DataFrame]
    least_cases: int
    unit: str


@dataclass(frozen=True)
class Shares(Chart):
    """One column per period, the whole of it, cut into parts (column -> name) that add to 100 %."""

    rows: pd.DataFrame
    parts: Mapping[str, str]


@dataclass(frozen=True)
class RenewalBands(Chart):
    """The renewal rate of each band at its mean hours, the fitted curve and the claim as lines."""

    bands: pd.DataFrame
    names: Sequence[str]
    fitted: Line
    claimed: Line


@dataclass(frozen=True)
class Pareto(Chart):
    """The share of revenue that the first accounts bring, and how many bring most of it."""

    shares: Sequence[float]
    names: Sequence[str]
    marked: int


@dataclass(frozen=True)
class Wallets(Chart):
    """What accounts buy of us and elsewhere."""

    rows: pd.DataFrame


@dataclass(frozen=True)
class Terms(Chart):
    """Terms with their signs, one below the other, down to their sum."""

    amounts: Mapping[str, float]
    total: str


@dataclass(frozen=True)
class SeasonChart(Chart):
    """Months as they were, and as they are expected, with the range they lie in if forecast.

    ``past``: month, revenue; ``ahead``: month, expected, low, high, last_year.
    """

    past: pd.DataFrame
    ahead: pd.DataFrame
    is_forecast: bool


@dataclass(frozen=True)
class Waterfall(Chart):
    """From one value to the other, a bar for each part; the smallest are put together."""

    moved: FigureChange
    shown: int


@dataclass(frozen=True)
class Limited(Chart):
    """A monthly line within its limits; ``rows``: period, value, limit_low, limit_high."""

    rows: pd.DataFrame
    limits: Limits
    unit: str
