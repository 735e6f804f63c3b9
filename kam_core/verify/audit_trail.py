"""Whether everything between an upload and a version is still what the ledger says it was."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from kam_core.errors import KamError
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse import build
from kam_core.warehouse.ledger import Snapshot, Version
from kam_core.warehouse.row_diff import upload_differences
from kam_core.warehouse.store import StepsOf, Warehouse, open_version


@dataclass(frozen=True)
class TrailFinding:
    """Something that is not as it should be: a code with a text of its own, and its values."""

    code: str
    details: Mapping[str, object]


def check_stored_files(warehouse: Warehouse, version: Version) -> list[TrailFinding]:
    """Every upload and the settings of a version, byte for byte, and its file."""
    ledger = warehouse.ledger
    names = {s.sha256: s.file_name for s in ledger.snapshots(version.version)}
    names[version.settings_sha256] = "settings"
    findings = [
        TrailFinding("raw_damaged", {"file": name, "sha256": sha256})
        for sha256, name in names.items()
        if not _is_whole(warehouse, sha256)
    ]
    if not warehouse.is_intact(version.version):
        findings.append(TrailFinding("version_damaged", {"version": version.version}))
    return findings


def check_version_file(warehouse: Warehouse, version: Version, file: Path) -> list[TrailFinding]:
    """What a version file holds, against what the ledger recorded when it was published."""
    with open_version(file) as cursor:
        return [
            *_check_content(cursor, version),
            *_check_counts(cursor, warehouse, version),
            *_check_rows_in_force(cursor, warehouse, version),
        ]


def check_raw_uploads(
    warehouse: Warehouse, version: Version, steps_of: StepsOf
) -> list[TrailFinding]:
    """What the stored uploads give when all are read again, against what a version holds."""
    findings: list[TrailFinding] = []

    def count_rows(snapshots: Sequence[Snapshot]) -> Iterator[build.Step]:
        for step in steps_of(snapshots):
            rows, recorded = step.accepted.num_rows + step.rejected.num_rows, step.snapshot.received
            if rows != recorded:
                upload = {"table": step.table.name, "snapshot": step.snapshot.snapshot_id}
                counts = {"recorded": recorded, "found": rows}
                findings.append(TrailFinding("raw_received_differs", {**upload, **counts}))
            yield step

    with TemporaryDirectory(prefix="keystone-") as folder:
        path = Path(folder, "again.duckdb")
        built = warehouse.build_beside(version.version, count_rows, path)
        if built.content_hash != version.content_hash:
            hashes: dict[str, object] = {
                "recorded": version.content_hash,
                "found": built.content_hash,
            }
            findings.append(TrailFinding("raw_content_differs", hashes))
        tables = {s.snapshot_id: s.table_name for s in warehouse.ledger.snapshots(version.version)}
        for each in upload_differences(warehouse.file(version.version), path):
            table = tables.get(each.snapshot_id) or each.part.removeprefix("history.")
            findings.append(TrailFinding("raw_rows_differ", {"table": table, **asdict(each)}))
    return findings


def _is_whole(warehouse: Warehouse, sha256: str) -> bool:
    try:
        warehouse.raw_file(sha256)
    except KamError:
        return False
    return True


def _check_content(cursor: duckdb.DuckDBPyConnection, version: Version) -> Iterator[TrailFinding]:
    recorded, actual = version.content_hash, build.describe(cursor).content_hash
    if actual != recorded:
        yield TrailFinding("content_differs", {"recorded": recorded, "found": actual})
    for table, rows in build.count_altered_rows(cursor).items():
        yield TrailFinding("rows_altered", {"table": table, "rows": rows})


def _check_counts(
    cursor: duckdb.DuckDBPyConnection, warehouse: Warehouse, version: Version
) -> Iterator[TrailFinding]:
    recorded = {s.snapshot_id: s for s in warehouse.ledger.snapshots(version.version)}
    counts = warehouse.ledger.counts(version.version)
    stored = _counts_in_file(cursor)
    for number in sorted(recorded.keys() | stored.keys()):
        if number not in recorded or number not in stored:
            yield TrailFinding("snapshot_unknown", {"snapshot": number})
        elif stored[number] != _recorded_counts(recorded[number], *counts[number]):
            yield TrailFinding("snapshot_differs", {"snapshot": number})
    set_apart = cursor.execute(load_sql("verify/quarantined")).fetchall()
    quarantined = Counter(number for (number,) in set_apart)
    for number, (_, _, received, accepted, rejected) in stored.items():
        counted = {"received": received, "accepted": accepted, "quarantined": quarantined[number]}
        if received != accepted + rejected or rejected != quarantined[number]:
            yield TrailFinding("rows_lost", {"snapshot": number, **counted})


def _recorded_counts(snapshot: Snapshot, accepted: int, quarantined: int) -> tuple:
    return snapshot.table_name, snapshot.sha256, snapshot.received, accepted, quarantined


def _counts_in_file(cursor: duckdb.DuckDBPyConnection) -> dict[int, tuple]:
    rows = cursor.execute(load_sql("verify/upload_counts")).fetchall()
    return {number: tuple(rest) for number, *rest in rows}


def _check_rows_in_force(
    cursor: duckdb.DuckDBPyConnection, warehouse: Warehouse, version: Version
) -> Iterator[TrailFinding]:
    """Whether every upload has its rows in force at the end of its day."""
    snapshots = warehouse.ledger.snapshots(version.version)
    counts = warehouse.ledger.counts(version.version)
    waiting = cursor.execute(load_sql("version/waiting_rows")).fetchall()
    brought = Counter(number for (number,) in waiting)
    brought.update({number: accepted for number, (accepted, _) in counts.items()})
    for table in dict.fromkeys(snapshot.table_name for snapshot in snapshots):
        query = load_sql("version/row_lifetimes", relation=f"history.{table}")
        uploads = [snapshot for snapshot in snapshots if snapshot.table_name == table]
        yield from _count_by_day(uploads, brought, cursor.execute(query).fetchall())


def _count_by_day(
    uploads: list[Snapshot], brought: Mapping[int, int], lifetimes: list[tuple]
) -> Iterator[TrailFinding]:
    """Of a full file its own rows are in force, of an update these and at most those before it."""
    most = 0
    for upload, following in zip_longest(uploads, uploads[1:]):
        least = brought[upload.snapshot_id]
        most = least if upload.mode == "full" else most + least
        if following and following.as_of == upload.as_of:
            continue
        day = upload.as_of
        rows = sum(n for start, end, n in lifetimes if start <= day and (not end or end > day))
        if not least <= rows <= most:
            expected = {"expected": least} if least == most else {"least": least, "most": most}
            code = "rows_not_in_force" if least == most else "rows_out_of_bounds"
            named = {"table": upload.table_name, "snapshot": upload.snapshot_id}
            yield TrailFinding(code, {**named, "day": day.isoformat(), **expected, "found": rows})
        most = rows
