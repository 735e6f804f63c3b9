"""The resources page: where the time goes, and what it says where the data says nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.warehouse.store import Warehouse
from tests.pages import test_pages
from tests.pages.test_service_page import cards, listed, manager_names, numbers, plain, spec
from tests.support.loading import load_shared
from tests.support.overlay import Overlay

show = test_pages.show
Show = Callable[..., AppTest]
CONTRACTS = """contract_id,account_id,starts_on,ends_on,amount,renewed
C1,A1,2023-08-01,2024-07-31,100,true
C2,A2,2023-08-01,2024-07-31,100,false
"""


@pytest.fixture
def q3(show: Show, sample_warehouse: Warehouse) -> Callable[[str], AppTest]:
    """A part of the page for the quarter of the status review."""

    def open_part(part: str) -> AppTest:
        app = show(sample_warehouse, "resources", "en", quarter="2024-Q3", part=part)
        assert not app.exception
        return app

    return open_part


def test_the_figures_of_the_status_review_stand_on_the_cards(q3: Callable[[str], AppTest]) -> None:
    app = q3("work")
    assert list(cards(app).values())[:4] == ["4.5 h", "12.0%", "65.0%", "65.0%"]


def test_12_percent_of_the_hours_are_personalised_and_88_percent_are_not(
    q3: Callable[[str], AppTest],
) -> None:
    app = q3("work")
    assert "4.5 h of maintenance per manager and week" in plain(q3("hours"))
    assert "12.0% is personalised work, the other 88.0% is not" in plain(app)
    assert "Legacy issues 65.0%" in plain(app)


def test_the_same_is_said_in_chinese(show: Show, sample_warehouse: Warehouse) -> None:
    told = "".join(
        plain(show(sample_warehouse, "resources", "zh", quarter="2024-Q3", part=part))
        for part in ("hours", "work", "coverage")
    )
    assert "每位经理每周用于维护的工时为 4.5 小时" in told
    assert "个性化工作占 12.0%，其余 88.0%（标准化 23.0%、历史遗留问题 65.0%）" in told
    assert "20 家客户中，13 家（65.0%）同时配有客户经理和专家经理" in told


def test_the_work_types_of_every_quarter_make_one_whole(q3: Callable[[str], AppTest]) -> None:
    app = q3("work")
    parts = spec(app, "work_types")["data"]
    assert [part["name"] for part in parts] == ["Personalised", "Standard", "Legacy issues"]
    for column in zip(*(numbers(part["y"]) for part in parts), strict=True):
        assert sum(column) == pytest.approx(1)


def test_hours_and_revenue_of_the_tiers_are_each_a_whole(q3: Callable[[str], AppTest]) -> None:
    app = q3("work")
    hours, revenue = spec(app, "hours_and_value")["data"]
    assert sum(hours["x"]) == pytest.approx(1) and sum(revenue["x"]) == pytest.approx(1)
    assert "VIP accounts take 30.5% and bring 65.4%" in plain(app)


def test_the_spread_between_managers_names_nobody(q3: Callable[[str], AppTest]) -> None:
    app = q3("hours")
    drawn = json.dumps(spec(app, "manager_hours"), ensure_ascii=False)
    assert not [name for name in manager_names() if name in drawn]
    assert "weekly hours of 35 owners" in plain(app)


def test_the_20_largest_accounts_say_who_looks_after_them(q3: Callable[[str], AppTest]) -> None:
    app = q3("coverage")
    rows = listed(app, "lacking")
    assert rows["place"].tolist() == list(range(1, 21))
    assert rows["lacking"].value_counts().to_dict() == {"none": 13, "Expert manager": 7}
    assert rows["account_manager"].isin(manager_names()).all()
    assert rows["revenue_12m"].is_monotonic_decreasing


def test_the_return_on_time_is_an_association_with_its_interval_and_cases(
    q3: Callable[[str], AppTest],
) -> None:
    app = q3("payback")
    told = plain(app)
    assert "Over 334 contracts that ended (183 accounts), an hour more" in told
    assert "is associated with a difference of +1.2 pp" in told
    assert "(95% confidence interval +0.1 pp to +2.3 pp)" in told
    assert "The usual claim is +5 pp per hour: outside the interval" in told
    assert "under 2 h 60.7% (n = 84), 12 h or more 86.4% (n = 66)" in told
    assert "causes" not in told and "Association is not cause" in told
    observed, fitted, claimed = spec(app, "return_on_time")["data"]
    assert (observed["text"][0], observed["text"][-1]) == ("n = 84", "n = 66")
    assert 0 < min(fitted["y"]) < max(fitted["y"]) < 1
    assert claimed["y"][1] - claimed["y"][0] == pytest.approx(0.05 * claimed["x"][1])


def test_without_a_claim_in_the_settings_none_is_mentioned(
    show: Show, sample_warehouse: Warehouse, overlay: Overlay
) -> None:
    overlay("pages.toml", "[resources]\nclaimed_effect_per_hour = 0")
    app = show(sample_warehouse, "resources", "en", quarter="2024-Q3", part="payback")
    assert "claim" not in plain(app)
    assert len(spec(app, "return_on_time")["data"]) == 2


def test_contact_coverage_counts_the_same_accounts_as_its_list(
    q3: Callable[[str], AppTest],
) -> None:
    app = q3("coverage")
    assert cards(app)["Contact coverage at three levels"] == "33.3%"
    assert "of 249 active accounts, 83 (33.3%) were met" in plain(app)


def test_two_contracts_are_too_few_to_estimate_anything(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    hours = """interaction_id,account_id,kind,status,occurred_at,duration_hours,work_type,owner
I1,A1,visit,completed,2023-01-03 10:00,2,standard,Lin
I2,A1,visit,completed,2024-07-05 10:00,3,personalised,Lin
I3,A2,visit,completed,2024-09-30 10:00,1,standard,Wu
"""
    uploads = [company[0], file("interactions.csv", hours), file("contracts.csv", CONTRACTS)]
    warehouse = load_shared(uploads)
    app = show(warehouse, "resources", quarter="2024-Q3", part="payback")
    assert not app.exception
    assert "cannot be estimated, because only 2 contracts that ended have known hours" in plain(app)
    (observed,) = spec(app, "return_on_time")["data"]
    assert observed["text"] == ["n = 1", "n = 1"]


def test_without_contracts_the_page_names_them_and_shows_the_rest(
    show: Show, company: list[Path]
) -> None:
    warehouse = load_shared(company)
    app = show(warehouse, "resources", quarter="2024-Q3", part="payback")
    assert not app.exception
    assert "(contracts)" in plain(app)
    app = show(warehouse, "resources", quarter="2024-Q3", part="coverage")
    assert "Contact at all three levels" in plain(app)


def test_interactions_without_hours_are_no_zero(show: Show, company: list[Path]) -> None:
    warehouse = load_shared(company)
    values = cards(show(warehouse, "resources", quarter="2024-Q3"))
    assert list(values.values())[:3] == ["–", "–", "–"]
