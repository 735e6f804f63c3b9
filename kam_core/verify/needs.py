"""Whether maintenance answers needs, whether needs are named, and how soon they are answered."""

import numpy as np
import pandas as pd

from kam_core.verify.cases import Asked, Parts, shares
from kam_core.verify.company import Amounts, total
from kam_core.verify.days import DAY, MICROSECOND


def match_rate(asked: Asked) -> Parts:
    held = _maintenance(asked)
    return shares(held, held["is_matched"])


def routine_share(asked: Asked) -> Parts:
    held = _maintenance(asked)
    return shares(held, ~held["is_matched"])


def match_rate_hours(asked: Asked) -> Parts:
    held = _maintenance(asked)
    matched: Amounts = total(held[held["is_matched"]], "duration_hours")
    return {a: (matched.get(a, 0), all_) for a, all_ in total(held, "duration_hours").items()}


def coverage(asked: Asked) -> Parts:
    """Needs open at some time in the period, and those of them that were named in it."""
    needs, period, held = asked.company.table("needs"), asked.period, asked.company.completed
    was_open = (needs["raised_at"] < period.last + DAY) & (
        needs["resolved_at"].isna() | (needs["resolved_at"] >= period.first)
    )
    needs = needs[was_open]
    naming = held.loc[period.holds(held["occurred_at"]), ["account_id", "need_id"]].dropna()
    return shares(needs, _pairs(needs).isin(set(_pairs(naming))))


def response_times(asked: Asked) -> dict[str, list[int]]:
    """Microseconds from raised to answered, of the needs raised in the period."""
    needs = _answered(asked.rows("needs", "raised_at"))
    return ages(needs["account_id"], needs["responded_at"] - needs["raised_at"])


def within_standard(asked: Asked) -> Parts:
    """An open need counts as soon as it is late; until then nobody can say."""
    standard = asked.company.settings.limit("needs.response_standard_working_days")
    raised = asked.rows("needs", "raised_at")
    answered = _answered(raised)
    waiting = raised[raised["responded_at"].isna()]
    today = pd.Series(asked.company.as_of, index=waiting.index)
    late = waiting[working_days(waiting["raised_at"], today) > standard]
    in_time = working_days(answered["raised_at"], answered["responded_at"]) <= standard
    hits = pd.concat([in_time, pd.Series(False, index=late.index)])
    return shares(pd.concat([answered, late]), hits)


def working_days(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Mondays to Fridays after the earlier day, up to the later one."""
    first, last = (moments.to_numpy("datetime64[D]") + 1 for moments in (earlier, later))
    return pd.Series(np.busday_count(first, last), index=earlier.index)


def ages(account_ids: pd.Series, durations: pd.Series) -> dict[str, list[int]]:
    """Durations by account in whole microseconds."""
    found: dict[str, list[int]] = {}
    for account_id, age in zip(account_ids, durations // MICROSECOND, strict=True):
        found.setdefault(str(account_id), []).append(int(age))
    return found


def _answered(needs: pd.DataFrame) -> pd.DataFrame:
    return needs[needs["responded_at"] >= needs["raised_at"]]


def _maintenance(asked: Asked) -> pd.DataFrame:
    """Maintenance of the period; matched if it names an open need of the same account."""
    held = asked.company.maintenance
    held = held[asked.period.holds(held["occurred_at"])]
    needs = asked.company.table("needs")
    known = needs.set_index(_pairs(needs))[["raised_at", "resolved_at"]]
    named = known.reindex(_pairs(held)).set_index(held.index)
    was_raised = named["raised_at"] <= held["occurred_at"]
    is_resolved = named["resolved_at"] < held["occurred_at"]
    return held.assign(is_matched=was_raised & ~is_resolved)


def _pairs(rows: pd.DataFrame) -> pd.Series:
    """Account and need together: a need of another account is another need."""
    pairs = zip(rows["account_id"], rows["need_id"], strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype=object)
