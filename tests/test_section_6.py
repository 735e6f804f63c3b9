"""The figures the source documents report, read off the sample through the product.

Each figure is the document's, at the precision at which the document gives it. Where the metric is
not built yet, the figure is read from the loaded table by the definition of the metric.
"""

from decimal import Decimal

import duckdb
import pytest

from kam_core import scorecard

Cursor = duckdb.DuckDBPyConnection
IN_Q3 = "between date '2024-07-01' and date '2024-09-30'"


@pytest.fixture
def q3(sample: Cursor) -> dict[str, scorecard.Score]:
    scores = scorecard.scorecard(sample, scorecard.quarter(sample, "2024-Q3"))
    return {score.metric: score for score in scores}


def one(sample: Cursor, query: str) -> object:
    return sample.execute(query).fetchall()[0][0]


@pytest.mark.parametrize(
    ("metric", "reported"),
    [
        ("revenue_yoy", "0.15"),
        ("key_revenue_share", "0.78"),
        ("followup_completion", "0.68"),
        ("match_rate", "0.45"),
        ("routine_share", "0.55"),
    ],
)
def test_the_share_is_the_reported_one(
    q3: dict[str, scorecard.Score], metric: str, reported: str
) -> None:
    assert q3[metric].value == pytest.approx(float(reported), abs=0.005)


def test_the_quarter_sold_120_million(q3: dict[str, scorecard.Score]) -> None:
    assert q3["revenue"].numerator == Decimal("120000000.00")


def test_match_rate_and_routine_share_make_one_whole(q3: dict[str, scorecard.Score]) -> None:
    matched, routine = q3["match_rate"], q3["routine_share"]
    assert matched.denominator == routine.denominator
    assert matched.numerator + routine.numerator == matched.denominator


@pytest.mark.parametrize(
    ("metric", "target"), [("match_rate", 0.75), ("key_churn", 0.03), ("followup_completion", 0.9)]
)
def test_the_targets_are_the_reported_ones(
    q3: dict[str, scorecard.Score], metric: str, target: float
) -> None:
    assert float(q3[metric].target) == target


def test_match_rate_and_callbacks_miss_their_targets(q3: dict[str, scorecard.Score]) -> None:
    assert q3["match_rate"].status == q3["followup_completion"].status == "missed"


def test_complaints_grew_by_12_percent_mostly_around_new_products(sample: Cursor) -> None:
    counts = dict(
        sample.execute(
            "select year(opened_at), count(*) from scoped.tickets where kind = 'complaint' "
            "and quarter(opened_at) = 3 group by all"
        ).fetchall()
    )
    assert counts[2024] / counts[2023] - 1 == pytest.approx(0.12, abs=0.005)
    around = one(
        sample,
        "select count(*) filter (where topic like '%新产品%') / count(*) from scoped.tickets "
        f"where kind = 'complaint' and opened_at::date {IN_Q3}",
    )
    assert around > 0.5


def test_85_percent_miss_personalisation_and_35_percent_find_the_care_effective(
    sample: Cursor,
) -> None:
    missing, effective = sample.execute(
        "select avg((not personalised_enough)::int), avg(effective::int) from scoped.surveys "
        f"where surveyed_on {IN_Q3}"
    ).fetchall()[0]
    assert (missing, effective) == (pytest.approx(0.85, abs=0.005), pytest.approx(0.35, abs=0.005))


def test_a_manager_spends_4_5_hours_a_week_and_65_percent_of_them_on_legacy_issues(
    sample: Cursor,
) -> None:
    hours, owners = sample.execute(
        "select sum(duration_hours), count(distinct owner) from scoped.maintenance "
        f"where occurred_at::date {IN_Q3}"
    ).fetchall()[0]
    weeks = Decimal(92) / 7
    assert float(hours / (owners * weeks)) == pytest.approx(4.5, abs=0.05)
    shares = dict(
        sample.execute(
            "select work_type, sum(duration_hours) from scoped.maintenance "
            f"where occurred_at::date {IN_Q3} group by all"
        ).fetchall()
    )
    assert float(shares["legacy_issue"] / hours) == pytest.approx(0.65, abs=0.005)
    assert float(shares["personalised"] / hours) == pytest.approx(0.12, abs=0.005)
    assert float(1 - shares["personalised"] / hours) == pytest.approx(0.88, abs=0.005)


def test_the_first_answer_of_support_takes_48_hours(sample: Cursor) -> None:
    minutes = one(
        sample,
        "select avg(date_diff('minute', opened_at, first_response_at)) from scoped.tickets "
        f"where kind = 'support' and opened_at::date {IN_Q3}",
    )
    assert minutes / 60 == pytest.approx(48, abs=0.5)


def test_the_top_20_do_not_all_have_two_managers(sample: Cursor) -> None:
    covered = one(
        sample,
        "with top as (select account_id from scoped.orders where ordered_on > as_of() - interval "
        "12 month group by account_id order by sum(amount) desc limit 20) "
        "select count(*) from top join scoped.accounts using (account_id) "
        "where account_manager is not null and expert_manager is not null",
    )
    assert 0 < covered < 20
