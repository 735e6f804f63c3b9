"""Who stays, what they buy of us, what was lost: companies small enough to count by hand."""

from datetime import date
from decimal import Decimal

import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods, run
from tests.support.figures import Q2, Q3, Q4, by, figure, score, with_limits
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    contract_row,
    opportunity,
    order,
    snapshots,
    value_item,
)

END = "2024-09-30"
LATER = "2024-12-31"


def company(accounts: int = 2, **tables: list[Row]) -> Snapshots:
    return snapshots(LATER, accounts=[account(f"A{i + 1}") for i in range(accounts)], **tables)


# A year of churn


def four(**of_a1: object) -> Snapshots:
    world = company(4)
    world["accounts"][0][1][0].update(of_a1)
    return world


@pytest.mark.parametrize(
    ("lost_on", "lost", "at_start"),
    [
        ("2023-09-30", 0, 3),
        ("2023-10-01", 1, 4),
        ("2024-06-30", 1, 4),
        ("2024-09-30", 1, 4),
        ("2024-10-01", 0, 4),
    ],
)
def test_annual_churn_is_of_the_twelve_months_that_end_with_the_quarter(
    lost_on: str, lost: int, at_start: int
) -> None:
    world = four(status="lost", lost_on=lost_on)
    assert figure(ask_of(world, LATER), "churn_annual") == (lost, at_start, lost / at_start)


def test_who_came_during_the_year_or_is_no_customer_is_not_in_annual_churn() -> None:
    world = four(customer_since="2023-10-02", status="lost", lost_on="2024-05-01")
    world["accounts"][0][1][1]["status"] = "prospect"
    assert figure(ask_of(world, LATER), "churn_annual") == (0, 2, 0.0)
    # One that is lost and does not say when may be lost in these months.
    world["accounts"][0][1][2]["status"] = "lost"
    assert figure(ask_of(world, LATER), "churn_annual") == (None, 1, None)


def test_a_loss_after_the_as_of_day_is_no_annual_churn_yet() -> None:
    world = four(status="lost", lost_on="2024-09-15")
    assert figure(ask_of(world, "2024-09-14"), "churn_annual") == (0, 4, 0.0)
    assert figure(ask_of(world, "2024-09-15"), "churn_annual") == (1, 4, 0.25)


def test_a_year_that_ends_on_a_leap_day_begins_in_march() -> None:
    february = periods.month("2024-02")
    for lost_on, counted in (
        ("2023-02-28", (0, 3, 0.0)),
        ("2023-03-01", (1, 4, 0.25)),
        ("2024-02-29", (1, 4, 0.25)),
        ("2024-03-01", (0, 4, 0.0)),
    ):
        world = four(status="lost", lost_on=lost_on)
        assert figure(ask_of(world, LATER), "churn_annual", february) == counted


def test_a_fiscal_year_from_april_has_its_own_year_of_churn() -> None:
    world = four(status="lost", lost_on="2023-04-01")
    cursor = with_limits(world, LATER, {"fiscal_year_start_month": 4})
    # The fiscal year 2023 ends in March 2024.
    assert figure(cursor, "churn_annual", periods.quarter("2023-Q4", 4)) == (1, 4, 0.25)
    assert figure(cursor, "churn_annual", periods.quarter("2024-Q1", 4)) == (0, 3, 0.0)


def test_the_only_account_lost_is_all_of_them_and_then_there_is_nobody() -> None:
    world = snapshots(LATER, accounts=[account("A1", status="lost", lost_on="2023-12-31")])
    assert figure(ask_of(world, LATER), "churn_annual") == (1, 1, 1.0)
    assert score(ask_of(world, LATER), "churn_annual", Q4).reason == "no_cases"


@pytest.mark.parametrize("name", ["churn_annual", "nrr", "grr"])
def test_what_is_gone_before_the_period_is_not_split_by_tier(name: str) -> None:
    with pytest.raises(KamError, match="slice_not_defined"):
        run.run_metric(ask_of(four(), LATER), name, [Q3], ("tier",))


# Renewals


def ended() -> list[Row]:
    return [
        contract_row("C1", "A1", "2024-07-01", amount=100, renewed="true", renewal_amount=120),
        contract_row("C2", "A1", "2024-09-30", amount=300, renewed="true", renewal_amount=380),
        contract_row("C3", "A2", "2024-08-01", amount=999, renewed="true"),
        contract_row("C4", "A2", "2024-08-01", amount=999, renewed="false", renewal_amount=1),
        contract_row("C5", "A2", "2024-08-01", amount=999),
        contract_row("before", "A2", "2024-06-30", renewed="true", renewal_amount=1),
        contract_row("after", "A2", "2024-10-01", renewed="true", renewal_amount=1),
    ]


def test_renewed_is_what_says_so_of_what_ended_in_the_quarter() -> None:
    cursor = ask_of(company(contracts=ended()), LATER)
    assert figure(cursor, "renewal_rate") == (3, 5, 0.6)
    assert by(cursor, "renewal_rate", "account_id") == {"A1": (2, 2, 1.0), "A2": (1, 3, 1 / 3)}


def test_the_uplift_is_of_renewals_that_say_for_how_much() -> None:
    cursor = ask_of(company(contracts=ended()), LATER)
    assert figure(cursor, "renewal_uplift") == (Decimal(500), Decimal(400), 0.25)
    # The first contracts began years before: an uplift looks back to none of that.
    assert by(cursor, "renewal_uplift", "account_id")["A2"] == (0, 0, None)


def test_a_contract_that_ends_after_the_as_of_day_runs_still() -> None:
    assert figure(ask_of(company(contracts=ended()), "2024-09-29"), "renewal_rate") == (
        2,
        4,
        0.5,
    )
    assert figure(ask_of(company(contracts=ended()), END), "renewal_rate") == (3, 5, 0.6)


@pytest.mark.parametrize(
    ("as_of", "counted", "undecided"),
    [("2024-08-30", (1, 1), 1), ("2024-08-31", (1, 2), 0), ("2024-08-01", (1, 1), 1)],
)
def test_a_contract_that_does_not_say_is_decided_once_it_ended_more_than_thirty_days_ago(
    as_of: str, counted: tuple[int, int], undecided: int
) -> None:
    contracts = [
        contract_row("C1", "A1", "2024-07-01", renewed="true", renewal_amount=120),
        contract_row("C2", "A1", "2024-07-31"),
    ]
    told = score(ask_of(company(contracts=contracts), as_of), "renewal_rate")
    assert (told.numerator, told.denominator) == counted
    assert told.beside == {"undecided": undecided}
    uplift = score(ask_of(company(contracts=contracts), as_of), "renewal_uplift")
    assert (uplift.value, uplift.beside) == (pytest.approx(0.2), {"undecided": undecided})


def test_the_days_until_a_renewal_is_decided_are_a_setting() -> None:
    contracts = [
        contract_row("C1", "A1", "2024-07-01", renewed="true"),
        contract_row("C2", "A1", "2024-09-20"),
    ]
    limits = {"renewals.decided_after_days": 9}
    cursor = with_limits(company(contracts=contracts), "2024-09-30", limits)
    assert figure(cursor, "renewal_rate") == (1, 2, 0.5)


def test_a_quarter_in_which_nothing_ended_and_a_file_that_does_not_say() -> None:
    cursor = ask_of(company(contracts=ended()[:5]), LATER)
    assert score(cursor, "renewal_rate", Q2).reason == "no_cases"
    assert score(cursor, "renewal_uplift", Q2).reason == "no_cases"
    silent = ask_of(company(contracts=[contract_row("C1", "A1", "2024-07-01")]), LATER)
    assert score(silent, "renewal_rate").reason == "needs:contracts.renewed"
    assert score(silent, "renewal_uplift").reason == "needs:contracts.renewal_amount"


# Share of wallet


def wallet(*orders: Row, **of_a2: object) -> Snapshots:
    accounts = [
        account("A1", annual_purchase_budget=200),
        account("A2", annual_purchase_budget=50) | of_a2,
        account("A3"),
        account("A4", annual_purchase_budget=0),
    ]
    rows = [order("first", "A3", "2022-01-01", 1000), order("all", "A4", "2024-01-01", 9), *orders]
    return snapshots(LATER, accounts=accounts, orders=rows)


def test_a_wallet_is_filled_by_the_last_twelve_months() -> None:
    world = wallet(
        order("O1", "A1", "2023-09-30", 1000),
        order("O2", "A1", "2023-10-01", 30),
        order("O3", "A1", "2024-09-30", 20),
        order("O4", "A1", "2024-10-01", 1000),
    )
    cursor = ask_of(world, LATER)
    assert figure(cursor, "share_of_wallet") == (Decimal(50), Decimal(250), 0.2)
    assert by(cursor, "share_of_wallet", "account_id") == {
        "A1": (Decimal(50), Decimal(200), 0.25),
        "A2": (Decimal(0), Decimal(50), 0.0),
        "A3": (0, 0, None),
        "A4": (0, 0, None),
    }


def test_before_the_quarter_ends_it_is_read_on_the_as_of_day() -> None:
    world = wallet(
        order("O1", "A1", "2023-08-15", 1000),
        order("O2", "A1", "2023-08-16", 30),
        order("O3", "A1", "2024-08-15", 20),
        order("O4", "A1", "2024-08-16", 1000),
    )
    found = figure(ask_of(world, "2024-08-15"), "share_of_wallet")
    assert found == (Decimal(50), Decimal(250), 0.2)


def test_on_a_leap_day_twelve_months_begin_in_march_and_the_day_before_in_february() -> None:
    quarter = periods.quarter("2024-Q1")
    world = wallet(
        order("O1", "A1", "2023-02-28", 100),
        order("O2", "A1", "2023-03-01", 10),
        order("O3", "A1", "2024-02-29", 1),
    )
    on_leap_day = figure(ask_of(world, "2024-02-29"), "share_of_wallet", quarter)
    assert on_leap_day is not None and on_leap_day[0] == Decimal(11)
    # The day after 28 February 2024 was no day of 2023: the window begins on the 28th.
    before = figure(ask_of(world, "2024-02-28"), "share_of_wallet", quarter)
    assert before is not None and before[0] == Decimal(110)


def test_an_account_lost_by_the_day_it_is_read_on_has_no_wallet() -> None:
    for lost_on, budget in (("2024-09-29", 200), ("2024-09-30", 250)):
        world = wallet(order("O1", "A1", "2024-01-01", 50), status="lost", lost_on=lost_on)
        found = figure(ask_of(world, LATER), "share_of_wallet")
        assert found == (Decimal(50), Decimal(budget), 50 / budget)


def test_twelve_months_that_the_data_does_not_hold_have_no_share() -> None:
    for first, reason in (("2023-10-05", None), ("2023-10-06", "outside_data:orders")):
        world = wallet(order("O1", "A1", first, 50))
        del world["orders"][0][1][0:2]
        assert score(ask_of(world, END), "share_of_wallet").reason == reason


def test_without_budgets_the_column_is_named() -> None:
    world = company(orders=[order("O1", "A1", "2024-01-01", 1)])
    assert score(ask_of(world, END), "share_of_wallet").reason == (
        "needs:accounts.annual_purchase_budget"
    )


# Retention


def retained() -> Snapshots:
    """Then: A1 100, A2 100, A3 none, A4 a return only. Now: A1 150, A2 40, A3 500, A4 7."""
    rows = [
        order("first", "A3", "2022-09-30", 1),
        order("O1", "A1", "2022-10-01", 60),
        order("O2", "A1", "2023-09-30", 40),
        order("O3", "A1", "2023-10-01", 150),
        order("O4", "A2", "2023-01-01", 100),
        order("O5", "A2", "2024-09-30", 40),
        order("O6", "A3", "2024-01-01", 500),
        order("O7", "A4", "2023-01-01", -5),
        order("O8", "A4", "2024-01-01", 7),
    ]
    return company(4, orders=rows)


def test_net_retention_counts_gains_and_gross_only_what_was_kept() -> None:
    cursor = ask_of(retained(), LATER)
    assert figure(cursor, "nrr") == (Decimal(190), Decimal(200), 0.95)
    assert figure(cursor, "grr") == (Decimal(140), Decimal(200), 0.7)
    assert by(cursor, "grr", "account_id")["A1"] == (Decimal(100), Decimal(100), 1.0)


def test_an_account_that_left_or_gave_back_is_kept_at_nothing_not_below() -> None:
    world = retained()
    world["orders"][0][1].append(order("return", "A2", "2024-09-30", -60))
    cursor = ask_of(world, LATER)
    assert figure(cursor, "nrr") == (Decimal(130), Decimal(200), 0.65)
    assert figure(cursor, "grr") == (Decimal(100), Decimal(200), 0.5)


def test_retention_is_that_of_the_accounts_of_then_also_where_they_are_lost_now() -> None:
    world = retained()
    world["accounts"][0][1][1].update(status="lost", lost_on="2023-12-31")
    world["orders"][0][1][5]["amount"] = 0
    assert figure(ask_of(world, LATER), "nrr") == (Decimal(150), Decimal(200), 0.75)


def test_the_years_of_a_leap_day_meet_without_a_gap() -> None:
    quarter = periods.quarter("2024-Q1")
    rows = [
        order("long before", "A1", "2022-01-01", 9),
        order("O1", "A1", "2022-03-01", 20),
        order("O2", "A1", "2023-02-28", 80),
        order("O3", "A1", "2023-03-01", 30),
        order("O4", "A1", "2024-02-29", 40),
    ]
    world = company(1, orders=rows)
    found = figure(ask_of(world, "2024-02-29"), "nrr", quarter)
    assert found == (Decimal(70), Decimal(100), 0.7)
    # One day earlier the 28th of February 2023 is the first day of the later year.
    before = figure(ask_of(world, "2024-02-28"), "nrr", quarter)
    assert before == (Decimal(110), Decimal(20), 5.5)


def test_retention_needs_two_years_of_orders() -> None:
    world = retained()
    del world["orders"][0][1][0]
    assert score(ask_of(world, LATER), "nrr").value == 0.95
    world["orders"][0][1][0]["ordered_on"] = "2022-11-01"
    for name in ("nrr", "grr"):
        assert score(ask_of(world, LATER), name).reason == "outside_data:orders"
        assert score(ask_of(world, LATER), name, Q4).value is not None


def test_two_empty_years_have_no_retention() -> None:
    world = company(1, orders=[order("O1", "A1", "2020-01-01", 9)])
    for name in ("nrr", "grr"):
        assert score(ask_of(world, LATER), name).reason == "no_cases"


# Opportunities


def deals() -> list[Row]:
    def closed(name: str, day: str | None, outcome: str, **fields: object) -> Row:
        return opportunity(name, "A1", "2024-01-01", closed_on=day, outcome=outcome) | fields

    return [
        closed("D1", "2024-07-01", "won", kind="cross_sell", amount=1),
        closed("D2", "2024-09-30", "lost", kind="upsell", amount="10.50"),
        closed("D3", "2024-08-01", "lost", kind="renewal", account_id="A2"),
        closed("D4", "2024-08-01", "lost", kind="new", amount="4.50"),
        closed("D5", "2024-08-01", "won", kind="new", amount=8),
        closed("open", None, "open", kind="cross_sell", amount=99),
        closed("undated", None, "lost", kind="cross_sell", amount=99),
        closed("before", "2024-06-30", "lost", kind="upsell", amount=99),
        closed("after", "2024-10-01", "won", kind="upsell", amount=99),
    ]


def test_cross_selling_counts_what_was_closed_in_the_quarter() -> None:
    cursor = ask_of(company(opportunities=deals()), LATER)
    assert figure(cursor, "cross_sell_conversion") == (1, 2, 0.5)
    assert figure(cursor, "cross_sell_conversion", Q4) == (1, 1, 1.0)


def test_a_deal_closed_after_the_as_of_day_is_open_still() -> None:
    cursor = ask_of(company(opportunities=deals()), "2024-09-29")
    assert figure(cursor, "cross_sell_conversion") == (1, 1, 1.0)
    assert figure(cursor, "lost_projects") == (2, None, 2.0)


def test_lost_projects_of_every_kind_are_counted_and_added_up() -> None:
    orders = [order("O1", "A1", "2024-07-01", 60), order("O2", "A2", "2024-09-30", 40)]
    cursor = ask_of(company(opportunities=deals(), orders=orders), LATER)
    assert figure(cursor, "lost_projects") == (3, None, 3.0)
    assert figure(cursor, "lost_projects_amount") == (Decimal(15), None, 15.0)
    assert figure(cursor, "lost_projects_share") == (Decimal(15), Decimal(100), 0.15)
    assert by(cursor, "lost_projects_share", "account_id") == {
        "A1": (Decimal(15), Decimal(60), 0.25),
        # What it lost says no amount: that is not nothing.
        "A2": (None, Decimal(40), None),
    }


def test_losses_of_an_account_that_bought_nothing_are_in_the_share_of_the_whole() -> None:
    orders = [order("O1", "A2", "2024-07-01", 30)]
    cursor = ask_of(company(opportunities=deals(), orders=orders), LATER)
    assert figure(cursor, "lost_projects_share") == (Decimal(15), Decimal(30), 0.5)
    assert by(cursor, "lost_projects_share", "account_id")["A1"] == (Decimal(15), 0, None)


def test_a_quarter_without_losses_is_zero_of_its_revenue() -> None:
    orders = [order("O1", "A1", "2024-03-01", 60), order("O2", "A1", "2024-05-01", 60)]
    world = company(opportunities=[d for d in deals() if d["opportunity_id"] != "before"])
    world |= snapshots(LATER, orders=orders)
    cursor = ask_of(world, LATER)
    assert figure(cursor, "lost_projects", Q2) == (0, None, 0.0)
    assert figure(cursor, "lost_projects_amount", Q2) == (0, None, 0.0)
    assert figure(cursor, "lost_projects_share", Q2) == (Decimal(0), Decimal(60), 0.0)
    assert score(cursor, "cross_sell_conversion", Q2).reason == "no_cases"


def test_a_share_of_losses_needs_both_tables_to_reach_the_quarter() -> None:
    world = company(opportunities=deals(), orders=[order("O1", "A1", "2024-10-01", 60)])
    assert score(ask_of(world, LATER), "lost_projects_share").reason == "outside_data:orders"
    del world["orders"]
    assert score(ask_of(world, LATER), "lost_projects_share").reason == "needs:orders"
    assert score(ask_of(world, LATER), "lost_projects").value == 3.0


def test_deals_that_never_say_their_outcome_are_not_zero_losses() -> None:
    silent = [opportunity("D1", "A1", "2024-01-01", outcome=None)]
    cursor = ask_of(company(opportunities=silent), LATER)
    assert score(cursor, "lost_projects").reason == "needs:opportunities.outcome"


# The profit of a lifetime


def lifetime() -> list[Row]:
    return [
        value_item("A1", "2023-01-31", "acquisition_cost", "100.10"),
        value_item("A1", "2024-06-30", "base_profit", "50.00"),
        value_item("A1", "2024-07-01", "cross_sell_profit", "20.00"),
        value_item("A1", "2024-09-30", "cost_saving", "30.05"),
        value_item("A1", "2024-09-30", "referral_profit", "10.00"),
        value_item("A2", "2024-08-01", "price_concession", "5.00"),
        value_item("A2", "2024-08-02", "referral_damage", "1.00"),
        value_item("A2", "2024-10-01", "base_profit", "1000.00"),
    ]


def test_lifetime_profit_is_every_item_so_far_with_its_sign() -> None:
    cursor = ask_of(company(value_items=lifetime()), LATER)
    assert figure(cursor, "clv") == (Decimal("3.95"), None, 3.95)
    assert by(cursor, "clv", "account_id") == {
        "A1": (Decimal("9.95"), None, 9.95),
        "A2": (Decimal("-6.00"), None, -6.0),
    }


def test_lifetime_profit_grows_from_quarter_to_quarter_and_an_empty_one_leaves_it() -> None:
    cursor = ask_of(company(value_items=lifetime()), LATER)
    assert figure(cursor, "clv", periods.quarter("2023-Q1")) == (Decimal("-100.10"), None, -100.1)
    assert figure(cursor, "clv", periods.quarter("2023-Q3")) == (Decimal("-100.10"), None, -100.1)
    assert figure(cursor, "clv", Q2) == (Decimal("-50.10"), None, -50.1)
    assert figure(cursor, "clv", Q4) == (Decimal("1003.95"), None, 1003.95)


def test_lifetime_profit_before_the_quarter_ends_is_that_of_the_as_of_day() -> None:
    cursor = ask_of(company(value_items=lifetime()), "2024-08-01")
    assert figure(cursor, "clv") == (Decimal("-35.10"), None, -35.1)
    assert score(cursor, "clv", periods.quarter("2022-Q4")).reason == "outside_data:value_items"


def test_a_promotion_does_not_move_what_a_tier_was_worth() -> None:
    world = company(value_items=lifetime(), orders=[order("O1", "A1", "2024-01-01", 10)])
    rows = [row | {"growth_potential": 10} for row in world["accounts"][0][1]]
    promoted = [row | {"growth_potential": 90} for row in rows]
    world["accounts"] = [(date(2024, 6, 30), rows), (date(2024, 8, 15), promoted)]
    cursor = ask_of(world, LATER)
    assert by(cursor, "clv", "tier").keys() == {"stable", "basic"}
    assert by(cursor, "clv", "tier")["stable"] == (Decimal("9.95"), None, 9.95)
    assert by(cursor, "clv", "tier", Q4).keys() == {"VIP", "growth"}
