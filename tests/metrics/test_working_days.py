"""Working days by the calendar of the country, by the settings' own days, and without either."""

from collections.abc import Mapping

import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods
from kam_core.settings import loader
from tests.support.figures import figure
from tests.support.overlay import Overlay
from tests.support.worlds import account, connect, cursor, need, snapshots

D = "2024-12-31"


def in_time(raised_on: str, answered_on: str, settings: Mapping | None = None) -> object:
    """The share of one need that is answered within five working days."""
    needs = [need("N1", "A1", raised_on, responded_at=answered_on)]
    world = snapshots(D, accounts=[account("A1")], needs=needs)
    period = "2024-Q3" if raised_on < "2024-10" else "2024-Q4"
    shown = cursor(connect(world, None if settings is None else dict(settings)), D)
    return figure(shown, "need_response_within_standard", periods.quarter(period))


@pytest.mark.parametrize(
    ("raised_on", "last_day", "day_after"),
    [
        ("2024-07-05", "2024-07-12", "2024-07-13"),  # Friday to Friday; the Saturday is late
        ("2024-07-06", "2024-07-12", "2024-07-13"),
        # 1 to 7 October were holidays, Saturday the 12th was worked.
        ("2024-09-30", "2024-10-12", "2024-10-13"),
        # Saturday the 14th was worked, the 16th and 17th were not.
        ("2024-09-10", "2024-09-18", "2024-09-19"),
    ],
)
def test_a_standard_ends_with_the_fifth_working_day(
    raised_on: str, last_day: str, day_after: str
) -> None:
    assert in_time(raised_on, last_day) == (1, 1, 1.0)
    assert in_time(raised_on, day_after) == (0, 1, 0.0)


def test_a_version_of_an_older_release_keeps_monday_to_friday() -> None:
    older = loader.copy_version_settings()
    del older["calendar"]
    assert in_time("2024-09-30", "2024-10-07", older) == (1, 1, 1.0)
    assert in_time("2024-09-30", "2024-10-08", older) == (0, 1, 0.0)


def test_own_days_come_before_those_of_the_country(overlay: Overlay) -> None:
    overlay("calendar.csv", "日期,是否工作日\n2024-07-08,否\n2024/7/13,是\n")
    days = loader.copy_version_settings()["calendar"]["days"]
    assert (days["2024-07-08"], days["2024-07-13"], days["2024-10-01"]) == (False, True, False)
    assert in_time("2024-07-05", "2024-07-13") == (1, 1, 1.0)
    assert in_time("2024-07-05", "2024-07-14") == (0, 1, 0.0)


def test_another_country_has_other_days(overlay: Overlay) -> None:
    overlay("calendar.toml", 'country = "DE"\nfirst_year = 2024\nlast_year = 2024')
    days = loader.copy_version_settings()["calendar"]["days"]
    assert days["2024-10-03"] is False and "2024-10-02" not in days
    assert set(days.values()) == {False}


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("calendar.csv", "day,is_working\n2024-07-08,no\n2024-07-32,no\n", "3"),
        ("calendar.csv", "day,is_working\n2024-07-08,perhaps\n", "2"),
        ("calendar.csv", "day,is_working\n2024-07-08\n", "2"),
        ("calendar.toml", 'country = "Mars"', "country"),
    ],
)
def test_a_slip_in_the_calendar_is_told_with_its_line(
    overlay: Overlay, file: str, text: str, key: str
) -> None:
    overlay(file, text)
    with pytest.raises(KamError) as refused:
        loader.copy_version_settings()
    assert (refused.value.code, refused.value.details["key"]) == ("settings_wrong_value", key)
