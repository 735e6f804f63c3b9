"""Checks across tables: what only several uploads together show, and that takes itself back."""

import csv
import io
import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kam_core.contract.declaration import tables
from kam_core.contract.problems import is_note, problems
from kam_core.metrics import queries
from kam_core.text.writer import Text
from kam_core.uploads.load import load, rebuild_version, restore_version
from kam_core.uploads.report_sentences import describe_report
from kam_core.warehouse import build, checks
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse, cursor, open_version
from tests.conftest import ACCOUNTS, INTERACTIONS, NEEDS, ORDERS

Write = Callable[[str, str], Path]
BROKEN = Path(__file__).parents[1] / "data" / "broken"
# The lines of each folder in tests/data/broken that bear its note; None stands for a whole table.
EXPECTED = {
    "unknown_need": {("interactions", 3)},
    "need_of_another_account": {("interactions", 3)},
    "need_links_missing": {("interactions", None)},
    "before_customer_since": {
        ("interactions", 2),
        ("interactions", 4),
        ("needs", 2),
        ("orders", 3),
        ("contracts", 2),
        ("tickets", 3),
    },
    "after_loss": {("interactions", 3), ("orders", 3), ("contracts", 3), ("opportunities", 3)},
    "renewed_without_amount": {("contracts", 3)},
    "solved_before_answered": {("needs", 3)},
    "same_account_name": {("accounts", 3), ("accounts", 5)},
    "repeated_order": {("orders", 3), ("orders", 8)},
    "after_table_day": {("interactions", 3), ("needs", 2), ("orders", 3), ("orders", 4)},
    "account_not_counted": {("accounts", 4), ("orders", 3), ("interactions", 2)},
    "shares_not_whole": {("surveys", 3), ("targets", 3)},
}
# How many random orders of uploads are tried; seed 5 is one in which known accounts vanish.
ORDERS_OF_UPLOADS = int(os.environ.get("KAM_UPLOAD_ORDERS", "3"))


def rows(warehouse: Warehouse, query: str) -> list[tuple]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return connection.execute(query).fetchall()


def notes(warehouse: Warehouse) -> list[tuple]:
    return rows(warehouse, "select code, table_name, line_no from meta.notes order by all")


@pytest.mark.parametrize("code", EXPECTED)
def test_each_check_notes_the_lines_of_its_files_and_no_other(
    warehouse: Warehouse, code: str
) -> None:
    reports = load(warehouse, sorted((BROKEN / code).glob("*.csv")))
    expected = EXPECTED[code]
    assert Counter(notes(warehouse)) == Counter((code, *place) for place in expected)
    assert all(report.received == report.accepted for report in reports)
    of_rows = {"not_counted"}
    told = {
        report.table: others
        for report in reports
        if (others := {key: n for key, n in report.problems.items() if key not in of_rows})
    }
    counted = Counter(table for table, _ in expected)
    assert told == {table: {code: count} for table, count in counted.items()}


def test_every_check_has_a_problem_that_keeps_the_row_and_files_that_show_it() -> None:
    assert checks.load_checks().keys() == EXPECTED.keys() <= problems().keys()
    assert all(is_note(code) for code in EXPECTED)
    assert all((BROKEN / code).is_dir() for code in EXPECTED)


def test_every_noted_order_is_a_problem_that_keeps_the_row() -> None:
    noted = [code for table in tables().values() for code in table.noted_order]
    assert noted and all(map(is_note, noted))


@pytest.mark.parametrize("check", checks.load_checks().values(), ids=lambda check: check.code)
def test_a_check_notes_only_the_tables_it_names(check: checks.Check) -> None:
    assert check.means
    assert {table for table, _ in EXPECTED[check.code]} <= set(check.tables)


def test_the_sample_company_has_the_three_wrong_links_it_was_given(
    sample_warehouse: Warehouse,
) -> None:
    found = rows(sample_warehouse, "select code, count(*) from meta.notes group by all")
    assert found == [("need_of_another_account", 3)]


def test_a_note_names_the_cell_and_what_it_is_at_odds_with(warehouse: Warehouse) -> None:
    load(warehouse, sorted((BROKEN / "after_loss").glob("*.csv")))
    query = "select account_id, detail from meta.notes where table_name = 'orders'"
    ((account_id, detail),) = rows(warehouse, query)
    assert account_id == "A1"
    assert json.loads(detail) == {
        "column": "ordered_on",
        "value": "2024-07-01",
        "other_column": "lost_on",
        "other_value": "2024-06-30",
    }


@pytest.mark.parametrize("accounts_first", [True, False])
def test_rows_of_a_void_account_are_told_in_whichever_order_the_files_come(
    warehouse: Warehouse, accounts_first: bool
) -> None:
    folder = BROKEN / "account_not_counted"
    accounts, orders = folder / "accounts.csv", folder / "orders.csv"
    if accounts_first:
        load(warehouse, [accounts])
        (last,) = load(warehouse, [orders])
        assert (last.problems, last.first_lines) == (
            {"account_not_counted": 1},
            {"account_not_counted": (3,)},
        )
    else:
        live = accounts.read_text().replace("true", "false")
        before = warehouse.path.parent / "accounts.csv"
        before.write_text(live)
        assert not any(report.problems for report in load(warehouse, [before, orders]))
        (last,) = load(warehouse, [accounts], confirmed=True)
        assert last.problems == {"not_counted": 2, "account_not_counted": 1}
        assert last.first_lines["account_not_counted"] == (4,)
    expected = [("account_not_counted", "accounts", 4), ("account_not_counted", "orders", 3)]
    assert notes(warehouse) == expected
    for lang, words in (("en", "counts in no figure"), ("zh", "不计入任何数字")):
        assert words in describe_report(last, Text(lang))
    assert ("account_not_counted", "A3") in [row[:2] for row in asked(warehouse, "East")]
    assert asked(warehouse, "South") == []


# notes come and go


def test_a_note_goes_when_a_later_upload_resolves_it_and_comes_back_with_a_rollback(
    warehouse: Warehouse, file: Write
) -> None:
    linked = INTERACTIONS + "I4,A2,visit,completed,2024-09-11 10:00,N2\n"
    files = [file("accounts.csv", ACCOUNTS), file("needs.csv", NEEDS)]
    load(warehouse, [*files, file("interactions.csv", linked)])
    assert notes(warehouse) == [("unknown_need", "interactions", 5)]
    load(warehouse, [file("needs.csv", NEEDS + "N2,A1,2024-09-01 09:00,,\n")])
    assert notes(warehouse) == [("need_of_another_account", "interactions", 5)]
    load(warehouse, [file("needs.csv", NEEDS + "N2,A2,2024-09-01 09:00,,\n")])
    assert notes(warehouse) == []
    restore_version(warehouse, 1, by="tester")
    assert notes(warehouse) == [("unknown_need", "interactions", 5)]


def test_needs_nobody_loaded_are_not_missed(warehouse: Warehouse, file: Write) -> None:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("interactions.csv", INTERACTIONS)])
    assert notes(warehouse) == []


def test_notes_are_part_of_what_a_version_is(
    warehouse: Warehouse, company: list[Path], file: Write, tmp_path: Path
) -> None:
    load(warehouse, [*company[:2], file("needs.csv", NEEDS.replace("N1", "N7")), company[3]])
    live = warehouse.live_version()
    assert live is not None and notes(warehouse)
    warehouse.file(1).unlink()
    assert rebuild_version(warehouse, 1).content_hash == live.content_hash
    copy = shutil.copy(warehouse.file(1), tmp_path / "copy.duckdb")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from meta.notes")
        assert build.describe(connection).content_hash != live.content_hash


# shares


@pytest.mark.parametrize(
    ("header", "cells", "total"),
    [
        ("hours personal %,hours standard %", "45,65", "110%"),
        ("Personal hours (%),Standard hours (%)", "45%,54%", "99%"),
        ("Work share: personal,Work share: standard", "0.45,0.65", "110%"),
        ("工时占比-个性化,工时占比-标准化", "45%,65%", "110%"),
        ("个性化工时占比,标准化工时占比", "45％,65％", "110%"),
        ("hours personal %,hours standard %", "45.5,54.3", "99.8%"),
        ("a % of hours,b % of hours,c % of hours", "33,33,33", None),
        ("hours personal %,hours standard %", "45,55", None),
        ("hours personal %,hours standard %", "45,5", None),
        ("hours personal %,hours standard %", "45,", None),
        ("hours personal %,hours standard %", "most,65", None),
        ("hours personal %,margin %", "45,65", None),
        ("hours personal,hours standard", "45,65", None),
    ],
)
def test_columns_that_name_shares_of_one_thing_must_make_it_whole(
    warehouse: Warehouse, file: Write, header: str, cells: str, total: str | None
) -> None:
    text = f"survey_id,account_id,surveyed_on,score,{header}\nS1,A1,2024-07-01,80,{cells}\n"
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("surveys.csv", text)])
    query = "select detail ->> 'value' from meta.notes where code = 'shares_not_whole'"
    assert rows(warehouse, query) == ([(total,)] if total else [])


def test_where_most_rows_are_whole_a_row_far_off_is_noted_too(
    warehouse: Warehouse, file: Write
) -> None:
    header = "survey_id,account_id,surveyed_on,score,hours a %,hours b %\n"
    lines = "S1,A1,2024-07-01,80,45,55\nS2,A1,2024-07-02,80,30,70\nS3,A1,2024-07-03,80,30,7\n"
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("surveys.csv", header + lines)])
    assert notes(warehouse) == [("shares_not_whole", "surveys", 4)]


# who may see a note


def asked(warehouse: Warehouse, *regions: str) -> list[tuple]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        answer = queries.run_query(cursor(connection, Scope(regions, live.as_of)), "notes")
    return list(zip(answer["code"], answer["account_id"], answer["detail"], strict=True))


def test_a_note_names_nothing_outside_the_regions_of_the_viewer(warehouse: Warehouse) -> None:
    load(warehouse, sorted((BROKEN / "need_of_another_account").glob("*.csv")))
    both, east = asked(warehouse, "East", "South"), asked(warehouse, "East")
    assert [(code, account) for code, account, _ in both] == [("need_of_another_account", "A1")]
    assert "A2" in both[0][2]
    assert east == [("unknown_need", "A1", '{"column":"need_id","value":"N2"}')]
    assert asked(warehouse, "South") == asked(warehouse) == []


def test_a_name_borne_in_another_region_is_not_given_away(warehouse: Warehouse) -> None:
    load(warehouse, sorted((BROKEN / "same_account_name").glob("*.csv")))
    assert [account for _, account, _ in asked(warehouse, "East", "South")] == ["A2", "A4"]
    assert [account for _, account, _ in asked(warehouse, "East")] == ["A2"]
    assert asked(warehouse, "South") == []


def test_a_note_on_a_whole_table_is_for_those_who_see_the_whole_of_it(
    warehouse: Warehouse, file: Write
) -> None:
    without = "\n".join(line.rpartition(",")[0] for line in INTERACTIONS.splitlines())
    files = [file("accounts.csv", ACCOUNTS), file("needs.csv", NEEDS)]
    load(warehouse, [*files, file("interactions.csv", without)])
    assert [code for code, *_ in asked(warehouse, "East", "South")] == ["need_links_missing"]
    assert asked(warehouse, "East") == []


# rows of accounts nobody knows


def test_an_account_that_a_second_upload_of_the_day_leaves_out_was_never_known(
    warehouse: Warehouse, file: Write
) -> None:
    """Its rows are quarantined, whichever upload came first, and a rebuild agrees."""
    with_elm = ACCOUNTS + "A9,Elm,East,2023-01-01,50\n"
    load(warehouse, [file("accounts.csv", with_elm)], as_of=date(2024, 9, 29))
    orders = file("orders.csv", ORDERS + "O4,A9,2024-09-11,5.00\n")
    load(warehouse, [orders], as_of=date(2024, 9, 30))
    load(warehouse, [file("accounts.csv", ACCOUNTS)], as_of=date(2024, 9, 29), confirmed=True)
    assert rows(warehouse, "select line_no, raw, codes from meta.quarantine") == [
        (5, "O4,A9,2024-09-11,5.00", ["unknown_account"])
    ]
    warehouse.file(3).unlink()
    rebuild_version(warehouse, 3)
    load(warehouse, [file("accounts.csv", with_elm)], as_of=date(2024, 10, 1))
    assert rows(warehouse, "select count(*) from meta.quarantine") == [(0,)]
    assert rows(warehouse, "select count(*) from orders") == [(4,)]


@pytest.mark.random
@pytest.mark.parametrize("seed", range(3, 3 + ORDERS_OF_UPLOADS))
def test_in_whatever_order_uploads_come_a_row_is_in_exactly_if_its_account_is_known(
    warehouse: Warehouse, file: Write, seed: int
) -> None:
    chance = random.Random(seed)
    for step in range(6):
        table = chance.choice(["accounts", "accounts", "orders"])
        path = file(f"{table}.csv", random_table(table, chance, step))
        # Mostly one day, so that uploads correct each other.
        as_of = date(2024, 10, chance.choice([1, 1, 1, 1, 2]))
        mode = chance.choice(["full", "update"])
        load(warehouse, [path], mode=mode, as_of=as_of, confirmed=True)
        if step == 3:
            restore_version(warehouse, chance.randint(1, 3), by="tester")
    live = warehouse.live_version()
    assert live is not None
    assert_rows_are_in_exactly_if_their_account_is_known(warehouse)
    warehouse.file(live.version).unlink()
    assert rebuild_version(warehouse, live.version).content_hash == live.content_hash


def random_table(table: str, chance: random.Random, step: int) -> str:
    """A few accounts of A1 to A5, or orders of some of them; a step has amounts of its own."""
    names = chance.sample(["A1", "A2", "A3", "A4", "A5"], chance.randint(1, 4))
    if table == "accounts":
        return "account_id,account_name,region\n" + "".join(f"{n},{n},East\n" for n in names)
    lines = [f"O{n},{n},2024-07-0{chance.randint(1, 3)},{step}.00\n" for n in names]
    return "order_id,account_id,ordered_on,amount\n" + "".join(lines)


def assert_rows_are_in_exactly_if_their_account_is_known(warehouse: Warehouse) -> None:
    """Counted again in plain Python from the raw bytes of the uploads."""
    live = warehouse.live_version()
    assert live is not None
    uploads = warehouse.ledger.snapshots(live.version)
    known = {row for day in states(warehouse, uploads, "accounts").values() for row in day}
    counts = warehouse.ledger.counts(live.version)
    for upload in uploads:
        rows_of = records(warehouse, upload.sha256) if upload.table_name == "orders" else []
        strangers = sum(row["account_id"] not in known for row in rows_of)
        assert counts[upload.snapshot_id] == (upload.received - strangers, strangers), upload
    orders = states(warehouse, uploads, "orders")
    in_force = orders[max(orders)] if orders else {}
    assert rows(warehouse, "select order_id from orders order by 1") == [
        (order_id,) for order_id, row in sorted(in_force.items()) if row["account_id"] in known
    ]


def states(warehouse: Warehouse, uploads: Iterable, table: str) -> dict[date, dict[str, dict]]:
    """The rows of a table by key at the end of each day that had an upload of it."""
    held: dict[str, dict] = {}
    by_day = {}
    for upload in uploads:
        if upload.table_name == table:
            read = records(warehouse, upload.sha256)
            new = {next(iter(row.values())): row for row in read}
            held = new if upload.mode == "full" else held | new
            by_day[upload.as_of] = held
    return by_day


def records(warehouse: Warehouse, sha256: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(warehouse.raw_bytes(sha256).decode())))
