"""Where an open period would end, and how much of a target is reached."""

from fractions import Fraction

import pytest

from kam_core.metrics import availability, catalogue, pacing, scorecard
from tests.support.figures import Q2, Q3, score
from tests.support.worlds import (
    Snapshots,
    account,
    ask_of,
    contract_row,
    order,
    snapshots,
    survey,
    ticket,
    value_item,
)


def company(as_of: str = "2024-09-30") -> Snapshots:
    """Ten a day on the first four days of July, one complaint and one survey on the first."""
    return snapshots(
        as_of,
        accounts=[account("A1")],
        orders=[order(f"O{i}", "A1", f"2024-07-0{i}", 10) for i in range(1, 5)],
        tickets=[ticket("T1", "A1", "2024-07-01", kind="complaint")],
        surveys=[survey("S1", "A1", "2024-07-01")],
        value_items=[value_item("A1", "2024-07-01", "base_profit", 5)],
    )


def paced(world: Snapshots, as_of: str, name: str) -> float | None:
    cursor = ask_of(world, as_of)
    metric = catalogue.metric(name)
    data = availability.survey_data(cursor, [metric])
    return pacing.paced(metric, score(cursor, name), Q3, data)


def test_an_amount_goes_on_as_the_days_so_far() -> None:
    # 23 of 92 days, a quarter of the quarter.
    assert paced(company(), "2024-07-23", "revenue") == 160.0
    assert paced(company(), "2024-07-04", "revenue") == 920.0
    assert paced(company(), "2024-07-23", "complaints") == 4.0


def test_growth_goes_on_as_the_days_so_far() -> None:
    world = company()
    world["orders"][0][1].append(order("O5", "A1", "2023-07-01", 80))
    world["tickets"][0][1].extend(
        ticket(f"T{i}", "A1", "2023-07-01", kind="complaint") for i in range(2, 7)
    )
    # 40 and one complaint in 23 of 92 days, against 80 and five of the whole quarter last year.
    assert paced(world, "2024-07-23", "revenue_yoy") == 1.0
    assert paced(world, "2024-07-23", "complaints_yoy") == pytest.approx(-0.2)
    assert score(ask_of(world, "2024-07-23"), "complaints_yoy").value == pytest.approx(-0.8)
    assert paced(world, "2024-09-30", "revenue_yoy") is None


def test_growth_without_a_base_has_no_pace() -> None:
    world = company()
    world["orders"][0][1].append(order("O5", "A1", "2023-01-01", 80))
    assert paced(world, "2024-07-23", "revenue_yoy") is None


def test_a_whole_quarter_ends_where_it_ended() -> None:
    assert paced(company(), "2024-09-30", "revenue") is None
    assert paced(company(), "2024-12-31", "revenue") is None


def test_days_after_the_end_of_the_data_do_not_count_as_days_without_sales() -> None:
    assert paced(company("2024-07-04"), "2024-08-31", "revenue") == 920.0


def test_means_shares_and_states_have_no_pace() -> None:
    world = company() | snapshots(
        "2024-09-30",
        contracts=[contract_row("C1", "A1", "2024-07-01", renewed=True, renewal_amount=120)],
    )
    for name in ("satisfaction", "top20_share", "clv", "renewal_uplift"):
        found = score(ask_of(world, "2024-07-23"), name)
        assert (found.reason, paced(world, "2024-07-23", name)) == ("partial", None)


def test_what_has_no_value_has_no_pace() -> None:
    world = company()
    del world["orders"]
    assert paced(world, "2024-07-23", "revenue") is None
    assert score(ask_of(company(), "2024-07-23"), "revenue", Q2).reason == "outside_data:orders"


@pytest.mark.parametrize(
    ("value", "target", "better", "reached"),
    [
        ("0.6", "0.75", "higher", "0.8"),
        ("90", "75", "higher", "1.2"),
        ("0", "0.75", "higher", "0"),
        ("48", "12", "lower", "0.25"),
        ("0.02", "0.03", "lower", "1.5"),
        ("0", "0.03", "lower", None),
        ("0.12", "0", "lower", None),
        ("5", "0", "higher", None),
        ("-0.05", "0.15", "higher", None),
        ("0.05", "-0.15", "lower", None),
    ],
)
def test_attainment_is_actual_over_target_or_turned_round_where_less_is_better(
    value: str, target: str, better: str, reached: str | None
) -> None:
    found = scorecard.attainment(Fraction(value), Fraction(target), better)
    assert found == (None if reached is None else Fraction(reached))


def test_without_a_target_nothing_is_attained() -> None:
    assert scorecard.attainment(Fraction(1), None, "higher") is None


def test_a_plain_row_holds_numbers_only() -> None:
    cursor = ask_of(company(), "2024-09-30")
    world = company()
    world["tickets"][0][1].append(
        ticket("T2", "A1", "2024-07-01 08:00", first_response_at="2024-07-01 08:20")
    )
    found = scorecard.to_json(score(ask_of(world, "2024-09-30"), "response_hours"))
    assert found["numerator"] == found["value"] == pytest.approx(1 / 3)
    assert isinstance(found["numerator"], float)
    assert "attainment" not in scorecard.to_json(score(cursor, "revenue"))
