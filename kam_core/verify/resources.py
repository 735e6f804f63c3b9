"""Whose hours go where, and who is looked after by whom at which level."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from kam_core.verify.cases import Asked, Parts
from kam_core.verify.company import total
from kam_core.verify.days import Span, trailing
from kam_core.verify.money import YEAR, top

LEVELS = frozenset({"executive", "management", "working"})
HALF_YEAR = 6


@dataclass(frozen=True)
class Worked:
    """Hours of one account in the days counted, and whose they were."""

    hours: int
    owners: frozenset[str]
    days: int


def hours_of_managers(asked: Asked) -> dict[str, Worked]:
    held = _maintenance(asked)
    held = held[held["owner"].notna() & held["duration_hours"].notna()]
    days = Span(asked.period.first, asked.until).days
    owners = held.groupby("account_id")["owner"].agg(frozenset)
    hours = total(held, "duration_hours")
    return {str(a): Worked(hours[str(a)], names, days) for a, names in owners.items()}


def share_of_hours(work_type: str) -> Callable[[Asked], Parts]:
    """Hours of a type of work, of all hours: those of no type count below."""

    def cases(asked: Asked) -> Parts:
        held = _maintenance(asked)
        of_type = total(held[held["work_type"] == work_type], "duration_hours")
        return {a: (of_type.get(a, 0), all_) for a, all_ in total(held, "duration_hours").items()}

    return cases


def dual_managers(asked: Asked) -> Parts:
    company = asked.company
    there = company.active_ids(asked.until)
    revenue = company.revenue(trailing(YEAR, asked.until))
    best = top(asked, {a: amount for a, amount in revenue.items() if a in there})
    managers = company.accounts[["account_manager", "expert_manager"]].notna().all(axis=1)
    return {account_id: (int(managers[account_id]), 1) for account_id in best}


def contact_coverage(asked: Asked) -> Parts:
    company = asked.company
    held = company.completed
    held = held[trailing(HALF_YEAR, asked.until).holds(held["occurred_at"])]
    met = held.groupby("account_id")["contact_level"].agg(set).to_dict()
    there = company.active_ids(asked.until)
    return {a: (int(met.get(a, set()) >= LEVELS), 1) for a in there}


def _maintenance(asked: Asked) -> pd.DataFrame:
    held = asked.company.maintenance
    return held[asked.period.holds(held["occurred_at"])]
