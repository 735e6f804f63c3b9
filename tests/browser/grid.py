"""A table that is edited: drawn on a canvas, with a hidden table beside it that tells its state."""

from playwright.sync_api import Locator

from tests.browser.conftest import Visit


def type_into_cell(seen: Visit, grid: Locator, column: str, row: int, text: str) -> None:
    """Type over a cell by keyboard alone, and wait until the grid has taken it."""
    keys = seen.page.keyboard
    _select_cell(seen, grid, _column_number(grid, column), row)
    keys.press("Enter")
    editor = seen.page.locator("#portal").locator("input, textarea").first
    editor.wait_for()
    keys.press("Control+a")
    keys.type(text)
    # A choice is shown among those that are left, a text behind the field that grows with it.
    seen.page.locator("#portal").get_by_text(text).first.wait_for(state="attached")
    keys.press("Enter")
    editor.wait_for(state="detached")
    seen.settle()


def _column_number(grid: Locator, column: str) -> int:
    """Counted from 0."""
    header = grid.locator("th", has_text=column).first
    header.wait_for(state="attached")
    return int(header.get_attribute("aria-colindex")) - 1


def _select_cell(seen: Visit, grid: Locator, column: int, row: int) -> None:
    """Go from the first cell to another, and look after each key where it led."""
    grid.scroll_into_view_if_needed()
    grid.get_by_test_id("data-grid-canvas").focus()
    seen.page.keyboard.press("Control+Home")
    _wait_until_selected(grid, 0, 0)
    for number in range(row):
        seen.page.keyboard.press("ArrowDown")
        _wait_until_selected(grid, 0, number + 1)
    for number in range(column):
        seen.page.keyboard.press("ArrowRight")
        _wait_until_selected(grid, number + 1, row)


def _wait_until_selected(grid: Locator, column: int, row: int) -> None:
    cell = grid.locator(f"[data-testid=glide-cell-{column}-{row}][aria-selected=true]")
    cell.wait_for(state="attached")
