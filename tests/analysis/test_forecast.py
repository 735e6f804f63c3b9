"""Seasonal foresight: told where there is a season and it beats last year, never on noise."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kam_core.analysis import forecast
from kam_core.analysis.forecast import ForecastRules
from kam_core.metrics import periods

RULES = ForecastRules(
    months_with_orders=24,
    harmonics=5,
    significance=0.01,
    trained_months=18,
    held_back_months=6,
    held_back_times=2,
    interval=0.8,
    peak_factor=1.5,
)
STEADY = np.array([20, 20, 20, 20, 20, 20, 20, 90, 110, 20, 20, 20.0])
SEPTEMBER = date(2024, 9, 1)
AHEAD = forecast.quarters_ahead(SEPTEMBER)


def months(count: int, until: date = SEPTEMBER) -> list[date]:
    every = [until.year * 12 + until.month - 1 - back for back in reversed(range(count))]
    return [date(number // 12, number % 12 + 1, 1) for number in every]


def orders(values: np.ndarray, account_id: str = "A1", until: date = SEPTEMBER) -> pd.DataFrame:
    every = zip(months(len(values), until), values, strict=True)
    held = [(account_id, month, value) for month, value in every if value]
    return pd.DataFrame(held, columns=["account_id", "month", "revenue"])


def look_ahead(rows: pd.DataFrame, until: date = SEPTEMBER, ahead=AHEAD) -> forecast.Foresight:
    return forecast.look_ahead(rows, until, ahead, RULES)


def seasonal(seed: int, count: int = 36) -> np.ndarray:
    """A strong season from January on, in which a month is off by a fifth or so."""
    first = months(count)[0].month - 1
    course = np.array([STEADY[(first + n) % 12] for n in range(count)])
    return course * np.random.default_rng(seed).normal(1, 0.2, count).clip(0.3)


def gentle(seed: int) -> np.ndarray:
    """A smooth season, half of the level up and down, and a fifth of it by chance."""
    course = 100 + 50 * np.sin(2 * np.pi * np.arange(36) / 12)
    return course + np.random.default_rng(seed).normal(0, 20, 36)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(3, 0.5, 36)


def verdicts(series: list[np.ndarray]) -> list[str]:
    return [forecast.rate_season(values, RULES)[0] for values in series]


def test_a_season_beats_the_same_month_of_last_year() -> None:
    told = verdicts([gentle(seed) for seed in range(40)])
    assert told.count("no_season") == 0
    assert told.count("shown") >= 32


def test_a_peak_of_two_months_is_a_season_whether_or_not_last_year_tells_it_as_well() -> None:
    told = verdicts([seasonal(seed) for seed in range(40)])
    assert told.count("no_season") == 0
    assert told.count("shown") >= 16


def test_noise_has_no_season_and_is_not_shown() -> None:
    told = verdicts([noise(seed) for seed in range(100)])
    assert told.count("shown") <= 2
    assert told.count("no_season") >= 96


def test_what_repeats_itself_to_the_cent_is_no_worse_told_by_last_year() -> None:
    exact = np.tile(STEADY, 3)
    told, ours, last_years = forecast.rate_season(exact, RULES)
    assert (told, last_years) == ("not_better", 0.0) and ours > 0


def test_months_that_are_all_alike_have_no_season() -> None:
    assert forecast.rate_season(np.full(36, 50.0), RULES)[0] == "no_season"


def test_the_interval_holds_as_many_months_as_it_says() -> None:
    inside = []
    for seed in range(60):
        values = seasonal(seed, 42)
        found = forecast.fit_season(values[:36], RULES.harmonics)
        for step in range(6):
            _, low, high = found.sum_ahead([step], RULES.interval)
            inside.append(low <= values[36 + step] <= high)
    assert 0.7 <= np.mean(inside) <= 0.95


def test_the_interval_of_a_sum_is_narrower_than_the_sum_of_intervals() -> None:
    found = forecast.fit_season(seasonal(1), RULES.harmonics)
    each = [found.sum_ahead([step], 0.8) for step in range(3)]
    together = found.sum_ahead([0, 1, 2], 0.8)
    assert together[0] == pytest.approx(sum(value for value, _, _ in each))
    assert together[2] - together[1] < sum(high - low for _, low, high in each)


def test_the_same_orders_give_the_same_answer_in_any_order_of_rows() -> None:
    rows = pd.concat([orders(gentle(1)), orders(noise(1), "A2")])
    first, second = look_ahead(rows), look_ahead(rows.sample(frac=1, random_state=3))
    assert first.months["expected"].notna().all()
    pd.testing.assert_frame_equal(first.months, second.months)
    pd.testing.assert_frame_equal(first.quarters, second.quarters)


def test_months_ahead_say_what_last_year_was_and_where_the_peak_lies() -> None:
    june = date(2024, 6, 1)
    values = seasonal(5, 36)[:33]
    ahead = [periods.quarter("2024-Q3"), periods.quarter("2024-Q4")]
    told = look_ahead(orders(values, until=june), june, ahead)
    assert told.months["month"].tolist() == months(6, date(2024, 12, 1))
    assert told.months["last_year"].tolist() == pytest.approx(values[-12:-6].tolist())
    assert told.months["is_peak"].tolist() == [False, True, True, False, False, False]


def test_where_last_year_tells_as_much_it_is_expected_again_without_an_interval() -> None:
    told = look_ahead(orders(np.tile(STEADY, 3)))
    assert told.accounts["verdict"].tolist() == ["not_better"]
    assert told.months["expected"].tolist() == told.months["last_year"].tolist()
    assert told.quarters["low"].isna().all()


def test_only_accounts_with_two_years_of_monthly_orders_are_looked_at() -> None:
    young, rare = seasonal(1)[-23:], seasonal(2) * (np.arange(36) % 2)
    rows = pd.concat([orders(seasonal(1)), orders(young, "A2"), orders(rare, "A3")])
    assert look_ahead(rows).accounts["account_id"].tolist() == ["A1"]


def test_no_orders_are_no_foresight() -> None:
    told = look_ahead(orders(np.array([])))
    assert told.accounts.empty and told.months.empty and told.quarters.empty


def test_a_month_without_orders_counts_as_zero_the_last_one_too() -> None:
    values = seasonal(1)
    values[[10, 35]] = 0
    told = look_ahead(orders(values))
    assert told.accounts["revenue"].tolist() == pytest.approx([values[-12:].sum()])


def test_a_quarter_under_way_adds_what_is_known_to_what_is_expected() -> None:
    october, values = date(2024, 10, 1), gentle(3)
    ahead = [periods.quarter("2024-Q4"), periods.quarter("2025-Q1")]
    told = look_ahead(orders(values, until=october), october, ahead)
    assert told.months["month"].tolist() == months(5, date(2025, 3, 1))
    sums = told.quarters.set_index("quarter")["expected"]
    open_months = told.months["expected"].tolist()
    assert sums["2024-Q4"] == pytest.approx(values[-1] + sum(open_months[:2]))
    assert sums["2025-Q1"] == pytest.approx(sum(open_months[2:]))
    last_years = told.quarters["last_year"].tolist()
    assert last_years == pytest.approx([values[-13:-10].sum(), values[-10:-7].sum()])


@pytest.mark.parametrize(
    ("known_until", "ahead"),
    [
        (date(2024, 9, 1), ["2024-Q4", "2025-Q1"]),
        (date(2024, 10, 1), ["2024-Q4", "2025-Q1"]),
        (date(2024, 12, 1), ["2025-Q1", "2025-Q2"]),
    ],
)
def test_the_quarters_ahead_begin_with_that_of_the_first_month_not_known(
    known_until: date, ahead: list[str]
) -> None:
    assert [quarter.period for quarter in forecast.quarters_ahead(known_until)] == ahead
