"""Every metric on companies small enough to count by hand."""

from datetime import date
from decimal import Decimal

import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods, run
from kam_core.settings import loader
from tests.support.figures import Q2, Q3, Q4, by, figure, score, with_limits
from tests.support.worlds import account, ask_of, connect, interaction, need, order, snapshots
from tests.support.worlds import cursor as on_day

# Revenue


def test_revenue_adds_cents_that_floats_would_lose() -> None:
    orders = [order(f"O{i}", "A1", "2024-07-01", "0.10") for i in range(3)]
    orders.append(order("O9", "A1", "2024-09-30", "9999999999999999.99"))
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    assert figure(cursor, "revenue") == (Decimal("10000000000000000.29"), None, 1e16)
    assert sum([0.1, 0.1, 0.1]) != 0.3


def test_a_return_lowers_revenue_and_a_later_order_is_not_in_it() -> None:
    orders = [
        order("O1", "A1", "2024-07-01", "100.00"),
        order("O2", "A1", "2024-08-01", "-30.50"),
        order("O3", "A1", "2024-09-30", "5.00"),
    ]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-29")
    assert figure(cursor, "revenue") == (Decimal("69.50"), None, 69.5)


def test_an_empty_quarter_between_others_is_zero_and_one_before_the_data_has_no_figure() -> None:
    orders = [order("O1", "A1", "2024-03-31", "7"), order("O2", "A1", "2024-07-01", "8")]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    assert figure(cursor, "revenue", Q2) == (Decimal(0), None, 0.0)
    assert figure(cursor, "revenue", periods.quarter("2023-Q4")) is None
    assert figure(cursor, "revenue", Q4) is None


def test_a_quarter_after_the_last_order_is_zero_where_the_upload_speaks_for_it() -> None:
    orders = [order("O1", "A1", "2024-05-01", "7")]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    assert figure(cursor, "revenue") == (Decimal(0), None, 0.0)


def test_growth_compares_with_the_same_quarter_of_last_year() -> None:
    orders = [order("O1", "A1", "2023-07-01", "80"), order("O2", "A1", "2024-09-30", "100")]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    assert figure(cursor, "revenue_yoy") == (Decimal(100), Decimal(80), 0.25)


def test_growth_of_an_open_quarter_compares_with_the_same_days_of_last_year() -> None:
    orders = [
        order("O1", "A1", "2023-07-05", "80"),
        order("O2", "A1", "2023-08-01", "120"),
        order("O3", "A1", "2024-07-10", "100"),
    ]
    cursor = ask_of(snapshots("2024-07-31", accounts=[account("A1")], orders=orders), "2024-07-31")
    assert figure(cursor, "revenue_yoy") == (Decimal(100), Decimal(80), 0.25)


def test_growth_over_a_leap_day_takes_all_of_february() -> None:
    orders = [
        order("O1", "A1", "2024-01-31", "7"),
        order("O2", "A1", "2024-02-29", "80"),
        order("O3", "A1", "2025-02-28", "100"),
    ]
    cursor = ask_of(snapshots("2025-02-28", accounts=[account("A1")], orders=orders), "2025-02-28")
    found = figure(cursor, "revenue_yoy", periods.month("2025-02"))
    assert found == (Decimal(100), Decimal(80), 0.25)


def test_growth_has_no_figure_where_the_data_does_not_reach_back() -> None:
    orders = [order("O1", "A1", "2023-10-01", "80"), order("O2", "A1", "2024-08-01", "100")]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    assert figure(cursor, "revenue_yoy") is None


@pytest.mark.parametrize(
    ("first", "growth"), [("2023-07-01", 0.25), ("2023-07-05", 0.25), ("2023-07-06", None)]
)
def test_growth_has_no_figure_where_the_data_begins_within_the_month_it_looks_back_to(
    first: str, growth: float | None
) -> None:
    orders = [order("O1", "A1", first, "80"), order("O2", "A1", "2024-08-01", "100")]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], orders=orders), "2024-09-30")
    found = figure(cursor, "revenue_yoy")
    assert (found and found[2]) == growth
    # The month itself is shown either way.
    shown = figure(cursor, "revenue", periods.month("2023-07"))
    assert shown == (Decimal(80), None, 80.0)


def test_how_late_data_may_begin_in_a_whole_month_is_a_setting() -> None:
    orders = [order("O1", "A1", "2023-07-06", "80"), order("O2", "A1", "2024-08-01", "100")]
    world = snapshots("2024-09-30", accounts=[account("A1")], orders=orders)
    cursor = with_limits(world, "2024-09-30", {"coverage.first_days": 6})
    assert figure(cursor, "revenue_yoy") == (Decimal(100), Decimal(80), 0.25)


# Key accounts


def five_accounts(**of_a1: object) -> list[dict]:
    """A1 sells most and has potential: the only VIP. A2 has potential: growth."""
    potentials = {"A1": 90, "A2": 60, "A3": 59, "A4": 10, "A5": 0}
    rows = [account(name, growth_potential=score) for name, score in potentials.items()]
    return [rows[0] | of_a1, *rows[1:]]


def five_orders() -> list[dict]:
    """Before the third quarter: A1 500, A2 400, ... A5 100; in it 60, 20, 10, 5, 5."""
    before = [500, 400, 300, 200, 100]
    within = [60, 20, 10, 5, 5]
    return [
        order(f"B{i}", f"A{i + 1}", "2024-06-30", amount) for i, amount in enumerate(before)
    ] + [order(f"W{i}", f"A{i + 1}", "2024-07-01", amount) for i, amount in enumerate(within)]


def test_key_revenue_is_that_of_accounts_key_at_the_start_of_the_quarter() -> None:
    world = snapshots("2024-09-30", accounts=five_accounts(), orders=five_orders())
    cursor = ask_of(world, "2024-09-30")
    assert figure(cursor, "key_revenue_share") == (Decimal(80), Decimal(100), 0.8)
    assert by(cursor, "revenue", "tier") == {
        "VIP": (Decimal(60), None, 60.0),
        "growth": (Decimal(20), None, 20.0),
        "basic": (Decimal(20), None, 20.0),
    }


def test_the_tiers_asked_for_cut_every_metric() -> None:
    world = snapshots("2024-09-30", accounts=five_accounts(), orders=five_orders())
    assert figure(ask_of(world, "2024-09-30", tiers=["VIP"]), "revenue") == (
        Decimal(60),
        None,
        60.0,
    )


def test_a_promotion_changes_no_past_number() -> None:
    world = snapshots("2024-06-30", accounts=five_accounts())
    world |= snapshots("2024-12-31", orders=five_orders())
    before = figure(ask_of(world, "2024-09-30"), "key_revenue_share")
    promoted = [row | {"growth_potential": 95} for row in five_accounts()]
    world["accounts"].append((date(2024, 8, 15), promoted))
    cursor = ask_of(world, "2024-12-31")
    assert figure(cursor, "key_revenue_share") == before == (Decimal(80), Decimal(100), 0.8)
    assert figure(cursor, "key_churn", Q3) == (0, 2, 0.0)
    assert figure(cursor, "key_churn", Q4) == (0, 5, 0.0)


def test_before_the_first_snapshot_the_first_one_counts() -> None:
    world = snapshots("2024-12-31", accounts=five_accounts(), orders=five_orders())
    cursor = ask_of(world, "2024-09-30")
    assert figure(cursor, "key_revenue_share") == (Decimal(80), Decimal(100), 0.8)


@pytest.mark.parametrize(
    ("lost_on", "lost", "at_start"),
    [
        ("2024-06-30", 0, 1),
        ("2024-07-01", 1, 2),
        ("2024-09-30", 1, 2),
        ("2024-10-01", 0, 2),
    ],
)
def test_the_first_and_the_last_day_of_the_quarter_belong_to_it(
    lost_on: str, lost: int, at_start: int
) -> None:
    accounts = five_accounts(status="lost", lost_on=lost_on)
    world = snapshots("2024-12-31", accounts=accounts, orders=five_orders())
    # Without A1 the highest of four sells is A2's, which is key either way.
    assert figure(ask_of(world, "2024-12-31"), "key_churn") == (lost, at_start, lost / at_start)


def test_churn_of_one_tier_is_that_of_its_key_accounts() -> None:
    accounts = five_accounts(status="lost", lost_on="2024-09-15")
    world = snapshots("2024-12-31", accounts=accounts, orders=five_orders())
    # A1 is the one of VIP, A2 the one of growth; the other three are basic.
    assert by(ask_of(world, "2024-12-31"), "key_churn", "tier") == {
        "VIP": (1, 1, 1.0),
        "growth": (0, 1, 0.0),
        "basic": (0, 0, None),
    }
    assert figure(ask_of(world, "2024-12-31", tiers=["growth"]), "key_churn") == (0, 1, 0.0)


@pytest.mark.parametrize("name", ["key_revenue_share", "churn_annual"])
def test_a_figure_that_no_tier_has_alone_says_so_where_tiers_are_chosen(name: str) -> None:
    world = snapshots("2024-09-30", accounts=five_accounts(), orders=five_orders())
    cursor = ask_of(world, "2024-09-30", tiers=["VIP", "growth"])
    assert figure(cursor, name) is None
    found = score(cursor, name)
    assert (found.value, found.status, found.reason) == (None, "no_data", "not_by_tier")


def test_a_loss_after_the_as_of_day_has_not_happened() -> None:
    accounts = five_accounts(status="lost", lost_on="2024-09-15")
    world = snapshots("2024-09-30", accounts=accounts, orders=five_orders())
    assert figure(ask_of(world, "2024-09-14"), "key_churn") == (0, 2, 0.0)
    assert figure(ask_of(world, "2024-09-15"), "key_churn") == (1, 2, 0.5)


def test_a_single_account_is_not_above_anybody() -> None:
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1", growth_potential=90)],
        orders=[order("O1", "A1", "2024-07-01", 10)],
    )
    assert by(ask_of(world, "2024-09-30"), "revenue", "tier") == {"growth": (Decimal(10), None, 10)}


# Matching needs


def matching() -> dict:
    """Six maintenance calls, of which three name an open need of their own account."""
    needs = [
        need("N1", "A1", "2024-07-01 09:00", resolved_at="2024-08-01 12:00"),
        need("N2", "A2", "2024-07-01 09:00"),
    ]
    calls = [
        interaction("at once", "A1", "2024-07-01 09:00", need_id="N1", duration_hours="0.1"),
        interaction("too early", "A1", "2024-07-01 08:59", need_id="N1", duration_hours="0.2"),
        interaction("when solved", "A1", "2024-08-01 12:00", need_id="N1", duration_hours="0.2"),
        interaction("too late", "A1", "2024-08-01 12:01", need_id="N1", duration_hours="0.3"),
        interaction("not its own", "A1", "2024-08-02 12:00", need_id="N2"),
        interaction("other kind", "A2", "2024-09-30 23:59", need_id="N2", kind="visit"),
        interaction("invited", "A2", "2024-08-02", need_id="N2", kind="invitation"),
        interaction(
            "planned", "A2", None, need_id="N2", status="planned", planned_for="2024-08-09"
        ),
        interaction("cancelled", "A2", "2024-08-03", need_id="N2", status="cancelled"),
    ]
    accounts = [account("A1"), account("A2", region="South")]
    return snapshots("2024-09-30", accounts=accounts, interactions=calls, needs=needs)


def test_match_rate_counts_own_open_needs_only() -> None:
    cursor = ask_of(matching(), "2024-09-30")
    assert figure(cursor, "match_rate") == (3, 6, 0.5)
    assert by(cursor, "match_rate", "region") == {"North": (2, 5, 0.4), "South": (1, 1, 1.0)}


def test_only_what_was_completed_is_maintenance() -> None:
    """What was planned or missed may have a moment of its own, and names a need all the same."""
    kept = [
        interaction(status, "A1", "2024-07-02", need_id="N1", status=status)
        for status in ("completed", "planned", "missed", "cancelled")
    ]
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1")],
        interactions=kept,
        needs=[need("N1", "A1", "2024-07-01")],
    )
    assert figure(ask_of(world, "2024-09-30"), "match_rate") == (1, 1, 1.0)


def test_routine_share_is_one_minus_match_rate() -> None:
    cursor = ask_of(matching(), "2024-09-30")
    assert figure(cursor, "routine_share") == (3, 6, 0.5)
    assert by(cursor, "routine_share", "region") == {"North": (3, 5, 0.6), "South": (0, 1, 0.0)}


def test_hours_weigh_what_has_a_duration() -> None:
    found = figure(ask_of(matching(), "2024-09-30"), "match_rate_hours")
    assert found == (Decimal("0.3"), Decimal("0.8"), 0.375)


def test_coverage_counts_needs_that_were_open_in_the_quarter_and_named_in_it() -> None:
    world = matching()
    world["needs"][0][1].extend(
        [
            need("solved before", "A1", "2024-05-01", resolved_at="2024-06-30 23:00"),
            need("solved on the first day", "A1", "2024-05-01", resolved_at="2024-07-01 00:00"),
            need("raised on the last day", "A1", "2024-09-30 23:00"),
        ]
    )
    assert figure(ask_of(world, "2024-09-30"), "need_coverage") == (2, 4, 0.5)


def test_a_need_named_before_it_was_raised_or_after_it_was_resolved_is_not_covered() -> None:
    needs = [
        need("N1", "A1", "2024-07-10 09:00", resolved_at="2024-08-01 12:00"),
        need("N2", "A1", "2024-07-10 09:00"),
        need("N3", "A1", "2024-07-10 09:00"),
    ]
    calls = [
        interaction("too early", "A1", "2024-07-09 10:00", need_id="N1"),
        interaction("too late", "A1", "2024-08-02 10:00", need_id="N1"),
        interaction("in time", "A1", "2024-08-02 10:00", need_id="N2"),
        interaction("invited", "A1", "2024-08-02 10:00", need_id="N3", kind="invitation"),
    ]
    world = snapshots("2024-09-30", accounts=[account("A1")], interactions=calls, needs=needs)
    assert figure(ask_of(world, "2024-09-30"), "need_coverage") == (1, 3, 1 / 3)


def test_an_unmatched_quarter_has_a_rate_of_zero_and_no_calls_have_none() -> None:
    days = {"I1": "2024-07-01", "I2": "2024-10-01"}
    calls = [interaction(name, "A1", day, need_id="N0") for name, day in days.items()]
    world = snapshots("2024-12-31", accounts=[account("A1")], interactions=calls)
    world |= snapshots("2024-12-31", needs=[need("N1", "A1", "2024-01-01")])
    assert figure(ask_of(world, "2024-12-31"), "match_rate", Q3) == (0, 1, 0.0)
    world["interactions"][0][1].append(interaction("I3", "A1", "2024-01-01"))
    assert figure(ask_of(world, "2024-12-31"), "match_rate", Q2) == (0, 0, None)


# Response to needs


def test_response_time_is_the_quantile_of_answered_needs_in_days() -> None:
    needs = [
        need("N1", "A1", "2024-07-01 06:00", responded_at="2024-07-02 06:00"),
        need("N2", "A1", "2024-07-01 06:00", responded_at="2024-07-03 18:00"),
        need("unanswered", "A1", "2024-07-01 06:00"),
        need("answered later", "A1", "2024-07-01 06:00", responded_at="2024-10-01 06:00"),
        need("answered before", "A1", "2024-07-02 06:00", responded_at="2024-07-01 06:00"),
    ]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], needs=needs), "2024-09-30")
    assert figure(cursor, "need_response_median") == (None, 2, 1.75)
    assert figure(cursor, "need_response_p90") == (None, 2, 2.35)


@pytest.mark.parametrize(
    ("raised_at", "responded_at", "in_time"),
    [
        ("2024-07-01 23:00", "2024-07-08 23:59", 1),  # Monday: the fifth working day is Monday
        ("2024-07-01 23:00", "2024-07-09 00:00", 0),
        ("2024-07-06 08:00", "2024-07-12 18:00", 1),  # Saturday: the fifth is Friday
        ("2024-07-06 08:00", "2024-07-15 08:00", 0),
    ],
)
def test_the_standard_is_five_working_days_after_the_day_raised(
    raised_at: str, responded_at: str, in_time: int
) -> None:
    needs = [need("N1", "A1", raised_at, responded_at=responded_at)]
    cursor = ask_of(snapshots("2024-09-30", accounts=[account("A1")], needs=needs), "2024-09-30")
    assert figure(cursor, "need_response_within_standard") == (in_time, 1, float(in_time))


def test_a_need_without_an_answer_fails_only_after_the_standard() -> None:
    needs = [
        need("N1", "A1", "2024-07-01", responded_at="2024-07-02"),
        need("N2", "A1", "2024-07-08"),
    ]
    world = snapshots("2024-09-30", accounts=[account("A1")], needs=needs)
    assert figure(ask_of(world, "2024-07-15"), "need_response_within_standard") == (1, 1, 1.0)
    assert figure(ask_of(world, "2024-07-16"), "need_response_within_standard") == (1, 2, 0.5)


# Slices, absent data, mistakes


def test_a_slice_that_the_header_does_not_name_is_refused() -> None:
    cursor = ask_of(matching(), "2024-09-30")
    with pytest.raises(KamError, match="slice_not_defined"):
        run.run_metric(cursor, "churn_annual", [Q3], ("tier",))


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(KamError, match="unknown_metric"):
        run.run_metric(ask_of(matching(), "2024-09-30"), "happiness", [Q3])


def test_a_metric_whose_table_was_never_loaded_has_no_row() -> None:
    assert figure(ask_of(matching(), "2024-09-30"), "revenue") is None


def test_a_period_that_has_not_begun_has_no_row() -> None:
    assert figure(ask_of(matching(), "2024-06-30"), "match_rate") is None


def test_sum_over_regions_is_the_total_and_the_order_of_rows_does_not_matter() -> None:
    rows = five_accounts()
    rows = [row | {"region": region} for row, region in zip(rows, "EEENN", strict=True)]
    world = snapshots("2024-09-30", accounts=rows, orders=five_orders())
    shuffled = snapshots("2024-09-30", accounts=rows[::-1], orders=five_orders()[::-1])
    regions = ("E", "N")
    total = figure(ask_of(world, "2024-09-30", regions=regions), "revenue")
    parts = by(ask_of(shuffled, "2024-09-30", regions=regions), "revenue", "region")
    assert total[0] == sum(part[0] for part in parts.values()) == Decimal(100)


def test_a_region_split_in_two_adds_up_to_what_it_was() -> None:
    rows = five_accounts()
    split = [row | {"region": f"North {i % 2}"} for i, row in enumerate(rows)]
    names = ("North", "North 0", "North 1")
    for name in ("revenue", "key_revenue_share", "key_churn"):
        whole, parts = (
            figure(
                ask_of(
                    snapshots("2024-09-30", accounts=a, orders=five_orders()),
                    "2024-09-30",
                    regions=names,
                ),
                name,
            )
            for a in (rows, split)
        )
        assert whole == parts


def test_one_more_snapshot_with_the_same_rows_changes_nothing() -> None:
    world = matching()
    before = figure(ask_of(world, "2024-12-31"), "match_rate")
    for uploads in world.values():
        uploads.append((date(2024, 10, 31), uploads[0][1]))
    assert figure(ask_of(world, "2024-12-31"), "match_rate") == before


def test_a_row_missing_from_a_later_full_upload_is_gone_from_then_on_only() -> None:
    world = matching()
    world["interactions"].append((date(2024, 11, 1), world["interactions"][0][1][:1]))
    assert figure(ask_of(world, "2024-10-31"), "match_rate") == (3, 6, 0.5)
    assert figure(ask_of(world, "2024-11-01"), "match_rate") == (1, 1, 1.0)


def test_rows_of_an_account_that_nobody_knows_are_invisible() -> None:
    world = matching()
    world["interactions"][0][1].append(interaction("stray", "A9", "2024-07-01"))
    assert figure(ask_of(world, "2024-09-30"), "match_rate") == (3, 6, 0.5)


def test_a_setting_changes_the_figure_without_a_change_of_code() -> None:
    settings = loader.copy_version_settings()
    settings["tier_schemes"]["schemes"]["value_potential"]["axes"]["x"]["cuts"] = [95]
    world = snapshots("2024-09-30", accounts=five_accounts(), orders=five_orders())
    strict = on_day(connect(world, settings), "2024-09-30")
    found = figure(strict, "key_revenue_share")
    assert found == (Decimal(0), Decimal(100), 0.0)
