"""Whether maintenance answers needs, whether needs are named, and how soon they are answered."""

from fractions import Fraction

import numpy as np
import pandas as pd

from kam_core.verify.cases import Context, Parts, count_hits
from kam_core.verify.company import Amounts, sum_column
from kam_core.verify.days import DAY, MICROSECOND, is_before
from kam_core.verify.settings import RecountSettings


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
    """Needs open at some time in the period, and those of them that were matched in it."""
    company, period, rows = context.company, context.period, _matched_maintenance(context)
    needs = company.table("needs")
    needs = needs[company.is_told(needs["raised_at"], "interactions")]
    was_open = (needs["raised_at"] < period.last + DAY) & (
        needs["resolved_at"].isna() | (needs["resolved_at"] >= period.first)
    )
    needs = needs[was_open]
    matched = set(_need_keys(rows[rows["is_matched"]]))
    return count_hits(needs, _need_keys(needs).isin(matched))


def response_times(context: Context) -> dict[str, list[int]]:
    """Microseconds from raised to answered, of the needs raised in the period."""
    needs = _answered_needs(context)
    days = needs["responded_at"].dt.normalize() - needs["raised_at"].dt.normalize()
    waited = (needs["responded_at"] - needs["raised_at"]).where(_has_times(context, needs), days)
    return durations_of(needs["account_id"], waited)


def within_standard(context: Context) -> Parts:
    """An open need counts as soon as it is late; until then nobody can say."""
    settings = context.company.settings
    standard = settings.limit("needs.response_standard_working_days")
    raised = context.rows("needs", "raised_at")
    answered = _answered_needs(context)
    waiting = raised[raised["responded_at"].isna()]
    today = pd.Series(context.company.day_of("needs"), index=waiting.index)
    late = waiting[is_after_standard(settings, waiting["raised_at"], today, standard)]
    is_late = is_after_standard(settings, answered["raised_at"], answered["responded_at"], standard)
    hits = pd.concat([~is_late, pd.Series(False, index=late.index)])
    return count_hits(pd.concat([answered, late]), hits)


def is_after_standard(
    settings: RecountSettings, events: pd.Series, later: pd.Series, standard: Fraction
) -> pd.Series:
    """Whether days lie after the last of so many working days after the day of the event."""
    event, day = (moments.to_numpy("datetime64[D]") for moments in (events, later))
    # So many working days lie between the two, neither of them counted.
    between = np.busday_count(event + 1, np.maximum(day, event + 1), holidays=settings.days_off)
    worked = np.array(settings.days_worked, dtype="datetime64[D]")
    between += np.searchsorted(worked, day) - np.searchsorted(worked, event, side="right")
    return pd.Series((day > event) & (between >= float(standard)), index=events.index)


def durations_of(account_ids: pd.Series, durations: pd.Series) -> dict[str, list[int]]:
    """Durations by account in whole microseconds."""
    grouped: dict[str, list[int]] = {}
    for account_id, duration in zip(account_ids, durations // MICROSECOND, strict=True):
        grouped.setdefault(str(account_id), []).append(int(duration))
    return grouped


def _answered_needs(context: Context) -> pd.DataFrame:
    """Of the needs raised in the period; an answer before the need is a mistake, and no case."""
    needs = context.rows("needs", "raised_at")
    needs = needs[needs["responded_at"].notna()]
    return needs[~is_before(needs["responded_at"], needs["raised_at"], _has_times(context, needs))]


def _has_times(context: Context, needs: pd.DataFrame) -> pd.Series:
    company = context.company
    return company.has_time(needs, "raised_at") & company.has_time(needs, "responded_at")


def _matched_maintenance(context: Context) -> pd.DataFrame:
    """Maintenance of the period as far as needs are known, and whether it names an open one."""
    company, rows = context.company, context.company.maintenance
    is_told = company.is_told(rows["occurred_at"], "needs")
    rows = rows[is_told & context.period.contains(rows["occurred_at"])]
    needs = company.table("needs")
    times = needs[["raised_at", "resolved_at"]].set_index(_need_keys(needs))
    for name in ("raised_at", "resolved_at"):
        times[f"{name}_has_time"] = company.has_time(needs, name).to_numpy()
    named = times.reindex(_need_keys(rows)).set_index(rows.index)
    has_time = company.has_time(rows, "occurred_at")
    raised, resolved = named["raised_at"], named["resolved_at"]
    is_early = is_before(
        rows["occurred_at"], raised, has_time & named["raised_at_has_time"].eq(True)
    )
    is_late = is_before(
        resolved, rows["occurred_at"], has_time & named["resolved_at_has_time"].eq(True)
    )
    return rows.assign(is_matched=raised.notna() & ~is_early & ~is_late)


def _need_keys(rows: pd.DataFrame) -> pd.Series:
    """Account and need together: a need of another account is another need."""
    pairs = zip(rows["account_id"], rows["need_id"], strict=True)
    return pd.Series(list(pairs), index=rows.index, dtype=object)
