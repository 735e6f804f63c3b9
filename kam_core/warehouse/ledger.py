"""The SQLite ledger: the snapshots, the versions they make up, and which version is live."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Json, TypeAdapter

from kam_core.contract.day_origins import NO_FACTS
from kam_core.contract.formats import FORMAT, refuse_newer
from kam_core.errors import KamError
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.sqlite_file import is_cut_short, open_in_place, open_readable

Opener = Callable[[Path], AbstractContextManager[sqlite3.Connection]]

Record = TypeVar("Record")


@dataclass(frozen=True)
class Snapshot:
    """One accepted upload of one table: the bytes ``sha256`` names, read by ``recipe``.

    ``as_of_from`` says where its day comes from; None where an older release loaded it.
    """

    snapshot_id: int
    sha256: str
    file_name: str
    table_name: str
    mode: str
    as_of: date
    recipe: Json[dict[str, Any]]
    received: int
    blank: int
    set_aside: int
    problems: Json[dict[str, int]]
    loaded_by: str
    loaded_at: datetime
    as_of_from: str | None = None

    @property
    def order(self) -> tuple[date, int]:
        """Snapshots apply by as-of date, then by arrival."""
        return self.as_of, self.snapshot_id


def settle_days(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """The snapshots of a version in the order in which they apply.

    What came before any fact has the day of the first that did have one.
    """
    every = sorted(snapshots, key=lambda snapshot: snapshot.snapshot_id)
    first = next((s.as_of for s in every if s.as_of_from != NO_FACTS), None)
    if first:
        every = [replace(s, as_of=first) if s.as_of_from == NO_FACTS else s for s in every]
    return sorted(every, key=lambda snapshot: snapshot.order)


@dataclass(frozen=True)
class Version:
    """One immutable DuckDB file and what it must contain."""

    version: int
    parent: int | None
    as_of: date
    settings_sha256: str
    content_hash: str
    file_sha256: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class Publication:
    """The moment from which a version was the live one."""

    publication_id: int
    version: int
    reason: str
    published_by: str
    published_at: datetime


SNAPSHOT, VERSION = TypeAdapter(Snapshot), TypeAdapter(Version)
PUBLICATION = TypeAdapter(Publication)


def now() -> datetime:
    """The moment of a deed, for the record only: no number depends on it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Ledger:
    """Opens one short connection per question, so that no process holds it for long.

    A ledger in a folder that cannot be written can be read, too. One that SQLite finds damaged is
    refused with KamError("ledger_damaged"), one that is empty though ``is_expected`` to hold
    something with KamError("ledger_lost").
    """

    def __init__(self, path: Path, is_expected: bool = False) -> None:
        self.path = path
        if is_cut_short(path):
            raise KamError("ledger_damaged", file=path, detail=f"{path.stat().st_size} B")
        tables = self._rows("tables")
        if is_expected and not tables:
            raise KamError("ledger_lost", folder=path.parent)
        refuse_newer(self._rows("format")[0][0], path)
        if len(tables) < load_sql("ledger/schema").count("create table"):
            with self._writing():
                pass

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to write with; a ledger of an older format is brought to that of today."""
        with self._opened(open_in_place) as connection:
            number = connection.execute(load_sql("ledger/format")).fetchone()[0]
            refuse_newer(number, self.path)
            if number < FORMAT:
                connection.executescript(load_sql("ledger/schema") + _added_columns(connection))
                connection.execute(load_sql("ledger/write_format", number=FORMAT))
            yield connection

    @contextmanager
    def _opened(self, opener: Opener) -> Iterator[sqlite3.Connection]:
        try:
            with opener(self.path) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                raise KamError("ledger_damaged", file=self.path, detail=error) from error
            raise

    def _rows(self, query: str, *parameters: object) -> list[sqlite3.Row]:
        """What a query of sql/ledger gives, by its name."""
        with self._opened(open_readable) as connection:
            return connection.execute(load_sql(f"ledger/{query}"), parameters).fetchall()

    def _records(self, kind: TypeAdapter[Record], query: str, *parameters: object) -> list[Record]:
        return [kind.validate_python(dict(row)) for row in self._rows(query, *parameters)]

    def live(self) -> Version | None:
        """The version last published, or None before the first load."""
        return next(iter(self._records(VERSION, "live")), None)

    def version(self, number: int) -> Version | None:
        return next(iter(self._records(VERSION, "version", number)), None)

    def versions(self) -> list[Version]:
        return self._records(VERSION, "versions")

    def publications(self) -> list[Publication]:
        return self._records(PUBLICATION, "publications")

    def snapshots(self, version: int) -> list[Snapshot]:
        """The snapshots of a version, in the order in which they apply."""
        return settle_days(self._records(SNAPSHOT, "snapshots", version))

    def counts(self, version: int) -> dict[int, tuple[int, int]]:
        """(accepted, quarantined) rows of each snapshot of a version."""
        rows = self._rows("counts", version)
        return {row["snapshot_id"]: (row["accepted"], row["quarantined"]) for row in rows}

    def last_upload(self, sha256: str, table_name: str, before: int) -> tuple[Snapshot, int] | None:
        """The newest snapshot of these bytes, older than number ``before``, and its version."""
        for snapshot in self._records(SNAPSHOT, "last_upload", sha256, table_name, before):
            return snapshot, self.first_version(snapshot.snapshot_id)
        return None

    def names(self, sha256: str) -> bool:
        """Whether an upload or the settings of a version are these bytes."""
        return bool(self._rows("names", sha256))

    def uploads_since(self, number: int, sha256: str) -> list[Snapshot]:
        """The snapshots of these bytes from that snapshot number on."""
        return self._records(SNAPSHOT, "uploads_since", number, sha256)

    def first_version(self, snapshot_id: int) -> int:
        """The version that a snapshot came with."""
        return self._rows("first_version", snapshot_id)[0][0]

    def snapshot(self, number: int) -> Snapshot | None:
        return next(iter(self._records(SNAPSHOT, "snapshot", number)), None)

    def brought_by(self, version: int) -> list[Snapshot]:
        """The snapshots of a version that were not in any version before it."""
        return self._records(SNAPSHOT, "brought_by", version)

    def next_numbers(self) -> tuple[int, int]:
        """The version and snapshot number that come next; call it under the build lock."""
        version, snapshot = self._rows("next_numbers")[0]
        return version, snapshot

    def publish(
        self,
        version: Version,
        added: Sequence[Snapshot],
        counts: Sequence[tuple[int, int, int, int]],
        reason: str = "load",
    ) -> None:
        """Record a built version and make it live, all in one transaction.

        ``counts`` holds (snapshot_id, received, accepted, quarantined) of every snapshot in it.
        """
        with self._writing() as connection:
            connection.execute("begin immediate")
            for snapshot in added:
                _insert(connection, "snapshots", **vars(snapshot))
            _insert(connection, "versions", **vars(version))
            connection.executemany(
                load_sql("ledger/add_snapshot_to_version"),
                [(version.version, *row) for row in counts],
            )
            _publish(connection, version.version, reason, version.created_by)
            connection.execute("commit")

    def republish(self, number: int, by: str) -> None:
        """Make an earlier version live again: the record of it is one row."""
        with self._writing() as connection:
            _publish(connection, number, "rollback", by)

    def replace_file(self, number: int, file_sha256: str) -> None:
        """Note the file hash of a version that was rebuilt with the same content."""
        with self._writing() as connection:
            connection.execute(load_sql("ledger/replace_file"), (file_sha256, number))

    def remember(self, header_key: str, table_name: str, answers: dict, by: str) -> None:
        """Keep what a person confirmed about a header set; saying the same again adds nothing."""
        with self._writing() as connection:
            connection.execute("begin immediate")
            last = connection.execute(load_sql("ledger/last_answers"), (header_key,)).fetchone()
            if last is None or last["answers"] != _to_cell(answers):
                _insert(
                    connection,
                    "mappings",
                    header_key=header_key,
                    table_name=table_name,
                    answers=answers,
                    confirmed_by=by,
                    confirmed_at=now(),
                )
            connection.execute("commit")

    def remembered(self, header_key: str) -> dict | None:
        """The answers last confirmed for a header set, or None."""
        rows = self._rows("last_answers", header_key)
        return json.loads(rows[0]["answers"]) if rows else None


def _added_columns(connection: sqlite3.Connection) -> str:
    """What a ledger of an older format lacks, as statements."""
    rows = connection.execute(load_sql("ledger/columns_of_snapshots"))
    columns = {row["name"] for row in rows}
    is_old = columns and "as_of_from" not in columns
    return load_sql("ledger/add_as_of_from") if is_old else ""


def _publish(connection: sqlite3.Connection, version: int, reason: str, by: str) -> None:
    deed = {"reason": reason, "published_by": by, "published_at": now()}
    _insert(connection, "publications", version=version, **deed)


def _insert(connection: sqlite3.Connection, table: str, **values: object) -> None:
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    cells = {name: _to_cell(value) for name, value in values.items()}
    statement = load_sql("ledger/insert", table=table, columns=names, marks=marks)
    connection.execute(statement, cells)


def _to_cell(value: object) -> object:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value.isoformat() if isinstance(value, date) else value
