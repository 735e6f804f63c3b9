"""How soon tickets are answered and solved, what customers complain of, what they say."""

from collections.abc import Callable

import pandas as pd

from kam_core.verify.cases import Context, Parts, as_parts, count_hits, count_rows, pair_amounts
from kam_core.verify.company import sum_column
from kam_core.verify.days import DAY
from kam_core.verify.needs import durations_of


def response_times(context: Context) -> dict[str, list[int]]:
    """Microseconds from opened to first answered, of support tickets opened in the period."""
    tickets = _answered_tickets(_opened_tickets(context, "support"))
    return durations_of(tickets["account_id"], tickets["first_response_at"] - tickets["opened_at"])


def response_mean(context: Context) -> Parts:
    return {a: (sum(times), len(times)) for a, times in response_times(context).items()}


def within_standard(context: Context) -> Parts:
    """An open ticket counts as soon as it is late; until then nobody can say."""
    hours = context.company.settings.limit("service.response_standard_hours")
    standard = pd.Timedelta(microseconds=int(hours * 3_600_000_000))
    opened = _opened_tickets(context, "support")
    answered = _answered_tickets(opened)
    # One solved without a word of when it was answered tells nothing.
    waiting = opened[opened["first_response_at"].isna() & opened["resolved_at"].isna()]
    late = waiting[context.company.day_of("tickets") + DAY - waiting["opened_at"] > standard]
    in_time = answered["first_response_at"] - answered["opened_at"] <= standard
    hits = pd.concat([in_time, pd.Series(False, index=late.index)])
    return count_hits(pd.concat([answered, late]), hits)


def first_contact_resolution(context: Context) -> Parts:
    solved = context.rows("tickets", "resolved_at")
    return count_hits(solved, (solved["contacts_to_resolve"] == 1).fillna(False))


def complaint_count(context: Context) -> Parts:
    return as_parts(count_rows(_opened_tickets(context, "complaint")))


def complaints_yoy(context: Context) -> Parts:
    before = context.company.rows_within("tickets", "opened_at", context.period.year_before())
    then = before[before["kind"] == "complaint"]
    return pair_amounts(count_rows(_opened_tickets(context, "complaint")), count_rows(then))


def satisfaction_score(context: Context) -> Parts:
    answers = context.rows("surveys", "surveyed_on")
    return pair_amounts(sum_column(answers, "score"), count_rows(answers))


def share_of_yes(column: str) -> Callable[[Context], Parts]:
    """The share that said yes, of those that said yes or no."""

    def cases(context: Context) -> Parts:
        answers = context.rows("surveys", "surveyed_on")
        answered = answers[answers[column].notna()]
        return count_hits(answered, answered[column].astype(bool))

    return cases


def _opened_tickets(context: Context, kind: str) -> pd.DataFrame:
    tickets = context.rows("tickets", "opened_at")
    return tickets[tickets["kind"] == kind]


def _answered_tickets(tickets: pd.DataFrame) -> pd.DataFrame:
    """An answer before the question is a mistake, and no case."""
    return tickets[tickets["first_response_at"] >= tickets["opened_at"]]
