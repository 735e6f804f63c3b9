"""Hours, managers and contacts, on companies small enough to count by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods, queries, run
from tests.support.figures import Q2, Q3, Q4, by, figure, score, with_limits
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    contact,
    interaction,
    order,
    snapshots,
)

END = "2024-09-30"
LATER = "2024-12-31"


def work(*rows: Row) -> Snapshots:
    accounts = [account("A1"), account("A2", region="South")]
    return snapshots(LATER, accounts=accounts, interactions=rows)


def spent(name: str, account_id: str, day: str, hours: object, **fields: object) -> Row:
    return interaction(name, account_id, day, duration_hours=hours, owner="Ann") | fields


# Hours per manager and week


def two_managers() -> list[Row]:
    """Ann spends 23 hours on both accounts, Bob 23 on one; what else happened is no maintenance."""
    return [
        spent("I1", "A1", "2024-07-01", 11),
        spent("I2", "A2", "2024-09-30 23:59", 12),
        spent("I3", "A2", "2024-08-01", 23, owner="Bob"),
        spent("invited", "A1", "2024-08-01", 50, owner="Eve", kind="invitation"),
        spent("greeted", "A1", "2024-08-02", 50, owner="Eve", kind="greeting"),
        spent("cancelled", "A1", "2024-08-01", 50, owner="Eve", status="cancelled"),
        spent("nobody", "A1", "2024-08-01", 50, owner=None),
        spent("no duration", "A1", "2024-08-01", None, owner="Eve"),
        spent("before", "A1", "2024-06-30", 50, owner="Eve"),
        spent("after", "A1", "2024-10-01", 50, owner="Eve"),
    ]


def test_hours_are_spread_over_managers_and_weeks() -> None:
    # 92 days are 13 1/7 weeks.
    found = figure(ask_of(work(*two_managers()), LATER), "hours_per_manager_week")
    assert found == (Decimal(46), Fraction(2 * 92, 7), 1.75)


def test_a_manager_of_two_regions_counts_in_each_and_once_in_the_whole() -> None:
    found = by(ask_of(work(*two_managers()), LATER), "hours_per_manager_week", "region")
    weeks = Fraction(92, 7)
    assert found == {
        "North": (Decimal(11), weeks, float(11 / weeks)),
        "South": (Decimal(35), 2 * weeks, float(35 / (2 * weeks))),
    }


def test_weeks_of_an_open_quarter_are_those_so_far() -> None:
    found = figure(ask_of(work(*two_managers()), "2024-08-04"), "hours_per_manager_week")
    assert found == (Decimal(34), Fraction(2 * 35, 7), 3.4)


def test_a_leap_february_has_29_days_of_weeks() -> None:
    world = work(spent("I1", "A1", "2024-02-29", 29), spent("I2", "A1", "2023-02-28", 28))
    cursor = ask_of(world, LATER)
    for month, days in (("2024-02", 29), ("2023-02", 28)):
        found = figure(cursor, "hours_per_manager_week", periods.month(month))
        assert found == (Decimal(days), Fraction(days, 7), 7.0)


def test_hours_per_manager_are_not_split_where_managers_would_be_counted_twice() -> None:
    cursor = ask_of(work(*two_managers()), LATER)
    for column in ("account_id", "account_manager"):
        with pytest.raises(KamError, match="slice_not_defined"):
            run.run_metric(cursor, "hours_per_manager_week", [Q3], (column,))


def test_a_quarter_without_work_has_no_hours_per_manager() -> None:
    rows = [
        spent("I1", "A1", "2024-03-31", 1, work_type="personalised"),
        spent("I2", "A1", "2024-07-01", 1, work_type="personalised"),
    ]
    cursor = ask_of(work(*rows), LATER)
    for name in ("hours_per_manager_week", "personalised_share", "legacy_share"):
        found = score(cursor, name, Q2)
        assert (found.value, found.status, found.reason) == (None, "no_data", "no_cases")
        assert score(cursor, name).denominator == (Fraction(92, 7) if "hours" in name else 1)


# Kinds of work


def test_shares_of_work_are_of_all_hours_also_of_those_without_a_type() -> None:
    world = work(
        spent("I1", "A1", "2024-07-01", "1.5", work_type="personalised"),
        spent("I2", "A1", "2024-08-01", "3", work_type="legacy_issue"),
        spent("I3", "A2", "2024-09-30", "4.5", work_type="standard"),
        spent("I4", "A2", "2024-09-30", "3"),
        spent("I5", "A2", "2024-09-30", None, work_type="personalised"),
        spent("I6", "A2", "2024-09-30", 9, work_type="legacy_issue", kind="invitation"),
    )
    cursor = ask_of(world, LATER)
    assert figure(cursor, "personalised_share") == (Decimal("1.5"), Decimal(12), 0.125)
    assert figure(cursor, "legacy_share") == (Decimal(3), Decimal(12), 0.25)
    assert by(cursor, "legacy_share", "region") == {
        "North": (Decimal(3), Decimal("4.5"), 2 / 3),
        "South": (None, Decimal("7.5"), None),
    }


def test_work_without_types_or_durations_says_what_is_needed() -> None:
    cursor = ask_of(work(spent("I1", "A1", "2024-07-01", 1)), LATER)
    assert score(cursor, "personalised_share").reason == "needs:interactions.work_type"
    silent = ask_of(work(interaction("I1", "A1", "2024-07-01")), LATER)
    assert score(silent, "legacy_share").reason == "needs:interactions.duration_hours"
    assert score(silent, "hours_per_manager_week").reason == "needs:interactions.owner"


# Two managers for the top accounts


def managed(**of_a2: object) -> Snapshots:
    """A1 bought 40, A2 30, A3 20, A4 10 of us; the first and the third have two managers."""
    two = {"account_manager": "Ann", "expert_manager": "Eve"}
    accounts = [
        account("A1", region="South") | two,
        account("A2", account_manager="Ann") | of_a2,
        account("A3") | two,
        account("A4", expert_manager="Eve"),
    ]
    orders = [order(f"O{i}", f"A{i}", "2024-07-01", 50 - 10 * i) for i in range(1, 5)]
    return snapshots(LATER, accounts=accounts, orders=orders)


def test_two_managers_are_counted_among_the_top_accounts() -> None:
    cursor = with_limits(managed(), END, {"top.accounts": 3})
    assert figure(cursor, "dual_manager_coverage") == (2, 3, 2 / 3)
    found = score(cursor, "dual_manager_coverage")
    assert (found.target, found.status, found.low, found.attainment) == (1.0, "missed", None, 2 / 3)
    assert figure(ask_of(managed(), END), "dual_manager_coverage") == (2, 4, 0.5)


@pytest.mark.parametrize(
    ("first", "second", "are_two"),
    [("Ann", "Ann", 0), ("Ann", "ann ", 0), ("张 伟", "张伟", 0), ("张伟", "张炜", 1)],
)
def test_two_managers_are_two_people(first: str, second: str, are_two: int) -> None:
    accounts = [account("A1", account_manager=first, expert_manager=second)]
    world = snapshots(END, accounts=accounts, orders=[order("O1", "A1", "2024-08-05", 100)])
    assert figure(ask_of(world, END), "dual_manager_coverage") == (are_two, 1, float(are_two))
    rows = queries.run_query(ask_of(world, END), "top_accounts_managers", periods=[Q3])
    lacking = "none" if are_two else "expert_manager"
    assert rows[["managers", "lacking"]].values.tolist() == [[1 + are_two, lacking]]


def test_a_region_shows_those_of_its_accounts_that_are_at_the_top_of_the_company() -> None:
    limits = {"top.accounts": 2}
    assert by(with_limits(managed(), END, limits), "dual_manager_coverage", "region") == {
        "North": (0, 1, 0.0),
        "South": (1, 1, 1.0),
    }
    north = with_limits(managed(), END, limits, regions=["North"])
    assert figure(north, "dual_manager_coverage") == (0, 1, 0.0)


def test_an_account_lost_by_then_makes_room_for_the_next() -> None:
    limits = {"top.accounts": 2}
    for lost_on, found in (("2024-09-29", (2, 2, 1.0)), ("2024-09-30", (1, 2, 0.5))):
        world = managed(status="lost", lost_on=lost_on)
        assert figure(with_limits(world, LATER, limits), "dual_manager_coverage") == found


def test_the_top_accounts_are_those_of_the_last_twelve_months() -> None:
    world = managed()
    world["orders"][0][1][:2] = [
        order("O1", "A1", "2023-09-30", 999),
        order("O2", "A2", "2023-10-01", 30),
    ]
    cursor = with_limits(world, LATER, {"top.accounts": 2})
    assert figure(cursor, "dual_manager_coverage") == (1, 2, 0.5)
    assert by(cursor, "dual_manager_coverage", "account_id")["A1"] == (0, 0, None)


def test_a_tie_at_the_top_goes_to_the_earlier_account_id() -> None:
    world = managed()
    for row in world["orders"][0][1]:
        row["amount"] = 10
    cursor = with_limits(world, LATER, {"top.accounts": 1})
    assert figure(cursor, "dual_manager_coverage") == (1, 1, 1.0)


def test_without_second_managers_anywhere_the_column_is_named() -> None:
    world = managed()
    for row in world["accounts"][0][1]:
        row["expert_manager"] = None
    found = score(ask_of(world, END), "dual_manager_coverage")
    assert found.reason == "needs:accounts.expert_manager"


# Contacts at three levels


def met(*days_and_levels: tuple[str, str | None], **of_a1: object) -> Snapshots:
    accounts = [account("A1") | of_a1, account("A2", region="South")]
    rows = [
        interaction(f"I{i}", "A1", day, contact_level=level)
        for i, (day, level) in enumerate(days_and_levels)
    ]
    return snapshots(LATER, accounts=accounts, interactions=rows)


THREE = (("2024-04-01", "executive"), ("2024-07-01", "management"), ("2024-09-30", "working"))


def test_three_levels_in_six_months_cover_an_account() -> None:
    cursor = ask_of(met(*THREE), LATER)
    assert figure(cursor, "contact_coverage") == (1, 2, 0.5)
    assert by(cursor, "contact_coverage", "region") == {
        "North": (1, 1, 1.0),
        "South": (0, 1, 0.0),
    }
    found = score(cursor, "contact_coverage")
    assert (found.low, found.high, found.status) == (None, None, "no_target")


@pytest.mark.parametrize(
    "days_and_levels",
    [
        (("2024-03-31", "executive"), *THREE[1:]),
        (*THREE[:2], ("2024-10-01", "working")),
        (*THREE[:2], ("2024-09-30", None)),
        (*THREE[:2], ("2024-09-30", "management")),
    ],
)
def test_a_level_missing_in_those_months_leaves_it_uncovered(
    days_and_levels: tuple[tuple[str, str | None], ...],
) -> None:
    assert figure(ask_of(met(*days_and_levels), LATER), "contact_coverage") == (0, 2, 0.0)


def with_contacts() -> Snapshots:
    """A1 met C1 and C2 in one talk and C3 in another; C9 of A2 and C8 of nobody meet no level."""
    world = met(("2024-04-01", None), ("2024-09-30", None))
    for row, names in zip(world["interactions"][0][1], ("C1 ；C2;C9", "C3;C8"), strict=True):
        row["contact_id"] = names
    levels = {"C1": "executive", "C2": "management", "C3": "working"}
    people = [contact(name, "A1", level) for name, level in levels.items()]
    return world | snapshots(LATER, contacts=[*people, contact("C9", "A2", "working")])


def test_a_talk_without_a_level_meets_the_levels_of_the_contacts_it_names() -> None:
    cursor = ask_of(with_contacts(), LATER)
    assert figure(cursor, "contact_coverage") == (1, 2, 0.5)
    gaps = queries.run_query(cursor, "contact_gaps", periods=[Q3]).set_index("account_id")
    of_levels = ["executive", "management", "working", "levels_met"]
    assert gaps.loc["A1", of_levels].tolist() == [1, 1, 1, 3]
    rows = queries.run_query(
        cursor, "evidence_contact_coverage", periods=[Q3], account=None, most=9
    )
    assert rows["interaction_id"].tolist() == ["I0", "I1"]


def test_a_level_of_its_own_comes_before_those_of_contacts() -> None:
    world = with_contacts()
    world["interactions"][0][1][1]["contact_level"] = "executive"
    assert figure(ask_of(world, LATER), "contact_coverage") == (0, 2, 0.0)


@pytest.mark.parametrize(
    ("table", "column", "lack"),
    [
        ("contacts", "level", "interactions.contact_level"),
        ("interactions", "contact_id", "interactions.contact_id"),
    ],
)
def test_without_levels_of_contacts_it_is_not_known(table: str, column: str, lack: str) -> None:
    world = with_contacts()
    for row in world[table][0][1]:
        row[column] = None
    assert score(ask_of(world, LATER), "contact_coverage").reason == f"needs:{lack}"


def test_planned_and_missed_talks_reach_nobody() -> None:
    world = met(*THREE)
    world["interactions"][0][1][2] |= {"status": "missed"}
    assert figure(ask_of(world, LATER), "contact_coverage") == (0, 2, 0.0)


def test_the_months_before_august_include_those_of_a_leap_february() -> None:
    world = met(
        ("2024-02-29", "executive"), ("2024-03-01", "management"), ("2024-07-31", "working")
    )
    cursor = ask_of(world, LATER)
    assert figure(cursor, "contact_coverage", periods.month("2024-07")) == (1, 2, 0.5)
    assert figure(cursor, "contact_coverage", periods.month("2024-08")) == (0, 2, 0.0)


def test_in_a_running_quarter_the_six_months_end_with_the_as_of_day() -> None:
    world = met(
        ("2024-02-16", "executive"), ("2024-03-01", "management"), ("2024-08-15", "working")
    )
    assert figure(ask_of(world, "2024-08-15"), "contact_coverage") == (1, 2, 0.5)
    assert figure(ask_of(world, "2024-08-16"), "contact_coverage") == (0, 2, 0.0)
    cursor = ask_of(world, "2024-08-15")
    rows = queries.run_query(
        cursor,
        "evidence_contact_coverage",
        periods=[Q3],
        account=None,
        most=9,
    )
    assert rows["interaction_id"].tolist() == ["I0", "I1", "I2"]


def test_an_account_that_left_or_came_later_is_not_asked_about() -> None:
    lost = met(*THREE, status="lost", lost_on="2024-09-29")
    assert figure(ask_of(lost, LATER), "contact_coverage") == (0, 1, 0.0)
    last_day = met(*THREE, status="lost", lost_on="2024-09-30")
    assert figure(ask_of(last_day, LATER), "contact_coverage") == (1, 2, 0.5)
    later = met(*THREE, customer_since="2024-10-01")
    assert figure(ask_of(later, LATER), "contact_coverage") == (0, 1, 0.0)


def test_in_an_open_quarter_activity_is_that_of_the_as_of_day() -> None:
    world = met(*THREE, customer_since="2024-08-16")
    assert figure(ask_of(world, "2024-08-15"), "contact_coverage") == (0, 1, 0.0)
    assert figure(ask_of(world, "2024-08-16"), "contact_coverage") == (0, 2, 0.0)


def test_quarters_of_a_fiscal_year_from_april_have_their_own_six_months() -> None:
    cursor = with_limits(met(*THREE), LATER, {"fiscal_year_start_month": 4})
    assert figure(cursor, "contact_coverage", periods.quarter("2024-Q2", 4)) == (1, 2, 0.5)
    assert figure(cursor, "contact_coverage", periods.quarter("2024-Q3", 4)) == (0, 2, 0.0)
    assert figure(cursor, "contact_coverage", Q4) == (0, 2, 0.0)
