"""What the loaded data can speak of: a period it does not reach has no figure, not even zero."""

from dataclasses import dataclass

import pandas as pd

from kam_core.contract.declaration import tables
from kam_core.verify.cases import Context
from kam_core.verify.company import CompanyOnDay
from kam_core.verify.days import DAY, DayRange, months_later


@dataclass(frozen=True)
class Demand:
    """What a figure demands of the data, as its definition says.

    Each of ``needs`` is a table or table.column that must be there, or several joined by "|" of
    which one is enough; the facts of the tables in ``dated`` must reach the period. One that is not
    ``is_by_tier`` says nothing of some tiers alone.
    """

    needs: tuple[str, ...]
    dated: tuple[str, ...] = ()
    looks_back_months: int = 0
    is_change: bool = False
    is_by_tier: bool = True


def has_data(context: Context, demand: Demand) -> bool:
    """Whether the data can say anything about a figure in a period."""
    company = context.company
    return (
        context.is_begun
        and all(_is_there(company, need) for need in demand.needs)
        and all(_reaches(context, demand, table) for table in demand.dated)
    )


def _is_there(company: CompanyOnDay, need: str) -> bool:
    return any(_has_values(company, *option.split(".")) for option in need.split("|"))


def _has_values(company: CompanyOnDay, table: str, column: str = "") -> bool:
    if not column:
        return company.rows.first_upload(table) is not None
    rows = company.accounts if table == "accounts" else company.table(table)
    return bool(rows[column].notna().any())


def _reaches(context: Context, demand: Demand, table: str) -> bool:
    company, period, months = context.company, context.period, demand.looks_back_months
    covered = covered_days(company, table)
    if covered is None:
        return False
    last_day = period.first if demand.is_change else context.state_day + DAY
    is_behind = months > 0 and months_later(last_day, -months) < _comparable_from(company, table)
    return not is_behind and period.last >= covered.first and period.first <= covered.last


def covered_days(company: CompanyOnDay, table: str) -> DayRange | None:
    """From the month of the first fact to the last one, or the day of the upload that tells it."""
    days = _event_days(company, table)
    if days.empty:
        return None
    uploads = company.rows.uploads
    uploaded = uploads.loc[uploads["table_name"] == table, "as_of"]
    by_then = uploaded[uploaded <= company.as_of]
    newest = uploaded.min() if by_then.empty else by_then.max()
    last = min(company.as_of, max(days.max().normalize(), newest))
    return DayRange(days.min().normalize().replace(day=1), last)


def _comparable_from(company: CompanyOnDay, table: str) -> pd.Timestamp:
    """The first month that can be compared with: facts that begin late tell a part of theirs."""
    first_fact = _event_days(company, table).min()
    months = 0 if first_fact.day <= company.settings.limit("coverage.first_days") else 1
    return months_later(first_fact.normalize().replace(day=1), months)


def covered_by_any(company: CompanyOnDay) -> DayRange | None:
    """From the first fact of any table to the as-of day; None where nothing was loaded."""
    dated = (table.name for table in tables().values() if table.event_date)
    ranges = [days for table in dated if (days := covered_days(company, table))]
    return DayRange(min(days.first for days in ranges), company.as_of) if ranges else None


def _event_days(company: CompanyOnDay, table: str) -> pd.Series:
    """The days of the facts of a table, up to the as-of day."""
    rows = company.table(table)
    first, *others = tables()[table].event_date
    days = rows[first]
    for column in others:
        days = days.fillna(rows[column])
    return days[days < company.as_of + DAY]
