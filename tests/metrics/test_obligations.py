"""Who is owed which contact when, and in which of the four states each obligation is."""

from datetime import date

import duckdb
import pandas as pd
import pytest

from kam_core.metrics import periods, queries, run
from kam_core.settings import loader
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    connect,
    interaction,
    order,
    snapshots,
)
from tests.support.worlds import cursor as on_day

Q3, Q4 = periods.quarter("2024-Q3"), periods.quarter("2024-Q4")


def company(*interactions: Row, as_of: str = "2024-12-31", **fields: object) -> Snapshots:
    """V is the VIP, G has potential only, B neither; no obligation of theirs is met yet."""
    accounts = [
        account("V", growth_potential=90, **fields),
        account("G", growth_potential=90),
        account("B", growth_potential=10, region="South"),
    ]
    orders = [order("O1", "V", "2024-01-01", 100), order("O2", "B", "2024-01-01", 10)]
    return snapshots(as_of, accounts=accounts, orders=orders, interactions=interactions)


def obligations(
    cursor: duckdb.DuckDBPyConnection, period: periods.Period = Q3, **wanted: str
) -> pd.DataFrame:
    rows = queries.run_query(cursor, "obligations", periods=[period])
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


def states(cursor: duckdb.DuckDBPyConnection, account_id: str, kind: str) -> dict[str, str]:
    rows = obligations(cursor, account_id=account_id, kind=kind)
    return dict(zip(rows["period"], rows["shown_as"], strict=True))


def completion(
    cursor: duckdb.DuckDBPyConnection, period: periods.Period, kind: str = ""
) -> tuple[int, int]:
    row = run.run_metric(cursor, "followup_completion" + kind, [period]).to_dict("records")[0]
    return row["numerator"], row["denominator"]


def test_each_tier_is_owed_its_cadence() -> None:
    rows = obligations(ask_of(company(), "2024-12-31"), Q4)
    found = rows.groupby(["account_id", "kind"]).size().to_dict()
    assert found == {
        ("B", "quarterly_review"): 1,
        ("G", "annual_evaluation"): 1,
        ("G", "monthly_callback"): 3,
        ("G", "quarterly_review"): 1,
        ("V", "annual_evaluation"): 1,
        ("V", "executive_visit"): 1,
        ("V", "monthly_callback"): 3,
        ("V", "quarterly_review"): 1,
    }


def test_a_year_ends_in_the_last_quarter_only() -> None:
    assert obligations(ask_of(company(), "2024-12-31"), Q3, kind="annual_evaluation").empty


def test_a_fiscal_year_from_april_ends_in_march() -> None:
    settings = loader.copy_version_settings()
    settings["thresholds"]["fiscal_year_start_month"] = 4
    world = company(as_of="2025-03-31")
    cursor = on_day(connect(world, settings), "2025-03-31")
    rows = obligations(cursor, periods.quarter("2024-Q4", 4), account_id="V")
    found = set(zip(rows["kind"], rows["period"], rows["due_on"], strict=True))
    last_day = date(2025, 3, 31)
    assert ("annual_evaluation", "2024", last_day) in found
    assert ("quarterly_review", "2024-Q4", last_day) in found
    assert ("monthly_callback", "2025-03", last_day) in found


def test_an_account_without_a_tier_gets_the_default() -> None:
    world = company()
    world["accounts"][0][1][0]["growth_potential"] = None
    rows = obligations(ask_of(world, "2024-12-31"), account_id="V")
    assert rows[["tier", "kind"]].to_numpy().tolist() == [["unrated", "quarterly_review"]]


def test_the_four_states() -> None:
    world = company(
        interaction("I1", "V", "2024-07-31 23:59"),
        interaction("I2", "V", None, status="planned", planned_for="2024-09-20"),
        interaction("I3", "V", "2024-08-10", kind="visit"),
        interaction("I4", "V", "2024-08-10", status="missed"),
        interaction("I5", "V", None, status="cancelled", planned_for="2024-09-20"),
        as_of="2024-09-10",
    )
    cursor = ask_of(world, "2024-09-10")
    found = states(cursor, "V", "monthly_callback")
    assert found == {"2024-07": "covered", "2024-08": "overdue", "2024-09": "planned"}
    assert states(cursor, "V", "quarterly_review") == {"2024-Q3": "due"}
    assert completion(cursor, Q3) == (1, 4)


def test_a_plan_whose_day_has_passed_is_no_plan() -> None:
    world = company(interaction("I1", "V", None, status="planned", planned_for="2024-09-09"))
    assert states(ask_of(world, "2024-09-10"), "V", "monthly_callback")["2024-09"] == "due"
    assert states(ask_of(world, "2024-09-09"), "V", "monthly_callback")["2024-09"] == "planned"


def test_done_early_is_shown_but_counts_when_the_period_has_ended() -> None:
    world = company(interaction("I1", "V", "2024-09-02"))
    assert states(ask_of(world, "2024-09-29"), "V", "monthly_callback")["2024-09"] == "covered"
    assert completion(ask_of(world, "2024-09-29"), Q3) == (0, 4)
    assert completion(ask_of(world, "2024-09-30"), Q3) == (1, 6)


def test_a_call_after_the_as_of_day_has_not_been_made() -> None:
    world = company(interaction("I1", "V", "2024-07-31 10:00"))
    assert states(ask_of(world, "2024-07-30"), "V", "monthly_callback")["2024-07"] == "due"
    assert states(ask_of(world, "2024-07-31"), "V", "monthly_callback")["2024-07"] == "covered"


@pytest.mark.parametrize(
    ("fields", "months"),
    [
        ({"lost_on": "2024-08-30"}, ["2024-07"]),
        ({"lost_on": "2024-08-31"}, ["2024-07", "2024-08"]),
        ({"lost_on": "2024-07-01"}, []),
        ({"customer_since": "2024-07-01"}, ["2024-07", "2024-08", "2024-09"]),
        ({"customer_since": "2024-07-02"}, ["2024-08", "2024-09"]),
        ({"status": None}, ["2024-07", "2024-08", "2024-09"]),
        ({"status": "prospect"}, []),
        ({"status": "lost"}, []),
    ],
)
def test_an_obligation_needs_an_account_that_was_active_throughout(
    fields: dict, months: list[str]
) -> None:
    world = company(interaction("I1", "G", "2024-07-01"), **fields)
    found = states(ask_of(world, "2024-12-31"), "V", "monthly_callback")
    assert list(found) == months


def test_a_promotion_leaves_no_failure_behind() -> None:
    world = company(interaction("I1", "V", "2024-07-05"), as_of="2024-06-30")
    promoted = [row | {"growth_potential": 90} for row in world["accounts"][0][1]]
    world["accounts"].append((date(2024, 8, 15), promoted))
    cursor = ask_of(world, "2024-09-30")
    assert list(states(cursor, "B", "monthly_callback")) == ["2024-09"]


def test_completion_by_month_holds_the_obligations_of_that_month() -> None:
    cursor = ask_of(company(interaction("I1", "V", "2024-07-05")), "2024-12-31")
    asked = periods.months_of(Q3)
    rows = run.run_metric(cursor, "followup_completion", asked)
    assert rows[["numerator", "denominator"]].to_numpy().tolist() == [[1, 2], [0, 2], [0, 2]]
    reviews = run.run_metric(cursor, "followup_completion_quarterly_review", asked)
    assert reviews["denominator"].tolist() == [0, 0, 3]


def test_every_kind_has_its_rate() -> None:
    world = company(
        interaction("I1", "V", "2024-10-05", kind="executive_visit"),
        interaction("I2", "B", "2024-12-31 18:00", kind="quarterly_review"),
        interaction("I3", "G", "2024-01-05", kind="annual_evaluation"),
    )
    cursor = ask_of(world, "2024-12-31")
    assert completion(cursor, Q4, "_executive_visit") == (1, 1)
    assert completion(cursor, Q4, "_quarterly_review") == (1, 3)
    # The year counts the tier of its first day, when no order of the year before made a VIP of V.
    assert completion(cursor, Q4, "_annual_evaluation") == (1, 2)


def test_without_interactions_nothing_is_owed() -> None:
    world = company()
    del world["interactions"]
    assert obligations(ask_of(world, "2024-12-31")).empty


def test_the_outlook_says_what_can_still_be_reached_and_what_is_needed() -> None:
    world = company(
        interaction("I1", "V", "2024-07-05"),
        interaction("I2", "V", None, status="planned", planned_for="2024-09-20"),
    )
    cursor = ask_of(world, "2024-09-10")
    rows = queries.run_query(cursor, "completion_outlook", periods=[Q3], target="0.5")
    row = rows[rows["kind"] == "monthly_callback"].iloc[0]
    parts = ["done", "missed", "still_open", "planned", "owed", "needed", "is_reachable"]
    assert row[parts].tolist() == [1, 3, 2, 1, 6, 2, True]
    assert row["share_reachable"] == 0.5
    higher = queries.run_query(cursor, "completion_outlook", periods=[Q3], target="0.51")
    assert higher[higher["kind"] == "monthly_callback"][
        ["needed", "is_reachable"]
    ].values.tolist() == [[3, False]]


def outlook(cursor: duckdb.DuckDBPyConnection, period: periods.Period, *parts: str) -> dict:
    """Some parts of the outlook by kind, added over the account managers."""
    rows = queries.run_query(cursor, "completion_outlook", periods=[period], target="0.9")
    found = rows.groupby("kind")[list(parts)].sum().astype(int)
    return {kind: tuple(found.loc[kind]) for kind in found.index}


def test_in_its_first_month_a_quarter_holds_the_months_to_come() -> None:
    cursor = ask_of(company(interaction("I1", "V", "2024-07-05")), "2024-07-10")
    found = outlook(cursor, Q3, "done", "still_open", "to_come", "owed", "needed")
    # V and G in July, August and September; 90 % of six are all six.
    assert found["monthly_callback"] == (1, 5, 4, 6, 5)
    # Reviews and visits of the quarter have begun with it.
    assert found["quarterly_review"] == (0, 3, 0, 3, 3)
    assert found["executive_visit"] == (0, 1, 0, 1, 1)
    assert obligations(cursor)["due_on"].max() == date(2024, 9, 30)
    assert len(obligations(cursor, kind="monthly_callback")) == 2


def test_in_its_last_month_a_quarter_has_no_months_to_come() -> None:
    cursor = ask_of(company(interaction("I1", "V", "2024-07-05")), "2024-09-01")
    assert outlook(cursor, Q3, "missed", "still_open", "to_come")["monthly_callback"] == (3, 2, 0)


def test_reviews_and_evaluations_to_come_are_those_whose_quarter_or_year_has_not_begun() -> None:
    cursor = ask_of(company(interaction("I1", "V", "2024-07-05")), "2024-09-10")
    assert outlook(cursor, Q4, "to_come", "owed") == {
        "monthly_callback": (6, 6),
        "quarterly_review": (3, 3),
        "executive_visit": (1, 1),
        "annual_evaluation": (0, 2),
    }
    next_year = periods.quarter("2025-Q4")
    assert outlook(cursor, next_year, "to_come")["annual_evaluation"] == (2,)


def test_months_to_come_go_by_the_tier_and_the_customers_of_the_as_of_day() -> None:
    world = company(interaction("I1", "V", "2024-07-05"), as_of="2024-06-30")
    promoted = [row | {"growth_potential": 90} for row in world["accounts"][0][1]]
    promoted[1] |= {"lost_on": "2024-07-10"}
    world["accounts"].append((date(2024, 7, 8), promoted))
    cursor = ask_of(world, "2024-07-10")
    run.set_periods(cursor, [Q3])
    rows = cursor.execute("select account_id, period, kind from scoped.obligations_to_come")
    # Promoted B owes callbacks from August on, lost G none.
    assert sorted(rows.fetchall()) == [
        (account_id, month, "monthly_callback")
        for account_id in "BV"
        for month in ("2024-08", "2024-09")
    ]


def test_without_interactions_nothing_is_to_come() -> None:
    world = company()
    del world["interactions"]
    assert outlook(ask_of(world, "2024-07-10"), Q3, "to_come") == {}
