"""Value, target, gap, interval, status and reason, side by side."""

from fractions import Fraction

import duckdb
import pytest

from kam_core.metrics import catalogue, periods, run, scorecard
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    interaction,
    order,
    snapshots,
)

Q3 = periods.quarter("2024-Q3")
TOLERANCE = Fraction("0.05")


def score(world: Snapshots, name: str, as_of: str = "2024-09-30", **scope) -> scorecard.Score:
    return scorecard.scorecard(ask_of(world, as_of, **scope), Q3, [name])[0]


def calls(matched: int, held: int) -> Snapshots:
    """So many callbacks in the quarter, the first of them about the one open need."""
    return snapshots(
        "2024-09-30",
        accounts=[account("A1")],
        interactions=[
            interaction(f"I{i}", "A1", "2024-08-01", need_id="N1" if i < matched else "N9")
            for i in range(held)
        ],
        needs=[{"need_id": "N1", "account_id": "A1", "raised_at": "2024-07-01"}],
    )


def with_targets(*rows: Row) -> Snapshots:
    world = calls(60, 100)
    world["accounts"][0][1].append(account("A2", region="South"))
    return world | snapshots("2024-09-30", targets=rows)


def target(value: float, **fields: object) -> Row:
    return {"metric": "match_rate", "quarter": "2024-Q3", "target": value} | fields


@pytest.mark.parametrize(
    ("value", "goal", "better", "expected"),
    [
        ("0.75", "0.75", "higher", "met"),
        ("0.7125", "0.75", "higher", "near"),
        ("0.7124", "0.75", "higher", "missed"),
        ("0.03", "0.03", "lower", "met"),
        ("0.0315", "0.03", "lower", "near"),
        ("0.0316", "0.03", "lower", "missed"),
        ("0.01", "0", "lower", "missed"),
        ("0", "0", "lower", "met"),
    ],
)
def test_near_is_within_five_percent_of_the_target(
    value: str, goal: str, better: str, expected: str
) -> None:
    assert scorecard.status(Fraction(value), Fraction(goal), better, TOLERANCE) == expected


def test_without_a_target_there_is_no_judgement() -> None:
    found = score(calls(1, 2), "routine_share")
    assert (found.status, found.target, found.gap, found.value) == ("no_target", None, None, 0.5)


def test_the_interval_is_wilsons() -> None:
    found = score(calls(5, 10), "match_rate")
    assert (found.low, found.high) == (
        pytest.approx(0.2366, abs=5e-5),
        pytest.approx(0.7634, abs=5e-5),
    )
    nothing = score(calls(0, 10), "match_rate")
    assert (nothing.low, nothing.high) == (0.0, pytest.approx(0.2775, abs=5e-5))


def test_few_cases_cannot_decide_and_say_so() -> None:
    found = score(calls(6, 10), "match_rate")
    assert (found.status, found.decidable, found.reason) == ("missed", False, "not_decidable:10")
    many = score(calls(450, 1000), "match_rate")
    assert (many.status, many.decidable, many.reason) == ("missed", True, None)
    assert many.gap == -0.3


def test_money_has_no_interval() -> None:
    world = snapshots(
        "2024-09-30", accounts=[account("A1")], orders=[order("O1", "A1", "2024-07-01", "10")]
    )
    found = score(world, "revenue")
    assert (found.value, found.low, found.high, found.decidable) == (10.0, None, None, None)


@pytest.mark.parametrize(
    ("name", "as_of", "reason"),
    [
        ("revenue", "2024-09-30", "needs:orders"),
        ("key_revenue_share", "2024-09-30", "needs:orders"),
        ("key_churn", "2024-09-30", "needs:orders"),
        ("match_rate_hours", "2024-09-30", "needs:interactions.duration_hours"),
        ("need_response_median", "2024-09-30", "needs:needs.responded_at"),
        ("match_rate", "2024-06-30", "not_started"),
        ("match_rate", "2024-07-31", "outside_data:interactions"),
    ],
)
def test_no_data_says_why(name: str, as_of: str, reason: str) -> None:
    found = score(calls(1, 2), name, as_of)
    assert (found.status, found.value, found.reason) == ("no_data", None, reason)


def test_an_empty_column_is_named() -> None:
    world = calls(1, 2)
    world |= snapshots("2024-09-30", orders=[order("O1", "A1", "2024-07-01", "10")])
    for name in ("key_churn", "key_revenue_share", "followup_completion"):
        assert score(world, name).reason == "needs:accounts.growth_potential"


def test_no_case_is_not_zero() -> None:
    world = calls(1, 2)
    world["accounts"][0][1].append(account("A2", region="South"))
    found = score(world, "match_rate", regions=["South"])
    assert (found.status, found.value, found.denominator) == ("no_data", None, 0)
    assert found.reason == "no_cases"
    assert score(calls(0, 2), "match_rate").value == 0.0


def test_an_open_quarter_is_judged_by_its_pace_and_marked() -> None:
    found = score(calls(100, 100), "match_rate", "2024-08-15")
    assert (found.status, found.reason, found.value) == ("on_pace", "partial", 1.0)


def test_the_default_target_is_that_of_the_settings() -> None:
    assert score(calls(60, 100), "match_rate").target == 0.75


def test_the_most_specific_target_of_what_is_looked_at_wins() -> None:
    world = with_targets(
        target(0.5),
        target(0.6, region="North"),
        target(0.7, tier="unrated"),
        target(0.8, region="North", tier="unrated"),
        target(0.9, quarter="2024-Q4"),
        target(0.95, region="South"),
    )
    assert score(world, "match_rate").target == 0.5
    assert score(world, "match_rate", regions=["North"]).target == 0.6
    assert score(world, "match_rate", tiers=["unrated"]).target == 0.7
    assert score(world, "match_rate", regions=["North"], tiers=["unrated"]).target == 0.8
    assert score(world, "match_rate", regions=["North"], tiers=["VIP", "unrated"]).target == 0.6


def test_the_target_of_another_region_is_never_seen() -> None:
    world = with_targets(target(0.95, region="South"))
    assert score(world, "match_rate", regions=["North"]).target == 0.75


def test_a_plain_row_carries_what_the_command_line_promises() -> None:
    found = scorecard.to_json(score(calls(1, 2), "match_rate"))
    assert list(found) == [
        "metric", "unit", "value", "numerator", "denominator", "low", "high", "target", "gap",
        "status", "reason", "pace", "beside", "known_until", "undecided",
    ]  # fmt: skip


def test_every_metric_has_its_line() -> None:
    found = scorecard.scorecard(ask_of(calls(1, 2), "2024-09-30"), Q3)
    assert [line.metric for line in found] == list(catalogue.load_metrics())


@pytest.mark.parametrize("tiers", [None, ["VIP", "unrated"]])
def test_the_scorecard_says_what_each_metric_says(
    sample: duckdb.DuckDBPyConnection, tiers: list[str] | None
) -> None:
    sample.execute("set variable tiers = $tiers", {"tiers": tiers})
    for line in scorecard.scorecard(sample, Q3):
        found = run.run_metric(sample, line.metric, [Q3])
        told = line.reason != "not_by_tier"
        assert len(found) == told
        for name in ("numerator", "denominator", "value"):
            assert getattr(line, name) == (found.iloc[0][name] if told else None)


def test_every_share_says_what_its_parts_are_amounts_of(sample: duckdb.DuckDBPyConnection) -> None:
    for line in scorecard.scorecard(sample, Q3):
        wanted = catalogue.metric(line.metric)
        if wanted.kind.has_amounts and line.denominator is not None:
            assert isinstance(line.denominator, int) == (wanted.parts == "count"), line.metric
