"""Whether everything between an upload and a version is still what the ledger says it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kam_core.errors import KamError
from kam_core.warehouse import build
from kam_core.warehouse.ledger import Snapshot, Version
from kam_core.warehouse.store import Warehouse, open_version


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: a code with a text of its own, and its values."""

    code: str
    details: dict[str, object]


def stored(warehouse: Warehouse, version: Version) -> list[Finding]:
    """Every upload and the settings of a version, byte for byte, and its file."""
    ledger = warehouse.ledger
    names = {s.sha256: s.file_name for s in ledger.snapshots(version.version)}
    names[version.settings_sha256] = "settings"
    found = [
        Finding("raw_damaged", {"file": name, "sha256": sha256})
        for sha256, name in names.items()
        if not _is_whole(warehouse, sha256)
    ]
    if not warehouse.is_intact(version.version):
        found.append(Finding("version_damaged", {"version": version.version}))
    return found


def told(warehouse: Warehouse, version: Version, file: Path) -> list[Finding]:
    """What a version file holds, against what the ledger recorded when it was published."""
    with open_version(file) as connection:
        return [*_content(connection, version), *_counts(connection, warehouse, version)]


def _is_whole(warehouse: Warehouse, sha256: str) -> bool:
    try:
        warehouse.raw_file(sha256)
    except KamError:
        return False
    return True


def _content(connection: duckdb.DuckDBPyConnection, version: Version) -> Iterator[Finding]:
    content_hash = build.describe(connection).content_hash
    if content_hash != version.content_hash:
        yield Finding("content_differs", {"recorded": version.content_hash, "found": content_hash})
    for table, rows in build.altered(connection).items():
        yield Finding("rows_altered", {"table": table, "rows": rows})


def _counts(
    connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, version: Version
) -> Iterator[Finding]:
    recorded = {s.snapshot_id: s for s in warehouse.ledger.snapshots(version.version)}
    counts = warehouse.ledger.counts(version.version)
    held = _held(connection)
    for number in sorted(recorded.keys() | held.keys()):
        if number not in recorded or number not in held:
            yield Finding("snapshot_unknown", {"snapshot": number})
        elif held[number] != _as_recorded(recorded[number], *counts[number]):
            yield Finding("snapshot_differs", {"snapshot": number})
    quarantined = _quarantined(connection)
    for number, (_, _, received, accepted, rejected) in held.items():
        if received != accepted + rejected or rejected != quarantined.get(number, 0):
            yield Finding(
                "rows_lost",
                {
                    "snapshot": number,
                    "received": received,
                    "accepted": accepted,
                    "quarantined": quarantined.get(number, 0),
                },
            )


def _as_recorded(snapshot: Snapshot, accepted: int, quarantined: int) -> tuple:
    return snapshot.table_name, snapshot.sha256, snapshot.received, accepted, quarantined


def _held(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple]:
    rows = connection.execute(
        "select snapshot_id, table_name, sha256, received, accepted, quarantined "
        "from meta.snapshots"
    ).fetchall()
    return {number: tuple(rest) for number, *rest in rows}


def _quarantined(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    counted: dict[int, int] = {}
    for (number,) in connection.execute("select snapshot_id from meta.quarantine").fetchall():
        counted[number] = counted.get(number, 0) + 1
    return counted
