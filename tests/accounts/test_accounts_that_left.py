"""An account that a later full file lacks owes nothing from then; what happened still counts."""

from datetime import date

import duckdb
import pytest

from kam_core.metrics import periods, queries, run
from kam_core.verify import settings, tables
from kam_core.verify.check import compare_all
from kam_core.verify.figures import Recount
from tests.support.worlds import (
    REGIONS,
    Snapshots,
    account,
    ask_of,
    interaction,
    order,
    snapshots,
)

Q3, Q4 = periods.quarter("2024-Q3"), periods.quarter("2024-Q4")
RECOUNTED = ("revenue", "key_churn", "churn_annual", "followup_completion")
LEFT, BACK, DECEMBER = date(2024, 8, 15), date(2024, 11, 10), date(2024, 12, 31)


def company(*later: tuple[date, list], outcomes: list | None = None) -> Snapshots:
    """A stays; B is a key account with orders in July, and not in the file of 15 August."""
    stays, leaves = account("A", growth_potential=90), account("B", growth_potential=90)
    world = snapshots(
        "2024-12-31",
        interactions=[interaction("I1", "B", "2024-07-10 10:00")],
        orders=[order("O1", "B", "2024-07-01", 100), order("O2", "A", "2024-07-01", 10)],
    )
    world["accounts"] = [(date(2024, 6, 30), [stays, leaves]), (LEFT, [stays]), *later]
    if outcomes:
        world["account_outcomes"] = [(DECEMBER, outcomes)]
    return world


def outcome(kind: str, day: str = "2024-08-20", **fields: object) -> dict:
    return {"account_id": "B", "effective_on": day, "outcome": kind} | fields


def parts(asked: duckdb.DuckDBPyConnection, metric: str, period: periods.Period = Q3) -> tuple:
    rows = run.run_metric(asked, metric, [period])
    return (rows["numerator"].sum(), rows["denominator"].sum())


def owed(asked: duckdb.DuckDBPyConnection, period: periods.Period) -> list[tuple[str, str]]:
    rows = queries.run_query(asked, "obligations", periods=[period])
    rows = rows[(rows["account_id"] == "B") & (rows["kind"] == "monthly_callback")]
    return sorted(zip(rows["period"], rows["state"], strict=True))


def assert_recounted(asked: duckdb.DuckDBPyConnection, *metrics: str) -> None:
    recount = Recount(tables.read_rows(asked), settings.read_settings(asked), DECEMBER, REGIONS)
    compared = compare_all(asked, recount, [Q3, Q4], metrics or RECOUNTED)
    assert compared.differences == []


def test_it_owes_nothing_from_that_day_and_its_orders_still_count() -> None:
    asked = ask_of(company(), DECEMBER)
    assert owed(asked, Q3) == [("2024-07", "done")]
    assert owed(asked, Q4) == []
    assert run.run_metric(asked, "revenue", [Q3])["numerator"].sum() == 110
    assert parts(asked, "key_churn") == (0, 2)
    assert parts(asked, "key_churn", Q4) == (0, 1)
    assert_recounted(asked)


def test_the_day_before_it_left_knows_nothing_of_it() -> None:
    asked = ask_of(company(), "2024-08-14")
    assert parts(asked, "key_churn") == (0, 2)
    rows = queries.run_query(asked, "account_names")
    assert list(rows["account_id"]) == ["A", "B"]


@pytest.mark.parametrize(
    ("outcomes", "in_q3", "in_q4"),
    [
        ([outcome("lost")], (1, 2), (0, 1)),
        ([outcome("merged", merged_into="A")], (0, 2), (0, 1)),
        ([outcome("forgotten")], (0, 2), (0, 1)),
        # Lost in the quarter after it left: it was a customer until then.
        ([outcome("lost", "2024-10-05")], (0, 2), (1, 2)),
        # Said otherwise later, or only for a day to come.
        ([outcome("lost"), outcome("merged", "2024-09-01")], (0, 2), (0, 1)),
        ([outcome("lost", "2025-01-05")], (0, 2), (0, 1)),
    ],
)
def test_only_an_account_said_to_be_lost_is_churn_on_its_day(
    outcomes: list, in_q3: tuple, in_q4: tuple
) -> None:
    asked = ask_of(company(outcomes=outcomes), DECEMBER)
    assert parts(asked, "key_churn") == in_q3
    assert parts(asked, "key_churn", Q4) == in_q4
    assert_recounted(asked, "key_churn")


def test_what_was_said_outlives_later_full_files_without_it() -> None:
    later = (date(2024, 9, 30), [account("A", growth_potential=90)])
    asked = ask_of(company(later, outcomes=[outcome("lost", lost_to="Rival")]), DECEMBER)
    assert parts(asked, "key_churn") == (1, 2)
    rows = asked.sql("select status, lost_on, lost_to from scoped.accounts where account_id = 'B'")
    assert rows.fetchall() == [("lost", date(2024, 8, 20), "Rival")]


def test_an_account_that_comes_back_ends_the_gap_and_what_was_said_of_it() -> None:
    both = [account("A", growth_potential=90), account("B", growth_potential=90)]
    asked = ask_of(company((BACK, both), outcomes=[outcome("lost")]), DECEMBER)
    assert parts(asked, "key_churn") == (0, 2)
    assert owed(asked, Q3) == [("2024-07", "done")]
    # Of October and November it was not there at the beginning.
    assert owed(asked, Q4) == [("2024-12", "missed")]
    assert_recounted(asked)
