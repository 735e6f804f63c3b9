"""The watched folder: everything that lands is loaded once and moved, with a report beside it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.uploads import watch
from kam_core.uploads.load import load
from kam_core.uploads.watch import Watcher
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS, INTERACTIONS, ORDERS
from tests.support.loading import load_once
from tests.support.overlay import Overlay

ROOT = Path(__file__).parents[2]
BAD = "order_id,account_id,ordered_on,amount\nO1,A1,someday,much\n"
SETTLE_SECONDS = 0.2


@pytest.fixture(autouse=True)
def quick(overlay: Overlay) -> None:
    overlay("watch.toml", f"settle_seconds = {SETTLE_SECONDS}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def watcher(warehouse: Warehouse, folder: Path) -> Watcher:
    return Watcher(warehouse, folder, Text("en"), "cron", say=lambda _: None)


def drop(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")


def once(watcher: Watcher) -> None:
    watcher.run(threading.Event(), once=True, poll_seconds=1)


def found(folder: Path, place: str) -> dict[str, Path]:
    return {path.name: path for path in (folder / place).glob("*/*")}


def waiting(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and path.suffix == ".csv"}


def versions(warehouse: Warehouse) -> list[int]:
    return [version.version for version in warehouse.ledger.versions()]


def test_files_that_arrive_together_are_one_version_and_go_to_done(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    drop(folder, interactions=INTERACTIONS, accounts=ACCOUNTS)
    once(watcher)
    assert versions(warehouse) == [1]
    done = found(folder, "done")
    assert waiting(folder) == set()
    assert done["accounts.csv"].read_text("utf-8") == ACCOUNTS
    report = json.loads(done["interactions.csv.report.json"].read_text("utf-8"))
    assert [(r["table"], r["received"], r["accepted"], r["version"]) for r in report] == [
        ("interactions", 3, 3, 1)
    ]
    assert "Interactions" in done["interactions.csv.report.txt"].read_text("utf-8")
    assert watcher.failures == 0


def test_a_bad_file_goes_to_failed_and_takes_no_other_along(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    drop(folder, accounts=ACCOUNTS, orders=BAD)
    once(watcher)
    assert versions(warehouse) == [1]
    assert "accounts.csv" in found(folder, "done")
    failed = found(folder, "failed")
    report = json.loads(failed["orders.csv.report.json"].read_text("utf-8"))
    assert report["error"] == "too_many_broken_rows"
    assert report["message"] in failed["orders.csv.report.txt"].read_text("utf-8")
    assert failed["orders.csv"].read_text("utf-8") == BAD
    assert watcher.failures == 1


def test_bad_files_go_to_failed_each_with_its_own_reason(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    drop(folder, accounts=ACCOUNTS, orders=BAD, needs="")
    once(watcher)
    assert versions(warehouse) == [1]
    failed = found(folder, "failed")
    codes = {
        name: json.loads(failed[f"{name}.csv.report.json"].read_text("utf-8"))["error"]
        for name in ("orders", "needs")
    }
    assert codes == {"orders": "too_many_broken_rows", "needs": "empty_file"}
    assert "needs.csv" not in failed["orders.csv.report.txt"].read_text("utf-8")
    assert watcher.failures == 2


def test_what_needs_a_second_yes_goes_to_failed_with_the_question(
    watcher: Watcher, warehouse: Warehouse, folder: Path, company: list[Path]
) -> None:
    load_once(warehouse, company)
    drop(folder, orders=ORDERS.splitlines()[0] + "\nO3,A2,2024-09-10,1000000.70\n")
    once(watcher)
    told = found(folder, "failed")["orders.csv.report.txt"].read_text("utf-8")
    assert "of 3 rows in force in the table Orders, 2 would be gone" in told
    assert versions(warehouse) == [1]


def test_a_file_that_still_grows_is_left_until_it_is_whole(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    class GrowsMeanwhile(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            drop(folder, accounts=ACCOUNTS)
            return super().wait(timeout)

    drop(folder, accounts=ACCOUNTS[:30])
    watcher.run(GrowsMeanwhile(), once=True, poll_seconds=1)
    assert (versions(warehouse), waiting(folder)) == ([], {"accounts.csv"})
    once(watcher)
    assert (versions(warehouse), waiting(folder)) == ([1], set())


def test_unfinished_and_hidden_files_are_not_touched(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    for name in ("accounts.csv.part", ".accounts.csv", "~$book.xlsx", "accounts.csv.crdownload"):
        (folder / name).write_text(ACCOUNTS, "utf-8")
    once(watcher)
    assert versions(warehouse) == []
    assert not (folder / "failed").exists()


def test_a_kill_between_load_and_move_loads_nothing_twice(
    watcher: Watcher, warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, accounts=ACCOUNTS, orders=ORDERS)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(watcher, "_move_done", killed)
        once(watcher)
    assert (versions(warehouse), waiting(folder)) == ([1], {"accounts.csv", "orders.csv"})
    # Something newer for the same table, which the second try must not overwrite.
    newer = folder.parent / "orders.csv"
    newer.write_text(ORDERS + "O9,A1,2024-12-01,9.00\n", "utf-8")
    load(warehouse, [newer])
    once(Watcher(warehouse, folder, Text("zh"), "cron", say=lambda _: None))
    assert (versions(warehouse), waiting(folder)) == ([1, 2], set())
    report = json.loads(found(folder, "done")["orders.csv.report.json"].read_text("utf-8"))
    assert [(r["received"], r["accepted"], r["version"]) for r in report] == [(3, 3, 1)]


def test_a_file_that_kills_the_program_again_and_again_is_set_aside(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, accounts=ACCOUNTS, orders=ORDERS)
    really = watch.load

    def deadly(warehouse: Warehouse, paths: list[Path], **options: object) -> list:
        if any(path.name == "orders.csv" for path in paths):
            raise KeyboardInterrupt
        return really(warehouse, paths, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watch, "load", deadly)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            once(Watcher(warehouse, folder, Text("en"), "cron", say=lambda _: None))
    once(Watcher(warehouse, folder, Text("en"), "cron", say=lambda _: None))
    assert "accounts.csv" in found(folder, "done")
    report = json.loads(found(folder, "failed")["orders.csv.report.json"].read_text("utf-8"))
    assert (report["error"], waiting(folder)) == ("watch_interrupted", set())


def test_trouble_with_the_warehouse_leaves_the_files_for_later(
    watcher: Watcher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    drop(folder, accounts=ACCOUNTS)
    monkeypatch.setattr(watch, "load", full)
    once(watcher)
    assert (waiting(folder), watcher.failures) == ({"accounts.csv"}, 1)
    assert not (folder / "failed").exists()


def test_a_defect_of_ours_costs_one_file_its_place_and_no_other(
    watcher: Watcher, warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = watch.load

    def defective(warehouse: Warehouse, paths: list[Path], **options: object) -> list:
        if any(path.name == "orders.csv" for path in paths):
            raise ZeroDivisionError
        return really(warehouse, paths, **options)  # type: ignore[arg-type]

    drop(folder, accounts=ACCOUNTS, orders=ORDERS)
    monkeypatch.setattr(watch, "load", defective)
    once(watcher)
    assert "accounts.csv" in found(folder, "done")
    report = json.loads(found(folder, "failed")["orders.csv.report.json"].read_text("utf-8"))
    assert report["error"] == "watch_crashed"


def test_two_watchers_of_one_folder_do_not_collide(
    watcher: Watcher, warehouse: Warehouse, folder: Path
) -> None:
    stop = threading.Event()
    first = threading.Thread(target=watcher.run, args=(stop, False, 0.05))
    first.start()
    wait_until(lambda: (folder / watch.LOCK).exists() and (folder / watch.LOCK).stat().st_size > 0)
    try:
        with pytest.raises(KamError) as refusal:
            once(Watcher(warehouse, folder, Text("en"), "other"))
        assert refusal.value.code == "already_watched"
        assert refusal.value.details["pid"] == os.getpid()
    finally:
        stop.set()
        first.join()


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def running(warehouse: Warehouse, folder: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "kam_core", "watch", str(folder), "--interval", "0.2"]
    process = subprocess.Popen(
        [*command, "--lang", "en", "--warehouse", str(warehouse.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_a_running_watcher_loads_what_lands_and_ends_cleanly_when_asked(
    running: subprocess.Popen, warehouse: Warehouse, folder: Path
) -> None:
    drop(folder, accounts=ACCOUNTS)
    wait_until(lambda: "accounts.csv" in found(folder, "done"))
    drop(folder, orders=ORDERS)
    wait_until(lambda: "orders.csv" in found(folder, "done"))
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()[1:]] == ["Loaded", "Loaded"]
    assert versions(warehouse) == [1, 2]
    assert not (folder / watch.PENDING).exists()
