"""Workbooks: what is shown in a cell arrives as text, and what is not there is told."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import xlsxwriter

from kam_core.errors import KamError
from kam_core.ingest.read import sheet_scan
from kam_core.ingest.read.sources import inspect_file, read_part
from kam_core.ingest.read.table_layout import BLANK, GOOD, Reading, ReadOptions
from kam_core.ingest.read.workbook import Book, cell_as_text, is_workbook
from kam_core.ingest.stage import plan_recipes, stage_bytes

BOOKS = Path(__file__).parents[1] / "data" / "books"
ACCOUNTS = [["account_id", "account_name", "region"], ["A1", "Alpha", "East"]]
ORDERS = [["order_id", "account_id", "ordered_on", "amount"], ["O1", "A1", "2024-07-01", 100]]


def xlsx(
    sheets: dict[str, list[list[Any]]],
    more: Callable[[Any, dict[str, Any]], None] = lambda book, sheets: None,
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm"})
    made = {name: book.add_worksheet(name) for name in sheets}
    for name, rows in sheets.items():
        for number, row in enumerate(rows):
            made[name].write_row(number, 0, row)
    more(book, made)
    book.close()
    return out.getvalue()


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODS_HEAD = (
    '<?xml version="1.0"?><office:document-content '
    + " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>"
)
ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


def ods(sheet: str) -> bytes:
    """An OpenDocument workbook whose only sheet has these rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest xmlns="{OFFICE}:manifest:1.0"></manifest>'
        )
        table = f'<table:table table:name="accounts">{sheet}</table:table>'
        archive.writestr("content.xml", ODS_HEAD + table + ODS_TAIL)
    return out.getvalue()


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_text(text: str) -> str:
    cell = f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
    return cell + "</table:table-cell>"


def read(data: bytes, sheet: str = "accounts") -> Reading:
    return Book(data).read(ReadOptions(sheet=sheet))


def rows(data: bytes, sheet: str = "accounts") -> list[list[str]]:
    return [record.fields for record in read(data, sheet).records if record.kind == GOOD]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        (" x ", " x "),
        (17850.0, "17850"),
        (0.3, "0.3"),
        (1e-7, "0.0000001"),
        (-1234.5, "-1234.5"),
        (123456789012345.0, "123456789012345"),
        (1.2345678901234567e19, "1.2345678901234567e+19"),
        (True, "TRUE"),
        (date(2024, 7, 1), "2024-07-01"),
        (datetime(2024, 7, 1, 10, 30), "2024-07-01 10:30:00"),
        (time(9, 5), "09:05:00"),
        (timedelta(hours=29, minutes=5), "29:05:00"),
    ],
)
def test_a_cell_is_written_as_a_person_would_write_it(value: object, text: str) -> None:
    assert cell_as_text(value) == text


def test_typed_cells_of_a_workbook_become_text() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["accounts"].write(1, 0, 17850.0)
        sheets["accounts"].write(1, 1, 0.45, book.add_format({"num_format": "0%"}))
        sheets["accounts"].write_datetime(1, 2, datetime(2024, 7, 1), None)

    data = xlsx({"accounts": [ACCOUNTS[0]]}, more)
    assert rows(data) == [["17850", "0.45", "2024-07-01"]]


def test_a_line_is_the_row_of_the_sheet_and_its_raw_text_is_csv() -> None:
    data = xlsx({"accounts": [["Customers"], [], *ACCOUNTS, [], ["A2", 'Be,"ta"', "W\nest"]]})
    reading = read(data)
    found = [(record.line_no, record.kind, record.raw) for record in reading.records]
    assert found == [
        (4, GOOD, "A1,Alpha,East\n"),
        (5, BLANK, "\n"),
        (6, GOOD, 'A2,"Be,""ta""","W\nest"\n'),
    ]
    assert (reading.dialect.header_line, reading.preamble) == (3, "Customers,,\n\n")


def test_error_cells_stay_visible_and_are_quarantined_where_they_matter() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["orders"].write_formula(1, 3, "=1/0", value="#DIV/0!")
        sheets["orders"].write_formula(2, 0, "=A1", value="O2")

    data = xlsx({"orders": [*ORDERS, ["", "A1", "2024-07-02", 5]]}, more)
    assert rows(data, "orders") == [
        ["O1", "A1", "2024-07-01", "#DIV/0!"],
        ["O2", "A1", "2024-07-02", "5"],
    ]
    (recipe,) = plan_recipes(data, "x.xlsx")
    staged = stage_bytes(data, recipe)
    assert staged.rejected["line_no"].to_pylist() == [2]
    assert staged.problems == {"bad_number": 1}


def test_a_formula_without_a_stored_result_sets_its_row_apart() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["accounts"].write_formula(1, 2, "=C1&1", value="")

    data = without_empty_values(xlsx({"accounts": [*ACCOUNTS, ["A2", "Beta", "West"]]}, more))
    records = read(data).records
    assert [record.kind for record in records] == ["uncalculated_formula", GOOD]
    assert records[0].raw == "A1,Alpha,=C1&1\n"


def without_empty_values(data: bytes) -> bytes:
    """The workbook as a program writes it that never calculates: formulas without any result."""
    return changed(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v></v>", b""))


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            target.writestr(info.filename, change(content) if info.filename == part else content)
    return out.getvalue()


def test_a_wrong_dimension_hides_no_row() -> None:
    data = xlsx({"accounts": [ACCOUNTS[0], *([f"A{n}", "Alpha", "East"] for n in range(500))]})
    part = "xl/worksheets/sheet1.xml"
    lying = changed(data, part, lambda xml: xml.replace(b'ref="A1:C501"', b'ref="A1:C11"'))
    assert lying != data and len(rows(lying)) == 500


def test_every_sheet_that_fits_a_table_is_its_own_part_and_the_rest_is_named() -> None:
    sheets = {"说明": [["made"], ["by hand"]], "客户": ACCOUNTS, "订单": ORDERS, "Sheet9": []}
    data = xlsx(sheets)
    recipes = plan_recipes(data, "export.xlsx")
    assert [(r.table, r.sheet) for r in recipes] == [("accounts", "客户"), ("orders", "订单")]
    assert [recipe.unused for recipe in recipes] == [["说明"], []]
    assert [stage_bytes(data, recipe).accepted.num_rows for recipe in recipes] == [1, 1]
    assert read_part(data, recipes[1]).records[0].fields == ["O1", "A1", "2024-07-01", "100"]
    assert [
        r.table for r in plan_recipes(data, "export.xlsx", options=ReadOptions(sheet="订单"))
    ] == ["orders"]
    with pytest.raises(KamError, match="no_such_sheet"):
        plan_recipes(data, "export.xlsx", options=ReadOptions(sheet="订货"))


def test_a_hidden_sheet_is_used_only_when_named() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["orders"].hide()

    data = xlsx({"accounts": ACCOUNTS, "orders": ORDERS}, more)
    (recipe,) = plan_recipes(data, "x.xlsx")
    assert (recipe.table, recipe.unused) == ("accounts", ["orders"])
    assert [r.table for r in plan_recipes(data, "x.xlsx", options=ReadOptions(sheet="orders"))] == [
        "orders"
    ]


def test_the_parts_that_are_named_are_used_and_no_others() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["orders"].hide()

    data = xlsx({"accounts": ACCOUNTS, "orders": ORDERS, "notes": [["made"], ["by hand"]]}, more)
    both = plan_recipes(data, "x.xlsx", parts=["accounts", "orders"])
    assert [recipe.table for recipe in both] == ["accounts", "orders"]
    (only,) = plan_recipes(data, "x.xlsx", parts=["orders"])
    assert (only.table, only.unused) == ("orders", ["accounts", "notes"])
    with pytest.raises(KamError, match="no_such_part"):
        plan_recipes(data, "x.xlsx", parts=["order"])
    with pytest.raises(KamError, match="no_header") as refused:
        plan_recipes(data, "x.xlsx", parts=["accounts", "notes"])
    assert refused.value.details["file"] == "x.xlsx › notes"


def test_workbooks_in_an_archive_are_read_like_files() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("crm.xlsx", xlsx({"accounts": ACCOUNTS, "orders": ORDERS}))
    data = out.getvalue()
    recipes = plan_recipes(data, "crm.zip")
    assert [(r.table, r.member, r.sheet) for r in recipes] == [
        ("accounts", "crm.xlsx", "accounts"),
        ("orders", "crm.xlsx", "orders"),
    ]
    assert stage_bytes(data, recipes[1]).received == 1


def test_merged_cells_among_the_rows_are_noted_and_those_above_are_not() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["accounts"].merge_range(0, 0, 0, 2, "Customers")
        sheets["accounts"].merge_range(2, 2, 3, 2, "East")

    data = xlsx({"accounts": [[], *ACCOUNTS, ["A2", "Beta"]]}, more)
    assert read(data).notes == (("merged_cells", 3),)


def test_an_ods_workbook_keeps_repeats_dates_and_errors() -> None:
    data = ods(
        ods_row(ods_text("account_id"), ods_text("account_name"), ods_text("region"))
        + '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        + ods_row(
            '<table:table-cell office:value-type="float" office:value="17850"/>',
            '<table:table-cell office:value-type="date" office:date-value="2024-07-01"/>',
            '<table:table-cell table:formula="of:=NA()" office:value-type="string" '
            'office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p>'
            "</table:table-cell>",
        )
        + ods_row(ods_text("A2"), ods_text("Beta"), '<table:table-cell table:formula="of:=[.C1]"/>')
        + '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    found = [(r.line_no, r.kind, r.fields) for r in read(data).records if r.kind != BLANK]
    assert found == [
        (4, GOOD, ["17850", "2024-07-01", "#N/A"]),
        (5, "uncalculated_formula", ["A2", "Beta", "=[.C1]"]),
    ]


def test_dates_of_a_workbook_that_counts_from_1904_are_the_days_it_shows() -> None:
    data = (BOOKS / "dates-1904.xls").read_bytes()
    with pytest.raises(KamError) as refusal:
        Book(data).read(ReadOptions(sheet="Sheet1"))
    assert (refusal.value.code, refusal.value.details["header"]) == ("no_rows", ["2000-01-01"] * 5)


def test_a_password_is_named_and_not_taken_for_damage() -> None:
    with pytest.raises(KamError, match="protected_file"):
        plan_recipes((BOOKS / "encrypted_no_password.xls").read_bytes(), "x.xls")


def test_errors_of_an_older_workbook_are_found_in_its_records() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    stream = (
        record(0x203, struct.pack("<HHHd", 0, 0, 0, 1.0))
        + record(0x205, struct.pack("<HHHBB", 1, 0, 0, 0x2A, 1))
        + record(0x06, struct.pack("<HHH8sHIH", 2, 1, 0, b"\2\0\7\0\0\0\xff\xff", 0, 0, 0))
        + record(0x0A, b"")
    )
    scan = sheet_scan._xls_sheet(stream, 0)
    assert scan.errors == {(1, 0): "#N/A", (2, 1): "#DIV/0!"}
    assert (scan.last_row, scan.last_column, scan.filled) == (2, 1, 3)


def corners(book: Any, sheets: dict[str, Any]) -> None:
    sheets["accounts"].write(1_048_575, 16_383, "x")


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>'.encode()
    return changed(
        xlsx({"accounts": ACCOUNTS}),
        "xl/worksheets/sheet1.xml",
        lambda xml: declared + xml.partition(b"?>")[2],
    )


def foreign_entity() -> bytes:
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return changed(
        xlsx({"accounts": ACCOUNTS}),
        "xl/workbook.xml",
        lambda xml: declared + xml.partition(b"?>")[2],
    )


def long_text() -> bytes:
    return changed(
        xlsx({"accounts": ACCOUNTS}),
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"Alpha", b"A" * 100_000_000),
    )


def vast_ods() -> bytes:
    return ods(
        ods_row(ods_text("account_id"))
        + '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )


BOMBS = [
    (lambda: xlsx({"accounts": ACCOUNTS}, corners), "sheet_too_large"),
    (entities, "damaged_file"),
    (foreign_entity, "damaged_file"),
    (long_text, "too_large_unpacked"),
    (vast_ods, "sheet_too_large"),
]


@pytest.mark.parametrize(("bomb", "code"), BOMBS)
def test_a_bomb_is_refused_fast_and_in_little_memory(bomb: Callable[[], bytes], code: str) -> None:
    data = bomb()
    tracemalloc.start()
    began = perf_counter()
    with pytest.raises(KamError) as refusal:
        plan_recipes(data, "x.xlsx")
    assert refusal.value.code == code
    assert perf_counter() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()


def test_cells_that_are_only_formatted_do_not_make_a_sheet_vast() -> None:
    def more(book: Any, sheets: dict[str, Any]) -> None:
        sheets["accounts"].write_blank(1_048_575, 100, None, book.add_format({"bold": True}))

    assert len(rows(xlsx({"accounts": ACCOUNTS}, more))) == 1


@pytest.mark.parametrize("keep", [100, 1500, 3000, -1, -30])
def test_a_truncated_workbook_is_refused_as_damaged(keep: int) -> None:
    for data in (xlsx({"accounts": ACCOUNTS}), (BOOKS / "dates-1904.xls").read_bytes()):
        if data.startswith(b"PK") or 0 < keep < 3000:
            with pytest.raises(KamError, match="damaged_file"):
                plan_recipes(data[:keep], "x.xlsx")


def test_a_workbook_is_known_by_its_content_and_not_by_its_name() -> None:
    assert is_workbook(xlsx({"a": []})) and is_workbook(ods(""))
    assert not is_workbook(b"account_id,region\n")


def test_a_glimpse_shows_every_sheet_with_its_first_rows_and_what_is_odd() -> None:
    many = [ACCOUNTS[0], *([f"A{n}", "Alpha", "East"] for n in range(50)), ["合计", "", 50]]
    (first, _), (second, _) = inspect_file(xlsx({"accounts": many, "empty": []}), "x.xlsx")
    assert (first.sheet, first.header_line, len(first.rows)) == ("accounts", 1, 20)
    assert first.rows[0] == ["A0", "Alpha", "East"]
    assert second.error is not None and second.error.code == "empty_file"
    assert first.header == ACCOUNTS[0]
