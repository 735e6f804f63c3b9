"""How soon tickets are answered and solved, what customers complain of, what they say."""

from collections.abc import Callable

import pandas as pd

from kam_core.verify.cases import Asked, Parts, alone, counts, over, shares
from kam_core.verify.company import total
from kam_core.verify.days import DAY
from kam_core.verify.needs import ages


def response_times(asked: Asked) -> dict[str, list[int]]:
    """Microseconds from opened to first answered, of support tickets opened in the period."""
    answered = _answered(_opened(asked, "support"))
    return ages(answered["account_id"], answered["first_response_at"] - answered["opened_at"])


def response_mean(asked: Asked) -> Parts:
    return {a: (sum(times), len(times)) for a, times in response_times(asked).items()}


def within_standard(asked: Asked) -> Parts:
    """An open ticket counts as soon as it is late; until then nobody can say."""
    hours = asked.company.settings.limit("service.response_standard_hours")
    standard = pd.Timedelta(microseconds=int(hours * 3_600_000_000))
    opened = _opened(asked, "support")
    answered = _answered(opened)
    # One solved without a word of when it was answered tells nothing.
    waiting = opened[opened["first_response_at"].isna() & opened["resolved_at"].isna()]
    late = waiting[asked.company.as_of + DAY - waiting["opened_at"] > standard]
    in_time = answered["first_response_at"] - answered["opened_at"] <= standard
    hits = pd.concat([in_time, pd.Series(False, index=late.index)])
    return shares(pd.concat([answered, late]), hits)


def first_contact_resolution(asked: Asked) -> Parts:
    solved = asked.rows("tickets", "resolved_at")
    return shares(solved, (solved["contacts_to_resolve"] == 1).fillna(False))


def complaints(asked: Asked) -> Parts:
    return alone(counts(_opened(asked, "complaint")))


def complaints_yoy(asked: Asked) -> Parts:
    before = asked.company.within("tickets", "opened_at", asked.period.year_before())
    then = before[before["kind"] == "complaint"]
    return over(counts(_opened(asked, "complaint")), counts(then))


def satisfaction(asked: Asked) -> Parts:
    answers = asked.rows("surveys", "surveyed_on")
    return over(total(answers, "score"), counts(answers))


def feels(column: str) -> Callable[[Asked], Parts]:
    """The share that said yes, of those that said yes or no."""

    def cases(asked: Asked) -> Parts:
        answers = asked.rows("surveys", "surveyed_on")
        told = answers[answers[column].notna()]
        return shares(told, told[column].astype(bool))

    return cases


def _opened(asked: Asked, kind: str) -> pd.DataFrame:
    tickets = asked.rows("tickets", "opened_at")
    return tickets[tickets["kind"] == kind]


def _answered(tickets: pd.DataFrame) -> pd.DataFrame:
    """An answer before the question is a mistake, and no case."""
    return tickets[tickets["first_response_at"] >= tickets["opened_at"]]
