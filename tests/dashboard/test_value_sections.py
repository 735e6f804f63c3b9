"""What the value page shows, composed from small companies without a page."""

from decimal import Decimal
from pathlib import Path

import pytest

from kam_core.dashboard.charts import Columns, Pareto, Point, SeasonChart, Terms, Wallets
from kam_core.dashboard.sections import earnings, retention, seasons
from kam_core.dashboard.view import View
from tests.support.views import cells, view_of, words
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    contract_row,
    interaction,
    opportunity,
    order,
    snapshots,
    value_item,
)


def company(**tables: list[Row]) -> Snapshots:
    accounts = [account("A1", region="North"), account("A2", region="South")]
    return snapshots("2024-09-30", **({"accounts": accounts} | tables))


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Four accounts that bring 60, 20, 10 and 10; two of them say what they buy in a year."""
    accounts = [
        account("A1", annual_purchase_budget=100),
        account("A2", annual_purchase_budget=400),
        account("A3"),
        account("A4"),
    ]
    amounts = {"A1": 60, "A2": 20, "A3": 10, "A4": 10}
    orders = [order(f"O{name}", name, "2024-08-01", amount) for name, amount in amounts.items()]
    world = snapshots("2024-09-30", accounts=accounts, orders=orders)
    return view_of(world, tmp_path_factory.mktemp("sold"))


def test_the_first_two_of_four_accounts_bring_eighty_percent(sold: View) -> None:
    figure = earnings.compose_concentration(sold)
    names = ["Company A1", "Company A2", "Company A3", "Company A4"]
    assert figure.charts == (Pareto([0.6, 0.8, 0.9, 1.0], names, 2),)
    assert "4 accounts had revenue; the first 2 of them brought 80.0%" in words(figure)
    assert cells(figure, "account_id", "quarter_revenue")[:2] == [("A1", 60), ("A2", 20)]


def test_the_index_of_concentration_is_said_as_so_many_equal_accounts(sold: View) -> None:
    sentence = words(earnings.compose_concentration(sold))
    assert "index is 0.420, as if 2 accounts of equal size" in sentence


def test_a_wallet_is_what_goes_elsewhere_most_of_that_first(sold: View) -> None:
    figure = earnings.compose_wallets(sold)
    assert cells(figure, "account_id", "wallet_share", "elsewhere") == [
        ("A2", 0.05, 380),
        ("A1", 0.6, 40),
    ]
    (chart,) = figure.charts
    assert isinstance(chart, Wallets) and chart.rows["account_id"].tolist() == ["A2", "A1"]
    assert "Company A2 (North) buys most elsewhere: of a budget of 400 we have 5.0%" in (
        words(figure)
    )
    assert figure.is_open and "without a purchase budget are left out" in figure.note


def test_without_a_budget_there_are_no_wallets_but_a_note(tmp_path: Path) -> None:
    view = view_of(company(orders=[order("O1", "A1", "2024-08-01", 5)]), tmp_path)
    figure = earnings.compose_wallets(view)
    assert not figure.charts and not figure.sentences and figure.table is None
    assert figure.note == "No active account in this selection has a purchase budget."


def test_lifetime_profit_is_the_sum_of_its_terms(tmp_path: Path) -> None:
    items = [
        value_item("A1", "2024-07-01", "cost_saving", 30),
        value_item("A1", "2024-07-02", "acquisition_cost", 10),
        value_item("A2", "2024-07-03", "price_concession", 5),
    ]
    figure = earnings.compose_lifetime(view_of(company(value_items=items), tmp_path))
    (chart,) = figure.charts
    assert isinstance(chart, Terms)
    assert {name: int(amount) for name, amount in chart.amounts.items() if amount} == {
        "Cost saving": 30,
        "Acquisition cost": -10,
        "Price concession": -5,
    }
    assert cells(figure, "account_id", "clv") == [("A1", 20), ("A2", -5)]
    assert "1 is below zero so far, Company A2 with −5" in words(figure)


def test_retention_stands_on_one_scale_with_one_column_for_each_share(tmp_path: Path) -> None:
    orders = [
        order("first", "A1", "2022-09-01", 1),
        order("before 1", "A1", "2023-08-01", 100),
        order("before 2", "A2", "2023-08-01", 100),
        order("now", "A1", "2024-08-01", 120),
    ]
    figure = retention.compose_retention(view_of(company(orders=orders), tmp_path))
    assert "net retention is 60.0% (growth counted), gross retention 50.0%" in words(figure)
    assert figure.table is not None
    period, *shares = figure.table.columns
    assert [column.unit for column in shares] == ["percent", "percent"]
    assert figure.table.frame.iloc[-1].tolist() == ["2024-Q3", 0.6, 0.5]


@pytest.fixture(scope="module")
def contracted(tmp_path_factory: pytest.TempPathFactory) -> View:
    contracts = [
        contract_row("more", "A1", "2024-08-31", amount=500, renewed=True, renewal_amount=800),
        contract_row("no", "A2", "2024-09-29", amount=60, renewed=False),
        contract_row("october", "A1", "2024-10-20", amount=10),
        contract_row("october too", "A2", "2024-10-31", amount=5),
        contract_row("february", "A2", "2025-02-01", amount=7),
    ]
    calls = [interaction("I1", "A1", None, status="planned", planned_for="2024-10-05")]
    world = company(contracts=contracts, interactions=calls)
    return view_of(world, tmp_path_factory.mktemp("contracted"))


def test_of_two_contracts_that_ended_one_was_renewed_for_more(contracted: View) -> None:
    shares, ended = retention.compose_renewals(contracted), retention.compose_ended(contracted)
    assert shares.title == "Contracts that ended" and ended.title == ""
    assert "2 contracts ended in Q3 2024 and 1 was renewed" in words(shares)
    assert "The largest step up is Company A1, from 500 to 800" in words(shares)
    assert cells(ended, "contract_id", "difference") == [("more", 300), ("no", None)]


def test_contracts_that_end_next_are_added_up_by_month(contracted: View) -> None:
    figure = retention.compose_ending(contracted)
    (chart,) = figure.charts
    assert isinstance(chart, Columns) and chart.unit == "money"
    assert [point.value for point in chart.points] == [15, 7]
    assert "2 contracts worth 15 end within 90 days, 1 of them with no interaction planned" in (
        words(figure)
    )
    assert "within 180 days it is 3 contracts worth 22" in words(figure)


def test_where_no_contract_ends_there_is_a_sentence_and_no_table(tmp_path: Path) -> None:
    view = view_of(company(contracts=[contract_row("C", "A1", "2024-08-31")]), tmp_path)
    figure = retention.compose_ending(view)
    assert words(figure) == "No contract ends within 180 days."
    assert not figure.charts and figure.table is None


def test_three_percent_of_two_key_accounts_allow_no_loss_and_one_was_lost(tmp_path: Path) -> None:
    accounts = [
        account("A1", growth_potential=90, customer_since="2020-01-01"),
        account("A2", growth_potential=90, customer_since="2020-01-01", lost_on="2024-08-01"),
    ]
    orders = [order(f"O{name}", name, "2024-02-01", 50) for name in ("A1", "A2")]
    world = snapshots("2024-09-30", accounts=accounts, orders=orders)
    view = view_of(world, tmp_path)
    figure = retention.compose_key_losses(view)
    (chart,) = figure.charts
    assert isinstance(chart, Columns) and chart.names == ("Key accounts lost", "Allowed losses")
    assert chart.points[-1] == Point("Q3 2024", 1, 0, False)
    assert cells(figure, "period", "key_lost", "key_at_start", "allowed")[-1] == (
        "2024-Q3",
        1,
        2,
        0,
    )
    assert "target of 3.0% allows 0 losses, and 1 was lost" in words(figure)
    lost = retention.compose_accounts_lost(view)
    assert cells(lost, "account_id", "revenue_before") == [("A2", 50)]


def test_without_a_lost_account_the_list_is_a_note(contracted: View) -> None:
    figure = retention.compose_accounts_lost(contracted)
    assert (figure.title, figure.note) == ("Accounts lost", "No account was lost in Q3 2024.")
    assert figure.table is None


@pytest.fixture(scope="module")
def pursued(tmp_path_factory: pytest.TempPathFactory) -> View:
    closed = {"closed_on": "2024-08-01"}
    pursued = [
        opportunity("P1", "A1", "2024-07-01", outcome="lost", amount=8, lost_reason="price")
        | closed,
        opportunity("P2", "A1", "2024-07-01", outcome="lost", lost_reason="price") | closed,
        opportunity("P3", "A2", "2024-07-01", outcome="lost") | closed,
        opportunity("P4", "A2", "2024-07-01", outcome="won", kind="upsell", amount=9) | closed,
        opportunity("P5", "A2", "2024-07-01", outcome="lost", kind="upsell", amount=2) | closed,
    ]
    orders = [order("O1", "A1", "2024-08-01", 80), order("O2", "A2", "2024-08-01", 20)]
    world = company(opportunities=pursued, orders=orders)
    return view_of(world, tmp_path_factory.mktemp("pursued"))


def test_known_amounts_of_lost_projects_are_held_against_revenue(pursued: View) -> None:
    figure = retention.compose_lost_amounts(pursued)
    assert "4 opportunities were lost in Q3 2024; their known amounts of 10 are 10.0%" in (
        words(figure)
    )
    assert "Of 2 the amount is not known." in words(figure)
    assert cells(figure, "period", "value")[-1] == ("2024-Q3", 10)
    regions = retention.compose_lost_by_region(pursued)
    assert [row[0] for row in cells(regions, "region")] == ["North", "South"]
    assert "North lost most: 8, which is 10.0% of 80" in words(regions)


def test_a_reason_without_any_amount_is_not_worth_zero(pursued: View) -> None:
    figure = retention.compose_lost_reasons(pursued)
    rows = cells(figure, "lost_reason", "lost_count", "lost_amount")
    assert rows == [("Not given", 2, 2), ("price", 2, 8)]
    assert cells(retention.compose_lost_list(pursued), "opportunity_id")[0] == ("P1",)


def test_one_of_two_upsells_was_won(pursued: View) -> None:
    trend, (kinds,) = retention.compose_cross_sell(pursued), retention.compose_growth_kinds(pursued)
    assert cells(trend, "period", "value")[-1] == ("2024-Q3", 0.5)
    assert "2 cross-sell and upsell opportunities closed in Q3 2024; 1 was won, worth 9" in (
        words(kinds)
    )
    assert cells(kinds, "opportunity_kind", "won", "lost_count") == [("Upsell", 1, 1)]


def test_without_anything_to_cross_sell_only_the_reason_is_said(tmp_path: Path) -> None:
    lost = opportunity("P1", "A1", "2024-07-01", outcome="lost", closed_on="2024-08-01")
    view = view_of(company(opportunities=[lost]), tmp_path)
    figure = retention.compose_cross_sell(view)
    assert not figure.charts and figure.note
    assert retention.compose_growth_kinds(view) == ()


@pytest.fixture(scope="module")
def seasonal(tmp_path_factory: pytest.TempPathFactory) -> View:
    """A1 buys ten times as much every November as in other months, A2 always the same."""
    months = [f"{2021 + n // 12}-{n % 12 + 1:02}" for n in range(45)]
    orders = [
        order(f"{name} {month}", name, f"{month}-05", 1000 if name + month[5:] == "A111" else 100)
        for name in ("A1", "A2")
        for month in months
    ]
    orders.append(order("last day", "A1", "2024-09-30", 1))
    return view_of(company(orders=orders), tmp_path_factory.mktemp("seasonal"))


def test_only_the_account_with_a_season_is_offered(seasonal: View) -> None:
    assert seasons.list_seasonal_accounts(seasonal) == {"A1": "Company A1"}
    figure = seasons.compose_foresight(seasonal)
    assert "2 accounts have 24 or more months with orders; 1 of them" in words(figure)


def test_november_is_a_peak_for_which_nothing_is_planned(seasonal: View) -> None:
    (figure,) = seasons.compose_peaks(seasonal)
    ((account_id, peak, planned),) = cells(figure, "account_id", "peak_on", "next_planned_on")
    assert (account_id, str(peak)[:10]) == ("A1", "2024-11-01")
    assert not isinstance(planned, str) and "nothing planned" in figure.title


def test_a_season_holds_the_months_of_the_account_that_is_chosen(seasonal: View) -> None:
    (figure,) = seasons.compose_season(seasonal, "A1")
    (chart,) = figure.charts
    assert isinstance(chart, SeasonChart)
    assert len(chart.past) == 45
    assert chart.past["revenue"].sum() == Decimal(45 * 100 + 3 * 900 + 1)
    assert words(figure).startswith("Company A1:")
    assert cells(figure, "quarter") == [("2024-Q4",), ("2025-Q1",)]


def test_without_two_years_of_orders_no_account_is_offered(sold: View) -> None:
    assert seasons.list_seasonal_accounts(sold) == {}
    assert seasons.compose_peaks(sold) == seasons.compose_season(sold) == ()
    sentence = words(seasons.compose_foresight(sold))
    assert sentence == "No account has 24 months with orders yet, too few to tell a season."
