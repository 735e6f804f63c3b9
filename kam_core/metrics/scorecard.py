"""Metrics side by side for one period: value, target, gap, 95 % interval and status.

No data, no target and zero are three different answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

import duckdb

from kam_core.metrics import availability, catalogue, pacing, run
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import Exact
from kam_core.metrics.periods import Period
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import version_settings

NOTHING = {"numerator": None, "denominator": None, "value": None}
# A period that the data covers to its end is judged by what came of it, an open one by its pace.
ENDED = ("met", "near", "missed")
OPEN = ("on_pace", "behind_pace")
JUDGED = (*ENDED, *OPEN)
PARTIAL = "partial"
# Where a target comes from, by how specific it is.
ORIGINS = ("default", "all", "tier", "region", "region_tier")


@dataclass(frozen=True)
class Score:
    """One line of the scorecard; shares are fractions of 1, ``reason`` is a code or None.

    ``decidable`` is False where the interval contains the target: too few cases to tell.
    ``attainment`` is how much of the target is reached, 1 being all of it; None where that says
    nothing, as with a target of zero. ``beside`` counts the cases told beside it, by code.
    ``pace``, of an open period, is how much is reached of what is due by now, ``paced`` where an
    amount or a count would end at that pace, ``gap_due`` how far it is from what is due of it.
    ``known_until`` is the earliest day of the tables it reads; ``is_behind``: the period ends after
    that day, though not after the as-of day.
    """

    metric: str
    unit: str
    value: float | None = None
    numerator: Exact | None = None
    denominator: Exact | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    gap: float | None = None
    status: str = "no_data"
    decidable: bool | None = None
    reason: str | None = None
    attainment: float | None = None
    pace: float | None = None
    paced: float | None = None
    gap_due: float | None = None
    beside: dict[str, int] | None = None
    known_until: date | None = None
    is_behind: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether there is both a value and a target."""
        return self.status in JUDGED

    @property
    def is_waiting(self) -> bool:
        """Whether there is no value because a file was never uploaded."""
        return (self.reason or "").startswith("needs:")

    @property
    def is_silent(self) -> bool:
        """Whether a target has nothing to be held against it, though the files are there."""
        return self.target is not None and not self.is_judged and not self.is_waiting

    @property
    def is_undecided(self) -> bool:
        """Whether its status is qualified: with so few cases the target may be met or not."""
        return self.is_judged and self.decidable is False

    @property
    def gap_by_now(self) -> float | None:
        """The gap to the target, or of an open amount to what is due of it by now."""
        return self.gap if self.gap_due is None else self.gap_due

    @property
    def shade(self) -> str:
        """How it is coloured everywhere: by its status, and grey where that is undecided."""
        return "undecided" if self.is_undecided else self.status


@dataclass(frozen=True)
class JudgingRules:
    """The settings by which a figure is judged."""

    near_tolerance: Fraction
    z: float


def scorecard(
    cursor: duckdb.DuckDBPyConnection,
    period: Period,
    names: Sequence[str] | None = None,
    data: availability.Data | None = None,
    facts: run.Facts | None = None,
) -> list[Score]:
    """Every metric (or those named, in that order) judged for one period and the cursor's scope."""
    metrics = [
        catalogue.metric(name) for name in (catalogue.load_metrics() if names is None else names)
    ]
    data = data or availability.survey_data(cursor, metrics)
    in_force = targets(cursor, [period])[period.period]
    rules = load_rules(cursor)
    return [
        score(
            m,
            period,
            _figures(cursor, m, period, data, facts),
            in_force.get(m.name),
            data,
            rules,
            run.count_beside(cursor, m, period, data),
            pacing.shares_of_last_year(cursor, m, period, data),
        )
        for m in metrics
    ]


def _figures(
    cursor: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    data: availability.Data,
    facts: run.Facts | None,
) -> dict:
    rows = run.run_metric(cursor, metric.name, [period], (), data, facts).to_dict("records")
    return rows[0] if rows else NOTHING


def targets(
    cursor: duckdb.DuckDBPyConnection, in_periods: Sequence[Period]
) -> dict[str, dict[str, Decimal]]:
    """The targets that hold for the cursor's scope: for each period's name, by metric name.

    A target for a region or a tier holds where the viewer looks at exactly that one; the most
    specific target wins: region and tier, region, tier, all, and last the default of the settings.
    A sum is an exception: what a whole must reach (all regions, one region, one tier) is no target
    for a part of it.
    """
    return {
        period: {name: winner.target for name, winner in by_name.items() if winner.holds}
        for period, by_name in winners(cursor, in_periods).items()
    }


@dataclass(frozen=True)
class Winner:
    """The most specific target; ``specificity`` is a place in ORIGINS.

    It does not hold where it is what a whole must reach, and a part of it is looked at; one that
    holds wins over one that does not.
    """

    target: Decimal
    specificity: int
    holds: bool

    @property
    def origin(self) -> str:
        """One of ORIGINS; ``whole_only`` where only the whole has one, and a part is looked at."""
        return ORIGINS[self.specificity] if self.holds else "whole_only"


def winners(
    cursor: duckdb.DuckDBPyConnection, in_periods: Sequence[Period]
) -> dict[str, dict[str, Winner]]:
    """What ``targets`` goes by: for each period's name, by metric name."""
    sums = [name for name, metric in catalogue.load_metrics().items() if metric.kind.is_amount]
    parameters = {"periods": [period.period for period in in_periods], "sums": sums}
    by_name: dict[str, dict[str, Winner]] = {period.period: {} for period in in_periods}
    query = load_sql("targets/winners")
    for period, name, *winner in cursor.execute(query, parameters).fetchall():
        by_name[period][name] = Winner(*winner)
    return by_name


def to_json(score: Score) -> dict[str, object]:
    """A score as plain JSON values, exact figures as numbers: the rows that `kpis` prints."""
    fields = asdict(score)
    for name in ("numerator", "denominator"):
        if isinstance(fields[name], Decimal | Fraction):
            fields[name] = float(fields[name])
    if score.known_until:
        fields["known_until"] = score.known_until.isoformat()
    del fields["decidable"], fields["attainment"], fields["paced"], fields["is_behind"]
    del fields["gap_due"]
    return fields | {"undecided": score.is_undecided}


def wilson(successes: int, cases: int, z: float) -> tuple[float, float]:
    """The Wilson score interval of a share: honest for few cases and near 0 and 1."""
    share = successes / cases
    centre = share + z * z / (2 * cases)
    spread = z * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    scale = 1 + z * z / cases
    low = (centre - spread) / scale if successes > 0 else 0.0
    high = (centre + spread) / scale if successes < cases else 1.0
    return low, high


def status(
    value: Fraction,
    target: Fraction | None,
    better: str,
    tolerance: Fraction,
    share_due: Fraction | None = None,
) -> str:
    """met, near (missed by at most the tolerance, a share of the target), missed or no_target.

    Of an open period, which owes a share of its target by now: on_pace or behind_pace.
    """
    if target is None:
        return "no_target"
    due = target if share_due is None else target * share_due
    shortfall = due - value if better == "higher" else value - due
    if share_due is not None:
        return "on_pace" if shortfall <= 0 else "behind_pace"
    if shortfall <= 0:
        return "met"
    return "near" if shortfall <= tolerance * abs(target) else "missed"


def attainment(value: Fraction, target: Fraction | None, better: str) -> Fraction | None:
    """Actual over target, or target over actual where lower is better.

    None where there is no target, and where a ratio would mislead: a target of zero, a negative
    value, none at all of what should be little.
    """
    if target is None or target <= 0 or value < 0 or (value == 0 and better == "lower"):
        return None
    return value / target if better == "higher" else target / value


def load_rules(cursor: duckdb.DuckDBPyConnection) -> JudgingRules:
    """How the version that ``cursor`` reads judges a figure."""
    confidence = float(version_settings.threshold(cursor, "confidence"))
    return JudgingRules(
        near_tolerance=Fraction(version_settings.threshold(cursor, "near_tolerance")),
        z=NormalDist().inv_cdf((1 + confidence) / 2),
    )


def score(
    metric: Metric,
    period: Period,
    figures: Mapping,
    target: Decimal | None,
    data: availability.Data,
    rules: JudgingRules,
    beside: dict[str, int] | None = None,
    shares: Mapping[tuple, Fraction] | None = None,
    part: tuple = (),
) -> Score:
    """A row of ``metrics.run`` (or NOTHING) judged, or the reason why there is no value.

    ``shares``: what of last year's period had come by its same day, by part.
    """
    until = availability.known_until(metric, data)
    if figures["value"] is None:
        return Score(
            metric.name,
            metric.unit,
            numerator=figures["numerator"],
            denominator=figures["denominator"],
            target=None if target is None else float(target),
            reason=_find_reason(metric, period, figures, data, beside),
            beside=beside,
            known_until=until,
        )
    share_due = pacing.share_due(metric, period, data, shares or {}, part)
    is_behind = share_due is not None and data.as_of is not None and period.ends_on <= data.as_of
    judgement = _judge_value(metric, figures, target, rules, share_due)
    return replace(judgement, beside=beside, known_until=until, is_behind=is_behind)


def _find_reason(
    metric: Metric,
    period: Period,
    figures: Mapping,
    data: availability.Data,
    beside: Mapping[str, int] | None,
) -> str:
    """Why there is no value: of a period that the data speaks of, as no case makes a figure."""
    if obstacle := availability.find_obstacle(metric, period, data):
        return obstacle
    is_untold = figures["numerator"] is None or not figures["denominator"]
    if is_untold and any((beside or {}).values()):
        return "not_told"
    return availability.find_open_table(metric, period, data) or "no_cases"


def _judge_value(
    metric: Metric,
    figures: Mapping,
    target: Decimal | None,
    rules: JudgingRules,
    share_due: Fraction | None,
) -> Score:
    """A row that has a value held against its target, or what is due of it in an open period."""
    value, exact = _exact(metric, figures), None if target is None else Fraction(target)
    low, high = _interval(metric, figures, rules)
    decidable = None
    if target is not None and low is not None and high is not None:
        decidable = not low <= target <= high
    attained = attainment(value, exact, metric.better)
    is_open = share_due is not None
    pace = _pace(metric, value, exact, share_due)
    paced = value / share_due if share_due and metric.grows_with_days else None
    gap_due = None if exact is None or paced is None else value - exact * Fraction(share_due or 0)
    reason = PARTIAL if is_open else None
    if decidable is False and not is_open:
        reason = f"not_decidable:{figures['denominator']}"
    judged_score = Score(
        metric.name,
        metric.unit,
        value=float(value),
        numerator=figures["numerator"],
        denominator=figures["denominator"],
        low=low,
        high=high,
        target=None if target is None else float(target),
        gap=None if exact is None else float(value - exact),
        status=status(value, exact, metric.better, rules.near_tolerance, share_due),
        decidable=decidable,
        reason=reason,
        attainment=None if attained is None else float(attained),
        pace=None if pace is None else float(pace),
        paced=None if paced is None else float(paced),
        gap_due=None if gap_due is None else float(gap_due),
    )
    is_beyond_whole = metric.is_of_whole and not 0 <= value <= 1
    return _without_status(judged_score) if is_beyond_whole else judged_score


def _without_status(beyond_whole: Score) -> Score:
    """A share of one whole that returns pushed above it or below nothing: it says no more."""
    return replace(
        beyond_whole,
        gap=None,
        status="no_status",
        reason="beyond_whole",
        attainment=None,
        pace=None,
    )


def _pace(
    metric: Metric, value: Fraction, target: Fraction | None, share_due: Fraction | None
) -> Fraction | None:
    """How much is reached of what is due; of growth, of the amount that the target asks for."""
    if target is None or share_due is None:
        return None
    base = metric.kind.less
    return attainment(value + base, target * share_due + base, metric.better)


def _exact(metric: Metric, figures: Mapping) -> Fraction:
    """The figure as a fraction; a quantile has no numerator, its value is all there is."""
    if figures["numerator"] is None:
        return Fraction(figures["value"])
    exact = metric.kind.divide(figures["numerator"], figures["denominator"])
    return Fraction(figures["value"]) if exact is None else exact


def _interval(
    metric: Metric, figures: Mapping, rules: JudgingRules
) -> tuple[float, float] | tuple[None, None]:
    if metric.interval != "wilson":
        return None, None
    return wilson(int(figures["numerator"]), int(figures["denominator"]), rules.z)
