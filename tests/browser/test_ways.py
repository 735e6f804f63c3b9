"""Ways through the product: links, languages, the matrix, uploads, and the door that must hold."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.warehouse.store import Warehouse
from tests.browser.conftest import ROOT, Visit

pytestmark = pytest.mark.browser
LINK = "/follow_up?quarter=2024-Q2&region=华东&region=华南&tier=VIP&as_of=2024-08-15"


def test_a_link_shows_the_same_view_to_someone_else(
    address: str, visit: Callable[..., Visit]
) -> None:
    first = visit(address, "zh")
    first.open(LINK)
    assert "2024年第2季度 · 数据截至 2024年8月15日 · 华东、华南 · VIP" in first.main.replace(
        "・", "·"
    )
    second = visit(address, "zh")
    second.page.goto(first.page.url)
    second.settle()
    assert second.main == first.main


def test_filters_stay_when_another_page_is_opened(
    address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(address, "en")
    seen.open("/follow_up?quarter=2024-Q1&region=华北")
    seen.page.get_by_role("link", name="Definitions").click()
    seen.settle()
    seen.page.get_by_role("link", name="Overview").click()
    seen.settle()
    seen.expect("Q1 2024", "North China")
    assert "quarter=2024-Q1" in seen.page.url


def test_forged_values_in_an_address_fall_back(address: str, visit: Callable[..., Visit]) -> None:
    seen = visit(address, "en")
    seen.open(
        "/overview?quarter=1999-Q9&region=Atlantis&tier=gold&as_of=soon&lang=tlh&trend=x&cell=y"
    )
    assert not seen.exceptions()
    seen.expect("Q3 2024", "Oct 15, 2024")
    assert "'soon' is not a date" in seen.page.inner_text("[data-testid=stSidebar]")


def test_the_language_changes_everything_at_once(address: str, visit: Callable[..., Visit]) -> None:
    seen = visit(address, "zh")
    seen.open("/overview")
    assert "经营总览" in seen.page.inner_text("[data-testid=stSidebar]")
    seen.expect("1.2亿")
    seen.page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    seen.page.wait_for_function("document.title === 'Overview'")
    seen.settle()
    assert "Overview" in seen.page.inner_text("[data-testid=stSidebar]")
    seen.expect("120M")
    assert "1.2亿" not in seen.main


def test_the_marks_of_an_axis_of_small_shares_are_all_told_apart(
    address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(address, "en")
    seen.open("/figure?metric=key_churn&quarter=2024-Q3")
    axes = [
        axis.locator(".ytick").all_text_contents()
        for axis in seen.page.locator(".js-plotly-plot").all()
    ]
    shares = [marks for marks in axes if any("%" in mark for mark in marks)]
    assert shares and all(len(set(marks)) == len(marks) for marks in shares), axes


def test_choosing_a_cell_of_the_matrix_lists_its_accounts(
    address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(address, "en")
    seen.open("/tiers")
    cell = seen.page.get_by_role("radio", name=re.compile("^Stable: "))
    count = re.fullmatch(r"Stable: (\d+) accounts", cell.inner_text())
    cell.click()
    seen.settle()
    seen.expect(f"Stable: {count[1]} accounts with")
    assert "cell=stable" in seen.page.url
    seen.expect("Tier matrix")


def test_the_menu_keeps_the_view_and_steps_back_lead_to_the_page_before(
    address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(address, "en")
    seen.open("/overview?tier=VIP")
    seen.page.get_by_role("link", name="Tier matrix").click()
    seen.page.wait_for_function("document.title === 'Tier matrix'")
    seen.settle()
    assert "VIP" in seen.page.inner_text("[data-testid=stMain] [data-testid=stCaptionContainer]")
    for _ in range(2):
        seen.page.go_back()
        seen.settle()
    assert seen.page.title() == "Overview"
    assert "VIP" in seen.page.inner_text("[data-testid=stMain] [data-testid=stCaptionContainer]")


@pytest.mark.parametrize("name", ["overview", "follow_up"])
def test_the_first_visit_of_a_fresh_server_goes_through_the_door(
    fresh_address: str, visit: Callable[..., Visit], name: str
) -> None:
    seen = visit(fresh_address, "en")
    seen.open(f"/{name}?quarter=2024-Q2&region=华东")
    seen.page.get_by_test_id("stSidebar").get_by_text("English", exact=True).wait_for()
    assert "Definitions" in seen.page.inner_text("[data-testid=stSidebar]")
    seen.expect("Q2 2024", "East China")
    assert f"/{name}?" in seen.page.url
    assert not seen.exceptions()


def test_a_page_file_shows_nothing_by_itself() -> None:
    for path in sorted((ROOT / "pages").glob("[a-z]*.py")):
        ran = AppTest.from_file(path).run()
        assert not ran.markdown and not ran.metric and not ran.dataframe, path.name


def test_an_empty_warehouse_explains_three_steps(
    serve: Callable[[Path], str], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    seen = visit(serve(tmp_path / "empty"), "en")
    seen.open("/needs")
    seen.expect("Welcome to Keystone", "Load the sample data")
    assert not seen.exceptions()


def test_a_flipped_bit_is_noticed_at_start_and_mended_by_a_button(
    serve: Callable[[Path], str],
    visit: Callable[..., Visit],
    sample_warehouse: Warehouse,
    tmp_path: Path,
) -> None:
    shutil.copytree(sample_warehouse.path, tmp_path / "warehouse")
    file = tmp_path / "warehouse" / "versions" / "kam-1.duckdb"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    seen = visit(serve(tmp_path / "warehouse"), "en")
    seen.open("/overview")
    seen.expect("rebuild 1")
    assert "Overview" not in seen.main
    seen.page.get_by_role("button", name="Make the version again").click()
    seen.page.get_by_test_id("stMain").get_by_text("120M").first.wait_for()
    assert not seen.exceptions()
