"""What was uploaded, to look at again: who, when, the original bytes, and what to correct."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from kam_core.contract import tables
from kam_core.errors import KamError
from kam_core.formulas import defused
from kam_core.ingest import corrections as columns
from kam_core.ingest.feeds import Recipe
from kam_core.ingest.files import WITHIN, read_part
from kam_core.ingest.layout import GOOD, Record
from kam_core.ingest.load import intact_file
from kam_core.ingest.parts import file_of
from kam_core.ingest.problems import problems
from kam_core.ledger import Snapshot
from kam_core.store import Warehouse, open_version

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Event:
    """One publication; ``snapshots`` are those that came with the version for the first time."""

    publication_id: int
    version: int
    reason: str
    published_by: str
    published_at: datetime
    snapshots: tuple[Snapshot, ...]


def history(warehouse: Warehouse) -> list[Event]:
    """Every publication, oldest first: who, when, why, which version, which files."""
    ledger = warehouse.ledger
    return [
        Event(
            publication.publication_id,
            publication.version,
            publication.reason,
            publication.published_by,
            publication.published_at,
            tuple(ledger.brought_by(publication.version)) if publication.reason == "load" else (),
        )
        for publication in ledger.publications()
    ]


def plain(event: Event) -> dict:
    """An event as plain JSON values; each file with its snapshot, table and counts."""
    return {
        "version": event.version,
        "reason": event.reason,
        "by": event.published_by,
        "at": event.published_at.isoformat(sep=" "),
        "files": [
            {
                "snapshot": snapshot.snapshot_id,
                "file": snapshot.file_name,
                "table": snapshot.table_name,
                "mode": snapshot.mode,
                "as_of": snapshot.as_of.isoformat(),
                "received": snapshot.received,
                "sha256": snapshot.sha256,
            }
            for snapshot in event.snapshots
        ],
    }


def original(warehouse: Warehouse, snapshot_id: int) -> tuple[str, bytes]:
    """The file of a snapshot under its own name, byte for byte as it was received."""
    snapshot = _known(warehouse, snapshot_id)
    return file_of(snapshot.file_name), warehouse.raw_bytes(snapshot.sha256)


def corrections_name(snapshot: Snapshot) -> str:
    """A name for the corrections that tells table and date as the original's does."""
    name, *within = snapshot.file_name.split(WITHIN)
    parts = [PurePath(name).stem, *(part.replace("/", "-") for part in within), "corrections"]
    return "-".join(parts) + ".csv"


def corrections(
    warehouse: Warehouse, version: int, snapshot_id: int, lang: str
) -> tuple[str, bytes]:
    """A snapshot's quarantined rows as the person's own CSV file, ready to correct and upload.

    The file's own header and cells, then line, problem codes, messages and, for a row that does not
    fit the header, its text. UTF-8 with byte order mark; no cell acts in a spreadsheet. Uploaded
    again as an update, the further columns are left out.
    """
    snapshot = _known(warehouse, snapshot_id)
    rows = _quarantined(warehouse, version, snapshot_id)
    if not rows:
        raise KamError("nothing_quarantined", snapshot=snapshot_id)
    reading = read_part(warehouse.raw_bytes(snapshot.sha256), Recipe.of(snapshot.recipe))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(defused, [*reading.header, *columns.headings(lang).values()]))
    records = {record.line_no: record for record in reading.records}
    for line_no, raw, codes, detail in rows:
        cells = _cells(records[line_no], len(reading.header))
        told = _messages(json.loads(detail), snapshot.table_name, lang)
        text_of_row = "" if records[line_no].kind == GOOD else " ".join(raw.splitlines())
        writer.writerow(map(defused, [*cells, str(line_no), " ".join(codes), told, text_of_row]))
    return corrections_name(snapshot), (BYTE_ORDER_MARK + text.getvalue()).encode()


def _known(warehouse: Warehouse, snapshot_id: int) -> Snapshot:
    snapshot = warehouse.ledger.snapshot(snapshot_id)
    if snapshot is None:
        raise KamError("unknown_snapshot", snapshot=snapshot_id)
    return snapshot


def _quarantined(warehouse: Warehouse, version: int, snapshot_id: int) -> list[tuple]:
    warehouse.known(version)
    with open_version(intact_file(warehouse, version)) as connection:
        return connection.execute(
            "select line_no, raw, codes, detail from meta.quarantine "
            "where snapshot_id = $number order by line_no",
            {"number": snapshot_id},
        ).fetchall()


def _cells(record: Record, width: int) -> list[str]:
    """Cells under their headers; of a row with another width nobody knows where they belong."""
    return record.fields if record.kind == GOOD else [""] * width


def _messages(details: list[dict], table: str, lang: str) -> str:
    """What is wrong with a row and what to do, each finding once, in the person's language."""
    told = [_message(detail, table, lang) for detail in details]
    return " | ".join(dict.fromkeys(told))


def _message(detail: dict, table: str, lang: str) -> str:
    problem = problems()[detail["code"]]
    said = f"{problem.message(lang)} {problem.todo(lang)}"
    column, value = detail.get("column"), detail.get("value")
    if not column:
        return said
    known = {c.name: c.title(lang) for c in tables()[table].columns}
    found = "" if value in (None, "") else f" = {value}"
    return f"[{known.get(column, column)}{found}] {said}"
