"""Loading files: one call, one version, and every row accounted for."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kam_core.errors import KamError
from kam_core.ingest.progress import Progress
from kam_core.ingest.stage import CellExample
from kam_core.text.writer import Text
from kam_core.uploads.load import load, rebuild_version, restore_version
from kam_core.uploads.report_sentences import describe_report
from kam_core.warehouse.store import Warehouse, open_version
from tests.conftest import ACCOUNTS, INTERACTIONS, ORDERS
from tests.support.loading import load_once

Write = Callable[[str, str], Path]


def rows(warehouse: Warehouse, query: str) -> list[tuple]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return connection.execute(query).fetchall()


def test_several_files_become_one_version(warehouse: Warehouse, company: list[Path]) -> None:
    reports = load(warehouse, company, by="tester")
    assert {report.version for report in reports} == {1}
    assert [(r.table, r.received, r.accepted, r.quarantined) for r in reports] == [
        ("accounts", 2, 2, 0),
        ("interactions", 3, 3, 0),
        ("needs", 1, 1, 0),
        ("orders", 3, 3, 0),
    ]


def test_the_as_of_date_is_the_newest_fact_unless_the_person_or_the_file_name_says_otherwise(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    assert load(warehouse, company)[0].as_of == "2024-09-10"
    named = file("orders_2024-10-01.csv", ORDERS)
    assert load(warehouse, [named])[0].as_of == "2024-10-01"
    assert load(warehouse, [named], as_of=date(2024, 10, 5))[0].as_of == "2024-10-05"


def test_an_upload_without_dates_never_goes_back_before_the_live_as_of(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load(warehouse, company, as_of=date(2024, 12, 31))
    later = file("accounts.csv", ACCOUNTS + "A3,Cedar,East,2024-01-01,50\n")
    assert load(warehouse, [later])[0].as_of == "2024-12-31"


def test_a_broken_row_is_quarantined_with_its_line_and_text(
    warehouse: Warehouse, file: Write
) -> None:
    broken = INTERACTIONS + "I4,A1,visit,perhaps,2024-08-05 10:00,\n"
    accounts = file("accounts.csv", ACCOUNTS)
    reports = load(warehouse, [accounts, file("interactions.csv", broken)])
    assert (reports[1].received, reports[1].accepted, reports[1].quarantined) == (4, 3, 1)
    line_no, raw = rows(warehouse, "select line_no, raw from meta.quarantine")[0]
    assert line_no == 5
    assert raw.strip() == "I4,A1,visit,perhaps,2024-08-05 10:00,"


def test_a_row_of_an_unknown_account_comes_in_when_the_account_does(
    warehouse: Warehouse, file: Write
) -> None:
    orphan = ORDERS + "O4,A9,2024-09-11,5.00\n"
    reports = load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", orphan)])
    assert (reports[1].accepted, reports[1].quarantined) == (3, 1)
    assert reports[1].problems["unknown_account"] == 1
    assert rows(warehouse, "select line_no, trim(raw) from meta.quarantine") == [
        (5, "O4,A9,2024-09-11,5.00")
    ]
    assert rows(warehouse, "select count(*) from orders") == [(3,)]

    load(warehouse, [file("accounts.csv", ACCOUNTS + "A9,Cedar,East,2024-01-01,50\n")])
    assert rows(warehouse, "select count(*) from orders") == [(4,)]
    assert rows(warehouse, "select count(*) from meta.quarantine") == [(0,)]
    assert rows(
        warehouse, "select received, accepted, quarantined from meta.snapshots order by 1 desc"
    )[0] == (4, 4, 0)


def test_rows_of_an_account_that_left_the_accounts_are_told_of(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    only_alder = file("accounts.csv", "\n".join(ACCOUNTS.splitlines()[:2]) + "\n")
    gone = load(warehouse, [only_alder], as_of=date(2024, 12, 31), confirmed=True)
    assert gone[0].problems == {"account_gone": 1}
    again = load(warehouse, [file("orders.csv", ORDERS.replace("0.20", "0.30"))])
    assert again[0].problems == {"account_gone": 1}


def test_what_only_the_tables_together_show_is_told_with_its_lines(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    orphans = "O4,A9,2024-09-11,5.00\nO5,A1,2024-09-12,5.00\nO6,A9,2024-09-11,5.00\n"
    company[3] = file("orders.csv", ORDERS + orphans)
    company[1] = file("interactions.csv", INTERACTIONS.replace("N1", "N7"))
    reports = load(warehouse, company)
    assert reports[3].first_lines == {"unknown_account": (5, 7)}
    assert reports[1].first_lines["unknown_need"] == (2,)
    again = load(warehouse, company)
    assert again[3].first_lines == {"unknown_account": (5, 7)}


def test_a_row_that_came_with_an_earlier_upload_is_told_with_its_line_in_this_one(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    only_alder = file("accounts.csv", "\n".join(ACCOUNTS.splitlines()[:2]) + "\n")
    load(warehouse, [only_alder], as_of=date(2024, 12, 31), confirmed=True)
    header, *lines = ORDERS.splitlines()
    # O3 is of the account that is gone, and now stands first.
    turned = file("orders.csv", "\n".join([header, *reversed(lines)]) + "\n")
    assert load(warehouse, [turned])[0].first_lines == {"account_gone": (2,)}


def test_full_replaces_the_table_and_update_adds_to_it(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    header = ORDERS.splitlines()[0]
    update = file("orders.csv", f"{header}\nO3,A2,2024-09-10,7.00\nO4,A2,2024-09-12,8.00\n")
    load(warehouse, [update], mode="update")
    assert rows(warehouse, "select order_id, amount::varchar from orders order by 1") == [
        ("O1", "0.10"),
        ("O2", "0.20"),
        ("O3", "7.00"),
        ("O4", "8.00"),
    ]
    load(warehouse, [update], mode="full", as_of=date(2024, 9, 13), confirmed=True)
    assert rows(warehouse, "select order_id from orders order by 1") == [("O3",), ("O4",)]
    assert rows(warehouse, "select count(*) from history.orders where valid_to is not null") == [
        (3,)
    ]


def test_a_build_tells_how_many_rows_of_which_of_its_uploads_are_done(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    steps: list[Progress] = []
    load(warehouse, company, progress=steps.append)
    assert built(steps) == [
        ("accounts.csv", 1, 4, 0, 9),
        ("interactions.csv", 2, 4, 2, 9),
        ("needs.csv", 3, 4, 5, 9),
        ("orders.csv", 4, 4, 6, 9),
    ]


def test_a_version_built_afresh_counts_all_of_its_uploads(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    only_alder = file("accounts.csv", "\n".join(ACCOUNTS.splitlines()[:2]) + "\n")
    steps: list[Progress] = []
    load(warehouse, [only_alder], confirmed=True, progress=steps.append)
    # First upon the live version; then, as Birch was never known that day, from all uploads.
    assert built(steps) == [
        ("accounts.csv", 1, 1, 0, 1),
        ("accounts.csv", 1, 5, 0, 10),
        ("accounts.csv", 2, 5, 2, 10),
        ("interactions.csv", 3, 5, 3, 10),
        ("needs.csv", 4, 5, 6, 10),
        ("orders.csv", 5, 5, 7, 10),
    ]


def built(steps: list[Progress]) -> list[tuple]:
    """What was told of the uploads a version is built from."""
    told = [step for step in steps if step.phase == "build"]
    return [(step.file, step.number, step.files, step.rows, step.total) for step in told]


def test_the_same_file_twice_changes_nothing(warehouse: Warehouse, company: list[Path]) -> None:
    load_once(warehouse, company)
    again = load(warehouse, company)
    assert all(report.already_loaded for report in again)
    assert [(r.accepted, r.quarantined, r.version) for r in again] == [
        (2, 0, 1),
        (3, 0, 1),
        (1, 0, 1),
        (3, 0, 1),
    ]
    assert len(warehouse.ledger.versions()) == 1


def test_the_same_file_is_a_repeat_after_another_upload_moved_the_as_of_date(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    load(warehouse, [file("orders.csv", ORDERS + "O4,A1,2024-10-01,5.00\n")])
    (again,) = load(warehouse, company[:1])
    assert (again.already_loaded, again.version, again.as_of) == (True, 2, "2024-09-10")
    assert len(warehouse.ledger.versions()) == 2


def test_the_same_file_for_a_later_day_that_is_named_is_a_new_snapshot(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    (given,) = load(warehouse, company[:1], as_of=date(2024, 10, 1))
    (named,) = load(warehouse, [file("accounts_2024-10-02.csv", ACCOUNTS)])
    assert [(r.already_loaded, r.version, r.as_of) for r in (given, named)] == [
        (False, 2, "2024-10-01"),
        (False, 3, "2024-10-02"),
    ]


def test_an_earlier_file_of_a_table_is_no_repeat_after_a_newer_one(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    newer = file("later.csv", ACCOUNTS.replace("South", "North"))
    load(warehouse, [newer])
    (back,) = load(warehouse, company[:1])
    assert (back.already_loaded, back.version) == (False, 3)


def test_a_dry_run_counts_everything_and_publishes_nothing(
    warehouse: Warehouse, company: list[Path]
) -> None:
    reports = load(warehouse, company, dry_run=True)
    assert [report.accepted for report in reports] == [2, 3, 1, 3]
    assert {report.version for report in reports} == {None}
    assert warehouse.live_version() is None


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("orders.csv", b"", "empty_file"),
        ("orders.csv", b"order_id,account_id,ordered_on,amount\n", "no_rows"),
        ("orders.csv", b"O1,A1,2024-07-10,0.10\nO2,A1,2024-07-11,0.10\n", "no_header"),
        ("orders.csv", b"order_id,account_id,ordered_on\nO1,A1,2024-07-10\n", "missing_columns"),
        (
            "orders.csv",
            "order_id,account_id,ordered_on,amount\nÄÖÜ,é,x,ß\n".encode("latin-1"),
            "undecodable_file",
        ),
        (
            "interactions.csv",
            b"interaction_id,account_id,kind,status\nI1,A1,call,perhaps\n",
            "too_many_broken_rows",
        ),
        (
            "orders.csv",
            b"order_id,account_id,ordered_on,amount\n" + b"O1,A1,someday,much\n" * 10_000,
            "too_many_broken_rows",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." not in value else "",
)
def test_bad_input_is_refused_by_name_and_publishes_nothing(
    warehouse: Warehouse, company: list[Path], tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    load_once(warehouse, company)
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(KamError) as refusal:
        load(warehouse, [company[0], path])
    assert refusal.value.code == code
    assert refusal.value.details["file"] == name
    live = warehouse.live_version()
    assert live is not None and live.version == 1


def test_all_files_of_a_call_are_refused_at_once_each_for_its_own_reason(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    bad = [
        file("needs.csv", ""),
        Path("nowhere.csv"),
        file("orders.csv", "order_id,account_id,ordered_on,amount\n"),
        file("interactions.csv", "interaction_id,account_id,kind,status\nI1,A1,call,perhaps\n"),
    ]
    with pytest.raises(KamError) as refusal:
        load(warehouse, [*bad, company[0]])
    assert [(one.details["file"], one.code) for one in refusal.value.each] == [
        ("needs.csv", "empty_file"),
        ("nowhere.csv", "file_not_found"),
        ("orders.csv", "no_rows"),
        ("interactions.csv", "too_many_broken_rows"),
    ]
    assert warehouse.live_version() is None


def test_files_that_contradict_each_other_are_told_with_the_rest(
    warehouse: Warehouse, file: Write
) -> None:
    clash = [file("one.csv", ORDERS), file("two.csv", ORDERS.replace("0.20", "9.99"))]
    with pytest.raises(KamError) as refusal:
        load(warehouse, [*clash, file("needs.csv", "")])
    assert [one.code for one in refusal.value.each] == ["empty_file", "clashing_rows"]


def test_an_earlier_as_of_is_put_in_its_place(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company, as_of=date(2024, 9, 30))
    late = ACCOUNTS.replace("South", "North")
    load(warehouse, [file("accounts.csv", late)], as_of=date(2024, 6, 30), confirmed=True)
    assert rows(
        warehouse,
        "select region, valid_from::varchar, valid_to::varchar from history.accounts "
        "where account_id = 'A2' order by 2",
    ) == [("North", "2024-06-30", "2024-09-30"), ("South", "2024-09-30", None)]


def test_several_files_of_one_table_are_that_table_together(
    warehouse: Warehouse, file: Write
) -> None:
    header, *lines = ORDERS.splitlines()
    first = file("orders_1.csv", f"{header}\n{lines[0]}\n")
    second = file("orders_2.csv", f"{header}\n{lines[1]}\n")
    load(warehouse, [file("accounts.csv", ACCOUNTS), first, second])
    assert rows(warehouse, "select count(*) from orders") == [(2,)]


def test_the_same_files_of_one_table_again_change_nothing(
    warehouse: Warehouse, file: Write
) -> None:
    header, *lines = ORDERS.splitlines()
    files = [
        file("accounts.csv", ACCOUNTS),
        file("orders_1.csv", f"{header}\n{lines[0]}\n"),
        file("orders_2.csv", f"{header}\n{lines[1]}\n"),
    ]
    load(warehouse, files)
    assert all(report.already_loaded for report in load(warehouse, files))
    assert rows(warehouse, "select count(*) from orders") == [(2,)]


def test_two_files_of_one_table_that_contradict_each_other_are_refused(
    warehouse: Warehouse, file: Write
) -> None:
    first = file("orders_1.csv", ORDERS)
    second = file("orders_2.csv", ORDERS.replace("0.20", "9.99"))
    with pytest.raises(KamError) as refusal:
        load(warehouse, [file("accounts.csv", ACCOUNTS), first, second])
    assert refusal.value.code == "clashing_rows"
    assert refusal.value.details["key"] == "O2"
    assert warehouse.live_version() is None


def test_a_warehouse_may_lie_in_a_folder_with_a_quote_in_its_name(
    tmp_path: Path, company: list[Path]
) -> None:
    warehouse = Warehouse(tmp_path / "o'brien")
    load_once(warehouse, company)
    load(warehouse, [company[0]], as_of=date(2025, 1, 1))
    assert warehouse.is_intact(2)


def test_a_version_is_rebuilt_from_raw_with_the_same_content(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    load(warehouse, [file("orders.csv", ORDERS + "O4,A9,2024-09-11,5.00\n")], mode="update")
    load(warehouse, [file("accounts.csv", ACCOUNTS + "A9,Cedar,East,2024-01-01,50\n")])
    for version in warehouse.ledger.versions():
        warehouse.file(version.version).unlink()
        assert rebuild_version(warehouse, version.version).content_hash == version.content_hash
        assert warehouse.is_intact(version.version)


def test_going_back_is_one_row_and_works_without_the_file(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    load(warehouse, [file("orders.csv", ORDERS + "O4,A1,2024-09-11,5.00\n")])
    warehouse.file(1).unlink()
    restore_version(warehouse, 1, by="tester")
    assert rows(warehouse, "select count(*) from orders") == [(3,)]
    assert [(p.version, p.reason) for p in warehouse.ledger.publications()] == [
        (1, "load"),
        (2, "load"),
        (1, "rollback"),
    ]


def test_a_flipped_bit_is_noticed_and_mended(warehouse: Warehouse, company: list[Path]) -> None:
    load_once(warehouse, company)
    data = bytearray(warehouse.file(1).read_bytes())
    data[len(data) // 2] ^= 1
    warehouse.file(1).write_bytes(data)
    with pytest.raises(KamError, match="version_damaged"):
        warehouse.check_file(1)
    rebuild_version(warehouse, 1)
    warehouse.check_file(1)


def test_a_damaged_raw_file_is_never_taken_for_the_upload(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    snapshot = warehouse.ledger.snapshots(1)[0]
    (warehouse.raw / snapshot.sha256).write_bytes(b"something else")
    with pytest.raises(KamError, match="raw_damaged"):
        rebuild_version(warehouse, 1)


def test_a_missing_file_and_an_unknown_version_are_named(warehouse: Warehouse) -> None:
    with pytest.raises(KamError, match="file_not_found"):
        load(warehouse, [Path("nowhere.csv")])
    with pytest.raises(KamError, match="unknown_version"):
        restore_version(warehouse, 7, by="tester")


def test_anyone_can_read_a_version_with_plain_duckdb(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    tables = rows(
        warehouse,
        "select view_name from duckdb_views() where schema_name = 'main' and not internal "
        "and comment is not null order by 1",
    )
    assert ("accounts",) in tables and ("interactions",) in tables
    assert rows(warehouse, "select sum(amount)::varchar from orders") == [("1000001.00",)]


def test_a_report_names_the_cells_that_a_problem_shows_in_most_often(
    warehouse: Warehouse, file: Write
) -> None:
    bad = [f"I{n},A1,visit,{status},2024-08-05," for n, status in enumerate(["odd", "odd", "?"], 4)]
    unknown = "I9,A7,visit,completed,2024-08-05 10:00,\n"
    interactions = file("interactions.csv", INTERACTIONS + "\n".join([*bad, unknown]))
    report = load(warehouse, [file("accounts.csv", ACCOUNTS), interactions])[1]
    assert report.examples == {
        "unknown_value": [
            CellExample("status", "odd", 2),
            CellExample("status", "?", 1),
        ],
        "unknown_account": [CellExample("account_id", "A7", 1)],
    }
    line = "The value is not one of those allowed × 3 (lines 5, 6, 7): Status = odd × 2, Status = ?"
    assert line in describe_report(report, Text("en"))
