"""The rows behind the value page, counted by hand in small worlds."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from kam_core.analysis import concentration
from kam_core.metrics import periods, queries
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    contract_row,
    interaction,
    opportunity,
    order,
    snapshots,
    value_item,
)

D = "2024-09-30"
Q3 = periods.quarter("2024-Q3")


def company(as_of: str = D, **tables: list[Row]) -> Snapshots:
    accounts = [
        account("A1", growth_potential=90, account_manager="Lin"),
        account("A2", region="South", growth_potential=10, account_manager="Wu"),
    ]
    return snapshots(as_of, **({"accounts": accounts} | tables))


def answers(world: Snapshots, question: str, as_of: str = D, **scope: object) -> pd.DataFrame:
    known = {"periods": [Q3]} if queries.load_queries()[question].parameters else {}
    return queries.run_query(ask_of(world, as_of, **scope), question, **known)


def cells(rows: pd.DataFrame, *columns: str) -> list[list[object]]:
    shown = rows[list(columns)].astype(object)
    return shown.where(shown.notna(), None).values.tolist()


def test_revenue_stands_by_account_the_largest_first_and_says_who_is_key_and_at_the_top() -> None:
    orders = [
        order("O1", "A1", "2024-07-01", "10.10", gross_profit="4"),
        order("O2", "A2", "2024-09-30", "30"),
        order("O3", "A1", "2024-08-01", "5"),
        order("before", "A1", "2024-06-30", "99"),
        order("after", "A1", "2024-10-01", "99"),
    ]
    rows = answers(company(orders=orders), "revenue_of_accounts", "2024-10-15")
    assert cells(rows, "account_id", "revenue", "is_key", "is_top") == [
        ["A2", Decimal("30.00"), False, True],
        ["A1", Decimal("15.10"), True, True],
    ]
    assert rows["gross_profit"].tolist() == [None, Decimal("4.00")]
    north = answers(company(orders=orders), "revenue_of_accounts", regions=["North"])
    assert north["account_id"].tolist() == ["A1"]


def test_a_wallet_is_twelve_months_of_orders_against_the_budget() -> None:
    accounts = [
        account("A1", annual_purchase_budget=1000),
        account("A2", annual_purchase_budget=300),
        account("no budget"),
        account("budget of nothing", annual_purchase_budget=0),
        account("lost", annual_purchase_budget=900, lost_on="2024-09-01"),
    ]
    orders = [
        order("O1", "A1", "2023-10-01", 40),
        order("O2", "A1", "2024-09-30", 10),
        order("too early", "A1", "2023-09-30", 500),
        order("O3", "A2", "2024-01-01", 400),
    ]
    rows = answers(company(accounts=accounts, orders=orders), "wallets")
    assert cells(rows, "account_id", "revenue_12m", "elsewhere") == [
        ["A1", Decimal(50), Decimal(950)],
        ["A2", Decimal(400), Decimal(-100)],
    ]
    assert rows["share"].tolist() == [0.05, pytest.approx(4 / 3)]


def test_contracts_that_ended_say_what_renewal_changed() -> None:
    contracts = [
        contract_row("more", "A1", "2024-08-31", amount=500, renewed=True, renewal_amount=800),
        contract_row("less", "A2", "2024-07-01", amount=90, renewed=True, renewal_amount=80),
        contract_row("not said", "A1", "2024-09-30", amount=70),
        contract_row("no", "A2", "2024-09-29", amount=60, renewed=False),
        contract_row("earlier", "A1", "2024-06-30", amount=50, renewed=True),
        contract_row("later", "A1", "2024-10-01", amount=50),
    ]
    rows = answers(company(contracts=contracts), "contracts_ended")
    assert cells(rows, "contract_id", "renewed", "difference") == [
        ["more", True, Decimal(300)],
        ["less", True, Decimal(-10)],
        ["not said", None, None],
        ["no", False, None],
    ]
    by_then = answers(company(contracts=contracts), "contracts_ended", "2024-08-31")
    assert by_then["contract_id"].tolist() == ["more", "less"]


def test_contracts_that_end_next_are_those_of_the_days_of_the_settings() -> None:
    contracts = [
        contract_row("today", "A1", "2024-09-30"),
        contract_row("tomorrow", "A1", "2024-10-01"),
        contract_row("in 90 days", "A1", "2024-12-29"),
        contract_row("in 91 days", "A2", "2024-12-30"),
        contract_row("in 180 days", "A2", "2025-03-29"),
        contract_row("in 181 days", "A2", "2025-03-30"),
    ]
    calls = [
        interaction("I1", "A1", "2024-09-01"),
        interaction("I2", "A1", None, status="planned", planned_for="2024-11-05"),
        interaction("I3", "A1", None, status="planned", planned_for="2024-10-05"),
        interaction("overdue", "A2", None, status="planned", planned_for="2024-09-30"),
    ]
    rows = answers(company(contracts=contracts, interactions=calls), "contracts_ending")
    assert cells(rows, "contract_id", "days_left", "is_soon") == [
        ["tomorrow", 1, True],
        ["in 90 days", 90, True],
        ["in 91 days", 91, False],
        ["in 180 days", 180, False],
    ]
    assert rows["last_contact_on"].tolist()[1:3] == [date(2024, 9, 1), None]
    assert rows["next_planned_on"].tolist()[1:3] == [date(2024, 10, 5), None]


def test_an_account_lost_on_the_first_or_last_day_of_the_quarter_is_lost_in_it() -> None:
    accounts = [
        account("first", lost_on="2024-07-01"),
        account("last", lost_on="2024-09-30"),
        account("day before", lost_on="2024-06-30"),
        account("day after", lost_on="2024-10-01"),
        account("came and went", customer_since="2024-08-01", lost_on="2024-08-31"),
    ]
    orders = [
        order("O1", "last", "2023-10-01", 7),
        order("too early", "last", "2023-09-30", 50),
        order("O2", "last", "2024-09-30", 3),
    ]
    world = company("2024-10-15", accounts=accounts, orders=orders)
    rows = answers(world, "accounts_lost", "2024-10-15")
    assert cells(rows, "account_id", "revenue_before") == [["last", Decimal(10)], ["first", 0]]


def test_losses_stand_by_reason_and_competitor_with_the_revenue_they_took() -> None:
    rival = {"lost_reason": "competitor", "lost_to": "Rival"}
    accounts = [
        account("A1", lost_on="2024-07-01", **rival),
        account("A2", lost_on="2024-09-30", **rival),
        account("A3", lost_on="2024-08-01", lost_reason="slow_response"),
        account("A4", lost_on="2024-08-01"),
        account("A5", lost_on="2024-06-30", lost_reason="price"),
        account("A6", lost_on="2024-10-01", lost_reason="price"),
    ]
    orders = [
        order("a year before", "A1", "2023-07-01", 1000),
        order("O1", "A1", "2023-07-02", 30),
        order("O2", "A2", "2024-09-30", 10),
        order("O3", "A3", "2024-01-01", 60),
    ]
    world = company(accounts=accounts, orders=orders)
    rows = answers(world, "losses_by_reason", "2024-10-15")
    assert cells(rows, "lost_reason", "lost_to", "accounts", "revenue_before", "share") == [
        ["slow_response", None, 1, Decimal(60), 0.6],
        ["competitor", "Rival", 2, Decimal(40), 0.4],
        [None, None, 1, Decimal(0), 0.0],
    ]
    untold = answers(company(accounts=accounts), "losses_by_reason", "2024-10-15")
    assert untold["revenue_before"].isna().all()


def test_lost_projects_stand_with_their_reason_and_open_or_undated_ones_do_not() -> None:
    lost = {"outcome": "lost", "closed_on": "2024-09-30"}
    projects = [
        opportunity("P1", "A1", "2024-05-01", amount=24, lost_reason="late", **lost),
        opportunity("P2", "A1", "2024-05-01", amount=36, **lost),
        opportunity("P3", "A2", "2024-05-01", **lost),
        opportunity("won", "A1", "2024-05-01", amount=9, outcome="won", closed_on="2024-08-01"),
        opportunity("open", "A1", "2024-05-01", amount=9),
        opportunity("undated", "A1", "2024-05-01", amount=9, outcome="lost"),
        opportunity(
            "next quarter", "A1", "2024-05-01", amount=9, outcome="lost", closed_on="2024-10-01"
        ),
    ]
    rows = answers(company(opportunities=projects), "opportunities_lost")
    assert cells(rows, "opportunity_id", "amount") == [
        ["P2", Decimal(36)],
        ["P1", Decimal(24)],
        ["P3", None],
    ]
    assert rows["lost_reason"].fillna("").tolist() == ["", "late", ""]


def test_growth_counts_closed_cross_selling_and_upselling_by_kind() -> None:
    closed = {"closed_on": "2024-08-01"}
    projects = [
        opportunity("P1", "A1", "2024-05-01", kind="upsell", outcome="won", amount=5, **closed),
        opportunity("P2", "A1", "2024-05-01", kind="upsell", outcome="lost", amount=7, **closed),
        opportunity("P3", "A2", "2024-05-01", kind="cross_sell", outcome="won", **closed),
        opportunity("P4", "A2", "2024-05-01", kind="cross_sell"),
        opportunity("P5", "A2", "2024-05-01", kind="new", outcome="won", amount=9, **closed),
    ]
    rows = answers(company(opportunities=projects), "growth_opportunities")
    assert cells(rows, "kind", "won", "lost", "amount") == [
        ["cross_sell", 1, 0, Decimal(0)],
        ["upsell", 1, 1, Decimal(5)],
    ]


def test_the_terms_of_lifetime_profit_have_their_signs_and_add_up() -> None:
    items = [
        value_item("A1", "2020-02-29", "base_profit", "100.10"),
        value_item("A1", "2024-09-30", "acquisition_cost", "30"),
        value_item("A1", "2024-09-01", "price_concession", "5"),
        value_item("A1", "2024-09-02", "referral_damage", "1"),
        value_item("A1", "2024-09-03", "referral_profit", "2"),
        value_item("A1", "2024-09-04", "cost_saving", "3"),
        value_item("A1", "2024-09-05", "cross_sell_profit", "4"),
        value_item("A1", "2024-10-01", "base_profit", "900"),
        value_item("A2", "2024-01-01", "acquisition_cost", "8"),
    ]
    rows = answers(company(value_items=items), "lifetime_terms", "2024-10-15")
    signed = ["base_profit", "acquisition_cost", "price_concession", "referral_damage"]
    assert cells(rows, *signed)[0] == [Decimal("100.10"), -30, -5, -1]
    assert cells(rows, "account_id", "clv") == [["A1", Decimal("73.10")], ["A2", Decimal(-8)]]


def test_monthly_orders_end_with_the_last_month_that_is_over() -> None:
    accounts = [account("A1"), account("lost", lost_on="2024-08-31")]
    orders = [
        order("O1", "A1", "2024-07-05", 10),
        order("O2", "A1", "2024-07-31", 5),
        order("O3", "A1", "2024-09-05", 7),
        order("O4", "lost", "2024-07-05", 9),
    ]
    world = company("2024-09-29", accounts=accounts, orders=orders)
    rows = answers(world, "monthly_orders", "2024-09-29")
    assert cells(rows, "account_id", "month", "revenue", "known_until") == [
        ["A1", date(2024, 7, 1), Decimal(15), date(2024, 8, 1)]
    ]
    world = company("2024-09-30", accounts=accounts, orders=orders)
    rows = answers(world, "monthly_orders", "2024-09-30")
    assert rows["month"].tolist() == [date(2024, 7, 1), date(2024, 9, 1)]


def test_the_next_planned_interaction_is_the_first_one_after_today() -> None:
    calls = [
        interaction("today", "A1", None, status="planned", planned_for="2024-09-30"),
        interaction("later", "A1", None, status="planned", planned_for="2024-11-01"),
        interaction(
            "next", "A1", None, status="planned", planned_for="2024-10-08", kind="executive_visit"
        ),
        interaction("cancelled", "A2", None, status="cancelled", planned_for="2024-10-01"),
    ]
    rows = answers(company(interactions=calls), "next_planned")
    assert cells(rows, "account_id", "next_planned_on", "kind") == [
        ["A1", date(2024, 10, 8), "executive_visit"]
    ]


@pytest.mark.parametrize(
    ("target", "accounts", "allowed"),
    [("0.03", 20, 0), ("0.03", 100, 3), ("0.03", 133, 3), ("0.03", 134, 4), ("0", 50, 0)],
)
def test_allowed_losses_are_rounded_down(target: str, accounts: int, allowed: int) -> None:
    assert concentration.allowed_losses(Decimal(target), accounts) == allowed


def test_cumulative_shares_rank_and_leave_out_what_is_not_positive() -> None:
    shares = concentration.cumulative_shares(
        [Decimal(1), Decimal(6), Decimal(-2), Decimal(3), Decimal(0)]
    )
    assert shares == [Fraction(6, 10), Fraction(9, 10), 1]
    assert concentration.needed_for(Fraction(9, 10), shares) == 2
    assert concentration.needed_for(Fraction(1), shares) == 3
    assert concentration.cumulative_shares([Decimal(-1)]) == []
