"""Before publishing: what would change, what needs a second yes, and nothing left behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from kam_core.errors import KamError
from kam_core.uploads.load import load, restore_version, try_load
from kam_core.uploads.preview import preview
from kam_core.uploads.report_model import Preview, Tried, read_document
from kam_core.warehouse.row_diff import QuarantineChange
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS, ORDERS
from tests.support.loading import load_once

Write = Callable[[str, str], Path]
HEADER = ORDERS.splitlines()[0]


def orders(count: int, amount: str = "1.00") -> str:
    lines = [f"O{number},A1,2024-09-10,{amount}" for number in range(1, count + 1)]
    return "\n".join([HEADER, *lines]) + "\n"


def tried(warehouse: Warehouse, paths: list[Path], **how: Any) -> Tried:
    return try_load(warehouse, paths, **how)[0]


def asked(trial: Tried) -> list[tuple]:
    return [(q.code, q.table, q.rows, q.gone) for q in trial.confirm]


def test_a_preview_shows_what_a_load_then_does(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    later = file("orders.csv", ORDERS + "O4,A1,2024-09-11,5.00\nO5,A1,someday,5.00\n")
    seen = preview(warehouse, [later])
    assert [(f.received, f.accepted, f.quarantined) for f in seen.files] == [(5, 4, 1)]
    table = next(t for t in seen.tables if t.table == "orders")
    assert (table.added, table.changed, table.gone) == (1, 0, 0)
    assert seen.confirm == []
    done = load(warehouse, [later], expect_version=seen.version)
    assert [(f.received, f.accepted, f.quarantined) for f in done] == [(5, 4, 1)]


def test_a_preview_leaves_everything_as_it_was(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    before = sorted(path.name for path in warehouse.versions.iterdir())
    preview(warehouse, [file("orders.csv", orders(3))])
    assert sorted(path.name for path in warehouse.versions.iterdir()) == before
    assert [v.version for v in warehouse.ledger.versions()] == [1]


def test_the_first_load_is_compared_with_nothing_and_asks_nothing(
    warehouse: Warehouse, company: list[Path]
) -> None:
    seen = preview(warehouse, company)
    assert (seen.version, seen.confirm, seen.before_as_of) == (0, [], None)


def test_a_preview_is_read_back_from_json_as_it_was(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load(warehouse, company)
    later = file("orders.csv", ORDERS + "O4,A9,2024-09-11,5.00\nO5,A1,someday,5.00\n")
    seen = preview(warehouse, [later])
    printed = orjson.dumps(seen)
    keys = ["files", "confirm", "version", "before_as_of", "after_as_of", "tables", "accounts"]
    assert list(orjson.loads(printed)) == [*keys, "kpis", "uploads", "settings", "differs"]
    assert read_document(Preview, printed) == seen


def test_json_of_another_release_is_refused_with_what_is_strange_in_it(
    warehouse: Warehouse, company: list[Path]
) -> None:
    document = orjson.loads(orjson.dumps(preview(warehouse, company)))
    for strange in ({**document, "later": 1}, {**document, "files": [{"file": "a.csv"}]}):
        with pytest.raises(KamError, match="other_program"):
            read_document(Preview, orjson.dumps(strange))
    del document["differs"]
    with pytest.raises(KamError, match="differs: Field required"):
        read_document(Preview, orjson.dumps(document))


def test_a_preview_of_what_is_loaded_already_finds_no_difference(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company, by="Li")
    seen = preview(warehouse, company)
    assert not seen.differs
    assert all(report.already_loaded for report in seen.files)
    assert seen.files[0].earlier is not None
    assert (seen.files[0].earlier.by, seen.files[0].earlier.version) == ("Li", 1)


@pytest.mark.parametrize(("kept", "is_asked"), [(8, False), (7, True)])
def test_more_than_a_fifth_of_the_rows_gone_needs_a_second_yes(
    warehouse: Warehouse, file: Write, kept: int, is_asked: bool
) -> None:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", orders(10))])
    fewer = file("orders.csv", orders(kept))
    assert asked(tried(warehouse, [fewer])) == (
        [("removes_rows", "orders", 10, 3)] if is_asked else []
    )
    if is_asked:
        with pytest.raises(KamError) as refusal:
            load(warehouse, [fewer])
        assert refusal.value.code == "needs_confirmation"
        assert [v.version for v in warehouse.ledger.versions()] == [1]
    assert load(warehouse, [fewer], confirmed=True)[0].version == 2


def test_an_update_removes_nothing_and_changes_are_no_removal(
    warehouse: Warehouse, file: Write
) -> None:
    load(warehouse, [file("accounts.csv", ACCOUNTS), file("orders.csv", orders(10))])
    assert load(warehouse, [file("orders.csv", orders(1, "2.00"))], mode="update")[0].version == 2
    assert load(warehouse, [file("orders.csv", orders(10, "3.00"))])[0].version == 3


def test_accounts_that_take_the_rows_of_other_tables_along_ask_for_these_too(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    only_alder = file("accounts.csv", "\n".join(ACCOUNTS.splitlines()[:2]) + "\n")
    tables = {question.table for question in tried(warehouse, [only_alder]).confirm}
    assert tables == {"accounts", "interactions", "orders"}


def test_rows_of_earlier_uploads_that_are_set_apart_or_let_in_are_told(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    only_alder = file("accounts.csv", "\n".join(ACCOUNTS.splitlines()[:2]) + "\n")
    seen = preview(warehouse, [only_alder]).files[0].elsewhere
    assert seen == [
        QuarantineChange("set_apart", table, "unknown_account", 1)
        for table in ("interactions", "orders")
    ]
    assert load(warehouse, [only_alder], confirmed=True)[0].elsewhere == seen
    both = file("accounts.csv", ACCOUNTS)
    assert load(warehouse, [both])[0].elsewhere == [
        replace(change, change="let_in") for change in seen
    ]
    assert load(warehouse, [file("orders.csv", orders(3))])[0].elsewhere == []


def test_an_older_as_of_than_the_one_in_force_needs_a_second_yes(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company, as_of=date(2024, 9, 30))
    question = tried(warehouse, [company[3]], as_of=date(2024, 9, 1)).confirm[0]
    assert (question.code, question.as_of, question.in_force) == (
        "older_as_of",
        "2024-09-01",
        "2024-09-30",
    )
    with pytest.raises(KamError, match="needs_confirmation"):
        load(warehouse, [company[3]], as_of=date(2024, 9, 1))


def test_another_table_for_an_older_day_asks_nothing(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company[:1], as_of=date(2024, 9, 30))
    assert load(warehouse, [company[3]], as_of=date(2024, 9, 15))[0].version == 2


def test_what_was_published_after_the_preview_stops_the_load(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    seen = tried(warehouse, [company[3]])
    load(warehouse, [file("orders.csv", orders(4))], mode="update", by="Wang")
    with pytest.raises(KamError) as refusal:
        load(warehouse, [company[3]], expect_version=seen.version)
    assert refusal.value.code == "version_moved"
    assert refusal.value.details == {"expected": 1, "found": 2, "by": "Wang"}
    restore_version(warehouse, 1, by="Wang")
    load(warehouse, [file("orders.csv", orders(5))], mode="update", expect_version=1)


def test_a_damaged_live_version_is_mended_before_it_is_compared(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    warehouse.file(1).write_bytes(b"no database")
    assert asked(tried(warehouse, [file("orders.csv", orders(1))])) == [
        ("removes_rows", "orders", 3, 2)
    ]
    assert warehouse.is_intact(1)


def test_where_the_uploads_behind_it_are_damaged_too_nothing_is_loaded(
    warehouse: Warehouse, company: list[Path], file: Write
) -> None:
    load_once(warehouse, company)
    warehouse.file(1).unlink()
    needs = next(s for s in warehouse.ledger.snapshots(1) if s.table_name == "needs")
    raw = warehouse.raw / needs.sha256
    kept = raw.read_bytes()
    raw.write_bytes(b"damaged")
    with pytest.raises(KamError, match="raw_damaged"):
        load(warehouse, [file("orders.csv", orders(1))])
    raw.write_bytes(kept)
    assert load(warehouse, [file("orders.csv", ORDERS + "O4,A1,2024-09-11,5.00\n")])[0].version == 2
