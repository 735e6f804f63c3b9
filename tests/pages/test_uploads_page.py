"""The upload page as a person uses it: what was said stays said, and every name is only a name."""

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.warehouse.store import Warehouse
from pages.parts.uploads import commands

PAGE = """
from pages import uploads
from pages.parts.state import links, url_state, viewer
import streamlit as st

url_state.read_address()
here = st.Page(lambda: None, url_path="uploads", title="uploads", default=True)
links.remember({"uploads": here, "overview": here})
st.navigation([here])
if not st.session_state.get("is_elsewhere"):
    uploads.page(viewer.Viewer("test"), st.session_state.get("lang", "en"))
"""
ACCOUNTS = "account_id,account_name,region\nA1,Alder,East\n"
ORDERS = "order_id,account_id,ordered_on,amount,kind\nO1,A1,2024-09-01,5,**$x$**\n"
TWO_ORDERS = "order_id,account_id,ordered_on,amount\nO1,A1,2024-09-01,5\nO2,A1,2024-09-01,abc\n"
HAND_KEPT = "客户代码,客户全称,大区,合作开始,备用\nT1,甲公司,华东,2023-04-13,x\n"
SECONDS = 300


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> AppTest:
    monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
    return AppTest.from_string(PAGE, default_timeout=SECONDS).run()


def choose(page: AppTest, **files: str) -> AppTest:
    """Choose files by name, the dot left out: ``accounts_csv="..."``."""
    named = [
        (name.replace("_csv", ".csv"), content.encode(), "text/csv")
        for name, content in files.items()
    ]
    page.file_uploader[0].set_value(named)
    page.run()
    assert not page.exception
    return page


def box(page: AppTest, label: str):
    return next(box for box in page.selectbox if box.label == label)


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    page.run()
    return page


def wait_for(page: AppTest, label: str) -> AppTest:
    """Until the job is done and a button shows it."""
    until = time.monotonic() + SECONDS
    while not any(button.label == label for button in page.button):
        assert time.monotonic() < until and not page.exception
        time.sleep(0.2)
        page.run()
    return page


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    shown = "\n".join(element.value for kind in kinds for element in kind)
    return shown.replace("\\", "")


def in_language(page: AppTest, lang: str) -> AppTest:
    page.session_state["lang"] = lang
    return page.run()


def elsewhere_and_back(page: AppTest) -> AppTest:
    page.session_state["is_elsewhere"] = True
    page.run()
    page.session_state["is_elsewhere"] = False
    return page.run()


def previewed_and_back(page: AppTest) -> AppTest:
    wait_for(press(page, "Show what would change"), "Back to the files")
    return press(page, "Back to the files")


@pytest.mark.parametrize("leave", [previewed_and_back, elsewhere_and_back])
def test_mode_and_day_stay_where_a_person_leaves_and_comes_back(
    page: AppTest, leave: Callable[[AppTest], AppTest]
) -> None:
    choose(page, accounts_csv=ACCOUNTS)
    box(page, "Mode").set_value("update")
    page.text_input[0].set_value("2024-09-30")
    page.run()
    leave(page)
    assert box(page, "Mode").value == "update"
    assert page.text_input[0].value == "2024-09-30"


def test_mode_stays_in_the_other_language_and_is_named_in_it(page: AppTest) -> None:
    choose(page, accounts_csv=ACCOUNTS)
    box(page, "Mode").set_value("update")
    page.run()
    in_language(page, "zh")
    assert box(page, "方式").value == "update"
    assert box(page, "方式").options == ["全量", "增量"]


def test_the_next_upload_starts_with_the_whole_table_again(page: AppTest) -> None:
    choose(page, accounts_csv=ACCOUNTS)
    box(page, "Mode").set_value("update")
    page.text_input[0].set_value("2024-09-30")
    page.run()
    wait_for(press(page, "Show what would change"), "Publish")
    wait_for(press(page, "Publish"), "Upload something else")
    press(page, "Upload something else")
    choose(page, accounts_csv=ACCOUNTS)
    assert box(page, "Mode").value == "full"
    assert page.text_input[0].value == ""


def test_what_was_checked_stays_checked_after_a_look_at_the_preview(page: AppTest) -> None:
    choose(page, 名单_csv=HAND_KEPT)
    page.checkbox[0].check().run()
    previewed_and_back(page)
    assert page.checkbox[0].value


def test_proposed_columns_are_named_where_they_are_to_be_checked(page: AppTest) -> None:
    choose(page, 名单_csv=HAND_KEPT)
    assert "Customer since ← 合作开始" in said(page)
    assert "Kept as extra columns: 备用" in said(page)


def test_words_nobody_knows_are_shown_as_they_are_and_columns_by_their_table(
    page: AppTest,
) -> None:
    choose(page, orders_csv=ORDERS)
    asked = next(box.label for box in page.selectbox if "mean in" in box.label)
    assert r"\*\*\$x\$\*\*" in asked
    in_language(page, "zh")
    asked = next(box for box in page.selectbox if "是什么意思" in box.label)
    assert "订单类型" in asked.label
    assert asked.options == ["基础", "交叉销售", "追加销售"]


def test_another_file_leaves_what_was_said_about_the_first(page: AppTest) -> None:
    choose(page, 名单_csv=HAND_KEPT)
    page.checkbox[0].check().run()
    choose(page, 名单_csv=HAND_KEPT, accounts_csv=ACCOUNTS)
    assert page.checkbox[0].value
    assert any(button.label == "Show what would change" for button in page.button)


def test_files_that_are_still_chosen_can_be_removed(page: AppTest) -> None:
    choose(page, accounts_csv=ACCOUNTS)
    previewed_and_back(page)
    page.file_uploader[0].set_value([])
    press(page, "Remove these files")
    assert "Tables you can upload" in [heading.value for heading in page.subheader]


def test_a_file_that_fits_no_table_and_one_that_cannot_be_read_say_what_to_do(
    page: AppTest,
) -> None:
    choose(page, mystery_csv="foo,bar\n1,2\n")
    assert "The headers do not tell which table this file is for." in said(page)
    choose(page, photo_csv="%PDF-1.4 x")
    assert "**photo.csv** cannot be read. Please remove it above" in said(page)
    assert "or remove files that cannot be read" in said(page)


def test_encodings_are_proposed_only_where_they_are_in_doubt(page: AppTest) -> None:
    choose(page, accounts_csv=ACCOUNTS)
    assert "garbled" not in said(page)
    page.file_uploader[0].set_value([("a.csv", "a;b\nKühler;x\n".encode("latin-1"), "text/csv")])
    page.run()
    assert "Windows-1252 (Western Europe)" in said(page)


def test_a_name_longer_than_a_disk_takes_is_shortened(page: AppTest) -> None:
    choose(page, **{"很长" * 60 + "_csv": ACCOUNTS})
    assert "很长很长" in said(page)
    assert len(commands.safe_file_name("很长" * 60 + ".csv").encode()) <= 255
    assert commands.safe_file_name("很长" * 60 + ".csv").endswith("很.csv")


@pytest.mark.parametrize("written", ["../../x.csv", "C:\\temp\\x.csv", "/etc/x.csv"])
def test_no_name_leads_out_of_the_folder_of_an_upload(written: str) -> None:
    assert commands.safe_file_name(written) == "x.csv"


def publish(page: AppTest) -> AppTest:
    wait_for(press(page, "Show what would change"), "Publish")
    return wait_for(press(page, "Publish"), "Upload something else")


def test_the_same_file_again_names_the_first_time_and_offers_nothing_to_publish(
    page: AppTest,
) -> None:
    publish(choose(page, accounts_csv=ACCOUNTS))
    press(page, "Upload something else")
    choose(page, accounts_csv=ACCOUNTS)
    wait_for(press(page, "Show what would change"), "Back to the files")
    assert "accounts.csv holds exactly what is already loaded" in said(page)
    assert "test uploaded accounts.csv before" in said(page)
    assert "Publish" not in [button.label for button in page.button]


def test_a_result_does_not_call_a_version_live_that_was_rolled_back(page: AppTest) -> None:
    publish(choose(page, accounts_csv=ACCOUNTS))
    press(page, "Upload something else")
    publish(choose(page, more_csv=ACCOUNTS + "A2,Birch,South\n"))
    assert "Version 2 is live" in said(page)
    page.session_state["upload_lists"] = "Versions and roll back"
    page.run()
    press(page, "Roll back to version 1")
    assert "It was published as version 2; version 1 is live now." in said(page)


def test_what_to_do_about_a_problem_is_written_out_in_full(page: AppTest) -> None:
    publish(choose(page, accounts_csv=ACCOUNTS))
    press(page, "Upload something else")
    choose(page, orders_csv=TWO_ORDERS)
    wait_for(press(page, "Show what would change"), "Back to the files")
    (problems,) = [table.value for table in page.table if "What to do" in table.value]
    assert list(problems.columns)[-1] == "What to do" and "File" not in problems
    (counted,) = [f.value for f in page.dataframe if "received" in f.value and "file" in f.value]
    assert "set_aside" not in counted and "blank" not in counted


def test_whoever_waits_reads_since_when_as_a_time_of_day() -> None:
    script = """
from kam_core.ingest.progress import Progress
from kam_core.text.writer import Text
from kam_core.warehouse.lock import Holder
from pages.parts.uploads import preview_step
step = Progress("queued", holder=Holder("Ann", 7, "2026-11-28T16:40:49+00:00"))
preview_step.render_progress(step, Text("en"))
"""
    told = AppTest.from_string(script).run().markdown[0].value.replace("\\", "")
    assert "(Ann, since Nov 28, 2026 16:40 UTC)" in told
