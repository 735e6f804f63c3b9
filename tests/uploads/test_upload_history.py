"""After a load: who did what, the file as it was, and the quarantine as the person's own file."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.contract.spreadsheet_formulas import defused, is_formula, undefused
from kam_core.errors import KamError
from kam_core.ingest.corrections.resubmission import headings
from kam_core.uploads import upload_history
from kam_core.uploads.load import load, restore_version
from kam_core.warehouse.store import Warehouse, open_version
from tests.conftest import ACCOUNTS, ORDERS
from tests.support.loading import load_once

Write = Callable[[str, str], Path]

# Line 5 has a bad date and a formula as product, line 6 an unknown account, line 7 a cell too many.
BROKEN = """订单编号,客户编号,下单日期,金额,产品,备注
O1,A1,2024-07-10,0.10,Basic,
O2,A1,2024-07-11,0.20,Basic,
O3,A1,2024-07-12,0.30,Basic,
O4,A1,someday,5.00,=1+1,"two
lines"
O5,A9,2024-07-14,6.00,+86 21,
O6,A1,2024-07-15,7.00,Basic,,surplus
"""


def live_rows(warehouse: Warehouse, query: str) -> list[tuple]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return connection.execute(query).fetchall()


def snapshot_of(warehouse: Warehouse, table: str) -> int:
    return max(
        row[0]
        for row in live_rows(
            warehouse, f"select snapshot_id from meta.snapshots where table_name = '{table}'"
        )
    )


@pytest.fixture
def broken(warehouse: Warehouse, file: Write) -> Warehouse:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("订单.csv", BROKEN)], by="Li")
    return warehouse


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_original_comes_back_byte_for_byte(broken: Warehouse) -> None:
    name, content = upload_history.original_file(broken, snapshot_of(broken, "orders"))
    assert (name, content) == ("订单.csv", BROKEN.encode())


def test_an_unknown_upload_is_named(warehouse: Warehouse, company: list[Path]) -> None:
    load_once(warehouse, company)
    with pytest.raises(KamError, match="unknown_snapshot"):
        upload_history.original_file(warehouse, 99)
    with pytest.raises(KamError, match="nothing_quarantined"):
        upload_history.corrections_file(warehouse, 1, 1, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_quarantine_is_the_persons_file_plus_problem_columns(
    broken: Warehouse, lang: str
) -> None:
    name, content = upload_history.corrections_file(broken, 1, snapshot_of(broken, "orders"), lang)
    assert name == "订单-corrections.csv"
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = read_csv(content)
    own = BROKEN.splitlines()[0].split(",")
    assert header == [*own, *headings(lang).values()]
    assert [row[:6] for row in rows] == [
        ["O4", "A1", "someday", "5.00", "'=1+1", "two\nlines"],
        ["O5", "A9", "2024-07-14", "6.00", "'+86 21", ""],
        [""] * 6,
    ]
    assert [row[6:8] for row in rows] == [
        ["5", "bad_date"],
        ["7", "unknown_account"],
        ["8", "ragged_row"],
    ]
    assert "someday" in rows[0][8]
    assert rows[2][9] == "O6,A1,2024-07-15,7.00,Basic,,surplus"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_corrected_rows_are_accepted_and_nothing_else_of_them_changes(
    broken: Warehouse, tmp_path: Path, lang: str
) -> None:
    name, content = upload_history.corrections_file(broken, 1, snapshot_of(broken, "orders"), lang)
    rows = read_csv(content)
    rows[1][2], rows[2][1] = "2024-07-13", "A2"
    path = tmp_path / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows[:3])
    report = load(broken, [path], mode="update")[0]
    assert (report.table, report.received, report.accepted) == ("orders", 2, 2)
    assert live_rows(
        broken, "select order_id, account_id, product, extra from orders where order_id > 'O3'"
    ) == [
        ("O4", "A1", "=1+1", '{"备注": "two\\nlines"}'),
        ("O5", "A2", "+86 21", None),
    ]


def test_uncorrected_rows_stay_in_quarantine_also_the_second_time(
    broken: Warehouse, tmp_path: Path
) -> None:
    for version in (1, 2):
        number = snapshot_of(broken, "orders")
        name, content = upload_history.corrections_file(broken, version, number, "zh")
        rows = read_csv(content)
        assert rows[1][4] == "'=1+1"
        path = tmp_path / f"{version}" / name
        path.parent.mkdir()
        # One row that is right: a file in which none is would be refused as a whole.
        good = [f"N{version}", "A1", "2024-07-10", "1.00", *[""] * 7]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*rows, good])
        report = load(broken, [path], mode="update")[0]
        counts = (report.received, report.accepted, report.quarantined)
        # The row that nobody completed is handed out with the upload it came from, not again.
        assert counts == {1: (4, 1, 3), 2: (3, 1, 2)}[version]


@given(st.text(alphabet="'=+-@ \t\r\n|＝a1.,\"", max_size=8))
def test_what_is_defused_comes_back_exactly(cell: str) -> None:
    assert undefused(defused(cell)) == cell
    assert not is_formula(defused(cell))


def test_the_history_tells_who_published_what(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company, by="Li")
    load(warehouse, [file("orders.csv", ORDERS + "O4,A1,2024-09-11,5.00\n")], by="Wang")
    restore_version(warehouse, 1, by="Zhao")
    told = [
        (e.version, e.reason, e.published_by, [s.file_name for s in e.snapshots])
        for e in upload_history.list_events(warehouse)
    ]
    assert told == [
        (1, "load", "Li", ["accounts.csv", "interactions.csv", "needs.csv", "orders.csv"]),
        (2, "load", "Wang", ["orders.csv"]),
        (1, "rollback", "Zhao", []),
    ]
