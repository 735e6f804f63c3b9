"""Targets as a person edits them: type into the table, see the effect, save, look who did, undo."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_uploads import press

pytestmark = pytest.mark.browser
GRID = ".stDataFrameGlideDataEditor"
# Behind the tick box, the first column of the first row, which is the whole company's revenue.
FIRST_CELL = {"x": 90, "y": 52}
QUARTER_COLUMN = 3
# The table draws itself on a canvas and takes a moment to follow each key.
STEADY_MS = 200


def tab(seen: Visit, name: str) -> None:
    seen.page.get_by_role("tab", name=name, exact=True).click()
    seen.settle()


def retype(seen: Visit, text: str) -> None:
    """Type over the first row's target for the chosen quarter, by keyboard alone."""
    keys = seen.page.keyboard
    seen.page.locator(GRID).first.click(position=FIRST_CELL)
    seen.page.wait_for_timeout(STEADY_MS)
    for key in (*["ArrowRight"] * QUARTER_COLUMN, "Enter", "Control+a"):
        keys.press(key)
        seen.page.wait_for_timeout(STEADY_MS)
    keys.type(text)
    seen.page.wait_for_timeout(STEADY_MS)
    keys.press("Enter")
    seen.page.wait_for_timeout(STEADY_MS)
    seen.settle()


def revenue_line(seen: Visit, title: str) -> str:
    return seen.page.get_by_role("row").filter(has_text=title).first.inner_text()


def test_a_target_is_edited_saved_seen_and_taken_back(
    fresh_address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(fresh_address, "en")
    seen.open("/targets?quarter=2024-Q3")
    assert "● met" in revenue_line(seen, "Revenue")
    tab(seen, "Edit targets")
    retype(seen, "150M")
    seen.expect("0 added, 1 changed, 0 removed")
    seen.page.get_by_role("textbox", name="Decided by").fill("Wang Min")
    seen.page.keyboard.press("Enter")
    seen.settle()
    press(seen, "Show the effect", "What saving would change")
    seen.expect("that change their status: 1.")
    press(seen, "Save the targets", "Version 2 is live")
    press(seen, "Go on editing", "There is nothing to save")
    tab(seen, "This quarter")
    assert "▲ missed" in revenue_line(seen, "Revenue") and "150M" in revenue_line(seen, "Revenue")
    tab(seen, "Changes")
    seen.expect("the last one by Wang Min (local)")
    seen.follow("Uploads")
    tab(seen, "Versions and roll back")
    press(seen, "Roll back to version 1", "Version 1 is live again")
    seen.follow("Targets")
    tab(seen, "This quarter")
    assert "● met" in revenue_line(seen, "Revenue")
    tab(seen, "Changes")
    seen.expect("3 publications")
    assert not seen.exceptions() and not seen.troubles


def test_what_was_typed_outlives_another_page_and_another_language(
    fresh_address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(fresh_address, "zh")
    seen.open("/targets?quarter=2024-Q3")
    tab(seen, "编辑目标")
    retype(seen, "很多")
    seen.expect("“很多”不是数字")
    retype(seen, "1.5亿")
    seen.expect("修改 1 项")
    tab(seen, "本季对照")
    tab(seen, "编辑目标")
    seen.expect("修改 1 项")
    seen.follow("经营总览")
    seen.follow("目标")
    if "修改 1 项" not in seen.main:
        tab(seen, "编辑目标")
    seen.expect("修改 1 项")
    seen.page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    seen.settle()
    if "1 changed" not in seen.main:
        tab(seen, "Edit targets")
    seen.expect("0 added, 1 changed, 0 removed")
    retype(seen, "160M")
    seen.expect("0 added, 1 changed, 0 removed")
    assert not seen.exceptions() and not seen.troubles
