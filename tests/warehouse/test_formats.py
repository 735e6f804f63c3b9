"""Formats: what an older release stored is read, proved and continued; a newer one is refused."""

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kam_core.contract.formats import FIRST_COLUMNS, FORMAT, fingerprint_sql
from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.uploads.load import load, rebuild_version
from kam_core.warehouse.store import Warehouse, open_beside, open_version
from tests.conftest import ROOT

# Two versions by the release before there were formats: accounts, interactions (two rows in
# quarantine), needs, orders, targets (two beyond what is a target today); then accounts again.
FORMAT_0 = ROOT / "tests" / "data" / "warehouses" / "format-0.zip"
HASHES = {
    1: "5a08f97eda1e288ebad116703f2a9d05181bf3092d5a37fba62c3bcdcdbad299",
    2: "76eed4bbf5a746995d05e872c49fb95fcefaf280a680ead810c22338ed11e162",
}
# Three versions of format 1. What is read in another way today: an unreadable cell that is not
# essential (accounts line 3, interactions line 3, orders line 4), a kind of interaction that is one
# now (greeting, event), order lines (orders line 3), an order that says it was cancelled or is in
# another currency, two targets for two owners (targets line 3). Then an update of orders, surveys.
FORMAT_1 = ROOT / "tests" / "data" / "warehouses" / "format-1.zip"
HASHES_1 = {
    1: "c5a0ffc742a4d6365df313eae69fcd6b65e53e8f8875e5cf265d79cfd119e8d2",
    2: "d556c4eb2178813bb590195ba1158836569cdeafef4a81aaa83ef3e180c1b5f4",
    3: "b4ae3e8876d2a60d97a34ee32733926f754b72c8f3b41e3d1e2c4a8fc7292627",
}
WIDER = """
[tables.accounts.columns]
country_code = { type = "text", zh = "国家代码", en = "Country code" }
[tables.orders.columns]
margin = { type = "number", zh = "毛利率", en = "Margin" }
[tables.plans]
zh = "计划"
en = "Plans"
key = ["plan_id"]
retention = "plan"
[tables.plans.columns]
plan_id = { type = "id", required = true, zh = "计划编号", en = "Plan ID" }
account_id = { type = "id", required = true, zh = "客户编号", en = "Account ID" }
"""
ORDERS = "order_id,account_id,ordered_on,amount{more}\nO1,A1,2024-07-10,0.10{first}\n"
TARGETS = """metric,quarter,region,tier,target
match_rate,2024-Q3,,,0.7
satisfaction,2024-Q3,,,950
revenue,2024-Q3,East,,-5
"""

WriteFile = Callable[[str, str], Path]


@pytest.fixture
def old(tmp_path: Path) -> Warehouse:
    with zipfile.ZipFile(FORMAT_0) as archive:
        archive.extractall(tmp_path / "old")
    return Warehouse(tmp_path / "old")


@pytest.fixture
def of_format_1(tmp_path: Path) -> Warehouse:
    with zipfile.ZipFile(FORMAT_1) as archive:
        archive.extractall(tmp_path / "format-1")
    return Warehouse(tmp_path / "format-1")


def ledger_format(warehouse: Warehouse) -> int:
    with closing(sqlite3.connect(warehouse.ledger.path)) as ledger:
        return ledger.execute("pragma user_version").fetchone()[0]


def test_a_warehouse_without_formats_is_read_and_left_as_it_is(old: Warehouse) -> None:
    assert old.live_version().content_hash == HASHES[2]
    with open_version(old.verified_file(1)) as version:
        assert version.execute("select count(*) from accounts").fetchall() == [(3,)]
    assert ledger_format(old) == 0


def test_its_versions_are_rebuilt_with_their_hashes_though_checks_are_stricter_now(
    old: Warehouse,
) -> None:
    for number, content_hash in HASHES.items():
        old.file(number).unlink()
        assert rebuild_version(old, number).content_hash == content_hash
    with open_version(old.file(1)) as version:
        assert version.execute("select count(*) from history.targets").fetchall() == [(3,)]
        assert version.execute("from meta.format").fetchall() == [(FORMAT,)]


def test_it_is_continued_by_what_is_loaded_today(old: Warehouse, file: WriteFile) -> None:
    orders = file("orders.csv", ORDERS.format(more="", first=""))
    (report,) = load(old, [orders], mode="update", as_of=date(2024, 12, 1))
    assert (report.version, report.accepted) == (3, 1)
    with open_version(old.file(3)) as version:
        kept = "select snapshot_id from history.orders where order_id = 'O1'"
        # The row says what it said, so that it is the one of the first upload.
        assert version.execute(kept).fetchall() == [(4,)]
    assert ledger_format(old) == FORMAT
    assert rebuild_version(old, 3).content_hash == old.require_version(3).content_hash
    old.rollback(1, "tests")
    assert old.live_version().content_hash == HASHES[1]
    assert rebuild_version(old, 1).content_hash == HASHES[1]


def test_format_1_is_rebuilt_with_its_hashes_though_more_is_let_in_now(
    of_format_1: Warehouse,
) -> None:
    for number, content_hash in HASHES_1.items():
        of_format_1.file(number).unlink()
        assert rebuild_version(of_format_1, number).content_hash == content_hash
    with open_version(of_format_1.file(3)) as version:
        kinds = "select kind from interactions where interaction_id in ('I1', 'I3')"
        assert version.execute(kinds).fetchall() == [("meeting",)]
        orders = (
            "select order_id, amount from orders where order_id in ('O1', 'O3', 'O4') order by 1"
        )
        assert version.execute(orders).fetchall() == [("O1", 1000), ("O3", -200), ("O4", 700)]


def test_format_1_is_opened_continued_and_rolled_back(
    of_format_1: Warehouse, file: WriteFile
) -> None:
    orders = "order_id,account_id,ordered_on,amount,order status\nO4,A4,2024-08-12,700,cancelled\n"
    load(of_format_1, [file("orders.csv", orders)], mode="update", as_of=date(2024, 10, 20))
    with open_beside(of_format_1.verified_file(1)) as version:
        assert version.execute("select count(status) from history.orders").fetchall() == [(0,)]
    with open_version(of_format_1.file(4)) as version:
        assert version.execute("from orders where order_id = 'O4'").fetchall() == []
    assert (
        rebuild_version(of_format_1, 4).content_hash == of_format_1.require_version(4).content_hash
    )
    of_format_1.rollback(2, "tests")
    assert of_format_1.live_version().content_hash == HASHES_1[2]
    assert rebuild_version(of_format_1, 2).content_hash == HASHES_1[2]


def test_the_same_file_is_a_repeat_though_its_recipe_had_no_format(
    old: Warehouse, file: WriteFile
) -> None:
    with zipfile.ZipFile(FORMAT_0) as archive:
        names = [name for name in archive.namelist() if name.startswith("raw/")]
        texts = [archive.read(name).decode() for name in names]
    orders = next(text for text in texts if text.startswith("order_id,"))
    (report,) = load(old, [file("orders.csv", orders)], as_of=date(2024, 10, 1))
    assert (report.version, report.already_loaded) == (2, True)


def test_targets_beyond_what_a_figure_can_be_are_quarantined_today(
    warehouse: Warehouse, company: list[Path], file: WriteFile
) -> None:
    *_, report = load(warehouse, [*company, file("targets.csv", TARGETS)])
    assert report.problems == {"target_out_of_bounds": 2}


def test_a_newer_ledger_is_refused_before_anything_is_read_of_it(old: Warehouse) -> None:
    with closing(sqlite3.connect(old.ledger.path)) as ledger:
        ledger.execute(f"pragma user_version = {FORMAT + 1}")
    with pytest.raises(KamError, match="newer_format") as refused:
        Warehouse(old.path)
    newer = f"newer release (format {FORMAT + 1}; this one reads up to {FORMAT})"
    assert newer in Text("en").error(refused.value)
    assert "更新版本的程序" in Text("zh").error(refused.value)


@pytest.mark.parametrize("opener", [open_version, open_beside])
def test_a_newer_version_file_is_refused(
    warehouse: Warehouse,
    company: list[Path],
    opener: Callable[[Path], duckdb.DuckDBPyConnection],
) -> None:
    load(warehouse, company)
    with duckdb.connect(str(warehouse.file(1))) as version:
        version.execute("update meta.format set number = number + 1")
    with pytest.raises(KamError, match="newer_format"):
        opener(warehouse.file(1))


def test_stored_settings_may_hold_an_unknown_key_only_in_an_older_format(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load(warehouse, company)
    stored = json.loads(warehouse.raw_bytes(warehouse.require_version(1).settings_sha256))
    assert stored["format"] == FORMAT
    stored["thresholds"]["retired"] = 3
    for number, code in ((FORMAT, "settings_unknown_key"), (FORMAT + 1, "newer_format"), (0, None)):
        sha256 = warehouse.keep_raw(json.dumps({**stored, "format": number}).encode())
        with closing(sqlite3.connect(warehouse.ledger.path)) as ledger, ledger:
            ledger.execute("update versions set settings_sha256 = ?", (sha256,))
        if code is None:
            assert (
                rebuild_version(warehouse, 1).content_hash
                == warehouse.require_version(1).content_hash
            )
        else:
            with pytest.raises(KamError, match=code):
                rebuild_version(warehouse, 1)


def fingerprint(values: dict[str, str | None], columns: list[str]) -> int:
    cells = ", ".join(f'${name}::varchar as "{name}"' for name in columns)
    query = f"select {fingerprint_sql('orders', columns)} from (select null as extra, {cells})"
    parameters = {name: values.get(name) for name in columns}
    return duckdb.execute(query, parameters).fetchall()[0][0]


def test_a_column_enters_the_fingerprint_of_a_row_only_where_it_is_filled() -> None:
    first = list(FIRST_COLUMNS["orders"])
    row: dict[str, str | None] = {"order_id": "O1", "amount": "0.10"}
    known = fingerprint(row, first)
    assert fingerprint(row, ["channel", *first, "margin"]) == known
    assert fingerprint(row, [name for name in first if name != "kind"]) == known
    filled = fingerprint({**row, "margin": "1"}, [*first, "margin"])
    assert filled != known
    assert fingerprint({**row, "margin": "1"}, ["margin", *first, "channel"]) == filled
    other = fingerprint({**row, "channel": "1"}, ["margin", *first, "channel"])
    assert other not in (known, filled)


def run(settings: Path, *arguments: str | Path) -> str:
    """A command under a wider contract; in a process of its own, as a contract is read once."""
    ended = subprocess.run(
        [sys.executable, "-m", "kam_core", *map(str, arguments), "--lang", "en"],
        cwd=ROOT,
        env={**os.environ, "KAM_SETTINGS": str(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


def test_a_wider_contract_proves_old_versions_and_changes_no_hash(
    old: Warehouse,
    company: list[Path],
    file: WriteFile,
    tmp_path: Path,
    overlay: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wider = overlay("contract.toml", WIDER)
    monkeypatch.delenv("KAM_SETTINGS")
    there = ("--warehouse", old.path)
    assert HASHES[1] in run(wider, "rebuild", "1", *there)
    assert "Everything agrees" in run(wider, "verify", "--quarter", "2024-Q3", *there)

    # A new version whose further columns and table are empty has the hash it has without them.
    plain, under_wider = Warehouse(tmp_path / "plain"), Warehouse(tmp_path / "wide")
    load(plain, company, as_of=date(2024, 10, 1))
    day = ("--as-of", "2024-10-01")
    run(wider, "load", *company, *day, "--warehouse", under_wider.path)
    assert under_wider.require_version(1).content_hash == plain.require_version(1).content_hash

    # Where they are filled they are kept, seen and proved, and the row is another one.
    orders = file("orders.csv", ORDERS.format(more=",margin", first=",0.3"))
    plans = file("plans.csv", "plan_id,account_id\nP1,A1\n")
    run(wider, "load", orders, plans, "--mode", "update", "--as-of", "2024-12-01", *there)
    assert "Version 3 rebuilt" in run(wider, "rebuild", "3", *there)
    compared = run(wider, "compare", "1", "3", *there)
    assert "(0 added, 1 changed, 0 gone)" in compared and "Plans: 0 → 1 row" in compared

    # Without the settings it needs, such a version is no accident but a refusal.
    with pytest.raises(KamError, match="contract_too_narrow"):
        rebuild_version(old, 3)
    with pytest.raises(KamError, match="contract_too_narrow"):
        load(old, [file("orders.csv", ORDERS.format(more="", first=""))], as_of=date(2024, 12, 2))
