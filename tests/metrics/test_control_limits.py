"""Signal or noise: limits counted by hand."""

from pathlib import Path

import pytest

from kam_core.dashboard.sections import metric_detail
from kam_core.metrics import catalogue
from kam_core.metrics.control_limits import limits
from tests.support.overlay import add_overlay
from tests.support.views import view_of
from tests.support.worlds import account, order, snapshots

MONTHS = [f"2024-{number:02}" for number in range(1, 13)]


def of(*values: float | None):
    return limits(list(zip(MONTHS, values, strict=False)), factor=2.66, enough_points=12)


def test_limits_lie_2_66_mean_moving_ranges_around_the_mean() -> None:
    # Ranges 2, 1, 3: mean 2. Values 10, 12, 11, 14: mean 11.75.
    found = of(10, 12, 11, 14)
    assert found.mean == 11.75
    assert found.low == pytest.approx(11.75 - 2.66 * 2)
    assert found.high == pytest.approx(11.75 + 2.66 * 2)
    assert found.signals == ()


def test_the_page_of_a_figure_draws_the_limits_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Revenue of January to March: 30, 40, 60. Mean 43.33, ranges 10 and 20: mean 15.
    orders = [
        order(f"O{m}", "A1", f"2024-0{m}-01", sum_) for m, sum_ in ((1, 30), (2, 40), (3, 60))
    ]
    world = snapshots("2024-03-31", accounts=[account("A1")], orders=orders)
    view = view_of(world, tmp_path, "2024-Q1", "2024-03-31")

    def drawn() -> tuple[float, float]:
        (chart,) = metric_detail.compose_months(view, catalogue.metric("revenue")).charts
        return chart.limits.low, chart.limits.high

    assert drawn() == pytest.approx((130 / 3 - 2.66 * 15, 130 / 3 + 2.66 * 15))
    add_overlay(monkeypatch, tmp_path, "pages.toml", "[figure]\nmoving_range_factor = 2.0\n")
    assert drawn() == pytest.approx((130 / 3 - 2 * 15, 130 / 3 + 2 * 15))


def test_fewer_than_twelve_points_are_a_trial() -> None:
    assert of(*range(11)).is_trial
    assert not of(*range(12)).is_trial


def test_a_point_outside_the_limits_is_a_signal() -> None:
    # Eleven months alternate between 10 and 11, then 20: ranges ten times 1 and once 10.
    values = [10 + number % 2 for number in range(11)]
    found = of(*values, 20)
    assert found.high == pytest.approx(sum([*values, 20]) / 12 + 2.66 * (10 + 10) / 11)
    assert found.signals == ("2024-12",)
    assert found.is_signal("2024-12") and not found.is_signal("2024-11")


def test_a_point_on_the_limit_is_noise() -> None:
    assert of(5, 5, 5, 5).signals == ()


def test_a_missing_month_is_a_gap_and_never_a_zero() -> None:
    # Ranges: 10 to 12 and 14 to 15; none across the gap.
    found = of(10, 12, None, 14, 15, float("nan"))
    assert found.gaps == ("2024-03", "2024-06")
    assert found.points == 4 and found.mean == 12.75
    assert found.high == pytest.approx(12.75 + 2.66 * 1.5)


def test_without_two_neighbouring_months_there_are_no_limits() -> None:
    found = of(10, None, 20, None)
    assert (found.low, found.high, found.signals, found.mean) == (None, None, (), 15)
    assert of().mean is None
