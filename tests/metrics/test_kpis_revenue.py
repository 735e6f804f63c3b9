"""Profit of key accounts and concentration, on companies small enough to count by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods, run
from kam_core.metrics.scorecard import Score
from tests.support.figures import Q2, Q3, Q4, by, figure, score, with_limits
from tests.support.worlds import Row, Snapshots, account, ask_of, order, snapshots

END = "2024-09-30"


def sold(*amounts: object, accounts: list[Row] | None = None, day: str = "2024-07-01") -> Snapshots:
    """Account A1 bought the first amount in the quarter, A2 the second, and so on."""
    return snapshots(
        END,
        accounts=accounts or [account(f"A{i}") for i in range(1, len(amounts) + 1)],
        orders=[order(f"O{i}", f"A{i}", day, amount) for i, amount in enumerate(amounts, 1)],
    )


# Profit of key accounts


def profits(**of_a2: object) -> Snapshots:
    """Potentials make A1 key and leave A2 out; A1 earns us 30 of 40, a third order does not say."""
    return snapshots(
        END,
        accounts=[account("A1", growth_potential=60), account("A2", growth_potential=59) | of_a2],
        orders=[
            order("O1", "A1", "2024-07-01", 100, gross_profit="30.00"),
            order("O2", "A2", "2024-09-30", 50, gross_profit="10.00"),
            order("O3", "A2", "2024-08-01", 500),
        ],
    )


def test_key_profit_leaves_out_orders_that_do_not_say_their_profit() -> None:
    cursor = ask_of(profits(), END)
    assert figure(cursor, "key_profit_share") == (Decimal(30), Decimal(40), 0.75)
    assert by(cursor, "key_profit_share", "account_id") == {
        "A1": (Decimal(30), Decimal(30), 1.0),
        "A2": (Decimal(0), Decimal(10), 0.0),
    }


def test_profit_of_an_account_promoted_in_the_quarter_is_not_yet_key() -> None:
    world = profits()
    promoted = [row | {"growth_potential": 90} for row in world["accounts"][0][1]]
    world["accounts"] = [
        (date(2024, 6, 30), world["accounts"][0][1]),
        (date(2024, 8, 15), promoted),
    ]
    assert figure(ask_of(world, END), "key_profit_share") == (Decimal(30), Decimal(40), 0.75)


def test_a_quarter_that_lost_money_has_no_share_of_profit() -> None:
    world = profits()
    world["orders"][0][1].append(order("O4", "A2", "2024-08-01", 5, gross_profit="-45.00"))
    found = score(ask_of(world, END), "key_profit_share")
    assert (found.value, found.numerator, found.denominator) == (None, Decimal(30), Decimal(-5))
    assert found.reason == "no_cases"


def test_without_profits_and_without_orders_each_says_what_is_needed() -> None:
    world = sold(1, 2)
    assert score(ask_of(world, END), "key_profit_share").reason == "needs:orders.gross_profit"
    del world["orders"]
    for name in ("key_profit_share", "top20_share", "hhi"):
        assert score(ask_of(world, END), name).reason == "needs:orders"


def test_an_empty_quarter_has_neither_share_nor_index() -> None:
    world = profits()
    world["orders"][0][1].append(order("before", "A1", "2024-01-01", 9, gross_profit=1))
    for name in ("key_profit_share", "top20_share", "hhi"):
        found = score(ask_of(world, END), name, Q2)
        assert (found.value, found.status, found.reason) == (None, "no_data", "no_cases")


# The share of the top accounts


def test_the_top_are_so_many_accounts_of_the_quarter() -> None:
    cursor = with_limits(sold(50, 30, 15, 5), END, {"top.accounts": 2})
    assert figure(cursor, "top20_share") == (Decimal(80), Decimal(100), 0.8)
    assert by(cursor, "top20_share", "account_id")["A3"] == (Decimal(0), Decimal(15), 0.0)


def test_twenty_are_at_the_top_unless_the_settings_say_otherwise() -> None:
    found = figure(ask_of(sold(*[10] * 25), END), "top20_share")
    assert found == (Decimal(200), Decimal(250), 0.8)


def test_below_one_the_top_is_a_share_of_the_accounts_rounded_up() -> None:
    cursor = with_limits(sold(50, 30, 15, 5, -20), END, {"top.accounts": 0.3})
    # Four accounts rank, 0.3 of them are 1.2: two.
    assert figure(cursor, "top20_share") == (Decimal(80), Decimal(80), 1.0)


def test_a_tie_at_the_last_place_goes_to_the_earlier_account_id() -> None:
    cursor = with_limits(sold(10, 20, 20, 20), END, {"top.accounts": 2})
    tops = by(cursor, "top20_share", "account_id")
    assert [name for name, (above, _, _) in tops.items() if above] == ["A2", "A3"]


def test_the_top_is_that_of_the_whole_company_also_for_a_viewer_of_one_region() -> None:
    accounts = [account("A1", region="South"), account("A2"), account("A3")]
    world = sold(50, 30, 20, accounts=accounts)
    north = with_limits(world, END, {"top.accounts": 2}, regions=["North"])
    assert figure(north, "top20_share") == (Decimal(30), Decimal(50), 0.6)
    everywhere = with_limits(world, END, {"top.accounts": 2})
    assert by(everywhere, "top20_share", "region") == {
        "North": (Decimal(30), Decimal(50), 0.6),
        "South": (Decimal(50), Decimal(50), 1.0),
    }


def test_the_only_account_is_all_there_is() -> None:
    cursor = ask_of(sold(7), END)
    assert figure(cursor, "top20_share") == (Decimal(7), Decimal(7), 1.0)
    assert figure(cursor, "hhi") == (Decimal(49), Decimal(49), 1.0)


# Concentration


def test_the_index_is_the_sum_of_squared_shares() -> None:
    cursor = ask_of(sold(60, 20, 20), END)
    assert figure(cursor, "hhi") == (Decimal(4400), Decimal(10000), 0.44)


def test_equal_accounts_have_the_index_of_their_number() -> None:
    assert figure(ask_of(sold(*["0.10"] * 4), END), "hhi") == (
        Decimal("0.04"),
        Decimal("0.16"),
        0.25,
    )


def test_an_account_that_gave_back_more_than_it_bought_is_in_no_square() -> None:
    world = sold(30, 10)
    world["orders"][0][1].append(order("O9", "A2", "2024-09-30", -25))
    assert figure(ask_of(world, END), "hhi") == (Decimal(900), Decimal(900), 1.0)


def test_the_index_of_a_region_is_that_of_its_own_accounts() -> None:
    accounts = [account("A1", region="South"), account("A2"), account("A3")]
    found = by(ask_of(sold(60, 20, 20, accounts=accounts), END), "hhi", "region")
    assert found == {
        "North": (Decimal(800), Decimal(1600), 0.5),
        "South": (Decimal(3600), Decimal(3600), 1.0),
    }


def test_squares_of_the_largest_amounts_are_exact() -> None:
    most = Decimal("9999999999999999.99")
    found = figure(ask_of(sold(most, most, "0.01"), END), "hhi")
    cents = 999_999_999_999_999_999
    assert found is not None
    assert Fraction(found[0]) == Fraction(2 * cents**2 + 1, 10_000)
    assert Fraction(found[1]) == Fraction((2 * cents + 1) ** 2, 10_000)


def test_an_index_is_not_split_into_single_accounts() -> None:
    with pytest.raises(KamError, match="slice_not_defined"):
        run.run_metric(ask_of(sold(1, 2), END), "hhi", [Q3], ("account_id",))


def test_a_quarter_of_a_fiscal_year_from_april_holds_its_own_months() -> None:
    world = sold(60, 40)
    world["orders"][0][1].append(order("O8", "A2", "2024-06-30", 1000))
    world["orders"][0][1].append(order("O9", "A2", "2024-10-01", 1000))
    world["orders"] = [(date(2024, 12, 31), world["orders"][0][1])]
    cursor = with_limits(world, "2024-12-31", {"fiscal_year_start_month": 4, "top.accounts": 1})
    second = periods.quarter("2024-Q2", 4)
    assert figure(cursor, "top20_share", second) == (Decimal(60), Decimal(100), 0.6)
    assert figure(cursor, "hhi", second) == (Decimal(5200), Decimal(10000), 0.52)
    assert figure(cursor, "top20_share", Q4) == (Decimal(1000), Decimal(1000), 1.0)


# Returns beyond the whole


def test_a_share_that_returns_push_beyond_the_whole_is_shown_and_not_judged() -> None:
    accounts = [
        account("A1", growth_potential=80, annual_contract_value=9),
        account("A2", growth_potential=20, annual_contract_value=9),
    ]
    before = order("O0", "A1", "2023-07-05", 100)

    def share(name: str, *amounts: tuple[str, int]) -> Score:
        rows = [order(f"O{i}", a, "2024-08-05", n) for i, (a, n) in enumerate(amounts, start=1)]
        world = snapshots("2024-09-30", accounts=accounts, orders=[before, *rows])
        return score(ask_of(world, "2024-09-30"), name)

    for name in ("key_revenue_share", "top20_share"):
        beyond = share(name, ("A1", 300), ("A2", 100), ("A2", -200))
        assert (beyond.value, beyond.status) == (1.5, "no_status")
        assert (beyond.reason, beyond.gap, beyond.attainment) == ("beyond_whole", None, None)
    below = share("key_revenue_share", ("A1", -100), ("A2", 300))
    assert (below.value, below.status, below.target) == (-0.5, "no_status", 0.78)
    whole = share("key_revenue_share", ("A1", 300), ("A2", 0))
    assert (whole.value, whole.status, whole.reason) == (1.0, "met", None)
