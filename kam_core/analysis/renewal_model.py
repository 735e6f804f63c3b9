"""Return on personalised time: how renewals go together with hours; an association, no cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import tanh
from statistics import NormalDist

import numpy as np
import pandas as pd

from kam_core.metrics.scorecard import wilson

BAND_COLUMNS = [
    "from_hours", "to_hours", "mean_hours", "contracts", "renewed", "rate", "low", "high",
]  # fmt: skip
MOST_STEPS = 100
LEAST = ("min_contracts", "min_of_each_outcome", "min_accounts")


@dataclass(frozen=True)
class RenewalRules:
    """When an estimate is worth making, how sure its interval is, where bands of hours begin."""

    min_contracts: int
    min_of_each_outcome: int
    min_accounts: int
    confidence: float
    band_starts: tuple[float, ...]


@dataclass(frozen=True)
class Estimate:
    """The average marginal effect of an hour on the chance of renewal; 0.01 is one point.

    Without an effect ``reason`` says why: too_few_contracts, too_few_accounts, outcome_one_sided,
    hours_all_alike, outcome_separated or not_converged. Intercept and slope draw the fitted curve.
    """

    contracts: int
    renewed: int
    accounts: int
    unknown: int
    confidence: float
    reason: str | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    intercept: float | None = None
    slope: float | None = None


def estimate(contracts: pd.DataFrame, rules: RenewalRules) -> Estimate:
    """A logistic regression of ``renewed`` on ``personalised_hours``, one row per contract.

    The interval allows for several contracts of one ``account_id``: they are no independent cases.
    Contracts whose hours are unknown are left out and counted.
    """
    rows = _with_hours(contracts)
    counted = {
        "contracts": len(rows),
        "renewed": int(rows["renewed"].sum()),
        "accounts": rows["account_id"].nunique(),
        "unknown": len(contracts) - len(rows),
        "confidence": rules.confidence,
    }
    if reason := _find_obstacle(rows, rules):
        return Estimate(**counted, reason=reason)
    fitted = _fit_logit(rows, rules.confidence)
    return Estimate(**counted, **(fitted or {"reason": "not_converged"}))


def bands(contracts: pd.DataFrame, rules: RenewalRules) -> pd.DataFrame:
    """The plain renewal rate by band of hours, with its cases and Wilson interval."""
    measured = _with_hours(contracts)
    z = NormalDist().inv_cdf((1 + rules.confidence) / 2)
    starts = [0.0, *rules.band_starts]
    ends = [*rules.band_starts, float("inf")]
    rows = []
    for start, end in zip(starts, ends, strict=True):
        inside = measured[measured["hours"].ge(start) & measured["hours"].lt(end)]
        contracts, renewed = len(inside), int(inside["renewed"].sum())
        if contracts:
            low, high = wilson(renewed, contracts, z)
            mean, rate = float(inside["hours"].mean()), renewed / contracts
            rows.append((start, end, mean, contracts, renewed, rate, low, high))
    return pd.DataFrame(rows, columns=BAND_COLUMNS)


def curve(fit: Estimate, hours: Sequence[float]) -> list[float]:
    """The fitted chance of renewal at some hours."""
    if fit.intercept is None or fit.slope is None:
        return []
    # The logistic function, in the form that no number of hours makes overflow.
    return [(1 + tanh((fit.intercept + fit.slope * number) / 2)) / 2 for number in hours]


def _with_hours(contracts: pd.DataFrame) -> pd.DataFrame:
    rows = contracts[contracts["personalised_hours"].notna()]
    return pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "hours": rows["personalised_hours"].astype(float),
            "renewed": rows["renewed"].astype(bool),
        }
    )


def _find_obstacle(rows: pd.DataFrame, rules: RenewalRules) -> str | None:
    """Why no estimate can be made, before one is tried."""
    hours, renewed = rows["hours"], rows["renewed"]
    if len(rows) < rules.min_contracts:
        return "too_few_contracts"
    if min(renewed.sum(), (~renewed).sum()) < rules.min_of_each_outcome:
        return "outcome_one_sided"
    if rows["account_id"].nunique() < rules.min_accounts:
        return "too_few_accounts"
    if hours.min() == hours.max():
        return "hours_all_alike"
    with_renewal, without = hours[renewed], hours[~renewed]
    # Where some number of hours divides the outcomes, no slope is steep enough.
    if with_renewal.min() >= without.max() or without.min() >= with_renewal.max():
        return "outcome_separated"
    return None


def _fit_logit(rows: pd.DataFrame, confidence: float) -> dict | None:
    """Effect, its interval and the curve; None where the search for the best curve does not end.

    Hours are scaled for the search, so that their unit cannot upset it. The library is loaded here,
    because that takes seconds which nothing else should wait for.
    """
    from statsmodels.discrete.discrete_model import Logit

    scale = rows["hours"].std()
    design = np.column_stack([np.ones(len(rows)), rows["hours"] / scale])
    groups = rows["account_id"].astype("category").cat.codes.to_numpy()
    try:
        fitted = Logit(rows["renewed"].to_numpy(float), design).fit(
            maxiter=MOST_STEPS,
            disp=False,
            warn_convergence=False,
            cov_type="cluster",
            cov_kwds={"groups": groups},
        )
        margins = fitted.get_margeff(at="overall")
    except np.linalg.LinAlgError:
        return None
    effect = margins.margeff[0] / scale
    low, high = margins.conf_int(alpha=1 - confidence)[0] / scale
    intercept, slope = fitted.params[0], fitted.params[1] / scale
    numbers = {
        "effect": effect, "low": low, "high": high, "intercept": intercept, "slope": slope,
    }  # fmt: skip
    if not (fitted.mle_retvals["converged"] and np.isfinite(list(numbers.values())).all()):
        return None
    return {name: float(number) for name, number in numbers.items()}
