"""The period a figure is recounted for, and cases added up by account as whole numbers."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from kam_core.verify.company import Amounts, CompanyOnDay
from kam_core.verify.days import DayRange
from kam_core.verify.tiers import Tiers

# What stands above and below the line, by account; nothing above where no case of it tells.
Parts = dict[str, tuple[int | None, int]]


@dataclass(frozen=True)
class Context:
    """One period of one company, every region and tier."""

    company: CompanyOnDay
    tiers: Tiers
    period: DayRange

    def state_day(self, table: str) -> pd.Timestamp:
        """The day on which a state told by a table is read: the period's last, or the table's."""
        return min(self.period.last, self.company.day_of(table))

    def year_before(self, table: str) -> DayRange:
        """Last year's days that are compared: of an open period as many as the table tells."""
        return DayRange(self.period.first, self.state_day(table)).year_before()

    @cached_property
    def is_begun(self) -> bool:
        return self.period.first <= self.company.as_of

    def rows(self, table: str, column: str) -> pd.DataFrame:
        """The rows of a table whose day or moment lies in the period."""
        return self.company.rows_within(table, column, self.period)


def count_hits(rows: pd.DataFrame, is_hit: pd.Series) -> Parts:
    """How many rows of each account are hits, of how many."""
    hits = is_hit.astype(int).groupby(rows["account_id"]).agg(["sum", "size"])
    return {str(a): (int(hit), int(size)) for a, hit, size in hits.itertuples()}


def count_rows(rows: pd.DataFrame) -> Amounts:
    return {str(a): int(n) for a, n in rows.groupby("account_id").size().items()}


def pair_amounts(above: Amounts, below: Amounts) -> Parts:
    """Two amounts of the same accounts; one that is missing is nothing."""
    return {a: (above.get(a, 0), below.get(a, 0)) for a in {*above, *below}}


def leave_open(parts: Parts, untold: Amounts) -> Parts:
    """Without the nought above the line of accounts that have cases which do not tell."""
    return parts | {
        a: (above or None, below) for a in untold for above, below in [parts.get(a, (0, 0))]
    }


def as_parts(above: Amounts) -> Parts:
    """An amount with nothing below it."""
    return {a: (amount, 0) for a, amount in above.items()}
