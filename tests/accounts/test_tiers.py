"""The tier scheme: data in, tiers out."""

from datetime import date
from decimal import Decimal

import pytest

from kam_core.accounts import tiers
from kam_core.metrics import queries
from kam_core.settings import loader
from tests.support.worlds import Snapshots, account, ask_of, connect, cursor, order, snapshots


def tier_of(world: Snapshots, as_of: str, settings: dict | None = None) -> dict[str, str]:
    rows = queries.run_query(cursor(connect(world, settings), as_of), "tier_matrix")
    return dict(zip(rows["account_id"], rows["tier"], strict=True))


def six(*amounts: object, day: str = "2024-07-01", **fields: object) -> Snapshots:
    """Accounts A1 to A6 with these revenues; the first three have a high potential."""
    return snapshots(
        "2024-09-30",
        accounts=[
            account(f"A{i}", growth_potential=60 if i <= 3 else "59.9999", **fields)
            for i in range(1, 7)
        ],
        orders=[order(f"O{i}", f"A{i}", day, a) for i, a in enumerate(amounts, 1) if a is not None],
    )


def test_the_four_cells_of_value_and_potential() -> None:
    # Of six accounts the fifth has four of the other five below it: exactly the cut of 0.8.
    assert tier_of(six(60, 10, 20, 50, 30, 40), "2024-09-30") == {
        "A1": "VIP",
        "A2": "growth",
        "A3": "growth",
        "A4": "stable",
        "A5": "basic",
        "A6": "basic",
    }


def test_equal_values_share_the_lower_rank() -> None:
    assert set(tier_of(six(10, 10, 10, 10, 10, 10), "2024-09-30").values()) == {"growth", "basic"}


def test_a_cent_decides_a_rank_where_floats_would_see_a_tie() -> None:
    top = [f"9999999999999999.{cents}" for cents in (99, 98, 97)]
    found = tier_of(six(*top, 1, 2, 3), "2024-09-30")
    assert [found[name] for name in ("A1", "A2", "A3")] == ["VIP", "VIP", "growth"]


def test_value_falls_back_to_the_contract_and_then_to_zero() -> None:
    world = six(None, 10, 20, 30, 40, None)
    world["accounts"][0][1][0]["annual_contract_value"] = "1000"
    rows = queries.run_query(ask_of(world, "2024-09-30"), "tier_matrix").set_index("account_id")
    assert (rows.loc["A1", "value"], rows.loc["A1", "tier"]) == (Decimal(1000), "VIP")
    assert (rows.loc["A6", "value"], rows.loc["A6", "revenue_12m"]) == (Decimal(0), Decimal(0))


def test_without_orders_and_contract_nobody_is_rated() -> None:
    world = snapshots("2024-09-30", accounts=[account("A1", growth_potential=90)])
    assert tier_of(world, "2024-09-30") == {"A1": "unrated"}


def test_without_potential_an_account_is_unrated_but_still_ranked_against() -> None:
    world = six(60, 10, 20, 50, 30, 40)
    world["accounts"][0][1][0]["growth_potential"] = None
    found = tier_of(world, "2024-09-30")
    assert (found["A1"], found["A4"]) == ("unrated", "stable")


@pytest.mark.parametrize(
    ("day", "as_of", "counts"),
    [
        ("2023-10-01", "2024-09-30", True),
        ("2023-09-30", "2024-09-30", False),
        ("2023-03-01", "2024-02-29", True),
        ("2023-02-28", "2024-02-29", False),
        ("2023-02-28", "2024-02-28", True),
        ("2023-02-27", "2024-02-28", False),
        ("2024-09-30", "2024-09-30", True),
    ],
)
def test_value_is_the_revenue_of_the_twelve_months_up_to_the_day(
    day: str, as_of: str, counts: bool
) -> None:
    world = six(60, day=day)
    rows = queries.run_query(ask_of(world, as_of), "tier_matrix").set_index("account_id")
    assert rows.loc["A1", "value"] == (60 if counts else 0)


def test_only_active_accounts_have_a_tier() -> None:
    world = six(60, 10, 20, 50, 30, 40)
    rows = world["accounts"][0][1]
    rows[0] |= {"status": "lost", "lost_on": "2024-09-29"}
    rows[1] |= {"status": "prospect"}
    rows[2] |= {"customer_since": "2024-10-02"}
    rows[3] |= {"status": "lost"}
    assert set(tier_of(world, "2024-09-30")) == {"A5", "A6"}


def test_a_tier_depends_on_all_accounts_whatever_the_viewer_sees() -> None:
    world = six(60, 10, 20, 50, 30, 40)
    world["accounts"][0][1][1]["region"] = "South"
    rows = queries.run_query(ask_of(world, "2024-09-30", regions=["South"]), "tier_matrix")
    assert rows[["account_id", "tier"]].to_numpy().tolist() == [["A2", "growth"]]


def test_moves_are_listed_between_two_days() -> None:
    world = six(60, 10, 20, 50, 30, 40)
    later = [row | {"growth_potential": 10} for row in world["accounts"][0][1]]
    world["accounts"].append((date(2024, 11, 1), later))
    shown = ask_of(world, "2024-12-31")
    moves = queries.run_query(
        shown, "tier_moves", from_day=date(2024, 10, 31), to_day=date(2024, 12, 31)
    )
    found = moves.set_index("account_id")[["from_tier", "to_tier"]].T.to_dict("list")
    assert found == {"A1": ["VIP", "stable"], "A2": ["growth", "basic"], "A3": ["growth", "basic"]}


def test_another_scheme_is_another_piece_of_data() -> None:
    settings = loader.copy_version_settings()
    settings["tier_schemes"] = {
        "active": "pyramid",
        "schemes": {
            "pyramid": {
                "needs": ["orders"],
                "axes": {
                    "x": {"measure": "value", "scale": "percentile", "cuts": [0.5, 0.8]},
                    "y": {"measure": "value", "scale": "minmax", "cuts": []},
                },
                "cells": {"0,0": "lead", "1,0": "iron", "2,0": "gold"},
                "tiers": {"lead": {"key": False}, "iron": {"key": False}, "gold": {"key": True}},
            }
        },
    }
    found = tier_of(six(60, 10, 20, 50, 30, 40), "2024-09-30", settings)
    assert [name for name, tier in found.items() if tier == "gold"] == ["A1", "A4"]
    assert sorted(name for name, tier in found.items() if tier == "lead") == ["A2", "A3", "A5"]


def test_the_scheme_of_a_version_can_be_read_from_it() -> None:
    found = tiers.load_scheme(ask_of(six(1), "2024-09-30"))
    assert (found.name, [axis.cuts for axis in found.axes.values()]) == (
        "value_potential",
        [(60.0,), (0.8,)],
    )
    assert found.tiers == ("VIP", "growth", "stable", "basic", "unrated")
    assert found.key_tiers == {"VIP", "growth"}


def test_cells_hold_count_revenue_and_share() -> None:
    matrix = queries.run_query(ask_of(six(60, 10, 20, 50, 30, 30), "2024-09-30"), "tier_matrix")
    totals = tiers.cell_totals(matrix).set_index("tier")
    assert totals.loc["VIP"].tolist() == [1, Decimal(60), True, 0.3]
    assert totals["accounts"].sum() == 6
