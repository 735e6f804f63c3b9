"""Up to which day a file speaks: what is said, what its name says, what happened in it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.uploads import day_in_name, file_days
from kam_core.uploads.load import load, rebuild_version, report_of
from kam_core.uploads.report_sentences import describe_day, describe_report
from kam_core.warehouse import as_of_day
from kam_core.warehouse.store import Warehouse, open_version
from tests.conftest import ACCOUNTS, INTERACTIONS, NEEDS, ORDERS

Write = Callable[[str, str], Path]
TODAY = date(2026, 11, 30)
FUTURE = "O4,A1,2062-07-05,900\n"
SURVEYS = "survey_id,account_id,surveyed_on,score\nS1,A1,2024-08-15,80\n"
PLANNED = (
    "interaction_id,account_id,kind,status,occurred_at,planned_for\n"
    "I1,A1,visit,planned,,2024-07-03\n"
)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it on one day, whatever the clock says."""
    for module in (as_of_day, file_days):
        monkeypatch.setattr(module, "today", lambda: TODAY)


def days(warehouse: Warehouse, *paths: Path, **options: object) -> dict[str, tuple[str, str]]:
    """The day of each table, and where it comes from."""
    reports = load(warehouse, paths, confirmed=True, **options)
    return {report.table: (report.as_of, report.as_of_from) for report in reports}


def newest(warehouse: Warehouse) -> str:
    live = warehouse.live_version()
    assert live is not None
    return live.as_of.isoformat()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("orders_2024-09-30.csv", "2024-09-30"),
        ("orders_20240930.csv", "2024-09-30"),
        ("orders_20240930153000.csv", "2024-09-30"),
        ("orders 2024_09_30 (1).csv", "2024-09-30"),
        ("orders 2024.9.30.csv", "2024-09-30"),
        ("订单２０２４年９月３０號.csv", "2024-09-30"),
        ("订单2024年9月30日.csv", "2024-09-30"),
        ("orders 30.09.2024.csv", "2024-09-30"),
        ("orders 09-30-2024.csv", "2024-09-30"),
        ("Orders Sept 30th, 2024.csv", "2024-09-30"),
        ("orders-30-Sep-2024.csv", "2024-09-30"),
        ("2024-01-01_2024-09-30.csv", "2024-09-30"),
        ("orders_2024-09-30_from_2024-01-01.csv", "2024-09-30"),
        ("订单20240101至20240930.csv", "2024-09-30"),
        ("orders_2024-Q3.csv", "2024-09-30"),
        ("orders_2024Q1-Q3.csv", "2024-09-30"),
        ("orders Q3 2024.csv", "2024-09-30"),
        ("2024年第三季度订单.csv", "2024-09-30"),
        ("2024年度3季度.csv", "2024-09-30"),
        ("2024年一至三季度.csv", "2024-09-30"),
        ("orders_2024H1.csv", "2024-06-30"),
        ("订单2024年上半年.csv", "2024-06-30"),
        ("orders_2024-07.csv", "2024-07-31"),
        ("orders_202402.csv", "2024-02-29"),
        ("订单2024年9月.csv", "2024-09-30"),
        ("订单2024年1-9月.csv", "2024-09-30"),
        ("orders 12-2024.csv", "2024-12-31"),
        ("orders_September_2024.csv", "2024-09-30"),
        ("订单2024年.csv", "2024-12-31"),
        ("orders_FY2024.csv", "2024-12-31"),
        ("book.xlsx › 订单 2024-09", "2024-09-30"),
        # A week ends with its Sunday, also in the next year.
        ("interactions-2024-W27.csv", "2024-07-07"),
        ("interactions_2024W07.csv", "2024-02-18"),
        ("互动2024年第27周.csv", "2024-07-07"),
        ("互动2024第27週.csv", "2024-07-07"),
        ("互动2024年第1-27周.csv", "2024-07-07"),
        ("orders_2024-W01-W27.csv", "2024-07-07"),
        ("orders KW07-2024.csv", "2024-02-18"),
        ("orders 2024 week 27.csv", "2024-07-07"),
        ("orders week 27, 2024.csv", "2024-07-07"),
        ("orders_2020-W53.csv", "2021-01-03"),
        ("orders_2024-W53.csv", None),
        ("orders_2026-W49.csv", None),
        # A period that holds a finer date of the name says nothing more.
        ("2024年_2024-09-30.csv", "2024-09-30"),
        # What is to come is no day up to which a file can speak.
        ("orders_due_by_2027-12-31.csv", None),
        ("orders_2024-09-30_due_2027-12-31.csv", "2024-09-30"),
        ("orders_2026-Q4.csv", None),
        ("orders_2026-11.csv", "2026-11-30"),
        # Day or month first, no day at all, a number of rows, a number of a part or of an order.
        ("orders 05-06-2024.csv", None),
        ("orders_2024-02-30.csv", None),
        ("orders_2000.csv", None),
        ("orders_2024_1.csv", None),
        ("orders_market_2024.csv", None),
        ("order 1234520240930.csv", None),
        ("orders.csv", None),
    ],
)
def test_the_last_day_of_a_name_that_is_not_to_come_counts(name: str, day: str | None) -> None:
    found = day_in_name.find_day(name, TODAY, None)
    assert found == (date.fromisoformat(day) if day else None)


def test_a_bare_year_counts_only_where_the_newest_fact_lies_in_it() -> None:
    assert day_in_name.find_day("orders_2024.csv", TODAY, date(2024, 12, 30)) == date(2024, 12, 31)
    assert day_in_name.find_day("orders_2000.csv", TODAY, date(2024, 12, 30)) is None


def test_a_quarter_in_a_name_is_one_of_the_fiscal_year(overlay: Callable[..., object]) -> None:
    overlay("thresholds.toml", "fiscal_year_start_month = 4\n")
    assert day_in_name.find_day("orders_2024-Q3.csv", TODAY, None) == date(2024, 12, 31)
    assert day_in_name.find_day("orders_FY2024.csv", TODAY, None) == date(2025, 3, 31)


def test_each_file_of_a_call_has_its_own_day(warehouse: Warehouse, company: list[Path]) -> None:
    assert days(warehouse, *company) == {
        "accounts": ("2024-09-10", "version"),
        "interactions": ("2024-09-10", "newest_fact"),
        "needs": ("2024-09-10", "newest_fact"),
        "orders": ("2024-09-10", "newest_fact"),
    }


def test_what_a_person_says_comes_first_then_the_name(warehouse: Warehouse, file: Write) -> None:
    orders = file("orders_2024-09-30.csv", ORDERS)
    assert days(warehouse, orders) == {"orders": ("2024-09-30", "file_name")}
    said = days(warehouse, orders, as_of=date(2024, 10, 5))
    assert said == {"orders": ("2024-10-05", "said")}


def test_a_date_to_come_is_no_newest_fact(warehouse: Warehouse, file: Write) -> None:
    accounts = file("accounts.csv", ACCOUNTS)
    found = days(warehouse, accounts, file("orders.csv", ORDERS + FUTURE))
    assert found["orders"] == ("2024-09-10", "newest_fact")
    assert newest(warehouse) == "2024-09-10"


def test_an_answer_is_a_fact_as_well(warehouse: Warehouse, file: Write) -> None:
    tickets = "ticket_id,account_id,kind,opened_at,first_response_at,resolved_at\n"
    tickets += "T1,A1,support,2024-07-01 09:00,2024-07-02 09:00,2024-07-05 09:00\n"
    assert days(warehouse, file("tickets.csv", tickets))["tickets"][0] == "2024-07-05"


def test_a_table_without_facts_speaks_up_to_the_day_of_the_version(
    warehouse: Warehouse, file: Write
) -> None:
    contracts = "contract_id,account_id,starts_on,ends_on,amount\nC1,A1,2025-01-01,2026-10-31,5\n"
    found = days(
        warehouse,
        file("accounts.csv", ACCOUNTS.replace("2023-01-01", "2026-01-01")),
        file("contracts.csv", contracts),
        file("orders.csv", ORDERS),
    )
    assert found["accounts"] == found["contracts"] == ("2024-09-10", "version")


def test_a_day_without_any_fact_holds_until_the_first_one_comes(
    warehouse: Warehouse, file: Write
) -> None:
    accounts = file("accounts.csv", ACCOUNTS)
    assert days(warehouse, accounts) == {"accounts": ("2026-11-30", "no_facts")}
    assert newest(warehouse) == "2026-11-30"
    days(warehouse, file("orders.csv", ORDERS))
    assert newest(warehouse) == "2024-09-10"
    with open_version(warehouse.file(2)) as version:
        query = "select distinct valid_from::varchar from history.accounts"
        assert version.execute(query).fetchall() == [("2024-09-10",)]
    # What was loaded after the first accounts stands above them, though they had a later day once.
    renamed = file("accounts.csv", ACCOUNTS.replace("Alder", "Elder"))
    assert days(warehouse, renamed) == {"accounts": ("2024-09-10", "version")}
    with open_version(warehouse.file(3)) as version:
        query = "select account_name from accounts order by account_id"
        assert version.execute(query).fetchall() == [("Elder",), ("Birch",)]
    assert all(report.already_loaded for report in load(warehouse, [renamed]))


def test_each_version_keeps_the_day_it_had(warehouse: Warehouse, file: Write) -> None:
    load(warehouse, [file("accounts.csv", ACCOUNTS)])
    load(warehouse, [file("orders.csv", ORDERS)])
    for number in (1, 2):
        recorded = warehouse.require_version(number).content_hash
        warehouse.file(number).unlink()
        assert rebuild_version(warehouse, number).content_hash == recorded
    assert [version.as_of for version in warehouse.ledger.versions()] == [TODAY, date(2024, 9, 10)]


def test_plans_alone_move_no_day_of_their_table(warehouse: Warehouse, file: Write) -> None:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("interactions.csv", INTERACTIONS)])
    load(warehouse, [file("orders.csv", ORDERS)], as_of=date(2024, 12, 31))
    planned = days(warehouse, file("planned.csv", PLANNED), mode="update", table="interactions")
    assert planned == {"interactions": ("2024-09-10", "table")}


def test_files_that_are_one_table_together_have_the_newest_of_their_days(
    warehouse: Warehouse, file: Write
) -> None:
    header, *lines = ORDERS.splitlines()
    parts = [file(f"orders_{n}.csv", f"{header}\n{line}\n") for n, line in enumerate(lines)]
    reports = load(warehouse, [file("accounts.csv", ACCOUNTS), *parts])
    assert [report.as_of for report in reports[1:]] == ["2024-09-10"] * 3
    updates = [
        file(f"orders_2024-{month}.csv", f"{header}\nX{month},A1,2024-{month}-05,1\n")
        for month in ("10", "11")
    ]
    own = load(warehouse, updates, mode="update")
    assert [report.as_of for report in own] == ["2024-10-31", "2024-11-30"]


def test_a_day_to_come_or_before_the_usable_years_is_refused(
    warehouse: Warehouse, company: list[Path]
) -> None:
    with pytest.raises(KamError, match="as_of_ahead") as ahead:
        load(warehouse, company, as_of=TODAY + timedelta(days=1))
    with pytest.raises(KamError, match="as_of_too_early") as early:
        load(warehouse, company, as_of=date(1899, 12, 31))
    assert warehouse.live_version() is None
    assert "still to come" in Text("en").error(ahead.value)
    assert "尚未到来" in Text("zh").error(ahead.value)
    assert "1900-01-01" in Text("en").error(early.value)
    assert load(warehouse, company, as_of=TODAY)[0].as_of == "2026-11-30"


def test_the_report_says_which_day_was_taken_and_why(warehouse: Warehouse, file: Write) -> None:
    accounts, surveys = file("accounts.csv", ACCOUNTS), file("surveys.csv", SURVEYS)
    alone = load(warehouse, [accounts])
    assert "until the first one is loaded" in describe_report(alone[0], Text("en"))
    assert "载入第一条事件后" in describe_report(alone[0], Text("zh"))
    orders = file("orders_2024-09-30.csv", ORDERS)
    needs = file("needs.csv", NEEDS)
    by_fact, *_, by_name = sorted(
        load(warehouse, [orders, surveys, needs]), key=lambda report: report.as_of
    )
    assert describe_day(by_name, Text("en")).startswith(
        "Speaks up to Sep 30, 2024, the last day in"
    )
    assert describe_day(by_fact, Text("en")) == (
        "Speaks up to Aug 15, 2024, the newest event in the file; say a later day (--as-of, on the "
        "page “Data as of”) if nothing happened since."
    )
    assert "若此后确实没有新记录" in describe_day(by_fact, Text("zh"))
    (remembered, *_) = warehouse.ledger.snapshots(1)
    assert report_of(warehouse, remembered).as_of_from == "no_facts"


def test_json_says_where_a_day_comes_from(
    warehouse: Warehouse, file: Write, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    orders = file("orders_due_by_2027-12-31.csv", ORDERS)
    assert main(["load", str(orders), "--json", "--warehouse", str(warehouse.path)]) == 0
    (report,) = json.loads(capfdbinary.readouterr().out)
    assert (report["as_of"], report["as_of_from"]) == ("2024-09-10", "newest_fact")


def test_a_correction_moves_no_day(
    warehouse: Warehouse, file: Write, tmp_path: Path, company: list[Path]
) -> None:
    company[3] = file("orders.csv", ORDERS + "O4,A1,2024-09-11,many\n")
    load(warehouse, company, as_of=date(2024, 9, 30))
    target = tmp_path / "orders_quarantine.csv"
    number = warehouse.ledger.snapshots(1)[-1].snapshot_id
    folder = ["--warehouse", str(warehouse.path)]
    assert main(["quarantine", str(number), "--to", str(target), *folder]) == 0
    target.write_text(target.read_text("utf-8-sig").replace("many", "5.00"), "utf-8-sig")
    for said in (None, date(2024, 12, 31)):
        (report,) = load(warehouse, [target], as_of=said)
        assert (report.as_of, report.as_of_from) == ("2024-09-30", "table")
    assert newest(warehouse) == "2024-09-30"


def test_rows_after_the_day_of_their_table_are_told_with_their_lines(
    warehouse: Warehouse, file: Write
) -> None:
    accounts, orders = file("accounts.csv", ACCOUNTS), file("orders.csv", ORDERS + FUTURE)
    for options in ({}, {"as_of": date(2024, 12, 31)}):
        report = load(warehouse, [accounts, orders], **options)[-1]
        assert report.problems == {"after_table_day": 1}
        assert report.first_lines["after_table_day"] == (5,)
    assert "counts nowhere" in describe_report(report, Text("en"))


@pytest.mark.parametrize("others", [{}, {"interactions.csv": INTERACTIONS}])
def test_rows_to_come_are_told_where_their_table_holds_nothing_else(
    warehouse: Warehouse, file: Write, others: dict[str, str]
) -> None:
    orders = file("orders.csv", ORDERS.splitlines()[0] + "\n" + FUTURE)
    paths = [file("accounts.csv", ACCOUNTS), orders, *(file(*other) for other in others.items())]
    (report,) = (report for report in load(warehouse, paths) if report.table == "orders")
    assert report.problems == {"after_table_day": 1}
    assert report.first_lines["after_table_day"] == (2,)
