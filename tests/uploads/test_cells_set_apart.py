"""A cell that cannot be read costs the row only where the row would say something else."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from kam_core.text.writer import Text
from kam_core.uploads.load import load, rebuild_version
from kam_core.uploads.report_sentences import describe_report
from kam_core.uploads.upload_history import corrections_file
from kam_core.warehouse.store import Warehouse, open_version

ACCOUNTS = """account_id,account_name,region,status,customer_since,potential,relationship_level
A1,Alder,East,active,2022-01-01,80,basic
A2,Birch,East,active,2022-01-01,very high,best friends
A3,Cedar,East,gone fishing,2022-01-01,40,basic
"""
ORDERS = """order_id,account_id,ordered_on,amount,gross_profit
O1,A1,2024-07-10,100,ten
O2,A2,2024-07-11,1OO,10
"""
DAY = date(2024, 10, 1)

WriteFile = Callable[[str, str], Path]


@pytest.fixture
def filled(warehouse: Warehouse, file: WriteFile) -> Warehouse:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", ORDERS)], as_of=DAY)
    return warehouse


def select(warehouse: Warehouse, version: int, query: str) -> list[tuple]:
    with open_version(warehouse.file(version)) as connection:
        return connection.execute(query).fetchall()


def test_the_row_stands_without_the_cell_and_the_cell_is_listed(filled: Warehouse) -> None:
    accounts = "select account_id, growth_potential, relationship_level from accounts order by 1"
    assert select(filled, 1, accounts) == [("A1", Decimal(80), "basic"), ("A2", None, None)]
    assert select(filled, 1, "select order_id, amount, gross_profit from orders") == [
        ("O1", Decimal(100), None)
    ]
    cells = "select table_name, line_no, column_name, cell, code from meta.cells order by all"
    assert select(filled, 1, cells) == [
        ("accounts", 3, "growth_potential", "very high", "bad_score"),
        ("accounts", 3, "relationship_level", "best friends", "unknown_value"),
        ("orders", 2, "gross_profit", "ten", "bad_number"),
    ]


def test_what_is_essential_costs_the_row(filled: Warehouse) -> None:
    quarantine = "select table_name, line_no, codes from meta.quarantine order by 1"
    assert select(filled, 1, quarantine) == [
        ("accounts", 4, ["unknown_value"]),
        ("orders", 3, ["bad_number"]),
    ]


def test_the_report_counts_both(warehouse: Warehouse, file: WriteFile) -> None:
    (report,) = load(warehouse, [file("accounts.csv", ACCOUNTS)], as_of=DAY)
    counts = (report.received, report.accepted, report.quarantined, report.cells_set_apart)
    assert counts == (3, 2, 1, 2)
    assert report.problems == {"bad_score": 1, "unknown_value": 2}
    assert "Cells set apart: 2" in describe_report(report, Text("en"))
    assert "未识别的单元格：2 个" in describe_report(report, Text("zh"))


def corrected(filled: Warehouse, snapshot: int, changes: dict[str, str], version: int = 1) -> str:
    """The download of an upload's rows to correct, with some cells replaced."""
    _, content = corrections_file(filled, version, snapshot, "en")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    out = io.StringIO()
    csv.writer(out).writerows([changes.get(cell, cell) for cell in row] for row in rows)
    return out.getvalue()


def test_cells_are_corrected_like_rows(filled: Warehouse, file: WriteFile) -> None:
    text = corrected(filled, 1, {"very high": "90", "gone fishing": "active"})
    assert "best friends" in text and "A1" not in text
    (report,) = load(filled, [file("accounts-corrections.csv", text)], as_of=DAY)
    assert (report.received, report.quarantined, report.cells_set_apart) == (2, 0, 1)
    accounts = "select account_id, growth_potential, status from accounts order by 1"
    assert select(filled, 2, accounts) == [
        ("A1", Decimal(80), "active"),
        ("A2", Decimal(90), "active"),
        ("A3", Decimal(40), "active"),
    ]
    states = "select snapshot_id, column_name, state from meta.cell_states order by 1, 2"
    assert select(filled, 2, states)[:2] == [
        (1, "growth_potential", "returned"),
        (1, "relationship_level", "returned"),
    ]
    assert (3, "relationship_level", "open") in select(filled, 2, states)


def test_a_version_with_cells_is_rebuilt_with_its_hash(filled: Warehouse) -> None:
    filled.file(1).unlink()
    assert rebuild_version(filled, 1).content_hash == filled.require_version(1).content_hash


def test_a_later_full_file_has_the_last_word(filled: Warehouse, file: WriteFile) -> None:
    later = ORDERS.replace("ten", "10").replace("1OO", "100")
    load(filled, [file("orders.csv", later)], as_of=date(2024, 10, 2))
    query = "select state from meta.cell_states where table_name = 'orders'"
    with duckdb.connect(str(filled.file(2)), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [("replaced",)]


@pytest.mark.parametrize("numbers", [("1", "2", "3"), ("", "", "")])
def test_a_corrected_line_leaves_the_other_lines_of_its_order(
    filled: Warehouse, file: WriteFile, numbers: tuple[str, str, str]
) -> None:
    pump, seal, hose = numbers
    lines = (
        "order_id,account_id,ordered_on,product,amount,gross_profit,line\n"
        f"O1,A1,2024-07-10,pump,100,9,{pump}\n"
        f"O1,A1,2024-07-10,seal,1OO,9,{seal}\n"
        f"O1,A1,2024-07-10,hose,70,nine,{hose}\n"
    )
    load(filled, [file("orders.csv", lines)], as_of=date(2024, 10, 2), confirmed=True)
    text = corrected(filled, 3, {"1OO": "10", "nine": "9"}, version=2)
    load(filled, [file("orders-corrections.csv", text)], as_of=date(2024, 10, 2))
    rows = "select product, amount, gross_profit from orders order by amount"
    assert select(filled, 3, rows) == [("seal", 10, 9), ("hose", 70, 9), ("pump", 100, 9)]
    filled.file(3).unlink()
    assert rebuild_version(filled, 3).content_hash == filled.require_version(3).content_hash
