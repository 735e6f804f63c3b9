"""The warehouse folder: raw uploads, versions, what is live; and cursors for one scope.

Nothing in it is ever changed in place. A version file is built beside the others, reopened and
checked, renamed, and made live by one row of the ledger; a reader needs no lock and never waits.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb
from duckdb import DuckDBPyConnection

from kam_core.contract import declaration
from kam_core.contract.formats import FORMAT
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import build, lock, version_settings, view_sql
from kam_core.warehouse.ledger import Ledger, Snapshot, Version, now, settle_days
from kam_core.warehouse.mapped_file import forget_pages
from kam_core.warehouse.scope import Scope

HARDENED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
BUILDING = ".building-"
COPIED_AT_A_TIME = 1 << 22

# The files verified by this process. One thread at a time: what all wait for is read only once.
_VERIFIED: set[tuple] = set()
_VERIFYING = Lock()

# The steps of snapshots, each read again from its bytes, in the order in which they are given.
StepsOf = Callable[[Sequence[Snapshot]], Iterable[build.Step]]
Approve = Callable[[Path, build.Built], None]
Tell = Callable[[str], None]


class Warehouse:
    """One folder with ``raw/``, ``versions/`` and ``ledger.sqlite``; created on first use."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.raw = self.path / "raw"
        self.versions = self.path / "versions"
        self.raw.mkdir(parents=True, exist_ok=True)
        self.versions.mkdir(exist_ok=True)
        # What this process put into raw/ and no version was published of yet.
        self._unpublished: set[str] = set()
        self._on_the_way: dict[str, Future[None]] = {}
        # The ledger is there before the first upload is kept.
        self.ledger = Ledger(self.path / "ledger.sqlite", is_expected=any(self.raw.iterdir()))

    @staticmethod
    def default_folder() -> Path:
        """The folder of an installation where nobody names another."""
        return Path(os.environ.get("KAM_WAREHOUSE", "data/warehouse"))

    def live_version(self) -> Version | None:
        return self.ledger.live()

    def file(self, version: int) -> Path:
        return self.versions / f"kam-{version}.duckdb"

    def keep_raw(self, data: bytes) -> str:
        """Store bytes as received, durably, under their SHA-256 (hex), which is returned."""
        temporary = self.raw / f"{BUILDING}{os.getpid()}"
        temporary.write_bytes(data)
        return self._keep(temporary, hashlib.sha256(data).hexdigest())

    def keep_file(self, source: Path) -> str:
        """The same for a file of any size; what is read afterwards is the copy that was kept."""
        temporary = self.raw / f"{BUILDING}{os.getpid()}"
        return self._keep(temporary, _copy_and_hash(source, temporary))

    def _keep(self, temporary: Path, sha256: str) -> str:
        target = self.raw / sha256
        # A damaged copy of an earlier upload is mended by uploading the file again.
        if target.exists() and hash_file(target) == sha256:
            temporary.unlink()
        else:
            self._unpublished.add(sha256)
            os.replace(temporary, target)
        # It is read while it goes to the disk, and is there before a version is published: also
        # what a call that was killed has left here.
        self._on_the_way[sha256] = _run_in_thread(_sync_with_name, target)
        return sha256

    def raw_file(self, sha256: str) -> Path:
        """The path of an upload; KamError("raw_damaged") where its bytes are not the same."""
        path = self.raw / sha256
        if not path.exists() or hash_file(path) != sha256:
            raise KamError("raw_damaged", sha256=sha256)
        return path

    def raw_bytes(self, sha256: str) -> bytes:
        """The bytes of an upload; KamError("raw_damaged") where they are not the same any more."""
        return self.raw_file(sha256).read_bytes()

    @contextmanager
    def building(self, by: str = "", queued: lock.Waiting | None = None) -> Iterator[None]:
        """Hold the one build lock; a second builder waits here, readers never do.

        ``queued`` is told at once who holds the lock, where somebody does.
        """
        with lock.hold_lock(self.path / "build.lock", by, queued):
            self._sweep()
            try:
                yield
            finally:
                self._drop_unpublished()

    def _drop_unpublished(self) -> None:
        """Remove what came with a dry run or a refused call: nothing will ever be read from it.

        Only what this very call brought: an older upload that the ledger does not know may belong
        to a newer ledger, lost since, and be the last copy of what was acknowledged.
        """
        unpublished, self._unpublished = self._unpublished, set()
        on_the_way, self._on_the_way = self._on_the_way, {}
        # If they stay, nothing is lost; and how the call went is not for this to say.
        with suppress(OSError, sqlite3.Error, KamError):
            for sha256 in unpublished:
                if not self.ledger.names(sha256):
                    (self.raw / sha256).unlink(missing_ok=True)
                elif sha256 in on_the_way:
                    on_the_way[sha256].result()

    def _sweep(self) -> None:
        """Remove what a killed build left behind; no ledger row speaks of it.

        A build leaves at most the file of the very next version. Any later one belongs to a ledger
        that is not this one: KamError("ledger_behind").
        """
        next_version, _ = self.ledger.next_numbers()
        for path in self.versions.glob("kam-*.duckdb"):
            if int(path.stem.removeprefix("kam-")) > next_version:
                raise KamError("ledger_behind", file=path.name)
        self.file(next_version).unlink(missing_ok=True)
        _delete_matching(self.raw, f"{BUILDING}*")
        _delete_matching(self.versions, f"{BUILDING}*")

    def add_version(
        self,
        new: Sequence[Snapshot],
        steps_of: StepsOf,
        settings: dict,
        by: str,
        reason: str = "load",
        approve: Approve | None = None,
        tell: Tell | None = None,
    ) -> tuple[Version, build.Built]:
        """Build a version of the live one's snapshots and ``new``, check it, and publish it.

        Call it inside ``building()``. ``steps_of`` is asked again where a build begins anew.
        ``approve`` may look at the finished candidate and what it holds, and refuse it; ``tell``
        hears of each phase.
        """
        live = self.live_version()
        inherited = self.ledger.snapshots(live.version) if live else []
        number, _ = self.ledger.next_numbers()
        built = self.try_version(new, steps_of, settings, tell)
        if approve:
            approve(self.candidate, built)
        if tell:
            tell("publish")
        version = Version(
            version=number,
            parent=live.version if live else None,
            as_of=max(snapshot.as_of for snapshot in settle_days([*inherited, *new])),
            settings_sha256=self.keep_raw(_canonical_json({"format": FORMAT, **settings})),
            content_hash=built.content_hash,
            file_sha256=self._install(number),
            created_by=by,
            created_at=now(),
        )
        self._publish(version, new, built, reason)
        return version, built

    def _publish(
        self, version: Version, new: Sequence[Snapshot], built: build.Built, reason: str
    ) -> None:
        surplus = self._surplus(version)
        for upload in self._on_the_way.values():
            upload.result()
        # A commit that is reported as failed may come to light again: no upload goes any more.
        self._unpublished.clear()
        self.ledger.publish(version, new, built.counts, reason)
        # From here on it is done, so nothing may fail; a file that cannot be deleted waits.
        for path in surplus:
            with suppress(OSError):
                path.unlink()

    def try_version(
        self,
        new: Sequence[Snapshot],
        steps_of: StepsOf,
        settings: dict,
        tell: Tell | None = None,
    ) -> build.Built:
        """Build and check the file that ``add_version`` would publish, and publish nothing.

        It stands under ``candidate`` until the next build.
        """
        live = self.live_version()
        inherited = self.ledger.snapshots(live.version) if live else []
        settled = settle_days([*inherited, *new])
        # Where the new snapshots do not continue the live file, all are applied afresh.
        if live and _continues(inherited, settled) and self.is_intact(live.version):
            base = self.file(live.version)
            numbers = {snapshot.snapshot_id for snapshot in new}
            added = [snapshot for snapshot in settled if snapshot.snapshot_id in numbers]
            with suppress(build.AccountsVanished):
                return self._build(base, inherited, steps_of(_sort_by_day(added)), settings, tell)
        return self._build(None, [], steps_of(_sort_by_day(settled)), settings, tell)

    def rebuild(self, number: int, steps_of: StepsOf) -> Version:
        """Make a version file again from raw; KamError("rebuild_differs") if its content differs.

        An intact file is kept: a kill between file and ledger would make it look damaged. Call it
        inside ``building()``.
        """
        version = self.require_version(number)
        built = self._build(None, [], *self._read_raw(version, steps_of))
        if built.content_hash != version.content_hash:
            raise KamError("rebuild_differs", version=number)
        if self.is_intact(number):
            self.candidate.unlink()
            return version
        file_sha256 = self._install(number)
        self.ledger.replace_file(number, file_sha256)
        return replace(version, file_sha256=file_sha256)

    def build_beside(self, number: int, steps_of: StepsOf, path: Path) -> build.Built:
        """Write at ``path`` what raw uploads and settings of a version give when read again."""
        memory_limit = load_settings().warehouse.memory_limit
        of_raw = self._read_raw(self.require_version(number), steps_of)
        return build.build(path, None, [], *of_raw, memory_limit)

    def _read_raw(self, version: Version, steps_of: StepsOf) -> tuple[Iterable[build.Step], dict]:
        settings = version_settings.parse_document(self.raw_bytes(version.settings_sha256))
        return steps_of(_sort_by_day(self.ledger.snapshots(version.version))), settings

    @property
    def candidate(self) -> Path:
        """The file this process builds, until it is published, swept or built anew."""
        return self.versions / f"{BUILDING}{os.getpid()}.duckdb"

    def _build(
        self,
        base: Path | None,
        inherited: Sequence[Snapshot],
        steps: Iterable[build.Step],
        settings: dict,
        tell: Tell | None = None,
    ) -> build.Built:
        _delete_matching(self.versions, f"{self.candidate.name}*")
        try:
            memory_limit = load_settings().warehouse.memory_limit
            built = build.build(self.candidate, base, inherited, steps, settings, memory_limit)
            if tell:
                tell("verify")
            with open_version(self.candidate) as reopened:
                if build.describe(reopened) != built:
                    raise KamError("build_not_faithful")
        except BaseException:
            # Where the disk is full, half a version must not keep it so.
            _delete_matching(self.versions, f"{self.candidate.name}*")
            raise
        return built

    def _install(self, number: int) -> str:
        """Give the checked file its final name and return the SHA-256 of its bytes."""
        sha256 = _synced_sha256(self.candidate)
        _rename_durably(self.candidate, self.file(number))
        return sha256

    def rollback(self, number: int, by: str) -> None:
        """Make an earlier version live again. Its file must be there: rebuild it first if not."""
        with self.building():
            self.require_version(number)
            self.check_file(number)
            self.ledger.republish(number, by)

    def is_intact(self, number: int) -> bool:
        """Whether the version's file is there, byte for byte as it was published."""
        version = self.require_version(number)
        path = self.file(number)
        return path.exists() and hash_file(path) == version.file_sha256

    def check_file(self, number: int) -> Path:
        """The path of an intact version file, else KamError("version_damaged")."""
        if not self.is_intact(number):
            raise KamError("version_damaged", version=number)
        return self.file(number)

    def verified_file(self, number: int) -> Path:
        """The path of a version file, its bytes compared with the ledger once in this process.

        A file replaced since then is compared again. KamError("version_damaged") if they differ.
        """
        path, recorded = self.file(number), self.require_version(number).file_sha256
        with _VERIFYING:
            if (_identity(path), recorded) not in _VERIFIED:
                self.check_file(number)
                _VERIFIED.add((_identity(path), recorded))
        return path

    def require_version(self, number: int) -> Version:
        """The version of that number, else KamError("unknown_version")."""
        version = self.ledger.version(number)
        if version is None:
            raise KamError("unknown_version", version=number)
        return version

    def _surplus(self, live: Version) -> list[Path]:
        """The oldest version files beyond the limit, never the live one or its parent."""
        numbers = [version.version for version in self.ledger.versions()] + [live.version]
        present = [number for number in numbers if self.file(number).exists()]
        spared = {live.version, live.parent}
        doomed = present[: -load_settings().warehouse.keep_versions]
        return [self.file(number) for number in doomed if number not in spared]


def open_version(path: Path) -> DuckDBPyConnection:
    """Open a version file read-only: no other file, no extension, no change of settings."""
    # Locked from the start: a second connection of this process shares the first one's settings.
    locked = {**HARDENED, "lock_configuration": "true"}
    connection = duckdb.connect(str(path), read_only=True, config=locked)
    build.refuse_newer_version(connection, None, path)
    return connection


def open_beside(path: Path) -> DuckDBPyConnection:
    """An empty database in memory, as closed as a version file, that sees a version's tables.

    It has the schemas of a version, but none of its views: these are the caller's to make.
    """
    connection = duckdb.connect(config={**HARDENED, "enable_external_access": "true"})
    connection.execute(load_sql("version/attach", name="version"), {"path": str(path)})
    connection.execute(load_sql("version/close_files"))
    connection.execute(load_sql("version/lock_settings"))
    build.refuse_newer_version(connection, "version", path)
    stored = build.stored_tables(connection, "version")
    for schema in ("as_of", "scoped", *sorted({name.split(".")[0] for name in stored})):
        connection.execute(load_sql("version/create_schema", schema=schema))
    for name in stored:
        connection.execute(load_sql("version/show_table", relation=name))
    _complete(connection, stored)
    return connection


# What a file of an older release has not, with columns that the views of today read.
LATER_TABLES = {
    "meta.returned": "snapshot_id integer, line_no bigint, of_snapshot integer, of_line bigint",
    "meta.cells": "snapshot_id integer, table_name varchar, line_no bigint, column_name varchar, "
    "cell varchar, code varchar, detail varchar",
    "meta.timed": "snapshot_id integer, column_name varchar",
    "settings.texts": "name varchar, value varchar",
    "settings.calendar": "day date, is_working boolean, shift integer",
    "settings.response_standards": "tier varchar, hours decimal(18, 6)",
}


def _complete(connection: DuckDBPyConnection, stored: Mapping[str, Collection[str]]) -> None:
    """Let a file of an older release or a narrower contract be read by the views of today."""
    if "as_of_from" not in stored["meta.snapshots"]:
        _add_columns(connection, "meta.snapshots", {"as_of_from": "varchar"})
    for relation, columns in LATER_TABLES.items():
        if relation not in stored:
            connection.execute(load_sql("version/create_table", relation=relation, columns=columns))
    for table in declaration.tables().values():
        name = f"history.{table.name}"
        if name not in stored:
            connection.execute(build.history_ddl(table))
        elif added := {c.name: c.sql_type for c in table.columns if c.name not in stored[name]}:
            _add_columns(connection, name, added)


def _add_columns(connection: DuckDBPyConnection, relation: str, types: Mapping[str, str]) -> None:
    empty = ", ".join(f"null::{type} as {name}" for name, type in types.items())
    connection.execute(load_sql("version/complete_table", relation=relation, columns=empty))


def cursor(connection: DuckDBPyConnection, scope: Scope) -> DuckDBPyConnection:
    """A cursor of its own for one script run, which sees only what ``scope`` allows."""
    own = connection.cursor()
    for name, value in scope.variables().items():
        set_variable(own, name, value)
    view_sql.set_lookups(own)
    return own


def set_variable(connection: DuckDBPyConnection, name: str, value: object) -> None:
    """Set a variable of a session, which the views of a version read."""
    connection.execute(load_sql("version/set_variable", name=name), {"value": value})


def regions(connection: DuckDBPyConnection) -> tuple[str, ...]:
    """Every region an account was ever in, which is what a viewer without limits may see."""
    rows = connection.execute(load_sql("version/regions")).fetchall()
    return tuple(region for (region,) in rows)


def _canonical_json(document: dict) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()


def hash_file(path: Path) -> str:
    """The SHA-256 (hex) of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_and_hash(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 (hex) of what was written, computed meanwhile."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written, ThreadPoolExecutor(1) as pool:
        hashed = pool.submit(digest.update, b"")
        while part := read.read(COPIED_AT_A_TIME):
            hashed.result()
            hashed = pool.submit(digest.update, part)
            forget_pages(read, read.tell())
            written.write(part)
        hashed.result()
    return digest.hexdigest()


def _synced_sha256(path: Path) -> str:
    """The SHA-256 of a file, computed while its bytes go to the disk."""
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(_fsync, path)
        sha256 = hash_file(path)
        synced.result()
    return sha256


def _delete_matching(folder: Path, pattern: str) -> None:
    """Remove unfinished files, and the folders for what does not fit into DuckDB's memory."""
    for path in folder.glob(pattern):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _identity(path: Path) -> tuple[str, int, int, int] | None:
    """Another one for every file that was ever put in this place; None where there is none."""
    if not path.exists():
        return None
    state = path.stat()
    return str(path.resolve()), state.st_ino, state.st_size, state.st_mtime_ns


def _continues(inherited: Sequence[Snapshot], settled: Sequence[Snapshot]) -> bool:
    """Whether those of every table that were there come first, each for the day it had."""
    before, after = _orders_by_table(inherited), _orders_by_table(settled)
    return all(after[table][: len(orders)] == orders for table, orders in before.items())


def _orders_by_table(snapshots: Iterable[Snapshot]) -> dict[str, list[tuple[date, int]]]:
    orders: dict[str, list[tuple[date, int]]] = {}
    for snapshot in snapshots:
        orders.setdefault(snapshot.table_name, []).append(snapshot.order)
    return orders


def _sort_by_day(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Accounts first, so that whose rows are quarantined does not depend on what came when."""
    return sorted(snapshots, key=lambda s: (s.table_name != "accounts", s.order))


def _rename_durably(source: Path, target: Path) -> None:
    """Rename only what is on the disk, and return only when the new name is there too."""
    _fsync(source)
    os.replace(source, target)
    _fsync(target.parent)


def _run_in_thread(work: Callable[[Path], None], path: Path) -> Future[None]:
    """Begin something in a thread that ends with it."""
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(work, path)
    pool.shutdown(wait=False)
    return begun


def _sync_with_name(path: Path) -> None:
    """Return only when both the bytes and the name of a file are on the disk."""
    _fsync(path)
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
