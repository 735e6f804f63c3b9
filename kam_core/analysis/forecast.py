"""Seasonal foresight: what an account's season lets expect, told only where it beats last year.

Two to three years of months are few. A regression on the calendar (statsmodels) has few numbers
to learn from them, a test of whether there is a season at all, and an exact interval; exponential
smoothing has fourteen and was worse than "same month last year" on half of clearly seasonal series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.regression.linear_model import OLS, RegressionResults
from statsmodels.tsa.deterministic import DeterministicProcess

from kam_core.metrics.periods import Period, months_of, quarter_of, quarters_until

YEAR = 12
ACCOUNTS = ["account_id", "verdict", "error", "error_last_year", "revenue"]
MONTHS = ["account_id", "month", "expected", "low", "high", "last_year", "is_peak"]
QUARTERS = ["account_id", "quarter", "expected", "low", "high", "last_year"]


@dataclass(frozen=True)
class ForecastRules:
    """How much history is enough, how a season is recognised, and how a forecast is rating."""

    months_with_orders: int
    harmonics: int
    significance: float
    trained_months: int
    held_back_months: int
    held_back_times: int
    interval: float
    peak_factor: float


@dataclass(frozen=True)
class Foresight:
    """What the season says; ``verdict``: shown, not_better (than last year) or no_season.

    ``months`` and ``quarters`` hold the accounts that have a season. Those not better than last
    year expect the same as last year, without an interval. A quarter under way is what is known of
    it and what is expected of the rest.
    """

    accounts: pd.DataFrame
    months: pd.DataFrame
    quarters: pd.DataFrame


@dataclass(frozen=True)
class Season:
    """A year's course fitted to monthly values, which are counted from the first one on."""

    fit: RegressionResults
    process: DeterministicProcess

    @property
    def is_chance(self) -> float:
        """The probability of so clear a season where there is none."""
        return float(self.fit.f_pvalue)

    def expect(self, steps: int) -> np.ndarray:
        return np.maximum(self.fit.predict(self.process.out_of_sample(steps).to_numpy()), 0)

    def sum_ahead(self, steps: Sequence[int], interval: float) -> tuple[float, float, float]:
        """The sum of some months ahead (0 is the first), and the interval it lies in."""
        ahead = self.process.out_of_sample(max(steps) + 1).to_numpy()[list(steps)]
        terms = ahead.sum(axis=0)
        value = float(terms @ self.fit.params)
        spread = np.sqrt(terms @ self.fit.cov_params() @ terms + len(steps) * self.fit.scale)
        reach = float(student.ppf((1 + interval) / 2, self.fit.df_resid) * spread)
        return max(value, 0.0), max(value - reach, 0.0), max(value + reach, 0.0)


def fit_season(values: np.ndarray, harmonics: int) -> Season:
    """The course of a year as sines and cosines around a level: as many as pay for themselves."""
    terms = [_calendar_terms(len(values), number) for number in range(1, harmonics + 1)]
    tried = [Season(OLS(values, in_sample).fit(), process) for process, in_sample in terms]
    return min(tried, key=lambda season: _corrected_aic(season.fit))


@cache
def _calendar_terms(months: int, harmonics: int) -> tuple[DeterministicProcess, np.ndarray]:
    """The terms of so many months; most accounts have as many months as others."""
    process = DeterministicProcess(
        pd.RangeIndex(months), constant=True, period=YEAR, fourier=harmonics
    )
    return process, process.in_sample().to_numpy()


def _corrected_aic(fit: RegressionResults) -> float:
    """Akaike's criterion, corrected for few observations."""
    learnt = len(fit.params) + 1
    return float(fit.aic + 2 * learnt * (learnt + 1) / (fit.nobs - learnt - 1))


def measure_errors(values: np.ndarray, rules: ForecastRules) -> tuple[float, float]:
    """Mean absolute error on held-back months: of the season, and of the same month last year."""
    ours, last_years = [], []
    for back in range(1, rules.held_back_times + 1):
        cut = len(values) - back * rules.held_back_months
        if cut < rules.trained_months:
            break
        held_back = values[cut : cut + rules.held_back_months]
        expected = fit_season(values[:cut], rules.harmonics).expect(len(held_back))
        ours.append(np.abs(expected - held_back))
        last_years.append(np.abs(values[cut - YEAR : cut - YEAR + len(held_back)] - held_back))
    return float(np.mean(ours)), float(np.mean(last_years))


def rate_season(values: np.ndarray, rules: ForecastRules) -> tuple[str, float | None, float | None]:
    """Whether there is a season, and whether to know it is worth more than last year's months."""
    if np.ptp(values) == 0 or fit_season(values, rules.harmonics).is_chance > rules.significance:
        return "no_season", None, None
    ours, last_years = measure_errors(values, rules)
    return ("shown" if ours < last_years else "not_better"), ours, last_years


def look_ahead(
    orders: pd.DataFrame, known_until: date, quarters: Sequence[Period], rules: ForecastRules
) -> Foresight:
    """Every account with enough months, ``orders`` having account_id, month and revenue.

    ``known_until`` is the last month known in full; it lies before or in the first of the
    ``quarters``, which follow each other.
    """
    accounts: list[tuple] = []
    months: list[tuple] = []
    sums: list[tuple] = []
    for account_id, own in orders.groupby("account_id", sort=True):
        if len(own) < rules.months_with_orders:
            continue
        values = _monthly_revenue(own, known_until)
        if len(values) < rules.trained_months + rules.held_back_months:
            continue
        rating = rate_season(values, rules)
        accounts.append((account_id, *rating, float(values[-YEAR:].sum())))
        if rating[0] != "no_season":
            ahead = _AccountForecast(values, known_until, quarters, rating[0] == "shown", rules)
            months += [(account_id, *row) for row in ahead.month_rows()]
            sums += [(account_id, *row) for row in ahead.quarter_rows()]
    return Foresight(
        pd.DataFrame(accounts, columns=ACCOUNTS),
        pd.DataFrame(months, columns=MONTHS),
        pd.DataFrame(sums, columns=QUARTERS),
    )


def quarters_ahead(known_until: date, fiscal_year_start_month: int = 1) -> list[Period]:
    """The quarter of the first month not known in full, and the one after it."""
    next_month = (known_until.replace(day=1) + timedelta(days=31)).replace(day=1)
    first = quarter_of(next_month, fiscal_year_start_month)
    return quarters_until(first.ends_on + timedelta(days=1), 2, fiscal_year_start_month)


def _monthly_revenue(own: pd.DataFrame, last: date) -> np.ndarray:
    """Revenue of every month from the account's first order on; a month without orders is zero."""
    sold = zip(own["month"], own["revenue"], strict=True)
    by_number = {_month_number(month): float(revenue) for month, revenue in sold}
    return np.array([by_number.get(n, 0.0) for n in range(min(by_number), _month_number(last) + 1)])


def _month_number(month: date) -> int:
    return month.year * YEAR + month.month


@dataclass(frozen=True)
class _AccountForecast:
    """One account's months and quarters to come."""

    values: np.ndarray
    last: date
    quarters: Sequence[Period]
    is_shown: bool
    rules: ForecastRules

    @property
    def _season(self) -> Season:
        return fit_season(self.values, self.rules.harmonics)

    def _step_of(self, month: date) -> int:
        """How many months after the first unknown one; negative for a known month."""
        return _month_number(month) - _month_number(self.last) - 1

    def _months_ahead(self) -> list[date]:
        every = [month.starts_on for quarter in self.quarters for month in months_of(quarter)]
        return [month for month in every if self._step_of(month) >= 0]

    def _last_year(self, step: int) -> float:
        return float(self.values[step - YEAR])

    def month_rows(self) -> list[tuple]:
        season, course = self._season, self._season.expect(YEAR)
        peak = self.rules.peak_factor * course.mean()
        rows = []
        for month in self._months_ahead():
            step = self._step_of(month)
            expected: tuple = (self._last_year(step), None, None)
            if self.is_shown:
                expected = season.sum_ahead([step], self.rules.interval)
            is_peak = bool(course[step % YEAR] >= peak)
            rows.append((month, *expected, self._last_year(step), is_peak))
        return rows

    def quarter_rows(self) -> list[tuple]:
        season, rows = self._season, []
        for quarter in self.quarters:
            steps = [self._step_of(month.starts_on) for month in months_of(quarter)]
            revenue_so_far = sum(float(self.values[step]) for step in steps if step < 0)
            open_steps = [step for step in steps if step >= 0]
            expected: tuple = (revenue_so_far + sum(map(self._last_year, open_steps)), None, None)
            if self.is_shown and open_steps:
                together = season.sum_ahead(open_steps, self.rules.interval)
                expected = tuple(revenue_so_far + part for part in together)
            rows.append((quarter.period, *expected, sum(map(self._last_year, steps))))
        return rows
