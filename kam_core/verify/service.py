"""How soon tickets are answered and solved, what customers complain of, what they say."""

import pandas as pd

from kam_core.verify.cases import (
    Context,
    Parts,
    as_parts,
    count_hits,
    count_rows,
    leave_open,
    pair_amounts,
)
from kam_core.verify.company import Amounts, sum_column
from kam_core.verify.days import DAY, MICROSECOND, is_before
from kam_core.verify.needs import durations_of


def response_times(context: Context) -> dict[str, list[int]]:
    """Microseconds from opened to first answered, of support tickets opened in the period."""
    tickets = _answered_tickets(context)
    tickets = tickets[_has_times(context, tickets)]
    return durations_of(tickets["account_id"], tickets["first_response_at"] - tickets["opened_at"])


def time_not_recorded(context: Context) -> Amounts:
    """Answered tickets of which nobody can say how many hours it took."""
    tickets = _answered_tickets(context)
    return count_rows(tickets[~_has_times(context, tickets)])


def response_mean(context: Context) -> Parts:
    return {a: (sum(times), len(times)) for a, times in response_times(context).items()}


def within_standard(context: Context) -> Parts:
    """An open ticket counts as soon as it is late; until then nobody can say."""
    opened, answered = _opened_tickets(context, "support"), _answered_tickets(context)
    # One solved without a word of when it was answered tells nothing.
    waiting = opened[opened["first_response_at"].isna() & opened["resolved_at"].isna()]
    late = waiting[_due_at(context, waiting) < context.company.day_of("tickets") + DAY]
    is_late = is_before(
        _due_at(context, answered), answered["first_response_at"], _has_times(context, answered)
    )
    hits = pd.concat([~is_late, pd.Series(False, index=late.index)])
    return count_hits(pd.concat([answered, late]), hits)


def _due_at(context: Context, tickets: pd.DataFrame) -> pd.Series:
    """When the standard runs out; the clock of a ticket opened some time that day begins late."""
    standards = {a: _standard_of(context, a) for a in tickets["account_id"].unique()}
    opened = tickets["opened_at"]
    has_time = context.company.has_time(tickets, "opened_at")
    standard = pd.to_timedelta(tickets["account_id"].map(standards), unit="us")
    return opened.where(has_time, opened + DAY - MICROSECOND) + standard


def _standard_of(context: Context, account_id: str) -> int:
    """The microseconds of the account's own standard, else of its tier, else of all."""
    settings = context.company.settings
    own = context.company.accounts.loc[account_id, "response_standard_hours"]
    if not pd.isna(own):
        return int(own) * 3600
    tier = context.tiers.tier_on(account_id, context.period.first)
    everyone = settings.limit("service.response_standard_hours")
    return int(settings.standards.get(tier, everyone) * 3_600_000_000)


def first_contact_resolution(context: Context) -> Parts:
    solved = context.rows("tickets", "resolved_at")
    parts = count_hits(solved, (solved["contacts_to_resolve"] == 1).fillna(False))
    return leave_open(parts, without_contacts(context))


def without_contacts(context: Context) -> Amounts:
    solved = context.rows("tickets", "resolved_at")
    return count_rows(solved[solved["contacts_to_resolve"].isna()])


def complaint_count(context: Context) -> Parts:
    return as_parts(count_rows(_opened_tickets(context, "complaint")))


def complaints_yoy(context: Context) -> Parts:
    then = context.year_before("tickets")
    before = context.company.rows_within("tickets", "opened_at", then)
    before = before[before["kind"] == "complaint"]
    return pair_amounts(count_rows(_opened_tickets(context, "complaint")), count_rows(before))


def satisfaction_score(context: Context) -> Parts:
    answers = context.rows("surveys", "surveyed_on")
    return pair_amounts(sum_column(answers, "score"), count_rows(answers))


def share_of_yes(column: str, context: Context) -> Parts:
    """The share that said yes, of those that said yes or no."""
    answers = context.rows("surveys", "surveyed_on")
    answered = answers[answers[column].notna()]
    return count_hits(answered, answered[column].astype(bool))


def _opened_tickets(context: Context, kind: str) -> pd.DataFrame:
    tickets = context.rows("tickets", "opened_at")
    return tickets[tickets["kind"] == kind]


def _answered_tickets(context: Context) -> pd.DataFrame:
    """Of support; an answer before the question is a mistake, and no case."""
    tickets = _opened_tickets(context, "support")
    tickets = tickets[tickets["first_response_at"].notna()]
    is_early = is_before(
        tickets["first_response_at"], tickets["opened_at"], _has_times(context, tickets)
    )
    return tickets[~is_early]


def _has_times(context: Context, tickets: pd.DataFrame) -> pd.Series:
    company = context.company
    return company.has_time(tickets, "opened_at") & company.has_time(tickets, "first_response_at")
