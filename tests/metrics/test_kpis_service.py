"""Responses, complaints and surveys, on companies small enough to count by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kam_core.metrics import periods, queries
from tests.support.figures import Q2, Q3, Q4, by, figure, score, with_limits
from tests.support.worlds import Row, Snapshots, account, ask_of, snapshots, survey, ticket

END = "2024-09-30"
RESPONSES = ("response_hours", "response_hours_median", "response_hours_p90", "response_within_sla")


def tickets(*rows: Row) -> Snapshots:
    return snapshots(END, accounts=[account("A1"), account("A2", region="South")], tickets=rows)


def answered(name: str, account_id: str, opened_at: str, first_response_at: str) -> Row:
    return ticket(name, account_id, opened_at, first_response_at=first_response_at)


# How long a first response takes


def three_answers() -> list[Row]:
    """After 1, 5 and 30 hours, the last at the other account."""
    return [
        answered("T1", "A1", "2024-07-01 06:00", "2024-07-01 07:00"),
        answered("T2", "A1", "2024-09-30 12:00", "2024-09-30 17:00"),
        answered("T3", "A2", "2024-08-01 06:00", "2024-08-02 12:00"),
    ]


def test_the_mean_response_is_hours_over_answered_tickets() -> None:
    cursor = ask_of(tickets(*three_answers()), END)
    assert figure(cursor, "response_hours") == (Fraction(36), 3, 12.0)
    assert by(cursor, "response_hours", "region") == {
        "North": (Fraction(6), 2, 3.0),
        "South": (Fraction(30), 1, 30.0),
    }


def test_the_median_is_the_middle_and_nine_in_ten_lie_below_the_ninetieth() -> None:
    cursor = ask_of(tickets(*three_answers()), END)
    assert figure(cursor, "response_hours_median") == (None, 3, 5.0)
    assert figure(cursor, "response_hours_p90") == (None, 3, 25.0)


def test_minutes_are_thirds_of_hours_and_not_rounded() -> None:
    rows = [answered(f"T{i}", "A1", "2024-07-01 08:00", "2024-07-01 08:20") for i in range(2)]
    rows.append(answered("T9", "A1", "2024-07-01 08:00", "2024-07-01 08:00:00.000001"))
    microsecond = Fraction(1, 3_600_000_000)
    found = figure(ask_of(tickets(*rows), END), "response_hours")
    assert found == (Fraction(2, 3) + microsecond, 3, float((Fraction(2, 3) + microsecond) / 3))


def test_complaints_mistakes_and_tickets_of_other_quarters_are_no_responses() -> None:
    rows = [
        *three_answers(),
        answered("complaint", "A1", "2024-07-01", "2024-07-09") | {"kind": "complaint"},
        answered("before it opened", "A1", "2024-07-02", "2024-07-01"),
        answered("earlier", "A1", "2024-06-30 23:59", "2024-07-05"),
        ticket("resolved without a word", "A1", "2024-07-01", resolved_at="2024-07-03"),
    ]
    cursor = ask_of(tickets(*rows), END)
    assert figure(cursor, "response_hours") == (Fraction(36), 3, 12.0)
    assert figure(cursor, "response_within_sla") == (2, 3, 2 / 3)


def test_an_answer_after_the_as_of_day_has_not_come() -> None:
    cursor = ask_of(tickets(*three_answers()), "2024-08-01")
    assert figure(cursor, "response_hours") == (Fraction(1), 1, 1.0)
    # T3 has waited for 18 hours.
    assert figure(cursor, "response_within_sla") == (1, 2, 0.5)


def test_an_answer_on_the_stroke_of_the_standard_is_in_time() -> None:
    rows = [
        answered("T1", "A1", "2024-07-01 08:00", "2024-07-01 20:00"),
        answered("T2", "A1", "2024-07-01 08:00", "2024-07-01 20:00:00.000001"),
    ]
    cursor = ask_of(tickets(*rows), END)
    assert figure(cursor, "response_within_sla") == (1, 2, 0.5)
    assert figure(
        with_limits(tickets(*rows), END, {"service.response_standard_hours": 12.5}),
        "response_within_sla",
    ) == (2, 2, 1.0)


def test_the_standard_of_all_is_a_setting() -> None:
    world = tickets(answered("T1", "A1", "2024-07-01 06:00", "2024-07-01 14:00"))
    assert figure(ask_of(world, END), "response_within_sla") == (1, 1, 1.0)
    shorter = with_limits(world, END, {"service.response_standard_hours": 7})
    assert figure(shorter, "response_within_sla") == (0, 1, 0.0)


@pytest.mark.parametrize(
    ("opened_at", "cases"),
    [("2024-09-30 11:59", 1), ("2024-09-30 12:00", 0), ("2024-09-30 23:00", 0)],
)
def test_an_open_ticket_counts_once_its_clock_runs_over_at_the_end_of_the_day(
    opened_at: str, cases: int
) -> None:
    rows = [ticket("T1", "A1", opened_at), *three_answers()]
    found = figure(ask_of(tickets(*rows), END), "response_within_sla")
    assert found is not None and found[:2] == (2, 3 + cases)


def test_a_quarter_without_tickets_has_no_response_time_and_no_complaint() -> None:
    rows = [*three_answers(), answered("T0", "A1", "2024-02-01", "2024-02-01 05:00")]
    cursor = ask_of(tickets(*rows), END)
    for name in RESPONSES:
        assert score(cursor, name, Q2).reason == "no_cases"
    assert figure(cursor, "complaints", Q2) == (0, None, 0.0)


def test_each_says_what_it_needs() -> None:
    cursor = ask_of(tickets(ticket("T1", "A1", "2024-07-01")), END)
    assert {score(cursor, name).reason for name in RESPONSES} == {"needs:tickets.first_response_at"}
    assert score(cursor, "first_contact_resolution").reason == "needs:tickets.resolved_at"
    assert score(cursor, "satisfaction").reason == "needs:surveys"
    assert score(ask_of(snapshots(END, accounts=[account("A1")]), END), "complaints").reason == (
        "needs:tickets"
    )


def test_the_own_standard_of_an_account_comes_before_that_of_its_tier_and_of_all() -> None:
    accounts = [
        account("own", response_standard_hours=2, growth_potential=90, annual_contract_value=9),
        account("key", growth_potential=90, annual_contract_value=9),
        account("other", growth_potential=10, annual_contract_value=9),
    ]
    rows = [
        answered(f"{hours} h for {name}", name, "2024-08-01 06:00", f"2024-08-01 {6 + hours:02}:00")
        for name in ("own", "key", "other")
        for hours in (1, 3, 5, 13)
    ]
    world = snapshots(END, accounts=accounts, tickets=rows)
    assert by(ask_of(world, END), "response_within_sla", "account_id") == {
        "own": (1, 4, 0.25),
        "key": (3, 4, 0.75),
        "other": (3, 4, 0.75),
    }
    for names, counts in (({"key": 4}, (1, 2, 3)), ({"growth": 4, "other": 1}, (1, 2, 1))):
        cursor = with_limits(world, END, {"service.standard_hours_by_tier": names})
        found = by(cursor, "response_within_sla", "account_id")
        assert [found[name][0] for name in ("own", "key", "other")] == list(counts)
    waiting = [ticket("T1", "own", "2024-09-30 21:30"), ticket("T2", "key", "2024-09-30 21:30")]
    world = snapshots(END, accounts=accounts, tickets=[*rows, *waiting])
    clocks = queries.run_query(ask_of(world, END), "open_tickets")
    unanswered = clocks[["ticket_id", "clock"]][clocks["clock"] != "answered"]
    assert unanswered.values.tolist() == [["T1", "late"], ["T2", "waiting"]]


# Solved at once


def test_solved_at_once_is_one_contact_of_those_resolved_in_the_quarter() -> None:
    rows = [
        ticket("T1", "A1", "2024-06-01", resolved_at="2024-07-01 00:00", contacts_to_resolve=1),
        ticket("T2", "A1", "2024-08-01", resolved_at="2024-09-30 23:59", contacts_to_resolve=2),
        ticket("T3", "A2", "2024-08-01", resolved_at="2024-08-02"),
        ticket("C4", "A2", "2024-08-01", resolved_at="2024-08-02", contacts_to_resolve=1)
        | {"kind": "complaint"},
        ticket("before", "A1", "2024-06-01", resolved_at="2024-06-30", contacts_to_resolve=1),
        ticket("still open", "A1", "2024-07-01", contacts_to_resolve=1),
    ]
    cursor = ask_of(tickets(*rows), "2024-10-15")
    assert figure(cursor, "first_contact_resolution") == (2, 4, 0.5)
    assert by(cursor, "first_contact_resolution", "account_id")["A1"] == (1, 2, 0.5)
    on_the_day_before = ask_of(tickets(*rows), "2024-09-29")
    assert figure(on_the_day_before, "first_contact_resolution") == (2, 3, 2 / 3)


# Complaints


def complaints(*days: str) -> Snapshots:
    rows = [ticket(f"T{i}", "A1", day, kind="complaint") for i, day in enumerate(days)]
    return tickets(*rows, ticket("support", "A1", "2024-08-01"))


def test_complaints_are_counted_on_the_first_and_the_last_day_of_the_quarter() -> None:
    world = complaints("2024-06-30 23:59", "2024-07-01 00:00", "2024-09-30 23:59", "2024-10-01")
    assert figure(ask_of(world, "2024-10-15"), "complaints") == (2, None, 2.0)
    assert figure(ask_of(world, "2024-09-29"), "complaints") == (1, None, 1.0)


def test_complaints_are_held_against_the_same_quarter_of_last_year() -> None:
    world = complaints("2023-07-01", "2023-09-30 12:00", "2024-07-01", "2024-08-01", "2024-09-01")
    found = score(ask_of(world, END), "complaints_yoy")
    assert (found.numerator, found.denominator, found.value) == (3, 2, 0.5)
    assert (found.target, found.status, found.attainment) == (0.0, "missed", None)


def test_a_year_without_complaints_is_no_base_and_one_before_the_data_is_unknown() -> None:
    world = complaints("2024-08-01")
    assert score(ask_of(world, END), "complaints_yoy").reason == "outside_data:tickets"
    world["tickets"][0][1].append(ticket("first", "A1", "2023-07-05"))
    assert score(ask_of(world, END), "complaints_yoy").reason == "no_cases"


def test_data_that_begins_within_the_base_does_not_tell_the_change() -> None:
    world = complaints("2023-08-01", "2024-08-01")
    assert score(ask_of(world, END), "complaints_yoy").reason == "outside_data:tickets"


def test_complaints_of_a_leap_day_are_those_of_february() -> None:
    complained = complaints("2024-02-29", "2024-02-01", "2025-02-28")
    world = {table: [(date(2025, 2, 28), uploads[0][1])] for table, uploads in complained.items()}
    found = figure(ask_of(world, "2025-02-28"), "complaints_yoy", periods.month("2025-02"))
    assert found == (1, 2, -0.5)


def test_a_fiscal_year_from_april_counts_complaints_in_its_own_quarters() -> None:
    world = complaints("2023-12-31", "2024-01-01", "2024-03-31", "2024-04-01")
    cursor = with_limits(world, END, {"fiscal_year_start_month": 4})
    assert figure(cursor, "complaints", periods.quarter("2023-Q4", 4)) == (2, None, 2.0)


# Surveys


def answers(*rows: Row) -> Snapshots:
    accounts = [account("A1", account_manager="Ann"), account("A2", account_manager="Bob")]
    return snapshots(END, accounts=accounts, surveys=rows)


def test_satisfaction_is_the_mean_of_all_answers_not_of_managers() -> None:
    rows = [
        survey("S1", "A1", "2024-07-01", score="90.1"),
        survey("S2", "A1", "2024-08-01", score="80.1"),
        survey("S3", "A2", "2024-09-30", score="0"),
        survey("earlier", "A2", "2024-06-30", score="100"),
        survey("later", "A2", "2024-10-01", score="100"),
    ]
    surveyed = {"surveys": [(date(2024, 12, 31), rows)]}
    cursor = ask_of(answers() | surveyed, "2024-12-31")
    assert figure(cursor, "satisfaction") == (
        Decimal("170.2"),
        3,
        float(Fraction(1702, 30)),
    )
    assert by(cursor, "satisfaction", "account_manager") == {
        "Ann": (Decimal("170.2"), 2, 85.1),
        "Bob": (Decimal(0), 1, 0.0),
    }
    assert figure(cursor, "satisfaction", Q4) == (Decimal(100), 1, 100.0)


def test_a_satisfaction_of_81_reaches_nine_tenths_of_its_target() -> None:
    found = score(ask_of(answers(survey("S1", "A1", "2024-07-01", score=81)), END), "satisfaction")
    assert (found.target, found.gap, found.status) == (90.0, -9.0, "missed")
    assert (found.attainment, found.low, found.decidable) == (0.9, None, None)


def test_shares_of_a_survey_are_of_those_who_answered_the_question() -> None:
    rows = [
        survey("S1", "A1", "2024-07-01", personalised_enough="true", effective="false"),
        survey("S2", "A1", "2024-07-01", personalised_enough="false", effective="false"),
        survey("S3", "A2", "2024-07-01", personalised_enough="false"),
        survey("S4", "A2", "2024-07-01"),
    ]
    cursor = ask_of(answers(*rows), END)
    assert figure(cursor, "feels_personalised") == (1, 3, 1 / 3)
    assert figure(cursor, "feels_effective") == (0, 2, 0.0)


def test_a_question_nobody_answered_is_not_zero() -> None:
    cursor = ask_of(answers(survey("S1", "A1", "2024-07-01", effective="true")), END)
    assert score(cursor, "feels_personalised").reason == "needs:surveys.personalised_enough"
    assert figure(cursor, "feels_effective") == (1, 1, 1.0)
    assert score(cursor, "feels_effective", Q2).reason == "outside_data:surveys"
    assert figure(cursor, "satisfaction", Q3) == (Decimal(80), 1, 80.0)
