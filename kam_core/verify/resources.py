"""Whose hours go where, and who is looked after by whom at which level."""

from dataclasses import dataclass

import pandas as pd

from kam_core.verify.cases import Context, Parts, count_rows, leave_open
from kam_core.verify.company import Amounts, CompanyOnDay, sum_column
from kam_core.verify.days import DayRange, trailing_months
from kam_core.verify.money import YEAR, top_accounts

LEVELS = frozenset({"executive", "management", "working"})
HALF_YEAR = 6


@dataclass(frozen=True)
class WorkedHours:
    """Hours of one account in the days counted, and whose they were."""

    hours: int
    owners: frozenset[str]
    days: int


def hours_of_managers(context: Context) -> dict[str, WorkedHours]:
    rows = _maintenance_of_period(context)
    rows = rows[rows["owner"].notna() & rows["duration_hours"].notna()]
    days = DayRange(context.period.first, context.state_day("interactions")).days
    owners = rows.groupby("account_id")["owner"].agg(frozenset)
    hours = sum_column(rows, "duration_hours")
    return {str(a): WorkedHours(hours[str(a)], names, days) for a, names in owners.items()}


def share_of_hours(work_type: str, context: Context) -> Parts:
    """Hours of a type of work, of all hours: those of no type count below."""
    rows = _maintenance_of_period(context)
    of_type = sum_column(rows[rows["work_type"] == work_type], "duration_hours")
    hours = sum_column(rows, "duration_hours")
    parts: Parts = {a: (of_type.get(a, 0), all_) for a, all_ in hours.items()}
    return leave_open(parts, without_work_type(context))


def without_work_type(context: Context) -> Amounts:
    rows = _maintenance_of_period(context)
    return count_rows(rows[rows["duration_hours"].notna() & rows["work_type"].isna()])


def dual_managers(context: Context) -> Parts:
    company, day = context.company, context.state_day("orders")
    active = company.active_ids(day)
    revenue = company.revenue(trailing_months(YEAR, day))
    best = top_accounts(context, {a: amount for a, amount in revenue.items() if a in active})
    first, second = (
        company.accounts[name].str.replace(" ", "").str.lower()
        for name in ("account_manager", "expert_manager")
    )
    are_two = first.notna() & second.notna() & (first != second)
    return {account_id: (int(are_two[account_id]), 1) for account_id in best}


def contact_coverage(context: Context) -> Parts:
    company, day = context.company, context.state_day("interactions")
    rows = company.completed
    rows = rows[trailing_months(HALF_YEAR, day).contains(rows["occurred_at"])]
    levels = pd.concat([rows[["account_id", "contact_level"]], _levels_of_contacts(company, rows)])
    met = levels.groupby("account_id")["contact_level"].agg(set).to_dict()
    active = company.active_ids(day)
    return {a: (int(met.get(a, set()) >= LEVELS), 1) for a in active}


def _levels_of_contacts(company: CompanyOnDay, rows: pd.DataFrame) -> pd.DataFrame:
    """The levels of those named by interactions that say none themselves, with the account."""
    of_person = {
        (person.account_id, person.contact_id): person.level
        for person in company.table("contacts").itertuples()
    }
    silent = rows[rows["contact_level"].isna() & rows["contact_id"].notna()]
    levels = [
        (account_id, of_person.get((account_id, name.strip())))
        for account_id, names in zip(silent["account_id"], silent["contact_id"], strict=True)
        for name in names.replace("；", ";").split(";")
    ]
    return pd.DataFrame(levels, columns=["account_id", "contact_level"])


def _maintenance_of_period(context: Context) -> pd.DataFrame:
    rows = context.company.maintenance
    return rows[context.period.contains(rows["occurred_at"])]
