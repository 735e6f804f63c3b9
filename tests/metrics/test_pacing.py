"""What an open period owes of its target by now, where it would end, how much is reached."""

from datetime import date
from fractions import Fraction

import pytest

from kam_core.dashboard.sections.scorecards import score_cells
from kam_core.dashboard.tables import cell_words
from kam_core.metrics import availability, catalogue, pacing, periods, scorecard
from kam_core.metrics.scorecard import Score
from kam_core.text.writer import Text
from kam_core.verify import settings, tables
from kam_core.verify.check import compare_all
from kam_core.verify.figures import Recount
from tests.support.figures import Q2, Q3, score
from tests.support.worlds import (
    REGIONS,
    Snapshots,
    account,
    ask_of,
    contract_row,
    interaction,
    need,
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


def last_year(world: Snapshots, *orders: tuple[str, int]) -> Snapshots:
    """The same company with orders of the year before, from its first January on."""
    world["orders"][0][1].append(order("P0", "A1", "2023-01-01", 1))
    world["orders"][0][1].extend(
        order(f"P{number}", "A1", day, amount) for number, (day, amount) in enumerate(orders, 1)
    )
    return world


def target(world: Snapshots, amount: object, name: str = "revenue", **parts: object) -> Snapshots:
    row = {"metric": name, "quarter": "2024-Q3", "target": amount} | parts
    world.setdefault("targets", [(date(2024, 1, 1), [])])[0][1].append(row)
    return world


def on(world: Snapshots, as_of: str, name: str) -> Score:
    """The third quarter as of a day; what is due is recounted another way."""
    cursor = ask_of(world, as_of)
    recount = Recount(
        tables.read_rows(cursor), settings.read_settings(cursor), date.fromisoformat(as_of), REGIONS
    )
    assert compare_all(cursor, recount, [Q3], [name]).differences == []
    return score(cursor, name)


@pytest.mark.parametrize(
    ("amount", "status", "pace"),
    # 40 so far, and last year a fifth of the quarter came by 23 July.
    [(200, "on_pace", 1.0), (201, "behind_pace", 40 / 40.2), (160, "on_pace", 1.25)],
)
def test_an_amount_owes_the_share_that_last_year_had_by_the_same_day(
    amount: int, status: str, pace: float
) -> None:
    world = last_year(company(), ("2023-07-23", 20), ("2023-07-24", 30), ("2023-09-30", 50))
    figure = on(target(world, amount), "2024-07-23", "revenue")
    assert (figure.status, figure.pace) == (status, pytest.approx(pace))
    assert (figure.value, figure.paced, figure.target) == (40.0, 200.0, amount)


def test_the_gap_of_an_open_amount_is_to_what_is_due() -> None:
    # A quarter of the quarter is gone: of 200 it owes 50, of which 40 came.
    figure = on(target(company(), 200), "2024-07-23", "revenue")
    assert (figure.gap, figure.gap_due, figure.gap_by_now) == (-160.0, -10.0, -10.0)
    cells = score_cells(figure, Text("en"))
    shown = [cell_words(cells[name], "own", "en") for name in ("gap", "pace", "paced")]
    assert shown == ["−10", "80.0%", "160"]
    ended = on(target(company(), 200), "2024-09-30", "revenue")
    assert ended.gap_due is None and ended.gap_by_now == ended.gap


def test_without_last_year_an_amount_owes_the_share_of_the_days() -> None:
    # 23 of 92 days, a quarter of the quarter.
    figure = on(target(company(), 160), "2024-07-23", "revenue")
    assert (figure.status, figure.pace, figure.paced) == ("on_pace", 1.0, 160.0)
    assert on(target(company(), 161), "2024-07-23", "revenue").status == "behind_pace"
    assert on(company(), "2024-07-23", "complaints").paced == 4.0


@pytest.mark.parametrize(
    "orders",
    [
        [("2023-08-01", 100)],
        [("2023-07-01", 100), ("2023-09-01", -50)],
        [("2023-07-01", -10), ("2023-09-01", 50)],
        [("2023-04-01", 50)],
    ],
    ids=["nothing by then", "more than the whole", "less than nothing", "nothing at all"],
)
def test_where_last_year_says_no_share_the_days_do(orders: list[tuple[str, int]]) -> None:
    assert on(last_year(company(), *orders), "2024-07-23", "revenue").paced == 160.0


def test_a_year_before_that_the_data_tells_in_part_says_no_share() -> None:
    world = company()
    world["orders"][0][1].append(order("P1", "A1", "2023-07-10", 20))
    assert on(world, "2024-07-23", "revenue").paced == 160.0


def test_a_region_owes_its_own_share() -> None:
    world = last_year(company(), ("2023-07-23", 20), ("2023-09-30", 20))
    world["accounts"][0][1].append(account("A2", region="South"))
    world["orders"][0][1].extend([
        order("S1", "A2", "2023-09-30", 60), order("S2", "A2", "2024-07-01", 10),
    ])  # fmt: skip
    cursor = ask_of(world, "2024-07-23")
    data = availability.survey_data(cursor, [catalogue.metric("revenue")])
    shares = pacing.shares_of_last_year(cursor, catalogue.metric("revenue"), Q3, data, ("region",))
    assert shares == {("North",): Fraction(1, 2)}
    assert on(world, "2024-07-23", "revenue").paced == pytest.approx(50 / (20 / 100))


def test_fewer_of_what_should_be_few_is_on_pace_and_never_met() -> None:
    for allowed, status in ((4, "on_pace"), (3, "behind_pace")):
        figure = on(target(company(), allowed, "complaints"), "2024-07-23", "complaints")
        assert (figure.value, figure.status) == (1.0, status)
    assert on(target(company(), 1, "complaints"), "2024-09-30", "complaints").status == "met"


def test_growth_of_an_open_quarter_is_on_the_same_days_of_last_year() -> None:
    world = last_year(company(), ("2023-07-23", 20), ("2023-07-24", 80))
    growth = on(target(world, "0.5", "revenue_yoy"), "2024-07-23", "revenue_yoy")
    assert (growth.numerator, growth.denominator, growth.value) == (40, 20, 1.0)
    # 40 where 1.5 times 20 were asked for.
    assert (growth.status, growth.pace, growth.paced) == ("on_pace", pytest.approx(4 / 3), None)
    whole = on(world, "2024-09-30", "revenue_yoy")
    assert (whole.denominator, whole.value, whole.status, whole.pace) == (100, -0.6, "missed", None)


def test_complaints_below_last_year_in_an_open_quarter_are_on_pace() -> None:
    world = company()
    days = ("2023-01-02", "2023-07-01", "2023-07-23 18:00", "2023-07-24", "2023-09-30")
    world["tickets"][0][1].extend(
        ticket(f"P{number}", "A1", day, kind="complaint") for number, day in enumerate(days)
    )
    figure = on(world, "2024-07-23", "complaints_yoy")
    assert (figure.numerator, figure.denominator, figure.value) == (1, 2, -0.5)
    assert (figure.target, figure.status, figure.pace) == (0.0, "on_pace", 2.0)


@pytest.mark.parametrize(
    ("known", "before"), [("2024-02-29", 1), ("2024-02-28", 1), ("2024-03-01", 3)]
)
def test_the_last_of_february_is_that_of_the_year_before(known: str, before: int) -> None:
    world = snapshots(
        known,
        accounts=[account("A1")],
        orders=[
            order("O0", "A1", "2022-10-01", 5),
            order("O1", "A1", "2023-02-28", 1), order("O2", "A1", "2023-03-01", 2),
            order("O3", "A1", "2024-02-28", 4),
        ],
    )  # fmt: skip
    cursor, first = ask_of(world, known), periods.quarter("2024-Q1")
    recount = Recount(
        tables.read_rows(cursor), settings.read_settings(cursor), date.fromisoformat(known), REGIONS
    )
    assert compare_all(cursor, recount, [first], ["revenue", "revenue_yoy"]).differences == []
    assert score(cursor, "revenue_yoy", first).denominator == before


def test_a_whole_quarter_is_judged_by_what_came_of_it() -> None:
    for as_of in ("2024-09-30", "2024-12-31"):
        figure = on(target(company("2024-12-31"), 40), as_of, "revenue")
        assert (figure.status, figure.pace, figure.paced) == ("met", None, None)


def test_a_quarter_whose_orders_end_before_it_does_is_open_though_it_has_ended() -> None:
    world = company("2024-07-23") | snapshots("2024-12-31", accounts=[account("A1")])
    world["accounts"][0] = (date(2024, 7, 23), world["accounts"][0][1])
    world["accounts"].append((date(2024, 12, 31), [account("A1")]))
    figure = on(target(world, 160), "2024-12-31", "revenue")
    assert (figure.status, figure.paced, figure.is_behind) == ("on_pace", 160.0, True)


def test_means_and_shares_are_held_against_the_whole_target_as_they_are_so_far() -> None:
    world = company() | snapshots(
        "2024-09-30",
        contracts=[contract_row("C1", "A1", "2024-07-01", renewed=True, renewal_amount=120)],
    )
    target(target(world, 80, "satisfaction"), "0.2", "renewal_uplift")
    satisfied, uplift = (
        on(world, "2024-07-23", name) for name in ("satisfaction", "renewal_uplift")
    )
    assert (satisfied.status, satisfied.pace) == ("on_pace", satisfied.value / 80)
    assert (uplift.status, uplift.pace, uplift.paced) == ("on_pace", 1.0, None)
    assert on(world, "2024-07-23", "top20_share").status == "no_target"
    # A profit of a lifetime does not grow with the days of a quarter.
    assert on(world, "2024-07-23", "clv").paced is None


def test_what_has_no_value_has_no_pace() -> None:
    world = company()
    del world["orders"]
    assert (on(world, "2024-07-23", "revenue").paced, on(world, "2024-07-23", "revenue").pace) == (
        None,
        None,
    )
    assert score(ask_of(company(), "2024-07-23"), "revenue", Q2).reason == "outside_data:orders"


def test_few_cases_leave_the_pace_of_an_open_quarter_undecided() -> None:
    world = company()
    held = [
        interaction(f"I{n}", "A1", f"2024-07-0{n}", need_id="N" if n < 4 else None)
        for n in range(1, 6)
    ]
    world |= snapshots("2024-09-30", interactions=held, needs=[need("N", "A1", "2024-06-01")])
    figure = on(world, "2024-07-23", "match_rate")
    assert (figure.value, figure.target, figure.status) == (0.6, 0.75, "behind_pace")
    assert (figure.is_undecided, figure.shade, figure.reason) == (True, "undecided", "partial")
    plain = scorecard.to_json(figure)
    assert (plain["undecided"], plain["pace"]) == (True, pytest.approx(0.8))
    assert plain["known_until"] == "2024-07-23"


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
