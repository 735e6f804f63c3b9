"""What the loaded data can speak of: a period it does not reach has no figure, not even zero."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from kam_core.contract.declaration import tables
from kam_core.verify.cases import Context
from kam_core.verify.company import CompanyOnDay, is_fact
from kam_core.verify.days import DAY, DayRange, months_later


@dataclass(frozen=True)
class Demand:
    """What a figure demands of the data, as its definition says.

    Each of ``needs`` is a table or table.column that must be there, or several joined by "|" of
    which one is enough; of a column with "!" and a value no row may say that. The facts of the
    tables in ``dated`` must reach the period, and those in ``known_by`` speak of it. One that is
    not ``is_by_tier`` says nothing of some tiers alone.
    """

    needs: tuple[str, ...]
    dated: tuple[str, ...] = ()
    looks_back_months: int = 0
    is_change: bool = False
    is_by_tier: bool = True
    known_by: tuple[str, ...] = ()


def has_data(context: Context, demand: Demand) -> bool:
    """Whether the data can say anything about a figure in a period."""
    company = context.company
    return (
        context.is_begun
        and all(_is_there(company, need) for need in demand.needs)
        and all(_speaks_of(context, table) for table in demand.known_by)
        and all(_reaches(context, demand, table) for table in demand.dated)
    )


def _is_there(company: CompanyOnDay, need: str) -> bool:
    """Whether the files tell one of the options, and the day knows something of what they tell."""
    seen = [each for each in need.split("|") if _is_told(company, each, company.table)]
    return any(
        # What people said of an account that left the file is told, too.
        option.startswith("accounts.") or _is_told(company, option, company.rows_in_force)
        for option in seen
    )


def _is_told(company: CompanyOnDay, option: str, rows_of: Callable[[str], pd.DataFrame]) -> bool:
    table, _, rest = option.partition(".")
    if not rest:
        return company.rows.first_upload(table) is not None
    column, _, never = rest.partition("!")
    rows = rows_of(table)
    rows = rows[rows["account_id"].isin(company.accounts.index)]
    return bool(rows[column].notna().any() and not (rows[column].astype(object) == never).any())


def _speaks_of(context: Context, table: str) -> bool:
    """Whether a table, where it is loaded, tells of a day of the period."""
    company = context.company
    return not _is_loaded(company, table) or context.period.first <= company.day_of(table)


def _reaches(context: Context, demand: Demand, table: str) -> bool:
    company, period, months = context.company, context.period, demand.looks_back_months
    covered = covered_days(company, table)
    if covered is None:
        return False
    until = known_until(company, demand.known_by)
    last_day = period.first if demand.is_change else min(period.last, until) + DAY
    is_behind = months > 0 and months_later(last_day, -months) < _comparable_from(company, table)
    return not is_behind and period.last >= covered.first and period.first <= covered.last


def known_until(company: CompanyOnDay, tables_named: tuple[str, ...]) -> pd.Timestamp:
    """The earliest day up to which any of some tables speaks, and the as-of day."""
    days = (company.day_of(table) for table in tables_named if _is_loaded(company, table))
    return min((company.as_of, *days))


def is_told_whole(company: CompanyOnDay, dated: tuple[str, ...], period: DayRange) -> bool:
    """Whether the facts of some tables reach back to the first day of a period."""
    return all(_comparable_from(company, table) <= period.first for table in dated)


def covered_days(company: CompanyOnDay, table: str) -> DayRange | None:
    """From the month of the first fact to the day up to which the table speaks."""
    days = _event_days(company, table)
    if days.empty:
        return None
    return DayRange(days.min().normalize().replace(day=1), company.day_of(table))


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
    """The days of the facts of a table, up to the day of the table; a plan is none."""
    rows = company.table(table)
    for only in tables()[table].event_facts.values():
        rows = rows[is_fact(rows, only)]
    first, *others = tables()[table].event_date
    days = rows[first]
    for column in others:
        days = days.fillna(rows[column])
    return days[company.is_told(days, table)]


def _is_loaded(company: CompanyOnDay, table: str) -> bool:
    return company.rows.first_upload(table) is not None
