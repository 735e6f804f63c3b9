"""Rows set apart come back corrected: each stands for the row it was, and none counts twice."""

import csv
import io
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kam_core.errors import KamError
from kam_core.ingest.corrections.resubmission import headings, make_reference
from kam_core.uploads import upload_history
from kam_core.uploads.load import load, rebuild_version, restore_version
from kam_core.uploads.report_model import FileReport
from kam_core.warehouse.store import Warehouse, open_beside, open_version
from tests.conftest import ACCOUNTS

Write = Callable[[str, str], Path]
Edit = Callable[[list[list[str]]], object]

# Line 3 repeats the key of line 2, line 4 has no date, line 5 is a row of totals, line 6 names an
# account nobody knows.
ORDERS = """order_id,account_id,ordered_on,amount,line
O1,A1,2024-07-10,5.00,1
O1,A1,2024-07-11,6.00,1
O2,A2,someday,7.00,1
合计,,,18.00,
O3,A-09,2024-07-13,8.00,1
O4,A2,2024-07-14,9.00,1
"""
# What is listed of it: upload, line, state.
LISTED = [(2, 3, "open"), (2, 4, "open"), (2, 5, "nothing_to_do"), (2, 6, "open")]


@pytest.fixture
def broken(warehouse: Warehouse, file: Write) -> Warehouse:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", ORDERS)])
    return warehouse


def states(warehouse: Warehouse) -> list[tuple[int, int, str]]:
    """(upload, line, state) of every quarantined row of the live version."""
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return connection.execute(
            "select snapshot_id, line_no, state from meta.quarantine_states order by all"
        ).fetchall()


def orders(warehouse: Warehouse) -> list[tuple]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return connection.execute(
            "select order_id, account_id, ordered_on::varchar, amount::integer "
            "from orders order by order_id"
        ).fetchall()


def sent_back(
    warehouse: Warehouse, upload: int, edit: Edit, mode: str = "full", **how: object
) -> FileReport:
    """What becomes of an upload's quarantined rows (without the header) after an edit."""
    live = warehouse.live_version()
    assert live is not None
    name, content = upload_history.corrections_file(warehouse, live.version, upload, "en")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    edit(rows)
    path = warehouse.path / f"{live.version}-{name}"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return load(warehouse, [path], mode=mode, **how)[0]  # type: ignore[arg-type]


def mark(*cells: str) -> str:
    header = [f"column {number}" for number, _ in enumerate(cells)]
    return make_reference(1, 2, "a" * 64, header, cells, ["duplicate_key"])


def put(line: str, place: int, cell: str) -> Edit:
    """The edit that writes into the row of a line."""

    def edit(rows: list[list[str]]) -> None:
        own = len(ORDERS.splitlines()[0].split(","))
        next(row for row in rows if row[own] == line)[place] = cell

    return edit


def test_a_row_that_came_back_leaves_the_list_and_the_others_stay(broken: Warehouse) -> None:
    assert states(broken) == LISTED
    report = sent_back(broken, 2, put("4", 2, "2024-07-12"))
    assert (report.received, report.accepted, report.quarantined) == (4, 1, 3)
    assert report.problems == {"not_corrected": 2, "unknown_account": 1}
    assert states(broken) == [
        (2, 3, "open"),
        (2, 4, "returned"),
        (2, 5, "nothing_to_do"),
        (2, 6, "returned"),
        (3, 2, "not_corrected"),
        (3, 4, "not_corrected"),
        (3, 5, "open"),
    ]
    assert ("O2", "A2", "2024-07-12", 7) in orders(broken)


def test_an_untouched_repeat_of_a_key_does_not_replace_the_row_in_force(
    broken: Warehouse,
) -> None:
    sent_back(broken, 2, put("4", 2, "2024-07-12"))
    assert ("O1", "A1", "2024-07-10", 5) in orders(broken)


def test_a_repeat_that_is_right_as_it_is_can_be_insisted_on(broken: Warehouse) -> None:
    def insist(rows: list[list[str]]) -> None:
        rows[0][9] = f"ok {rows[0][9]}"

    sent_back(broken, 2, insist)
    assert ("O1", "A1", "2024-07-11", 6) in orders(broken)
    assert (2, 3, "returned") in states(broken)


@pytest.mark.parametrize("heading", ["Keystone problem codes", "amount"])
def test_an_untouched_repeat_is_known_without_some_column(
    broken: Warehouse, file: Write, heading: str
) -> None:
    _, content = upload_history.corrections_file(broken, 1, 2, "en")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    kept = [name for name in rows[0] if name != heading]
    lines = [",".join(row[name] for name in kept) for row in rows[:2]]
    lines[1] = lines[1].replace("someday", "2024-07-12")
    with pytest.raises(KamError) if heading == "amount" else nullcontext():
        load(broken, [file("back.csv", "\n".join([",".join(kept), *lines]))])
    assert ("O1", "A1", "2024-07-10", 5) in orders(broken)


@pytest.mark.parametrize(
    ("cell", "saved"),
    [
        ("2024-07-11", "2024/7/11"),
        ("6.00", "6"),
        ("1,200", "1200"),
        ("2024-07-11 09:00:00", "2024/7/11 9:00"),
        ("2024-07-11", "7/11/2024"),
        ("75%", "0.75"),
        ("(5.00)", "-5"),
        ("TRUE", "True"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_a_spreadsheet_writes_in_another_way_is_no_correction(cell: str, saved: str) -> None:
    assert mark(cell) == mark(saved)


@pytest.mark.parametrize(
    ("cell", "corrected"),
    [
        ("2024-07-11", "2024-07-01"),
        ("1.5", "1.05"),
        ("5", "-5"),
        ("5", "50"),
        ("", "0"),
        ("A1", "A2"),
        ("12", "1,2"),
        ("O1", "O-1"),
        ("A01", "A1"),
    ],
)
def test_a_correction_is_seen(cell: str, corrected: str) -> None:
    assert mark(cell) != mark(corrected)


def test_the_same_cells_in_other_columns_are_a_correction() -> None:
    assert mark("x", "") != mark("", "x")


def test_rows_sent_back_are_an_update_whatever_is_said(broken: Warehouse) -> None:
    report = sent_back(broken, 2, put("4", 2, "2024-07-12"), mode="full")
    assert report.mode == "update"
    assert [order for order, *_ in orders(broken)] == ["O1", "O2", "O4"]


def test_an_untouched_row_is_taken_where_an_answer_explains_it(
    warehouse: Warehouse, file: Write
) -> None:
    accounts = ACCOUNTS.splitlines()
    text = f"{accounts[0]},status\n{accounts[1]},active\n{accounts[2]},rege Kundin\n"
    load(warehouse, [file("accounts.csv", text)])
    said = {"values": {"status": {"rege Kundin": "active"}}}
    report = sent_back(warehouse, 1, lambda rows: None, answers=said)
    assert (report.accepted, report.quarantined) == (1, 0)
    assert states(warehouse) == [(1, 3, "returned")]


def test_corrections_in_which_nothing_is_right_are_refused(broken: Warehouse) -> None:
    def leave_two(rows: list[list[str]]) -> None:
        del rows[1:2], rows[2:]

    with pytest.raises(KamError, match="too_many_broken_rows"):
        sent_back(broken, 2, leave_two)


def test_a_later_full_file_makes_the_rows_of_the_one_before_obsolete(
    broken: Warehouse, file: Write
) -> None:
    load(broken, [file("orders.csv", ORDERS.replace("someday", "2024-07-12"))])
    assert states(broken) == [
        *((2, line, "replaced") for line in (3, 4, 5, 6)),
        (3, 3, "open"),
        (3, 5, "nothing_to_do"),
        (3, 6, "open"),
    ]
    restore_version(broken, 1, by="tests")
    assert states(broken) == LISTED


def test_a_rebuild_knows_what_came_back(broken: Warehouse) -> None:
    sent_back(broken, 2, put("4", 2, "2024-07-12"))
    before = states(broken)
    broken.file(2).unlink()
    rebuild_version(broken, 2)
    assert states(broken) == before


def test_a_reference_to_another_warehouses_upload_hides_nothing(
    broken: Warehouse, file: Write
) -> None:
    head = ["order_id", "account_id", "ordered_on", "amount"]
    cells = ["O1", "A1", "2024-07-11", "6.00"]
    strange = make_reference(2, 3, "f" * 64, head, cells, ["duplicate_key"])
    heads = ",".join([*head, *headings("zh").values()])
    load(
        broken,
        [
            file(
                "corrected.csv",
                f"{heads}\n{','.join(cells)},3,duplicate_key,,,{strange}\nO9,A2,2024-07-15,1,,,,,\n",
            )
        ],
    )
    assert (2, 3, "open") in states(broken)
    assert (3, 2, "open") in states(broken)


def test_a_version_from_before_rows_could_come_back_is_read_and_continued(
    broken: Warehouse, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = broken.file(1)
    with duckdb.connect(str(old)) as connection:
        connection.execute("drop view meta.quarantine_states; drop table meta.returned")
    with open_beside(old) as connection:
        assert connection.execute("select count(*) from meta.returned").fetchall() == [(0,)]
    monkeypatch.setattr(Warehouse, "is_intact", lambda *_: True)
    assert upload_history.corrections_file(broken, 1, 2, "en")[0] == "orders-corrections.csv"
    more = file("more.csv", "order_id,account_id,ordered_on,amount\nO8,A1,2024-07-20,1\n")
    load(broken, [more], mode="update")
    assert states(broken) == LISTED


def test_a_row_of_totals_comes_with_its_cells(broken: Warehouse) -> None:
    _, content = upload_history.corrections_file(broken, 1, 2, "en")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[3][:4] == ["合计", "", "", "18.00"]


@pytest.mark.parametrize(
    ("lang", "asked"), [("en", "Did you mean A9 Larch?"), ("zh", "是否应为 A9 Larch？")]
)
def test_an_unknown_account_comes_with_whom_it_may_mean(
    broken: Warehouse, file: Write, lang: str, asked: str
) -> None:
    load(broken, [file("accounts.csv", f"{ACCOUNTS}A9,Larch,East,2023-01-01,20\n")])
    _, content = upload_history.corrections_file(broken, 2, 2, lang)
    unknown = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[4]
    assert "A-09" in unknown[7] and unknown[7].endswith(asked)


def test_what_came_back_is_known_after_further_uploads(broken: Warehouse, file: Write) -> None:
    sent_back(broken, 2, put("4", 2, "2024-07-12"))
    before = states(broken)
    load(broken, [file("accounts.csv", f"{ACCOUNTS}A5,Elm,East,2023-01-01,20\n")])
    assert states(broken) == before


def test_a_row_whose_key_was_corrected_does_not_come_in_twice_when_its_account_is_found(
    broken: Warehouse, file: Write
) -> None:
    def both(rows: list[list[str]]) -> None:
        rows[3][:2] = "O33", "A2"

    sent_back(broken, 2, both)
    load(broken, [file("accounts.csv", f"{ACCOUNTS}A-09,Larch,East,2023-01-01,20\n")])
    assert [order for order, *_ in orders(broken)] == ["O1", "O33", "O4"]
    hashed = broken.require_version(3).content_hash
    broken.file(3).unlink()
    assert rebuild_version(broken, 3).content_hash == hashed


def test_a_correction_has_the_day_of_its_table_and_moves_none(
    warehouse: Warehouse, file: Write
) -> None:
    load(
        warehouse,
        [file("accounts_2024-07-31.csv", ACCOUNTS), file("orders_2024-07-01.csv", ORDERS)],
    )
    report = sent_back(warehouse, 2, put("4", 2, "2024-07-12"))
    assert (report.as_of, report.as_of_from) == ("2024-07-01", "table")
    assert ("O2", "A2", "2024-07-12", 7) in orders(warehouse)


def test_correcting_rows_of_a_file_that_was_replaced_needs_a_second_yes(
    broken: Warehouse, file: Write
) -> None:
    name, content = upload_history.corrections_file(broken, 1, 2, "en")
    load(broken, [file("orders.csv", ORDERS.replace("someday,7.00", "2024-07-12,700.00"))])
    late = file(name, content.decode("utf-8-sig").replace("someday", "2024-07-13", 1))
    with pytest.raises(KamError, match="needs_confirmation"):
        load(broken, [late])
    assert ("O2", "A2", "2024-07-12", 700) in orders(broken)
    with pytest.raises(KamError, match="nothing_quarantined"):
        upload_history.corrections_file(broken, 2, 2, "en")


def test_the_same_bytes_uploaded_again_do_not_reopen_what_was_corrected(
    broken: Warehouse, file: Write
) -> None:
    name, content = upload_history.corrections_file(broken, 1, 2, "en")
    load(broken, [file("orders.csv", ORDERS)], as_of=date(2024, 7, 31))
    late = file(name, content.decode("utf-8-sig").replace("someday", "2024-07-13", 1))
    load(broken, [late], confirmed=True)
    assert (3, 4, "returned") in states(broken)


def test_a_correction_is_read_as_the_file_its_rows_come_from(
    warehouse: Warehouse, file: Write
) -> None:
    """The column proves a decimal comma, the dates that the day comes first."""
    amounts = 'O1,A1,13/04/2024,"0,75",1\nO2,A1,03/04/2024,"1.250,50",1\nO3,A2,03/05/2024,x,1\n'
    text = f"order_id,account_id,ordered_on,amount,line\n{amounts}"
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", text)])
    sent_back(warehouse, 2, put("4", 3, "1.125,00"))
    assert ("O3", "A2", "2024-05-03", 1125) in orders(warehouse)


def test_a_full_file_and_corrections_can_be_loaded_together(broken: Warehouse, file: Write) -> None:
    name, content = upload_history.corrections_file(broken, 1, 2, "en")
    late = file(name, content.decode("utf-8-sig").replace("someday", "2024-07-13", 1))
    reports = load(broken, [late, file("orders.csv", ORDERS.replace("O4", "O5"))], confirmed=True)
    assert [report.mode for report in reports] == ["full", "update"]
    assert [order for order, *_ in orders(broken)] == ["O1", "O2", "O5"]


def test_a_column_that_only_bears_one_of_our_names_makes_no_correction(
    warehouse: Warehouse, file: Write
) -> None:
    text = ACCOUNTS.replace("\n", ",1\n").replace(
        "growth_potential,1", "growth_potential,Keystone line"
    )
    (report,) = load(warehouse, [file("accounts.csv", text)])
    assert (report.mode, report.accepted) == ("full", 2)


def test_a_correction_goes_only_to_the_table_that_its_rows_were_set_apart_from(
    warehouse: Warehouse, file: Write
) -> None:
    """An invoice line is an account and an order; a customer's first line says where it is."""
    day = "2010-12-01 08:26:00"
    lines = [
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        f"1,S1,Mug,2,{day},2.50,77,UK",
        f"1,S2,Cup,two,{day},3.00,77,France",
    ]
    load(warehouse, [file("day.csv", "\n".join(lines))])
    upload = next(number for number, *_ in states(warehouse))
    content = upload_history.corrections_file(warehouse, 1, upload, "en")[1].decode("utf-8-sig")
    (report,) = load(warehouse, [file("back.csv", content.replace("two", "2", 1))])
    assert (report.table, report.accepted, report.quarantined) == ("orders", 1, 0)
    live = warehouse.live_version()
    assert live
    with open_version(warehouse.file(live.version)) as connection:
        told = connection.execute("select account_id, region from accounts").fetchall()
    assert told == [("77", "UK")]
