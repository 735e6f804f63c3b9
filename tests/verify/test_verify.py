"""The command `verify`: it finds nothing on a sound version, and whatever was falsified."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kam_core.__main__ import main
from kam_core.metrics import catalogue
from kam_core.uploads.load import load
from kam_core.warehouse import build
from kam_core.warehouse.store import Warehouse, hash_file, open_version
from tests.support.loading import load_once

OPTIONS = ("--lang", "en")


@pytest.fixture
def loaded(warehouse: Warehouse, company: list[Path]) -> Warehouse:
    load_once(warehouse, company, by="tests")
    return warehouse


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict]]:
    """Exit code and report of a call."""

    def call(warehouse: Warehouse, *options: str) -> tuple[int, dict]:
        code = main(["verify", "--warehouse", str(warehouse.path), "--json", *OPTIONS, *options])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def few_metrics(monkeypatch: pytest.MonkeyPatch) -> dict[str, catalogue.Metric]:
    """A catalogue of two metrics, where the figures are not what a test is about."""
    few = {name: catalogue.metric(name) for name in ("revenue", "match_rate")}
    monkeypatch.setattr(catalogue, "load_metrics", lambda: few)
    return few


def tamper(warehouse: Warehouse, *statements: str, cover_up: bool) -> None:
    """Change a version file behind the ledger's back, or with its recorded hash changed too."""
    with duckdb.connect(str(warehouse.file(1))) as connection:
        for statement in statements:
            connection.execute(statement)
    if cover_up:
        warehouse.ledger.replace_file(1, hash_file(warehouse.file(1)))


def cover_content(warehouse: Warehouse) -> None:
    """Record of every version what its file holds, as a release that lost rows would have."""
    for version in warehouse.ledger.versions():
        with open_version(warehouse.file(version.version)) as cursor:
            found = build.describe(cursor).content_hash
        with closing(sqlite3.connect(warehouse.ledger.path)) as ledger, ledger:
            ledger.execute(
                "update versions set content_hash = ?, file_sha256 = ? where version = ?",
                (found, hash_file(warehouse.file(version.version)), version.version),
            )


def delete_row(warehouse: Warehouse, number: int, condition: str) -> None:
    with duckdb.connect(str(warehouse.file(number))) as connection:
        connection.execute(f"delete from history.{condition}")
    cover_content(warehouse)


def codes(report: dict) -> set[str]:
    return {finding["code"] for finding in report["findings"]}


def test_the_sample_holds(sample_warehouse: Warehouse, verify: Callable) -> None:
    code, report = verify(sample_warehouse, "--quarter", "2024-Q3")
    assert (code, report["findings"], report["differences"]) == (0, [], [])
    assert report["compared"] > 10_000
    assert report["uploads"] == 11


def test_a_small_company_without_most_tables_holds(loaded: Warehouse, verify: Callable) -> None:
    code, report = verify(loaded)
    assert (code, report["findings"], report["differences"]) == (0, [], [])
    assert report["quarters"] == ["2024-Q3"]
    assert report["regions"] == ["East", "South"]


@pytest.mark.usefixtures("few_metrics")
def test_regions_a_quarter_and_an_earlier_day_can_be_chosen(
    sample_warehouse: Warehouse, verify: Callable
) -> None:
    scope = ("--region", "华东", "--region", "西北", "--as-of", "2024-05-15")
    code, report = verify(sample_warehouse, *scope, "--quarter", "2024-Q1", "--quarter", "2024-Q2")
    assert code == 0
    assert (report["as_of"], report["regions"]) == ("2024-05-15", ["华东", "西北"])
    assert report["quarters"] == ["2024-Q1", "2024-Q2"]


def test_a_metric_that_counts_wrongly_is_named_with_both_figures(
    loaded: Warehouse, verify: Callable, few_metrics: dict[str, catalogue.Metric]
) -> None:
    sound = few_metrics["revenue"]
    few_metrics["revenue"] = replace(
        sound, sql=f"select * replace (numerator + 1 as numerator) from ({sound.sql})"
    )
    code, report = verify(loaded)
    assert code == 1
    assert {difference["metric"] for difference in report["differences"]} == {"revenue"}
    first = report["differences"][0]
    assert (first["period"], first["slice"]) == ("2024-Q3", {})
    assert first["recounted"] == {
        "numerator": "1000001",
        "denominator": None,
        "value": 1000001.0,
    }
    assert first["shown"]["value"] == 1000003.0


@pytest.mark.usefixtures("few_metrics")
def test_a_changed_row_is_found_by_the_bytes_of_the_file(
    loaded: Warehouse, verify: Callable
) -> None:
    tamper(loaded, "update history.orders set amount = 9 where order_id = 'O1'", cover_up=False)
    code, report = verify(loaded)
    assert (code, codes(report), report["compared"]) == (1, {"version_damaged"}, 0)


@pytest.mark.usefixtures("few_metrics")
def test_a_changed_row_is_found_even_if_the_hash_of_the_file_was_changed_too(
    loaded: Warehouse, verify: Callable
) -> None:
    tamper(loaded, "update history.orders set amount = 9 where order_id = 'O1'", cover_up=True)
    code, report = verify(loaded)
    assert (code, codes(report)) == (1, {"rows_altered"})
    assert report["findings"][0] == {"code": "rows_altered", "table": "orders", "rows": 1}


@pytest.mark.usefixtures("few_metrics")
def test_a_lost_row_is_found_by_the_content_hash_and_by_its_number(
    loaded: Warehouse, verify: Callable
) -> None:
    tamper(loaded, "delete from history.orders where order_id = 'O1'", cover_up=True)
    code, report = verify(loaded)
    assert (code, codes(report)) == (1, {"content_differs", "rows_not_in_force"})


@pytest.mark.usefixtures("few_metrics")
def test_a_row_that_was_lost_before_hashing_is_named_with_table_and_counts(
    loaded: Warehouse, verify: Callable
) -> None:
    delete_row(loaded, 1, "orders where order_id = 'O3'")
    code, report = verify(loaded)
    assert (code, report["findings"]) == (
        1,
        [
            {
                "code": "rows_not_in_force",
                "table": "orders",
                "snapshot": 4,
                "day": "2024-09-10",
                "expected": 3,
                "found": 2,
            }
        ],
    )


@pytest.mark.usefixtures("few_metrics")
def test_rows_that_wait_for_their_account_count_as_in_force(
    warehouse: Warehouse, company: list[Path], file: Callable, verify: Callable
) -> None:
    orders = "order_id,account_id,ordered_on,amount\nO1,A1,2024-07-10,5\nO2,A9,2024-07-11,6\n"
    load(warehouse, [*company[:3], file("orders.csv", orders)], by="tests")
    assert verify(warehouse)[0] == 0
    delete_row(warehouse, 1, "orders where order_id = 'O2'")
    (finding,) = verify(warehouse)[1]["findings"]
    assert (finding["table"], finding["expected"], finding["found"]) == ("orders", 2, 1)


@pytest.mark.usefixtures("few_metrics")
def test_every_later_upload_is_counted_on_its_own_day(
    loaded: Warehouse, file: Callable, verify: Callable
) -> None:
    """The second file repeats O1, changes O2 and lacks O3; the third brings O4 beside them."""
    head = "order_id,account_id,ordered_on,amount\n"
    second = f"{head}O1,A1,2024-07-10,0.10\nO2,A1,2024-08-10,7\n"
    load(loaded, [file("b.csv", second)], as_of=date(2024, 10, 1), confirmed=True, table="orders")
    third = f"{head}O4,A2,2024-11-10,8\n"
    load(loaded, [file("c.csv", third)], as_of=date(2024, 12, 1), mode="update", table="orders")
    assert [verify(loaded, "--version", number)[0] for number in "123"] == [0, 0, 0]
    delete_row(loaded, 3, "orders where order_id = 'O1'")
    findings = verify(loaded, "--version", "3")[1]["findings"]
    assert [(f["day"], f["expected"], f["found"]) for f in findings] == [
        ("2024-09-10", 3, 2),
        ("2024-10-01", 2, 1),
    ]


@pytest.mark.usefixtures("few_metrics")
def test_an_update_has_at_least_its_own_rows_and_at_most_those_before_it_in_force(
    loaded: Warehouse, file: Callable, verify: Callable
) -> None:
    third = "order_id,account_id,ordered_on,amount\nO4,A2,2024-11-10,8\n"
    load(loaded, [file("c.csv", third)], as_of=date(2024, 12, 1), mode="update", table="orders")
    assert verify(loaded)[0] == 0
    with duckdb.connect(str(loaded.file(2))) as connection:
        connection.execute("update history.orders set valid_to = '2024-12-01'")
    cover_content(loaded)
    (finding,) = verify(loaded)[1]["findings"]
    assert finding["code"] == "rows_out_of_bounds"
    assert (finding["least"], finding["most"], finding["found"]) == (1, 4, 0)


@pytest.fixture
def with_two_uploads(
    loaded: Warehouse, few_metrics: dict[str, catalogue.Metric], file: Callable
) -> Warehouse:
    """Then an update of orders: O2 comes as it was, O4 is new, O5 has no amount."""
    update = (
        "order_id,account_id,ordered_on,amount\n"
        "O2,A1,2024-08-10,0.20\nO4,A2,2024-11-10,8\nO5,A2,2024-11-11,\n"
    )
    load(loaded, [file("c.csv", update)], as_of=date(2024, 12, 1), mode="update", table="orders")
    return loaded


def test_read_again_a_sound_version_holds(with_two_uploads: Warehouse, verify: Callable) -> None:
    for number in ("1", "2"):
        code, report = verify(with_two_uploads, "--version", number, "--deep")
        assert (code, report["findings"], report["deep"]) == (0, [], True)


@pytest.mark.parametrize(
    ("deed", "part", "counts"),
    [
        # O4 is replaced by another of the same fingerprint, so that no number is wrong.
        ("update history.orders set line_no = 9 where order_id = 'O4'", "history.orders", "1111"),
        ("delete from history.orders where order_id = 'O4'", "history.orders", "0101"),
        ("update meta.quarantine set raw = 'O5,,,'", "meta.quarantine", "1111"),
        ("delete from meta.quarantine", "meta.quarantine", "0101"),
    ],
)
def test_what_was_altered_before_hashing_is_found_when_uploads_are_read_again(
    with_two_uploads: Warehouse, verify: Callable, deed: str, part: str, counts: str
) -> None:
    with duckdb.connect(str(with_two_uploads.file(2))) as connection:
        connection.execute(deed)
    cover_content(with_two_uploads)
    code, report = verify(with_two_uploads, "--deep")
    first, second = (f for f in report["findings"] if f["code"].startswith("raw_"))
    assert (code, first["code"], second["code"]) == (1, "raw_content_differs", "raw_rows_differ")
    assert (second["table"], second["part"], second["snapshot_id"]) == ("orders", part, 5)
    assert [second[name] for name in ("before", "after", "gone", "added")] == [*map(int, counts)]


def test_an_upload_that_reads_otherwise_than_it_did_is_found(
    with_two_uploads: Warehouse, verify: Callable
) -> None:
    with closing(sqlite3.connect(with_two_uploads.ledger.path)) as ledger, ledger:
        ledger.execute("update snapshots set received = 4 where snapshot_id = 5")
    findings = verify(with_two_uploads, "--deep")[1]["findings"]
    assert {
        "code": "raw_received_differs", "table": "orders", "snapshot": 5, "recorded": 4, "found": 3
    } in findings  # fmt: skip


def test_a_damaged_upload_is_not_read_again(with_two_uploads: Warehouse, verify: Callable) -> None:
    orders = with_two_uploads.ledger.snapshots(2)[-1]
    (with_two_uploads.raw / orders.sha256).write_bytes(b"something else")
    code, report = verify(with_two_uploads, "--deep")
    assert (code, codes(report), report["deep"]) == (1, {"raw_damaged"}, False)


@pytest.mark.parametrize(("lang", "said"), [("zh", "重新读取"), ("en", "read again")])
def test_it_says_in_both_languages_what_was_read_again(
    with_two_uploads: Warehouse, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    call = ["verify", "--warehouse", str(with_two_uploads.path), "--lang", lang, "--deep"]
    assert main(call) == 0
    assert said in capsys.readouterr().out
    delete_row(with_two_uploads, 2, "orders where order_id in ('O3', 'O4')")
    assert main(call) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 4 and not any("{" in line for line in lines)


@pytest.mark.usefixtures("few_metrics")
def test_rows_that_were_neither_accepted_nor_quarantined_are_found(
    loaded: Warehouse, verify: Callable
) -> None:
    fewer = "update meta.snapshots set accepted = accepted - 1 where table_name = 'orders'"
    tamper(loaded, fewer, cover_up=True)
    code, report = verify(loaded)
    assert code == 1
    assert codes(report) == {"content_differs", "snapshot_differs", "rows_lost"}


@pytest.mark.usefixtures("few_metrics")
def test_a_quarantined_row_that_vanished_is_found(
    warehouse: Warehouse, company: list[Path], file: Callable, verify: Callable
) -> None:
    orders = "order_id,account_id,ordered_on,amount\nO1,A1,2024-07-10,5\nO2,A1,someday,6\n"
    load(warehouse, [*company[:3], file("orders.csv", orders)], by="tests")
    assert verify(warehouse)[0] == 0
    tamper(warehouse, "delete from meta.quarantine", cover_up=True)
    code, report = verify(warehouse)
    assert (code, codes(report)) == (1, {"content_differs", "rows_lost"})


@pytest.mark.usefixtures("few_metrics")
def test_an_upload_that_the_ledger_does_not_know_is_found(
    loaded: Warehouse, verify: Callable
) -> None:
    tamper(
        loaded, "update meta.snapshots set snapshot_id = 99 where snapshot_id = 1", cover_up=True
    )
    code, report = verify(loaded)
    unknown = [f["snapshot"] for f in report["findings"] if f["code"] == "snapshot_unknown"]
    assert (code, unknown) == (1, [1, 99])


@pytest.mark.usefixtures("few_metrics")
def test_a_damaged_original_is_found(loaded: Warehouse, verify: Callable) -> None:
    orders = next(s for s in loaded.ledger.snapshots(1) if s.table_name == "orders")
    (loaded.raw / orders.sha256).write_bytes(b"something else")
    code, report = verify(loaded)
    assert (code, codes(report), report["differences"]) == (1, {"raw_damaged"}, [])
    assert report["findings"][0]["file"] == "orders.csv"


@pytest.mark.usefixtures("few_metrics")
def test_settings_that_vanished_are_found(loaded: Warehouse, verify: Callable) -> None:
    version = loaded.live_version()
    assert version is not None
    (loaded.raw / version.settings_sha256).unlink()
    assert codes(verify(loaded)[1]) == {"raw_damaged"}


@pytest.mark.usefixtures("few_metrics")
def test_an_earlier_version_can_be_put_to_the_proof(
    loaded: Warehouse, file: Callable, verify: Callable
) -> None:
    more = "order_id,account_id,ordered_on,amount\nO9,A2,2024-10-02,7\n"
    load(loaded, [file("orders-10.csv", more)], by="tests", mode="update")
    assert [verify(loaded, "--version", n)[1]["as_of"] for n in ("1", "2")] == [
        "2024-09-10",
        "2024-10-02",
    ]


@pytest.mark.usefixtures("few_metrics")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--quarter", "2019-Q1"), "2019-Q1"),
        (("--region", "Nowhere"), "Nowhere"),
        (("--version", "77"), "77"),
    ],
)
def test_what_is_not_there_is_refused(
    loaded: Warehouse,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    said: str,
) -> None:
    assert main(["verify", "--warehouse", str(loaded.path), *OPTIONS, *options]) == 1
    printed = capsys.readouterr()
    assert said in printed.err and not printed.out


@pytest.mark.usefixtures("few_metrics")
def test_a_wrong_call_ends_with_2(loaded: Warehouse) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["verify", "--warehouse", str(loaded.path), "--quarter", "2024-13"])
    assert stop.value.code == 2


@pytest.mark.usefixtures("few_metrics")
@pytest.mark.parametrize(("lang", "said"), [("zh", "全部一致"), ("en", "Everything agrees")])
def test_it_says_so_in_both_languages(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    assert main(["verify", "--warehouse", str(loaded.path), "--lang", lang]) == 0
    assert said in capsys.readouterr().out


@pytest.mark.usefixtures("few_metrics")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_that_is_wrong_is_told_in_words(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str
) -> None:
    statements = (
        "update history.orders set amount = 9 where order_id = 'O1'",
        "update meta.snapshots set accepted = accepted - 1 where table_name = 'orders'",
        "update meta.snapshots set snapshot_id = 99 where table_name = 'needs'",
    )
    tamper(loaded, *statements, cover_up=True)
    orders = next(s for s in loaded.ledger.snapshots(1) if s.table_name == "orders")
    shutil.move(loaded.raw / orders.sha256, tmp_path / "away")
    assert main(["verify", "--warehouse", str(loaded.path), "--lang", lang]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 7
    assert not any("{" in line for line in lines)
