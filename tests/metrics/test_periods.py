"""Quarters and months, fiscal years included."""

from datetime import date

import pytest

from kam_core.errors import KamError
from kam_core.metrics.periods import (
    Period,
    a_year_earlier,
    month,
    months_between,
    months_of,
    quarter,
    quarter_of,
    quarters_between,
    quarters_until,
    year_before,
)


def test_a_quarter_runs_from_its_first_to_its_last_day() -> None:
    assert quarter("2024-Q3") == Period("2024-Q3", date(2024, 7, 1), date(2024, 9, 30))
    assert quarter("2024-Q1").ends_on == date(2024, 3, 31)


def test_february_of_a_leap_year_ends_on_the_29th() -> None:
    assert month("2024-02").ends_on == date(2024, 2, 29)
    assert month("2023-02").ends_on == date(2023, 2, 28)


def test_a_fiscal_year_from_april_is_named_after_the_year_in_which_it_starts() -> None:
    assert quarter("2024-Q1", 4) == Period("2024-Q1", date(2024, 4, 1), date(2024, 6, 30))
    assert quarter("2024-Q4", 4) == Period("2024-Q4", date(2025, 1, 1), date(2025, 3, 31))


@pytest.mark.parametrize("start_month", range(1, 13))
def test_every_day_lies_in_the_quarter_that_holds_it(start_month: int) -> None:
    for day in (date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31)):
        found = quarter_of(day, start_month)
        assert found.starts_on <= day <= found.ends_on
        assert quarter(found.period, start_month) == found


def test_the_last_of_the_quarters_holds_the_as_of_day() -> None:
    found = [period.period for period in quarters_until(date(2024, 2, 29), 3)]
    assert found == ["2023-Q3", "2023-Q4", "2024-Q1"]


def test_a_quarter_has_three_months() -> None:
    assert [p.period for p in months_of(quarter("2024-Q4"))] == ["2024-10", "2024-11", "2024-12"]


def test_the_year_before_february_ends_on_its_own_last_day() -> None:
    assert year_before(month("2025-02")) == (date(2024, 2, 1), date(2024, 2, 29))
    assert year_before(month("2024-02")) == (date(2023, 2, 1), date(2023, 2, 28))


@pytest.mark.parametrize("label", ["2024-Q5", "2024Q3", "2024-13", "", "Q3"])
def test_an_unknown_period_is_refused(label: str) -> None:
    for parse in (quarter, month):
        with pytest.raises(KamError, match="unknown_period"):
            parse(label)


def test_quarters_and_months_between_two_days_hold_both() -> None:
    first, last = date(2023, 12, 31), date(2024, 4, 1)
    assert [q.period for q in quarters_between(first, last)] == [
        "2023-Q4",
        "2024-Q1",
        "2024-Q2",
    ]
    months = [month.period for month in months_between(first, last)]
    assert months == ["2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]
    assert [q.period for q in quarters_between(first, last, 4)] == [
        "2023-Q3",
        "2023-Q4",
        "2024-Q1",
    ]


def test_between_a_later_and_an_earlier_day_lies_the_quarter_of_the_last() -> None:
    assert [q.period for q in quarters_between(date(2024, 5, 1), date(1900, 1, 1))] == ["1900-Q1"]


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        (quarter("2024-Q3"), quarter("2023-Q3")),
        (quarter("2024-Q1", 4), quarter("2023-Q1", 4)),
        (month("2024-02"), month("2023-02")),
    ],
)
def test_a_year_earlier_is_the_period_of_that_name(period: Period, earlier: Period) -> None:
    assert a_year_earlier(period) == earlier
