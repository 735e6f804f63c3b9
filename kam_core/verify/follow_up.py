"""Obligations that were kept, of those whose period has ended."""

from collections.abc import Iterator

from kam_core.verify.cases import Context, Parts
from kam_core.verify.days import DAY, DayRange, months_later

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


def followup_completion(kind: str, context: Context) -> Parts:
    """The cases of one kind of interaction."""
    counts: dict[str, tuple[int, int]] = {}
    for every in MONTHS_OF:
        for owed in ended_ranges(context, every):
            for account_id, is_done in _kept_promises(context, kind, every, owed).items():
                done, all_ = counts.get(account_id, (0, 0))
                counts[account_id] = (done + is_done, all_ + 1)
    return dict(counts)


def ended_ranges(context: Context, every: str) -> Iterator[DayRange]:
    """The months, fiscal quarters or years that end in the period and have ended by the day."""
    length = MONTHS_OF[every]
    first_month = int(context.company.settings.limit("fiscal_year_start_month"))
    month = context.period.first
    while month <= context.period.last:
        following = months_later(month, 1)
        is_end = (following.month - first_month) % length == 0
        if is_end and following - DAY <= context.company.day_of("interactions"):
            yield DayRange(months_later(following, -length), following - DAY)
        month = following


def _kept_promises(context: Context, kind: str, every: str, owed: DayRange) -> dict[str, bool]:
    """Who was owed this kind in this run of days, and whether it took place."""
    company, settings = context.company, context.company.settings
    if company.rows.first_upload("interactions") is None:
        return {}
    active = company.active_ids(owed.first) & company.active_ids(owed.last)
    completed = company.completed[company.completed["kind"] == kind]
    met = set(completed.loc[owed.contains(completed["occurred_at"]), "account_id"])
    return {
        account_id: account_id in met
        for account_id in active
        if settings.promised(context.tiers.tier_on(account_id, owed.first)).get(kind) == every
    }
