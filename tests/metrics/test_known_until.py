"""Each table speaks up to its own day: what ends later is not yet known, never missed, never 0."""

from datetime import date

import duckdb
import pytest

from kam_core.metrics import availability, catalogue, periods, queries, run, scorecard
from kam_core.metrics.scorecard import Score
from kam_core.verify import settings, tables
from kam_core.verify.check import compare_all
from kam_core.verify.figures import Recount
from tests.support.worlds import (
    REGIONS,
    Snapshots,
    account,
    ask_of,
    contract_row,
    cursor,
    interaction,
    need,
    order,
    snapshots,
    survey,
    ticket,
)

Q3, Q4 = periods.quarter("2024-Q3"), periods.quarter("2024-Q4")
RECOUNTED = (
    "followup_completion", "match_rate", "need_coverage", "need_response_within_standard",
    "response_within_sla", "revenue", "nrr", "contact_coverage", "renewal_rate", "key_churn",
    "hours_per_manager_week", "lost_projects_share",
)  # fmt: skip
OCTOBER, DECEMBER = "2024-10-31", "2024-12-31"


def world() -> Snapshots:
    """Everything as of 31 October; then accounts alone once more, as of 31 December."""
    accounts = [account(name, growth_potential=80) for name in ("A1", "A2")]
    world = snapshots(
        OCTOBER,
        accounts=accounts,
        interactions=[
            interaction("I0", "A1", "2024-01-03 10:00", need_id="N0"),
            interaction("I1", "A1", "2024-10-05 10:00", need_id="N0"),
            interaction("I2", "A2", "2024-10-06 10:00"),
            interaction("I3", "A1", None, status="planned", planned_for="2024-11-20"),
        ],
        needs=[
            need("N0", "A1", "2024-01-05 09:00", responded_at="2024-01-05 10:00"),
            need("N1", "A1", "2024-10-30 09:00"),
        ],
        tickets=[
            ticket("T0", "A1", "2024-01-05 09:00", first_response_at="2024-01-05 10:00"),
            ticket("T1", "A1", "2024-10-31 18:00"),
        ],
        orders=[order("O1", "A1", "2023-01-03", 10), order("O2", "A1", "2024-10-03", 10)],
    )
    world["accounts"].append((date.fromisoformat(DECEMBER), accounts))
    return world


def score(asked: duckdb.DuckDBPyConnection, name: str, period: periods.Period = Q4) -> Score:
    (found,) = scorecard.scorecard(asked, period, [name])
    return found


@pytest.fixture(scope="module")
def asked() -> duckdb.DuckDBPyConnection:
    return ask_of(world(), DECEMBER)


def assert_recounted(asked: duckdb.DuckDBPyConnection, day: str) -> None:
    recount = Recount(
        tables.read_rows(asked), settings.read_settings(asked), date.fromisoformat(day), REGIONS
    )
    assert compare_all(asked, recount, [Q3, Q4], RECOUNTED).differences == []


def test_callbacks_of_months_nobody_uploaded_are_not_missed(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    found = score(asked, "followup_completion")
    assert (found.numerator, found.denominator, found.value) == (2, 2, 1.0)
    assert (found.known_until, found.reason) == (date(2024, 10, 31), "partial")
    rows = queries.run_query(asked, "obligations", periods=[Q4])
    rows = rows[rows["kind"] == "monthly_callback"]
    assert sorted(zip(rows["period"], rows["state"], strict=True)) == [
        *[("2024-10", "done")] * 2,
        *[("2024-11", "open")] * 2,
        *[("2024-12", "open")] * 2,
    ]


def test_the_worklist_and_the_outlook_speak_of_the_day_of_the_interactions(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    months = periods.months_between(date(2024, 9, 1), date(2025, 2, 1))
    rows = queries.run_query(asked, "worklist", periods=months)
    # The reviews of the third quarter, 31 days late on 31 October; no callback of November.
    listed = [(row["kind"], row["overdue"], row["days_overdue"]) for row in rows.to_dict("records")]
    assert listed == [("quarterly_review", 1, 31)] * 2 + [("monthly_callback", 0, 0)]
    outlook = queries.run_query(asked, "completion_outlook", periods=[Q4], target=0.9)
    outlook = outlook[outlook["kind"] == "monthly_callback"]
    assert outlook[["done", "missed", "still_open", "planned"]].sum().to_list() == [2, 0, 4, 1]


def test_clocks_of_needs_and_tickets_stop_at_their_day(asked: duckdb.DuckDBPyConnection) -> None:
    for name in ("need_response_within_standard", "response_within_sla"):
        found = score(asked, name)
        assert found.value is None
        assert (found.reason or "").startswith("not_yet_known:")
    (open_need,) = (
        queries.run_query(asked, "open_needs").query("need_id == 'N1'").to_dict("records")
    )
    assert (open_need["age_days"], open_need["is_past_standard"]) == (1, False)
    (waiting,) = (
        queries.run_query(asked, "open_tickets").query("ticket_id == 'T1'").to_dict("records")
    )
    assert (waiting["clock"], waiting["hours_open"]) == ("waiting", 6.0)


def test_revenue_of_a_quarter_nobody_uploaded_is_not_yet_known() -> None:
    uploads = world()
    uploads["orders"] = [(date(2024, 9, 30), [order("O1", "A1", "2024-09-03", 10)])]
    asked = ask_of(uploads, DECEMBER)
    for name in (
        "revenue",
        "key_revenue_share",
        "top20_share",
        "hhi",
        "nrr",
        "dual_manager_coverage",
    ):
        found = score(asked, name)
        assert found.value is None, name
    assert score(asked, "revenue").reason == "not_yet_known:orders"
    assert score(asked, "revenue", Q3).value == 10
    assert_recounted(asked, DECEMBER)


def test_a_figure_over_several_tables_is_known_up_to_the_earliest_day() -> None:
    uploads = world()
    uploads["needs"] = [(date(2024, 10, 5), uploads["needs"][0][1])]
    asked = ask_of(uploads, DECEMBER)
    found = score(asked, "match_rate")
    # The visit of 6 October may have answered a need that nobody has uploaded yet.
    assert (found.numerator, found.denominator, found.known_until) == (1, 1, date(2024, 10, 5))
    assert_recounted(asked, DECEMBER)


def test_states_are_read_on_the_day_of_their_table() -> None:
    uploads = world()
    days = ("2022-10-15", "2023-01-03", "2023-12-03")
    orders = [order(f"O{n}", "A1", day, 10) for n, day in enumerate(days)]
    uploads["orders"] = [(date(2024, 10, 31), orders)]
    asked = ask_of(uploads, DECEMBER)
    # Read on 31 October: 10 of the twelve months up to then, against 10 of the twelve before.
    assert (score(asked, "nrr").numerator, score(asked, "nrr").denominator) == (10, 10)
    assert_recounted(asked, DECEMBER)


def test_accounts_count_for_churn_only() -> None:
    uploads = world()
    uploads["accounts"] = uploads["accounts"][:1]
    connection = ask_of(uploads, OCTOBER)
    connection.execute(
        "update meta.snapshots set as_of_from = 'said', as_of = '2024-09-30' "
        "where table_name = 'accounts'"
    )
    asked = cursor(connection, OCTOBER)
    assert score(asked, "key_churn").reason == "not_yet_known:accounts"
    assert score(asked, "revenue").known_until == date(2024, 10, 31)
    assert_recounted(asked, OCTOBER)


def test_a_table_without_facts_speaks_up_to_the_as_of_day(asked: duckdb.DuckDBPyConnection) -> None:
    query = "select table_name, covers_to::varchar from as_of.coverage order by 1"
    assert asked.execute(query).fetchall() == [
        ("accounts", DECEMBER),
        ("interactions", OCTOBER),
        ("needs", OCTOBER),
        ("orders", OCTOBER),
        ("tickets", OCTOBER),
    ]
    assert_recounted(asked, DECEMBER)


def test_what_lies_after_the_day_of_its_table_counts_nowhere() -> None:
    uploads = snapshots("2024-09-30", orders=[order("O1", "A1", "2024-10-05", 10)])
    uploads |= snapshots(
        DECEMBER, accounts=[account("A1")], surveys=[survey("S1", "A1", "2024-10-01")]
    )
    uploads |= snapshots(DECEMBER, contracts=[contract_row("C1", "A1", "2024-11-30", renewed=True)])
    asked = ask_of(uploads, DECEMBER)
    assert asked.execute("select count(*) from as_of.orders").fetchall() == [(0,)]
    assert score(asked, "revenue").value is None
    assert score(asked, "renewal_rate").value == 1.0
    assert_recounted(asked, DECEMBER)


def test_an_upload_to_come_says_nothing_of_how_far_a_table_speaks() -> None:
    calls = [interaction("I1", "A1", "2024-10-01 10:00")]
    world = snapshots(OCTOBER, accounts=[account("A1")], interactions=calls)
    world["interactions"].append((date.fromisoformat(DECEMBER), calls))
    shown = ask_of(world, "2024-11-30").execute("select day_of('interactions')").fetchall()
    assert shown == [(date.fromisoformat(OCTOBER),)]


def test_the_midnight_after_the_day_of_a_table_is_not_told() -> None:
    calls = [
        interaction("last", "A1", "2024-10-31 23:59"),
        interaction("next", "A1", "2024-11-01 00:00:00"),
    ]
    world = snapshots(OCTOBER, accounts=[account("A1")], interactions=calls)
    shown = ask_of(world, DECEMBER).execute("select interaction_id from scoped.interactions")
    assert shown.fetchall() == [("last",)]


def test_an_earlier_day_is_seen_as_it_was(asked: duckdb.DuckDBPyConnection) -> None:
    earlier = ask_of(world(), "2024-10-20")
    assert score(earlier, "followup_completion").known_until == date(2024, 10, 20)
    assert score(earlier, "revenue").value == 10
    assert_recounted(earlier, "2024-10-20")


def test_every_figure_says_how_far_it_is_known(asked: duckdb.DuckDBPyConnection) -> None:
    for line in scorecard.scorecard(asked, Q4):
        plain = scorecard.to_json(line)
        assert plain["known_until"] in (OCTOBER, DECEMBER), line.metric
    data = availability.survey_data(asked, catalogue.load_metrics().values())
    assert availability.last_day(catalogue.metric("revenue"), Q4, data) == date(2024, 10, 31)
    assert run.run_metric(asked, "revenue", [Q4])["value"].to_list() == [10.0]
