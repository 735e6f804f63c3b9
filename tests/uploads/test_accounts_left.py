"""Accounts that left the file are asked about until somebody says what became of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from streamlit.testing.v1 import AppTest

import kam_core
from kam_core.uploads.load import load, rebuild_version
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS
from tests.support.loading import load_once

Write = Callable[[str, str], Path]
PAGE = """
from pages import uploads
from pages.parts.state.viewer import Viewer

uploads.page(Viewer("test"), "en")
"""
ONLY_ALDER = "\n".join(ACCOUNTS.splitlines()[:2]) + "\n"
OUTCOMES = "客户编号,起算日期,去向,流失原因,流失去向\nA2,2024-10-05,流失,竞争对手,某同行\n"


def left(warehouse: Warehouse) -> list[tuple]:
    rows = kam_core.open(warehouse.path).view().query("accounts_left")
    return [tuple(row) for row in rows.astype(object).where(rows.notna(), None).to_numpy()]


def test_who_left_is_listed_until_it_is_said_why(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    day = date(2024, 9, 30)
    (told,) = load(warehouse, [file("accounts.csv", ONLY_ALDER)], as_of=day, confirmed=True)
    assert told.problems == {"account_gone": 1}
    ((*who, left_on, revenue, outcome, effective_on),) = left(warehouse)
    assert who == ["A2", "Birch", "South", None]
    assert (left_on, float(revenue)) == (day, 1000000.7)
    assert (outcome, effective_on) == (None, None)
    outcomes = file("account_outcomes.csv", OUTCOMES)
    (saved,) = load(warehouse, [outcomes], mode="update", as_of=date(2024, 10, 31))
    assert (saved.accepted, saved.problems) == (1, {})
    assert [row[-2] for row in left(warehouse)] == ["lost"]
    # The next file without it asks nothing, and an account that is named again has not left.
    later = date(2024, 11, 30)
    (told,) = load(warehouse, [file("accounts.csv", ONLY_ALDER)], as_of=later, confirmed=True)
    assert "account_gone" not in told.problems
    load(warehouse, [file("accounts.csv", ACCOUNTS)], as_of=date(2024, 12, 31))
    assert left(warehouse) == []
    hashed = warehouse.require_version(4).content_hash
    warehouse.file(4).unlink()
    assert rebuild_version(warehouse, 4).content_hash == hashed


def test_a_corrected_number_is_no_account_that_left(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    renamed = file("more.csv", ACCOUNTS.replace("A2,", "A3,"))
    load(warehouse, [renamed], mode="update", table="accounts", as_of=date(2024, 9, 30))
    assert left(warehouse) == []


def test_the_page_lists_them_in_both_languages(
    warehouse: Warehouse, company: list[Path], file: Write, monkeypatch
) -> None:
    load_once(warehouse, company)
    alder = file("accounts.csv", ONLY_ALDER)
    load(warehouse, [alder], as_of=date(2024, 9, 30), confirmed=True)
    monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
    for lang, tab, words in (
        ("en", "Left the file", "**1** account is no longer in the file"),
        ("zh", "离开名单的客户", "**1** 家客户已不在客户表中"),
    ):
        page = AppTest.from_string(PAGE.replace("en", lang), default_timeout=300)
        page.session_state["upload_lists"] = tab
        page.run()
        assert not page.exception
        assert any(words in each.value for each in page.markdown)
