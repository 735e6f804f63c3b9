"""Obligations that were kept, of those whose period has ended."""

from collections.abc import Callable, Iterator

import pandas as pd

from kam_core.verify.cases import Asked, Parts
from kam_core.verify.company import Company
from kam_core.verify.days import DAY, Span, months_later

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


def completion(kind: str) -> Callable[[Asked], Parts]:
    """The cases of one kind of interaction."""

    def cases(asked: Asked) -> Parts:
        found: dict[str, tuple[int, int]] = {}
        for every in MONTHS_OF:
            for owed in ended(asked, every):
                for account_id, is_done in _kept(asked, kind, every, owed).items():
                    done, all_ = found.get(account_id, (0, 0))
                    found[account_id] = (done + is_done, all_ + 1)
        return found

    return cases


def ended(asked: Asked, every: str) -> Iterator[Span]:
    """The months, fiscal quarters or years that end in the period and have ended by the day."""
    length = MONTHS_OF[every]
    first_month = int(asked.company.settings.limit("fiscal_year_start_month"))
    month = asked.period.first
    while month <= asked.period.last:
        following = months_later(month, 1)
        is_end = (following.month - first_month) % length == 0
        if is_end and following - DAY <= asked.company.as_of:
            yield Span(months_later(following, -length), following - DAY)
        month = following


def _kept(asked: Asked, kind: str, every: str, owed: Span) -> dict[str, bool]:
    """Who was owed this kind in this run of days, and whether it took place."""
    company, settings = asked.company, asked.company.settings
    if company.rows.first_upload("interactions") is None:
        return {}
    there = company.active_ids(owed.first) & company.active_ids(owed.last)
    owing = [
        a for a in there if settings.promised(asked.tiers.of(a, owed.first)).get(kind) == every
    ]
    met = _met(company, kind, owed)
    return {account_id: account_id in met for account_id in owing}


def _met(company: Company, kind: str, owed: Span) -> set[str]:
    held: pd.DataFrame = company.completed[company.completed["kind"] == kind]
    return set(held.loc[owed.holds(held["occurred_at"]), "account_id"])
