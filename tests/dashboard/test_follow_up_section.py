"""Follow-up as values: callbacks by month and region, as pages and packs show them."""

from pathlib import Path

import pytest

from kam_core.dashboard.sections import follow_up
from kam_core.dashboard.view import View
from tests.support.views import cells, view_of
from tests.support.worlds import account, interaction, snapshots


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> View:
    """One key account was called in July and August, and never reviewed."""
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1", growth_potential=90, annual_contract_value=100)],
        interactions=[
            interaction("I1", "A1", "2024-07-03 10:00"),
            interaction("I2", "A1", "2024-08-05 10:00"),
        ],
    )
    return view_of(world, Path(tmp_path_factory.mktemp("world")))


def test_callbacks_by_month_are_monthly_callbacks(quarter: View) -> None:
    by_month = follow_up.compose_by_month(quarter)
    assert cells(by_month, "period", "done", "owed", "rate") == [
        ("2024-07", 1, 1, 1.0),
        ("2024-08", 1, 1, 1.0),
        ("2024-09", 0, 1, 0.0),
    ]


def test_the_heat_of_regions_and_months_is_of_monthly_callbacks(quarter: View) -> None:
    heat = follow_up.compose_heat(quarter)
    assert cells(heat, "region", "period", "rate") == [
        ("North", "2024-07", 1.0),
        ("North", "2024-08", 1.0),
        ("North", "2024-09", 0.0),
    ]
