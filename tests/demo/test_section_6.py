"""The figures the source documents report, read off the sample through the product.

Each figure is the document's, at the precision at which the document gives it.
"""

from decimal import Decimal

import duckdb
import pytest

from kam_core import demo
from kam_core.metrics import periods, queries, run, scorecard
from kam_core.metrics.day_cache import Day
from tests.support.figures import Q2, Q3

Cursor = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def q3(sample_day: Day) -> dict[str, scorecard.Score]:
    scores = scorecard.scorecard(sample_day.cursor(), Q3, facts=sample_day.facts)
    return {score.metric: score for score in scores}


@pytest.mark.parametrize(
    ("metric", "reported"),
    [
        ("revenue_yoy", "0.15"),
        ("key_revenue_share", "0.78"),
        ("followup_completion", "0.68"),
        ("match_rate", "0.45"),
        ("routine_share", "0.55"),
        ("complaints_yoy", "0.12"),
        ("feels_personalised", "0.15"),
        ("feels_effective", "0.35"),
        ("personalised_share", "0.12"),
        ("legacy_share", "0.65"),
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


def test_complaints_grew_by_12_percent_mostly_around_new_products(
    sample: Cursor, q3: dict[str, scorecard.Score]
) -> None:
    complaints = q3["complaints_yoy"]
    assert complaints.value == pytest.approx(0.12, abs=0.005)
    assert (complaints.target, complaints.status) == (0.0, "missed")
    assert q3["complaints"].numerator == complaints.numerator
    topics = queries.run_query(sample, "complaints_by_topic", periods=[Q3])
    around = topics[topics["topic"].str.contains("新产品", na=False)]["complaints"].sum()
    assert around / topics["complaints"].sum() > 0.5


def test_85_percent_miss_personalisation(q3: dict[str, scorecard.Score]) -> None:
    assert 1 - q3["feels_personalised"].value == pytest.approx(0.85, abs=0.005)


def test_standard_work_and_legacy_issues_are_88_percent_of_the_hours(
    q3: dict[str, scorecard.Score],
) -> None:
    assert 1 - q3["personalised_share"].value == pytest.approx(0.88, abs=0.005)
    assert q3["personalised_share"].denominator == q3["legacy_share"].denominator


def test_a_manager_spends_4_5_hours_a_week(q3: dict[str, scorecard.Score]) -> None:
    assert q3["hours_per_manager_week"].value == pytest.approx(4.5, abs=0.05)


def test_the_first_answer_of_support_takes_48_hours_against_a_standard_of_12(
    q3: dict[str, scorecard.Score],
) -> None:
    response = q3["response_hours"]
    assert response.value == pytest.approx(48, abs=0.5)
    assert (response.target, response.status) == (12.0, "missed")
    assert q3["response_within_sla"].status == "missed"


def test_satisfaction_misses_its_target(q3: dict[str, scorecard.Score]) -> None:
    assert (q3["satisfaction"].target, q3["satisfaction"].status) == (90.0, "missed")


def test_the_top_20_do_not_all_have_two_managers(q3: dict[str, scorecard.Score]) -> None:
    coverage = q3["dual_manager_coverage"]
    assert (coverage.denominator, coverage.target, coverage.status) == (20, 1.0, "missed")
    assert 0 < coverage.numerator < 20


def test_every_figure_of_the_catalogue_has_a_value_or_says_why_not(
    q3: dict[str, scorecard.Score],
) -> None:
    silent = {name: score.reason for name, score in q3.items() if score.value is None}
    # No annual evaluation ends in a third quarter.
    assert silent == {"followup_completion_annual_evaluation": "no_cases"}


# The cases, each account read through the metrics


def of_case(sample: Cursor, name: str, letter: str, period: periods.Period = Q3) -> dict:
    rows = run.run_metric(sample, name, [period], ("account_id",)).set_index("account_id")
    return dict(rows.loc[demo.CASES[letter]])


def test_a_lost_two_projects_worth_6_million_8_percent_of_its_region_and_5_of_the_whole(
    sample: Cursor, q3: dict[str, scorecard.Score]
) -> None:
    assert of_case(sample, "lost_projects", "A")["numerator"] == 2
    assert of_case(sample, "lost_projects_amount", "A")["numerator"] == Decimal(6_000_000)
    regions = run.run_metric(sample, "lost_projects_share", [Q3], ("region",)).set_index("region")
    east = regions.loc["华东"]
    assert (east["denominator"], east["value"]) == (Decimal(75_000_000), 0.08)
    assert q3["lost_projects_share"].value == 0.05
    waiting = queries.run_query(sample, "unanswered_invitations")
    assert (waiting["account_id"] == demo.CASES["A"]).sum() == 3


def test_b_grew_a_quarter_from_8_to_12_million(sample: Cursor) -> None:
    sold = [of_case(sample, "revenue", "B", quarter)["numerator"] for quarter in (Q2, Q3)]
    assert sold == [Decimal(8_000_000), Decimal(12_000_000)]


def test_c_came_back_from_nearly_lost(sample: Cursor) -> None:
    year_before = periods.quarter("2023-Q2")
    then, now = (of_case(sample, "revenue", "C", p)["numerator"] for p in (year_before, Q3))
    assert 0 < then < 10_000 and now > 50 * then


def test_d_has_a_need_that_three_callbacks_never_named(sample: Cursor) -> None:
    unheard = queries.run_query(sample, "unheard_needs").set_index("account_id")
    assert unheard.loc[demo.CASES["D"], "callbacks_without_it"] == 3


def test_e_waits_48_hours(sample: Cursor) -> None:
    assert of_case(sample, "response_hours", "E")["value"] == 48.0


def test_f_renewed_8_million_for_5(sample: Cursor) -> None:
    renewal = of_case(sample, "renewal_uplift", "F")
    assert (renewal["numerator"], renewal["denominator"]) == (8_000_000, 5_000_000)


def test_g_buys_5_percent_of_its_30_million_from_us(sample: Cursor) -> None:
    wallet = of_case(sample, "share_of_wallet", "G")
    assert (wallet["denominator"], wallet["value"]) == (Decimal(30_000_000), 0.05)


def test_h_went_from_72_to_91_under_two_managers(sample: Cursor) -> None:
    before = of_case(sample, "satisfaction", "H", periods.quarter("2023-Q4"))
    assert (before["value"], of_case(sample, "satisfaction", "H")["value"]) == (72.0, 91.0)
    assert of_case(sample, "dual_manager_coverage", "H")["numerator"] == 1


def test_i_kept_3_million_of_its_season(sample: Cursor) -> None:
    peak = [periods.month(month) for month in ("2024-08", "2024-09")]
    kept = sum(of_case(sample, "revenue", "I", month)["numerator"] for month in peak)
    assert kept == Decimal(3_000_000)
