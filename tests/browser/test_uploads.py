"""An upload as a person makes it: look, answer, preview, publish, correct, take back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.grid import type_into_cell

pytestmark = pytest.mark.browser
TWO_ACCOUNTS = "客户编号,客户名称,区域\nT1,测试客户一,华东\nT2,测试客户二,\n"
# Nothing shows whether the day comes first, and two headers are only like those we know.
HAND_KEPT = (
    "客户代码,客户全称,大区,合作开始\nT1,甲公司,华东,03/04/2023\nT2,乙公司,华东,05/06/2023\n"
)


def choose(seen: Visit, *paths: Path) -> None:
    seen.page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(paths)
    # Its name stands above its rows once it has been looked into.
    shown = seen.page.get_by_test_id("stMain").locator("strong", has_text=paths[-1].name)
    shown.first.wait_for()
    seen.settle()


def press(seen: Visit, name: str, then: str) -> None:
    """Press a button and wait for the words that show that its job is done."""
    seen.page.get_by_role("button", name=name, exact=True).click()
    seen.page.get_by_text(then).first.wait_for()
    seen.settle()


def test_an_upload_is_previewed_published_and_taken_back(
    fresh_address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "客户.csv"
    file.write_text(TWO_ACCOUNTS, "utf-8")
    seen = visit(fresh_address, "en")
    seen.open("/uploads")
    choose(seen, file)
    seen.expect("encoding UTF-8, separator comma, header in line 1")
    press(seen, "Show what would change", "Figures before and after")
    seen.expect("2 rows received = 1 accepted + 1 quarantined.")
    seen.expect("of 300 rows in force in the table Accounts, 300 would be gone")
    publish = seen.page.get_by_role("button", name="Publish", exact=True)
    assert publish.is_disabled()
    seen.page.get_by_text("Yes, I confirm").click()
    seen.settle()
    press(seen, "Publish", "Version 2 is live")
    seen.page.get_by_role("tab", name="Versions and roll back").click()
    seen.settle()
    press(seen, "Roll back to version 1", "Version 1 is live again")
    seen.expect("version 1 is live")
    assert not seen.exceptions() and not seen.troubles


def test_what_the_file_does_not_show_is_asked_once_and_remembered(
    fresh_address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "名单.csv"
    file.write_bytes(HAND_KEPT.encode("gb18030"))
    seen = visit(fresh_address, "zh")
    seen.open("/uploads")
    choose(seen, file)
    seen.expect("编码 GBK")
    seen.expect("请先处理上面标出的问题")
    seen.page.get_by_text("日在前").click()
    seen.settle()
    seen.page.get_by_text("我已核对仅由系统建议的列和用词").click()
    seen.settle()
    press(seen, "预览变更", "指标前后对比")
    seen.page.get_by_text("是的，我确定").click()
    seen.settle()
    press(seen, "发布", "当前为第 2 版数据")
    press(seen, "上传其他文件", "可以上传的表")
    second = tmp_path / "名单二.csv"
    second.write_text(HAND_KEPT.replace("T2", "T3"), "utf-8")
    choose(seen, second)
    seen.page.get_by_role("button", name="预览变更").wait_for()
    assert "请先处理上面标出的问题" not in seen.main


def test_dates_in_question_want_an_answer_or_a_word_that_they_stay_in_quarantine(
    address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("account_id,account_name,region,customer_since\nT1,A,华东,03/04/2020\n")
    seen = visit(address, "en")
    seen.open("/uploads")
    choose(seen, file)
    seen.expect("Which column means what: Accounts (questions: 1)")
    assert not seen.page.get_by_role("button", name="Show what would change").is_visible()
    seen.page.get_by_text("Leave these rows in quarantine").click()
    seen.settle()
    seen.page.get_by_role("button", name="Show what would change").wait_for()


def test_empty_cells_below_a_value_are_asked_about_and_filled(
    address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "客户.csv"
    file.write_text("区域,客户编号,客户名称\n华东,T1,甲\n,T2,乙\n,T3,丙\n")
    seen = visit(address, "zh")
    seen.open("/uploads")
    choose(seen, file)
    seen.expect("像是合并单元格")
    seen.page.get_by_text("沿用上面的值（“T2”这一行 → 华东）").click()
    seen.settle()
    press(seen, "预览变更", "指标前后对比")
    seen.expect("收到 3 行 = 入库 3 行 + 隔离 0 行。")


def test_quarantined_rows_come_back_as_a_file_to_correct(
    fresh_address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,account_id,ordered_on,amount\n"
        "X1,KH0001,soon,5\nX2,KH0001,2024-09-01,7\nX3,KH0001,2024-10-15,1\n"
    )
    seen = visit(fresh_address, "en")
    seen.open("/uploads")
    choose(seen, file)
    seen.page.get_by_role("combobox").first.click()
    seen.page.get_by_role("option", name="Update").click()
    seen.settle()
    press(seen, "Show what would change", "Figures before and after")
    seen.expect("3 rows received = 2 accepted + 1 quarantined.")
    press(seen, "Publish", "Version 2 is live")
    seen.page.get_by_role("tab", name="Quarantine").click()
    seen.settle()
    with seen.page.expect_download() as downloaded:
        seen.page.get_by_role("button", name="Download the rows to correct").click()
    lines = Path(downloaded.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("order_id,account_id,ordered_on,amount,")
    assert len(lines) == 2 and lines[1].startswith("X1,KH0001,soon,5,2,")
    corrected = tmp_path / downloaded.value.suggested_filename
    corrected.write_text("\n".join([lines[0], lines[1].replace("soon", "2024-09-02", 1)]))
    press(seen, "Upload something else", "Tables you can upload")
    choose(seen, corrected)
    press(seen, "Show what would change", "Figures before and after")
    seen.expect("1 row received = 1 accepted + 0 quarantined.")
    press(seen, "Publish", "Version 3 is live")
    seen.page.get_by_role("tab", name="Quarantine").click()
    seen.settle()
    seen.expect("No quarantined row waits for anybody.")


def test_a_refusal_speaks_chinese(
    address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    seen = visit(address, "zh")
    seen.open("/uploads")
    choose(seen, empty)
    seen.expect("文件是空的")
    assert not seen.page.get_by_role("button", name="发布", exact=True).is_visible()


def test_a_file_without_any_known_header_can_be_mapped_to_any_table(
    address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Kundennummer;Firma;Gebiet;Betreuer\n1;Alder;Nord;Ada\n", "utf-8")
    seen = visit(address, "en")
    seen.open("/uploads")
    choose(seen, file)
    seen.expect("Required columns without a column of the file: Account ID, Account name, Region")
    assert not seen.page.get_by_role("button", name="Show what would change").is_visible()
    seen.page.get_by_role("combobox", name="Table", exact=True).click()
    seen.page.get_by_role("option", name="Contacts").click()
    seen.settle()
    seen.expect("Which column means what: Contacts")
    seen.expect("Required columns without a column of the file: Contact ID, Account ID")
    assert not seen.exceptions()


def test_two_files_of_different_encodings_are_loaded_together(
    fresh_address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    accounts, orders = tmp_path / "accounts.csv", tmp_path / "orders.csv"
    accounts.write_bytes("account_id,account_name,region\nT1,测试客户,华东\n".encode("gbk"))
    lines = "order_id;account_id;ordered_on;amount;product\nO1;T1;2024-09-01;5;Kühler\n"
    orders.write_bytes(lines.encode("latin-1"))
    seen = visit(fresh_address, "en")
    seen.open("/uploads")
    choose(seen, accounts, orders)
    seen.expect("The encoding of the file cannot be told for certain")
    box = seen.page.get_by_test_id("stExpander").filter(has_text="Read orders.csv differently")
    box.get_by_text("Read orders.csv differently").click()
    seen.settle()
    box.get_by_role("combobox", name="Encoding").click()
    seen.page.get_by_role("option", name="Windows-1252").click()
    seen.settle()
    press(seen, "Show what would change", "Figures before and after")
    seen.expect("2 rows received = 2 accepted + 0 quarantined.")


def test_the_sheets_of_a_workbook_are_shown_and_chosen(
    fresh_address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    import xlsxwriter

    path = tmp_path / "客户与订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in {
            "客户": [["客户编号", "客户名称", "区域"], ["T1", "甲", "华东"]],
            "订单": [["订单编号", "客户编号", "下单日期", "金额"], ["O1", "T1", "2024-09-01", 12]],
            "往年": [["客户编号", "客户名称", "区域"], ["T2", "乙", "华东"], ["T3", "丙", "华东"]],
        }.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.get_worksheet_by_name("往年").hide()
    seen = visit(fresh_address, "en")
    seen.open("/uploads")
    choose(seen, path)
    seen.expect("客户与订单.xlsx › 客户", "客户与订单.xlsx › 订单")
    seen.expect("Which column means what: Orders")
    seen.page.get_by_text("Read 客户与订单.xlsx differently", exact=True).click()
    seen.settle()
    box = seen.page.get_by_role("combobox", name="Parts to use")
    # The two sheets that fit are chosen; the last one goes, and the hidden one comes.
    box.press("Backspace")
    seen.settle()
    box.click()
    seen.page.get_by_role("option", name="往年 (hidden)").click()
    seen.page.keyboard.press("Escape")
    seen.settle()
    seen.expect("客户与订单.xlsx › 往年")
    assert "Which column means what: Orders" not in seen.main
    press(seen, "Show what would change", "Figures before and after")
    seen.expect("3 rows received = 3 accepted + 0 quarantined.")


def test_a_column_chosen_by_hand_stays_after_a_look_at_another_page(
    address: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Kundennummer;Firma;Gebiet\n1;Alder;Nord\n", "utf-8")
    seen = visit(address, "en")
    seen.open("/uploads")
    choose(seen, file)
    grid = seen.page.get_by_test_id("stExpander").get_by_test_id("stDataFrame").first
    type_into_cell(seen, grid, "Column of the file", 0, "Kundennummer")
    left = "Required columns without a column of the file: Account name, Region"
    seen.expect(left)
    seen.follow("Targets")
    seen.follow("Uploads")
    seen.expect(left)
