"""Whether maintenance answers needs, whether needs are named, and how soon they are answered."""

import numpy as np
import pandas as pd

from kam_core.verify.cases import Context, Parts, count_hits
from kam_core.verify.company import Amounts, sum_column
from kam_core.verify.days import DAY, MICROSECOND


def match_rate(context: Context) -> Parts:
    rows = _matched_maintenance(context)
    return count_hits(rows, rows["is_matched"])


def routine_share(context: Context) -> Parts:
    rows = _matched_maintenance(context)
    return count_hits(rows, ~rows["is_matched"])


def match_rate_hours(context: Context) -> Parts:
    rows = _matched_maintenance(context)
    matched: Amounts = sum_column(rows[rows["is_matched"]], "duration_hours")
    return {a: (matched.get(a, 0), all_) for a, all_ in sum_column(rows, "duration_hours").items()}


def need_coverage(context: Context) -> Parts:
    """Needs open at some time in the period, and those of them that were named in it."""
    company, period = context.company, context.period
    needs, rows = company.table("needs"), company.completed
    needs = needs[company.is_told(needs["raised_at"], "interactions")]
    rows = rows[company.is_told(rows["occurred_at"], "needs")]
    was_open = (needs["raised_at"] < period.last + DAY) & (
        needs["resolved_at"].isna() | (needs["resolved_at"] >= period.first)
    )
    needs = needs[was_open]
    naming = rows.loc[period.contains(rows["occurred_at"]), ["account_id", "need_id"]].dropna()
    return count_hits(needs, _need_keys(needs).isin(set(_need_keys(naming))))


def response_times(context: Context) -> dict[str, list[int]]:
    """Microseconds from raised to answered, of the needs raised in the period."""
    needs = _answered_needs(context.rows("needs", "raised_at"))
    return durations_of(needs["account_id"], needs["responded_at"] - needs["raised_at"])


def within_standard(context: Context) -> Parts:
    """An open need counts as soon as it is late; until then nobody can say."""
    standard = context.company.settings.limit("needs.response_standard_working_days")
    raised = context.rows("needs", "raised_at")
    answered = _answered_needs(raised)
    waiting = raised[raised["responded_at"].isna()]
    today = pd.Series(context.company.day_of("needs"), index=waiting.index)
    late = waiting[count_working_days(waiting["raised_at"], today) > standard]
    in_time = count_working_days(answered["raised_at"], answered["responded_at"]) <= standard
    hits = pd.concat([in_time, pd.Series(False, index=late.index)])
    return count_hits(pd.concat([answered, late]), hits)


def count_working_days(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Mondays to Fridays after the earlier day, up to the later one."""
    first, last = (moments.to_numpy("datetime64[D]") + 1 for moments in (earlier, later))
    return pd.Series(np.busday_count(first, last), index=earlier.index)


def durations_of(account_ids: pd.Series, durations: pd.Series) -> dict[str, list[int]]:
    """Durations by account in whole microseconds."""
    grouped: dict[str, list[int]] = {}
    for account_id, duration in zip(account_ids, durations // MICROSECOND, strict=True):
        grouped.setdefault(str(account_id), []).append(int(duration))
    return grouped


def _answered_needs(needs: pd.DataFrame) -> pd.DataFrame:
    return needs[needs["responded_at"] >= needs["raised_at"]]


def _matched_maintenance(context: Context) -> pd.DataFrame:
    """Maintenance of the period as far as needs are known, and whether it names an open one."""
    rows = context.company.maintenance
    is_told = context.company.is_told(rows["occurred_at"], "needs")
    rows = rows[is_told & context.period.contains(rows["occurred_at"])]
    needs = context.company.table("needs")
    need_times = needs.set_index(_need_keys(needs))[["raised_at", "resolved_at"]]
    named = need_times.reindex(_need_keys(rows)).set_index(rows.index)
    was_raised = named["raised_at"] <= rows["occurred_at"]
    is_resolved = named["resolved_at"] < rows["occurred_at"]
    return rows.assign(is_matched=was_raised & ~is_resolved)


def _need_keys(rows: pd.DataFrame) -> pd.Series:
    """Account and need together: a need of another account is another need."""
    pairs = zip(rows["account_id"], rows["need_id"], strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype=object)
