"""What the resources page shows, composed from small companies without a page."""

from pathlib import Path

import pytest

from kam_core.dashboard.charts import (
    Columns,
    Compared,
    Lines,
    RenewalBands,
    Shares,
    Spread,
    Stacked,
)
from kam_core.dashboard.sections import resources
from kam_core.dashboard.view import View
from tests.support.overlay import Overlay
from tests.support.views import cells, view_of, words
from tests.support.worlds import (
    Row,
    account,
    contract_row,
    interaction,
    order,
    snapshots,
)


def work(name: str, account_id: str, day: str, hours: int, **fields: object) -> Row:
    return interaction(name, account_id, day, kind="visit", duration_hours=hours, **fields)


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Lin spends 30 hours on A1 in July, Wu 10 on A2 in August; A1 brings 90 of 100."""
    accounts = [
        account("A1", account_manager="Lin", expert_manager="Wu", growth_potential=90),
        account("A2", account_manager="Wu", growth_potential=10),
    ]
    interactions = [
        work("I1", "A1", "2024-07-01", 20, owner="Lin", work_type="personalised"),
        work("I2", "A1", "2024-07-02", 10, owner="Lin", work_type="standard"),
        work("I3", "A2", "2024-08-30", 10, owner="Wu"),
    ]
    orders = [order("O1", "A1", "2024-07-05", 90), order("O2", "A2", "2024-09-30", 10)]
    world = snapshots("2024-09-30", accounts=accounts, interactions=interactions, orders=orders)
    return view_of(world, tmp_path_factory.mktemp("spent"))


def test_hours_of_managers_lie_apart_and_nobody_is_named(spent: View) -> None:
    figure = resources.compose_managers(spent)
    (chart,) = figure.charts
    assert isinstance(chart, Spread)
    (group,) = chart.groups.values()
    weeks = 92 / 7
    assert group["value"].tolist() == pytest.approx([30 / weeks, 10 / weeks])
    assert group["cases"].tolist() == [2, 1]
    assert "weekly hours of 2 owners" in words(figure)
    assert figure.table is not None and "owner" not in figure.table.frame


def test_hours_stand_by_month_with_a_mark_for_each(spent: View) -> None:
    figure = resources.compose_hours(spent)
    (chart,) = figure.charts
    assert isinstance(chart, Lines) and chart.unit == "hours"
    assert chart.rows["period"].tolist() == ["2024-07", "2024-08", "2024-09"]
    assert len(chart.marks) == 3
    assert "no target is set" in words(figure)


def test_work_types_are_parts_of_one_whole(spent: View) -> None:
    figure = resources.compose_work_types(spent)
    (chart,) = figure.charts
    assert isinstance(chart, Shares)
    assert list(chart.parts) == ["personalised", "standard", "unknown"]
    assert chart.rows[list(chart.parts)].iloc[-1].tolist() == [0.5, 0.25, 0.25]
    assert "40 h in all. 50.0% is personalised work" in words(figure)


def test_hours_and_revenue_of_the_tiers_stand_side_by_side(spent: View) -> None:
    figure = resources.compose_tiers(spent)
    (chart,) = figure.charts
    assert isinstance(chart, Compared)
    assert chart.series == {"Share of hours": [0.75, 0.25], "Share of revenue": [0.9, 0.1]}
    assert figure.title == "Where the time goes, where the value comes from"


def test_without_orders_the_tiers_wait_for_them_and_without_hours_a_reason_is_given(
    tmp_path: Path,
) -> None:
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1")],
        interactions=[interaction("I1", "A1", "2024-07-01")],
    )
    view = view_of(world, tmp_path)
    assert resources.compose_tiers(view).waits_for == "needs:orders"
    for compose in (
        resources.compose_hours,
        resources.compose_managers,
        resources.compose_work_types,
    ):
        figure = compose(view)
        assert figure.title and (figure.note or figure.waits_for) and not figure.charts


def test_of_the_two_largest_accounts_one_has_both_managers(spent: View) -> None:
    figure = resources.compose_top(spent)
    assert figure.charts == (Stacked({"Both managers": 1, "One of two": 1, "None": 0}),)
    assert cells(figure, "place", "account_id", "lacking") == [
        (1, "A1", "none"),
        (2, "A2", "Expert manager"),
    ]
    assert "The other 1 brought 10 in twelve months; it is Company A2" in (words(figure))


def test_one_of_two_accounts_was_met_at_all_three_levels(tmp_path: Path) -> None:
    levels = ("executive", "management", "working")
    met = [("A1", level) for level in levels] + [("A2", "working")]
    interactions = [interaction("first", "A1", "2024-03-01")]
    interactions += [
        interaction(f"I {name} {level}", name, "2024-08-01", contact_level=level)
        for name, level in met
    ]
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1"), account("A2")],
        interactions=interactions,
    )
    trend, gaps = resources.compose_contacts(view_of(world, tmp_path))
    assert cells(trend, "period", "value")[-1] == ("2024-Q3", 0.5)
    (chart,) = gaps.charts
    assert isinstance(chart, Columns)
    assert [(point.label, point.value) for point in chart.points] == [
        ("Executive", 1),
        ("Management", 1),
        ("Working", 0),
    ]
    assert cells(gaps, "account_id", "levels_met") == [("A2", 1), ("A1", 3)]


def test_without_contacts_one_figure_says_why(spent: View) -> None:
    (figure,) = resources.compose_contacts(spent)
    assert figure.note or figure.waits_for


def test_the_return_on_time_waits_for_contracts_first(spent: View) -> None:
    assert resources.compose_return_on_time(spent).waits_for == "needs:contracts"


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Twenty accounts without personalised hours, twenty with four: 5 and 15 renewed."""
    names = [f"A{number}" for number in range(40)]
    contracts = [
        contract_row(f"C{n}", name, "2024-09-29", renewed=n % 20 < (5 if n < 20 else 15))
        for n, name in enumerate(names)
    ]
    interactions = [work("first", "A0", "2023-09-01", 1, work_type="standard")]
    interactions += [
        work(f"I{n}", name, "2024-08-01", 4, work_type="personalised")
        for n, name in enumerate(names)
        if n >= 20
    ]
    world = snapshots(
        "2024-09-30",
        accounts=[account(name) for name in names],
        contracts=contracts,
        interactions=interactions,
    )
    return view_of(world, tmp_path_factory.mktemp("renewed"))


def test_bands_of_hours_have_their_renewal_rate_and_a_curve_through_them(renewed: View) -> None:
    figure = resources.compose_return_on_time(renewed)
    (chart,) = figure.charts
    assert isinstance(chart, RenewalBands)
    assert cells(figure, "contracts", "renewed_count", "renewal_rate") == [
        (20, 5, 0.25),
        (20, 15, 0.75),
    ]
    hours, rates = chart.fitted
    assert (hours[0], hours[-1]) == (0, 4)
    assert (rates[0], rates[-1]) == pytest.approx((0.25, 0.75), abs=1e-6)
    assert len(figure.sentences) == 2 and "Over 40 contracts that ended" in words(figure)


def test_the_claim_is_a_line_from_where_the_curve_begins(renewed: View) -> None:
    (chart,) = resources.compose_return_on_time(renewed).charts
    assert isinstance(chart, RenewalBands)
    hours, rates = chart.claimed
    assert list(hours) == [0, 4]
    assert list(rates) == pytest.approx([0.25, 0.25 + 4 * 0.05], abs=1e-6)


def test_without_a_claim_in_the_settings_no_line_is_drawn_of_it(
    renewed: View, overlay: Overlay
) -> None:
    overlay("pages.toml", "[resources]\nclaimed_effect_per_hour = 0")
    figure = resources.compose_return_on_time(renewed)
    (chart,) = figure.charts
    assert isinstance(chart, RenewalBands) and chart.claimed == ([], [])
    assert "claim" not in words(figure)
