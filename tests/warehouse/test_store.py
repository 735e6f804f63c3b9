"""The warehouse: closed to everything but its own file, and open to readers while it builds."""

import errno
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.uploads.load import load, rebuild_version
from kam_core.warehouse import store
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse, cursor, open_version
from tests.conftest import ORDERS
from tests.support.aftermath import flip
from tests.support.loading import load_once
from tests.support.overlay import Overlay


@pytest.fixture
def opened(warehouse: Warehouse, company: list[Path]) -> duckdb.DuckDBPyConnection:
    load_once(warehouse, company)
    return open_version(warehouse.file(1))


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to 'leak.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "create table main.more (a integer)",
        "delete from history.accounts",
    ],
)
def test_an_open_version_touches_nothing_else(
    opened: duckdb.DuckDBPyConnection, query: str
) -> None:
    with pytest.raises(duckdb.Error):
        opened.execute(query)


def test_a_python_variable_is_not_a_table(opened: duckdb.DuckDBPyConnection) -> None:
    secret = duckdb.sql("select 1 as a")
    assert secret is not None
    with pytest.raises(duckdb.Error):
        opened.execute("select * from secret")


def test_a_cursor_without_a_scope_sees_nothing(opened: duckdb.DuckDBPyConnection) -> None:
    assert opened.cursor().execute("select * from scoped.accounts").fetchall() == []


def test_each_cursor_sees_its_own_regions(opened: duckdb.DuckDBPyConnection) -> None:
    day = date(2024, 9, 30)
    query = "select account_id from scoped.accounts order by 1"
    east, south = (cursor(opened, Scope((region,), day)) for region in ("East", "South"))
    assert east.execute(query).fetchall() == [("A1",)]
    assert south.execute(query).fetchall() == [("A2",)]
    assert east.execute(query).fetchall() == [("A1",)]


def test_two_loads_at_once_wait_for_each_other(warehouse: Warehouse, company: list[Path]) -> None:
    start = date(2024, 9, 30)
    failures: list[BaseException] = []

    def one_load(offset: int) -> None:
        try:
            day = start + timedelta(days=offset)
            load(Warehouse(warehouse.path), company, as_of=day, confirmed=True)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one_load, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [version.version for version in warehouse.ledger.versions()] == [1, 2, 3, 4]
    assert all(warehouse.is_intact(version) for version in (1, 2, 3, 4))


def test_only_the_last_versions_keep_their_file(
    warehouse: Warehouse, company: list[Path], overlay: Overlay
) -> None:
    overlay("warehouse.toml", "keep_versions = 2")
    for day in range(1, 5):
        load(warehouse, company, as_of=date(2024, 10, day))
    assert [warehouse.file(number).exists() for number in (1, 2, 3, 4)] == [
        False,
        False,
        True,
        True,
    ]


def test_what_a_killed_build_left_is_swept(warehouse: Warehouse, company: list[Path]) -> None:
    unfinished, unpublished = warehouse.versions / ".building-1.duckdb", warehouse.file(1)
    for path in (unfinished, unpublished):
        path.write_bytes(b"half")
    load(warehouse, company)
    assert not unfinished.exists()
    assert warehouse.is_intact(1)


# what is lost or damaged


def test_a_ledger_that_is_gone_stops_everything_before_anything_is_overwritten(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    for lose in (Path.unlink, lambda path: path.write_bytes(b"")):
        lose(warehouse.ledger.path)
        with pytest.raises(KamError, match="ledger_lost"):
            Warehouse(warehouse.path)
    assert warehouse.file(1).exists()


def test_an_old_ledger_stops_the_load_before_it_overwrites_anything(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load(warehouse, company, as_of=date(2024, 10, 1))
    backup = warehouse.ledger.path.read_bytes()
    for day in (2, 3):
        load(warehouse, company, as_of=date(2024, 10, day))
    warehouse.ledger.path.write_bytes(backup)
    with pytest.raises(KamError, match="ledger_behind"):
        load(Warehouse(warehouse.path), company)
    assert warehouse.file(3).exists()


def told_by_the_ledger(path: Path) -> tuple:
    ledger = Warehouse(path).ledger
    return ledger.versions(), ledger.publications(), ledger.snapshots(1), ledger.counts(1)


@pytest.mark.parametrize("share", range(0, 100, 5))
def test_a_ledger_cut_short_is_named_as_damaged_or_tells_all(
    warehouse: Warehouse, company: list[Path], share: int
) -> None:
    load_once(warehouse, company)
    whole, content = told_by_the_ledger(warehouse.path), warehouse.ledger.path.read_bytes()
    warehouse.ledger.path.write_bytes(content[: len(content) * share // 100])
    try:
        assert told_by_the_ledger(warehouse.path) == whole
    except KamError as refusal:
        assert refusal.code in ("ledger_damaged", "ledger_lost")


@pytest.mark.parametrize("share", [0, 1, 50, 99])
def test_a_version_file_cut_short_is_noticed_at_start_and_rebuilt(
    warehouse: Warehouse, company: list[Path], share: int
) -> None:
    load_once(warehouse, company)
    content = warehouse.file(1).read_bytes()
    warehouse.file(1).write_bytes(content[: len(content) * share // 100])
    with pytest.raises(KamError, match="version_damaged"):
        warehouse.verified_file(1)
    rebuild_version(warehouse, 1)
    assert warehouse.verified_file(1) == warehouse.file(1)


def test_every_flipped_bit_of_a_live_file_is_noticed_at_start(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    chance, size = random.Random(20241015), warehouse.file(1).stat().st_size
    for _ in range(300):
        place, bit = chance.randrange(size), chance.randrange(8)
        flip(warehouse.file(1), place, bit)
        with pytest.raises(KamError) as refusal:
            warehouse.verified_file(1)
        assert (refusal.value.code, refusal.value.details) == ("version_damaged", {"version": 1})
        flip(warehouse.file(1), place, bit)
    warehouse.verified_file(1)
    flip(warehouse.file(1), 0, 0)
    for lang in ("zh", "en"):
        assert "python -m kam_core rebuild 1" in Text(lang).error(refusal.value)
    rebuild_version(warehouse, 1)
    warehouse.verified_file(1)


def test_a_file_is_read_through_once_in_a_process_and_again_when_replaced(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_once(warehouse, company)
    read: list[Path] = []
    hashed = store.hash_file
    monkeypatch.setattr(store, "hash_file", lambda path: read.append(path) or hashed(path))
    for _ in range(3):
        Warehouse(warehouse.path).verified_file(1)
    assert read == [warehouse.file(1)]
    content = warehouse.file(1).read_bytes()
    warehouse.file(1).unlink()
    warehouse.file(1).write_bytes(content)
    warehouse.verified_file(1)
    assert read == [warehouse.file(1)] * 2


def uploads(warehouse: Warehouse) -> set[str]:
    return {path.name for path in warehouse.raw.iterdir()}


def test_what_a_dry_run_or_a_refused_call_brought_is_not_kept(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    load_once(warehouse, company)
    before = uploads(warehouse)
    later = tmp_path / "orders.csv"
    later.write_text(ORDERS + "O4,A1,2024-09-11,5.00\n", "utf-8")
    bad = tmp_path / "needs.csv"
    bad.write_text("need_id\n", "utf-8")
    load(warehouse, [later], dry_run=True)
    with pytest.raises(KamError, match="no_rows"):
        load(warehouse, [later, bad])
    with pytest.raises(KamError, match="needs_confirmation"):
        load(warehouse, [later], as_of=date(2024, 1, 1))
    assert uploads(warehouse) == before
    load(warehouse, [later])
    assert len(uploads(warehouse)) == len(before) + 1


def test_an_upload_that_is_gone_and_uploaded_again_is_kept(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    (accounts,) = (s for s in warehouse.ledger.snapshots(1) if s.table_name == "accounts")
    kept = warehouse.raw / accounts.sha256
    kept.unlink()
    (report,) = load(warehouse, company[:1], dry_run=True)
    assert report.already_loaded and kept.exists()


def test_nothing_is_published_before_its_upload_is_on_the_disk(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, publish = store._fsync, warehouse.ledger.publish

    def slow(path: Path) -> None:
        time.sleep(0.1 if path.parent == warehouse.raw else 0)
        fsync(path)
        done.append(path.name)

    def noted(*arguments: object) -> None:
        done.append("published")
        publish(*arguments)

    monkeypatch.setattr(store, "_fsync", slow)
    monkeypatch.setattr(warehouse.ledger, "publish", noted)
    load(warehouse, company)
    hashes = {snapshot.sha256 for snapshot in warehouse.ledger.snapshots(1)}
    assert len(hashes) == len(company)
    assert hashes <= set(done[: done.index("published")])


def test_an_upload_that_does_not_reach_the_disk_is_never_published(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path) -> None:
        if path.parent == warehouse.raw and not path.name.startswith(store.BUILDING):
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            load(warehouse, company)
    assert warehouse.live_version() is None
    assert uploads(warehouse) == set()
    load(warehouse, company)
    assert len(uploads(warehouse)) == len(company) + 1


def test_an_upload_stays_where_nobody_knows_whether_it_was_published(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(warehouse.ledger, "publish", failing)
    with pytest.raises(sqlite3.OperationalError):
        load(warehouse, company)
    # Four files and the settings.
    assert len(uploads(warehouse)) == 5


def test_an_upload_that_the_ledger_does_not_know_is_never_swept(
    warehouse: Warehouse, company: list[Path]
) -> None:
    """It may be the last copy, where the ledger was restored from a backup."""
    load_once(warehouse, company[:1])
    unknown = warehouse.raw / ("0" * 64)
    unknown.write_bytes(b"of a newer ledger")
    load(warehouse, company[1:])
    assert unknown.exists()


def test_uploading_a_file_again_mends_its_damaged_copy(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    kept = warehouse.raw / warehouse.ledger.snapshots(1)[0].sha256
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(KamError, match="raw_damaged"):
        rebuild_version(warehouse, 1)
    load(warehouse, company)
    rebuild_version(warehouse, 1)


def test_rebuilding_an_intact_version_proves_it_and_leaves_its_file_alone(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    before = warehouse.file(1).read_bytes()
    rebuild_version(warehouse, 1)
    assert warehouse.file(1).read_bytes() == before
    assert [path.name for path in warehouse.versions.iterdir()] == ["kam-1.duckdb"]


def test_a_build_that_fails_leaves_no_half_version_on_a_full_disk(
    warehouse: Warehouse, company: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.build, "describe", full)
    with pytest.raises(OSError, match="No space"):
        load(warehouse, company)
    assert [*warehouse.versions.iterdir()] == []


def test_a_load_is_done_once_published_whatever_fails_after_that(
    warehouse: Warehouse, company: list[Path], overlay: Overlay
) -> None:
    overlay("warehouse.toml", "keep_versions = 1")
    for day in (1, 2):
        load(warehouse, company, as_of=date(2024, 10, day))
    warehouse.file(1).unlink()
    warehouse.file(1).mkdir()  # a surplus file that cannot be deleted
    reports = load(warehouse, company, as_of=date(2024, 10, 3))
    assert {report.version for report in reports} == {3}
    assert warehouse.file(1).exists()


# a folder that cannot be written

READ = """
import sys
from kam_core.warehouse.store import Warehouse, open_version
warehouse = Warehouse(sys.argv[1])
live = warehouse.live_version()
with open_version(warehouse.verified_file(live.version)) as connection:
    print(live.version, connection.execute("select count(*) from orders").fetchall()[0][0])
"""


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
FULL = """
mount -t tmpfs -o size=16m tmpfs "$0/raw" && cp -a "$0/versions" "$0"/ledger.sqlite "$0/raw" &&
mkdir "$0/raw/raw" && touch "$0/raw/raw/upload" && cat /dev/zero 2> /dev/null > "$0/raw/filler"
"$1" "$2" "$3" "$0/raw"
"""


def mounted(path: Path, script: str, mount: str = READ_ONLY) -> subprocess.CompletedProcess:
    """Run a script on a folder in a namespace of its own, with other mounts than here."""
    command = ["unshare", "--mount", "sh", "-c", mount, str(path), sys.executable, "-c", script]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")
    return done


def test_a_warehouse_that_cannot_be_written_can_be_read(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    done = mounted(warehouse.path, READ)
    assert done.stdout.split() == ["1", "3"], done.stderr


def test_what_a_killed_writer_left_in_the_log_is_read_there_too(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    """A connection that is never closed leaves its commits in the write-ahead log."""
    load_once(warehouse, company)
    with closing(sqlite3.connect(warehouse.ledger.path)) as unclosed:
        unclosed.execute("select * from versions").fetchall()
        load(warehouse, [company[3]], as_of=date(2025, 1, 1))
        copy = tmp_path / "copy"
        shutil.copytree(warehouse.path, copy, ignore=shutil.ignore_patterns("*-shm"))
        assert unclosed.execute("select max(version) from versions").fetchall() == [(2,)]
    assert (copy / "ledger.sqlite-wal").stat().st_size
    assert mounted(copy, READ).stdout.split() == ["2", "3"]


def test_a_warehouse_on_a_disk_without_a_free_byte_can_be_read(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    done = mounted(warehouse.path, READ, FULL)
    assert done.stdout.split() == ["1", "3"], done.stderr


def test_a_load_into_a_folder_that_cannot_be_written_is_refused(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    script = (
        "import sys\nfrom kam_core.__main__ import main\n"
        f"sys.exit(main(['load', '--warehouse', sys.argv[1], {str(company[0])!r}]))"
    )
    done = mounted(warehouse.path, script)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Read-only" in done.stderr
