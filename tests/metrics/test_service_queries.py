"""What the service and resources pages list, on companies small enough to count by hand."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from kam_core.metrics import periods, queries, run
from tests.support.figures import with_limits
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    contract_row,
    interaction,
    order,
    snapshots,
    survey,
    ticket,
)

D = "2024-09-30"
Q2, Q3 = periods.quarter("2024-Q2"), periods.quarter("2024-Q3")


def company(**tables: list[Row]) -> Snapshots:
    """A1 in the north and A2 in the south, customers since 2020."""
    accounts = [
        account("A1", customer_since="2020-01-01", account_manager="Lin", expert_manager="Xu"),
        account("A2", customer_since="2020-01-01", region="South", account_manager="Wu"),
    ]
    return snapshots(D, **({"accounts": accounts} | tables))


def asked(
    world: Snapshots, question: str, *quarters: periods.Period, as_of: str = D, **scope: object
) -> pd.DataFrame:
    parameters = {"periods": quarters} if quarters else {}
    return queries.run_query(ask_of(world, as_of, **scope), question, **parameters)


def held(number: str, account_id: str, day: str, hours: object, **fields: object) -> Row:
    return interaction(number, account_id, day, kind="visit", duration_hours=hours, **fields)


# Open tickets


def test_open_tickets_are_late_waiting_or_answered_and_the_oldest_of_each_stands_first() -> None:
    tickets = [
        ticket("answered", "A1", "2024-09-01 09:00", first_response_at="2024-09-02 09:00"),
        ticket("just in time", "A1", "2024-09-30 12:00"),
        ticket("a second late", "A1", "2024-09-30 11:59:59"),
        ticket("complaint", "A2", "2024-09-28 00:00", kind="complaint"),
        ticket("resolved", "A1", "2024-09-01 09:00", resolved_at="2024-09-02"),
        ticket("resolved later", "A2", "2024-09-30 23:00", resolved_at="2024-10-02"),
    ]
    rows = asked(company(tickets=tickets), "open_tickets")
    assert rows[["ticket_id", "clock"]].values.tolist() == [
        ["complaint", "late"],
        ["a second late", "late"],
        ["just in time", "waiting"],
        ["resolved later", "waiting"],
        ["answered", "answered"],
    ]
    assert rows["hours_open"].tolist() == pytest.approx([72, 12 + 1 / 3600, 12, 1, 711])


def test_an_answer_after_the_as_of_day_is_not_known_yet() -> None:
    tickets = [ticket("T1", "A1", "2024-09-01 09:00", first_response_at="2024-09-20 09:00")]
    world = company(tickets=tickets)
    assert asked(world, "open_tickets", as_of="2024-09-19")["clock"].tolist() == ["late"]
    assert asked(world, "open_tickets", as_of="2024-09-20")["clock"].tolist() == ["answered"]


def test_the_clock_keeps_the_standard_of_the_settings() -> None:
    world = company(tickets=[ticket("T1", "A1", "2024-09-30 12:00")])
    cursor = with_limits(world, D, {"service.response_standard_hours": 11})
    assert queries.run_query(cursor, "open_tickets")["clock"].tolist() == ["late"]


def test_a_viewer_of_one_region_sees_its_open_tickets_only() -> None:
    tickets = [ticket("T1", "A1", "2024-09-01"), ticket("T2", "A2", "2024-09-01")]
    rows = asked(company(tickets=tickets), "open_tickets", regions=["South"])
    assert rows["ticket_id"].tolist() == ["T2"]


# Complaints


def complaints(*days: tuple[str, str | None]) -> list[Row]:
    return [
        ticket(f"T{number}", "A1", day, kind="complaint", topic=topic)
        for number, (day, topic) in enumerate(days)
    ]


def test_complaints_stand_by_topic_beside_last_year_and_the_one_that_grew_most_first() -> None:
    told = complaints(
        ("2024-07-01", "rollout"),
        ("2024-08-01", "rollout"),
        ("2024-09-30 23:59", "rollout"),
        ("2023-07-01", "rollout"),
        ("2024-07-05", "billing"),
        ("2023-08-05", "billing"),
        ("2023-09-30", "billing"),
        ("2023-09-30", "delivery"),
        ("2024-09-01", None),
        ("2024-06-30", "delivery"),
        ("2023-10-01", "delivery"),
    )
    support = [ticket("S1", "A1", "2024-07-01", topic="rollout")]
    rows = asked(company(tickets=told + support), "complaints_by_topic", Q3)
    named = rows.assign(topic=rows["topic"].fillna("none"))
    counted = named[["topic", "complaints", "complaints_before", "increase"]].values.tolist()
    assert counted == [
        ["rollout", 3, 1, 2],
        ["none", 1, 0, 1],
        ["billing", 1, 2, -1],
        ["delivery", 0, 1, -1],
    ]
    assert rows["share"].tolist() == [0.6, 0.2, 0.2, 0.0]


def test_the_topics_add_up_to_the_figures_of_the_catalogue() -> None:
    told = complaints(("2024-07-01", "a"), ("2024-08-01", "b"), ("2023-07-01", "a"))
    world = company(tickets=told)
    rows = asked(world, "complaints_by_topic", Q3)
    figure = run.run_metric(ask_of(world, D), "complaints_yoy", [Q3]).iloc[0]
    assert rows["complaints"].sum() == figure["numerator"] == 2
    assert rows["complaints_before"].sum() == figure["denominator"] == 1


# Satisfaction


def test_a_move_is_the_last_score_of_twelve_months_less_the_first() -> None:
    told = [
        survey("too early", "A1", "2023-09-30", score=10),
        survey("first", "A1", "2023-10-01", score=72),
        survey("between", "A1", "2024-05-22", score=60),
        survey("last", "A1", "2024-09-30", score=91),
        survey("after", "A1", "2024-10-01", score=20),
        survey("once", "A2", "2024-08-01", score=50),
    ]
    rows = asked(company(surveys=told), "satisfaction_moves", Q3)
    (row,) = rows.to_dict("records")
    assert (row["account_id"], row["answers"], row["has_both_managers"]) == ("A1", 3, True)
    assert (row["first_score"], row["last_score"], row["score_change"]) == (72, 91, 19)
    assert (row["first_on"], row["last_on"]) == (date(2023, 10, 1), date(2024, 9, 30))


def test_in_a_quarter_that_has_not_ended_the_twelve_months_end_with_the_as_of_day() -> None:
    told = [survey(day, "A2", day, score=70) for day in ("2023-08-31", "2023-09-01", "2024-08-31")]
    (row,) = asked(company(surveys=told), "satisfaction_moves", Q3, as_of="2024-08-31").to_dict(
        "records"
    )
    assert (row["answers"], row["first_on"]) == (2, date(2023, 9, 1))


def test_the_largest_change_stands_first_whichever_way_it_goes() -> None:
    told = [
        survey("S1", "A1", "2024-01-01", score=80),
        survey("S2", "A1", "2024-08-01", score=85),
        survey("S3", "A2", "2024-01-01", score=80),
        survey("S4", "A2", "2024-08-01", score=74),
    ]
    rows = asked(company(surveys=told), "satisfaction_moves", Q3)
    assert rows[["account_id", "score_change"]].values.tolist() == [["A2", -6], ["A1", 5]]


# Hours


def hours_of_q3() -> list[Row]:
    return [
        held("I1", "A1", "2024-07-01", "6.5", owner="Lin", work_type="personalised"),
        held("I2", "A2", "2024-09-30", "3.5", owner="Lin", work_type="legacy_issue"),
        held("I3", "A2", "2024-08-01", "10", owner="Wu"),
        held("I4", "A2", "2024-08-01", None, owner="Wu", work_type="standard"),
        held("I5", "A1", "2024-08-01", "5", work_type="standard"),
        held("I6", "A1", "2024-06-30", "99", owner="Lin", work_type="standard"),
        interaction("I7", "A1", "2024-08-01", kind="invitation", duration_hours=9, owner="Lin"),
        held("I8", "A1", None, "9", status="planned", planned_for="2024-08-01", owner="Lin"),
    ]


def test_the_hours_of_an_owner_are_those_of_maintenance_per_week() -> None:
    rows = asked(company(interactions=hours_of_q3()), "manager_hours", Q3)
    counted = rows[["owner", "interactions", "accounts", "hours"]].values.tolist()
    assert counted == [["Lin", 2, 2, Decimal("10.0000")], ["Wu", 1, 1, Decimal("10.0000")]]
    assert rows["hours_per_week"].astype(float).tolist() == pytest.approx([70 / 92, 70 / 92])


def test_the_weeks_of_a_quarter_that_runs_are_those_so_far() -> None:
    world = company(interactions=[held("I1", "A1", "2024-07-01", "6", owner="Lin")])
    rows = asked(world, "manager_hours", Q3, as_of="2024-07-14")
    assert float(rows["hours_per_week"].iloc[0]) == pytest.approx(3)


def test_the_owners_give_the_mean_of_the_catalogue() -> None:
    world = company(interactions=hours_of_q3())
    rows = asked(world, "manager_hours", Q3)
    figure = run.run_metric(ask_of(world, D), "hours_per_manager_week", [Q3]).iloc[0]
    assert float(rows["hours_per_week"].mean()) == pytest.approx(figure["value"])


def test_the_work_types_of_a_quarter_are_one_whole_with_what_is_not_given() -> None:
    rows = asked(company(interactions=hours_of_q3()), "hours_by_work_type", Q2, Q3)
    now = rows[rows["period"] == "2024-Q3"].set_index("work_type")
    assert now["hours"].astype(float).to_dict() == {
        "unknown": 10,
        "personalised": 6.5,
        "standard": 5,
        "legacy_issue": 3.5,
    }
    assert now["share"].sum() == pytest.approx(1)
    assert rows[rows["period"] == "2024-Q2"]["share"].tolist() == [1]


def test_hours_and_revenue_of_a_tier_are_shares_of_the_whole() -> None:
    accounts = [
        account("A1", customer_since="2020-01-01", growth_potential=90),
        account("A2", customer_since="2020-01-01", growth_potential=10, region="South"),
        account("A3", customer_since="2020-01-01", growth_potential=10),
    ]
    orders = [
        order("O0", "A1", "2024-05-01", "900"),
        order("O1", "A1", "2024-07-01", "300"),
        order("O2", "A2", "2024-09-30", "100"),
        order("O3", "A2", "2024-10-01", "5000"),
    ]
    calls = [held("I1", "A1", "2024-07-01", "1"), held("I2", "A2", "2024-07-01", "3")]
    world = snapshots(D, accounts=accounts, orders=orders, interactions=calls)
    rows = asked(world, "hours_and_value_by_tier", Q3).set_index("tier")
    assert rows["accounts"].to_dict() == {"VIP": 1, "basic": 1}
    assert rows["hours_share"].astype(float).to_dict() == {"VIP": 0.25, "basic": 0.75}
    assert rows["revenue_share"].to_dict() == {"VIP": 0.75, "basic": 0.25}
    one = asked(world, "hours_and_value_by_tier", Q3, tiers=["VIP"])
    assert one[["tier", "revenue_share"]].values.tolist() == [["VIP", 1.0]]
    # Interactions speak up to August: what was sold later has no hours beside it yet.
    world["interactions"] = [(date(2024, 8, 31), calls)]
    rows = asked(world, "hours_and_value_by_tier", Q3).set_index("tier")
    assert rows["period_revenue"].to_dict() == {"VIP": 300, "basic": 0}
    assert rows["hours"].to_dict() == {"VIP": 1, "basic": 3}


# Managers and contacts


def test_the_largest_accounts_say_which_manager_they_lack() -> None:
    accounts = [
        account("both", account_manager="Lin", expert_manager="Xu"),
        account("no expert", account_manager="Lin", region="South"),
        account("no manager", expert_manager="Xu"),
        account("nobody"),
        account("lost", status="lost", lost_on="2024-08-01"),
        account("small", account_manager="Lin", expert_manager="Xu"),
    ]
    amounts = {"lost": 90, "nobody": 50, "no manager": 40, "no expert": 30, "both": 20, "small": 1}
    orders = [order(name, name, "2024-02-01", amount) for name, amount in amounts.items()]
    orders.append(order("long ago", "small", "2023-09-30", 1000))
    world = snapshots(D, accounts=accounts, orders=orders)
    cursor = with_limits(world, D, {"top.accounts": 4})
    rows = queries.run_query(cursor, "top_accounts_managers", periods=[Q3])
    assert rows[["place", "account_id", "managers", "lacking"]].values.tolist() == [
        [1, "nobody", 0, "both"],
        [2, "no manager", 1, "account_manager"],
        [3, "no expert", 1, "expert_manager"],
        [4, "both", 2, "none"],
    ]
    figure = run.run_metric(cursor, "dual_manager_coverage", [Q3]).iloc[0]
    assert (figure["numerator"], figure["denominator"]) == (1, 4)
    south = with_limits(world, D, {"top.accounts": 4}, regions=["South"])
    rows = queries.run_query(south, "top_accounts_managers", periods=[Q3])
    assert rows[["place", "account_id"]].values.tolist() == [[3, "no expert"]]


def test_an_account_is_covered_where_every_level_was_met_in_six_months() -> None:
    def met(level: str | None, account_id: str = "A1", day: str = "2024-04-01", **more: object):
        number = f"{account_id} {level} {day}"
        return interaction(number, account_id, day, contact_level=level, **more)

    calls = [
        met("executive"),
        met("management", day="2024-09-30"),
        met("working", kind="invitation"),
        met("working", day="2024-05-01"),
        met("executive", "A2"),
        met("management", "A2", "2024-03-31"),
        met("working", "A2", status="missed"),
        met(None, "A2"),
    ]
    world = company(interactions=calls)
    rows = asked(world, "contact_gaps", Q3)
    columns = ["account_id", "executive", "management", "working", "levels_met"]
    assert rows[columns].values.tolist() == [["A2", 1, 0, 0, 1], ["A1", 1, 1, 2, 3]]
    figure = run.run_metric(ask_of(world, D), "contact_coverage", [Q3]).iloc[0]
    assert (figure["numerator"], figure["denominator"]) == (1, 2)


def test_an_account_nobody_met_lacks_every_level() -> None:
    world = company(interactions=[interaction("I1", "A1", "2024-05-01", contact_level="working")])
    rows = asked(world, "contact_gaps", Q3).set_index("account_id")
    assert rows["levels_met"].to_dict() == {"A1": 1, "A2": 0}


# Contracts


def ended(contract_id: str, ends_on: str, renewed: object = None) -> Row:
    return contract_row(contract_id, "A1", ends_on, renewed=renewed)


def test_the_hours_of_a_contract_are_those_of_the_twelve_months_up_to_its_end() -> None:
    calls = [
        held("long before", "A1", "2023-01-05", "1", work_type="standard"),
        held("a day early", "A1", "2023-08-31 23:59", "100", work_type="personalised"),
        held("first day", "A1", "2023-09-01", "2", work_type="personalised"),
        held("last day", "A1", "2024-08-31 23:59", "3.5", work_type="personalised"),
        held("a day late", "A1", "2024-09-01", "100", work_type="personalised"),
        held("other work", "A1", "2024-01-01", "100", work_type="standard"),
        held("other account", "A2", "2024-01-01", "100", work_type="personalised"),
    ]
    contracts = [
        ended("C0", "2023-12-30", renewed="true"),
        ended("C1", "2023-12-31", renewed="true"),
        ended("C2", "2024-08-31", renewed="false"),
        ended("not decided", "2024-08-31"),
        ended("C3", D, renewed="false"),
        ended("running", "2024-10-01"),
    ]
    rows = asked(
        company(interactions=calls, contracts=contracts), "personalised_hours_of_contracts"
    )
    assert rows["contract_id"].tolist() == ["C0", "C1", "C2", "C3"]
    assert rows["renewed"].tolist() == [True, True, False, False]
    # Interactions speak from January 2023 on: of twelve months before 30 December we know nothing.
    assert pd.isna(rows["personalised_hours"].iloc[0])
    assert rows["personalised_hours"].astype(float).tolist()[1:] == [102, 5.5, 103.5]


def test_twelve_months_that_end_on_the_last_of_february_hold_no_leap_day_twice() -> None:
    calls = [
        held("start", "A1", "2022-01-01", "1", work_type="standard"),
        held("leap day", "A1", "2024-02-29", "4", work_type="personalised"),
        held("before", "A1", "2023-02-28", "100", work_type="personalised"),
    ]
    contracts = [ended("C1", "2024-02-29"), ended("C2", "2025-02-28")]
    accounts = [account("A1", customer_since="2020-01-01")]
    world = snapshots("2025-03-31", accounts=accounts, interactions=calls, contracts=contracts)
    rows = asked(world, "personalised_hours_of_contracts", as_of="2025-03-31")
    assert rows["personalised_hours"].astype(float).tolist() == [4, 0]


def test_without_interactions_the_hours_of_a_contract_are_unknown_and_not_zero() -> None:
    rows = asked(company(contracts=[ended("C1", "2024-08-30")]), "personalised_hours_of_contracts")
    assert rows["personalised_hours"].isna().tolist() == [True]


def test_the_bands_of_hours_begin_where_the_settings_say() -> None:
    cursor = with_limits(company(), D, {"returns.band_from_hours.third": Decimal("2.5")})
    starts = queries.run_query(cursor, "hour_bands")["from_hours"].astype(float).tolist()
    assert starts == [2, 2.5, 12]
