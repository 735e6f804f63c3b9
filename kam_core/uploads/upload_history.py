"""What was uploaded, to look at again: who, when, the original bytes, and what to correct."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import PurePath

from kam_core.contract.spreadsheet_formulas import defused
from kam_core.contract.templates import BYTE_ORDER_MARK
from kam_core.errors import KamError
from kam_core.ingest.corrections import resubmission as columns
from kam_core.ingest.corrections.account_suggestions import AccountRef, suggest_accounts
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.read.fill_down import fill_down
from kam_core.ingest.read.sources import WITHIN, read_part
from kam_core.ingest.read.table_layout import Record
from kam_core.settings.sql_files import load_sql
from kam_core.text.findings import findings, in_one_cell, unknown_ids
from kam_core.text.writer import Text
from kam_core.uploads.load import intact_file
from kam_core.uploads.upload_part import file_of
from kam_core.warehouse.ledger import Publication, Snapshot
from kam_core.warehouse.store import Warehouse, open_beside

# Problems of rows whose cells do not stand under the headers they belong to.
MISALIGNED = ("ragged_row", "broken_quotes", "cut_off_row", "nul_character")
# So many unknown accounts are held against the known ones.
MOST_COMPARED = 200


@dataclass(frozen=True)
class Event(Publication):
    """One publication; ``snapshots`` are those that came with the version for the first time."""

    snapshots: list[Snapshot]


def list_events(warehouse: Warehouse) -> list[Event]:
    """Every publication, oldest first: who, when, why, which version, which files."""
    events = []
    for publication in warehouse.ledger.publications():
        is_load = publication.reason == "load"
        snapshots = warehouse.ledger.brought_by(publication.version) if is_load else []
        events.append(Event(**vars(publication), snapshots=snapshots))
    return events


def to_json(event: Event) -> dict:
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


def original_file(warehouse: Warehouse, snapshot_id: int) -> tuple[str, bytes]:
    """The file of a snapshot under its own name, byte for byte as it was received."""
    snapshot = require_upload(warehouse, snapshot_id)
    return original_name(snapshot), warehouse.raw_bytes(snapshot.sha256)


def original_name(snapshot: Snapshot) -> str:
    """The name of the file that a snapshot is a part of."""
    return file_of(snapshot.file_name)


def corrections_name(snapshot: Snapshot) -> str:
    """A name for the corrections that tells table and date as the original's does."""
    name, *within = snapshot.file_name.split(WITHIN)
    parts = [PurePath(name).stem, *(part.replace("/", "-") for part in within)]
    return "-".join([*(part.removesuffix(".csv") for part in parts), "corrections"]) + ".csv"


def corrections_file(
    warehouse: Warehouse, version: int, snapshot_id: int, lang: str
) -> tuple[str, bytes]:
    """A snapshot's rows to correct as the person's own CSV file: quarantined, or lacking a cell.

    The file's own header and cells, then line, problem codes, messages, for a row that does not fit
    the header its text, and what tells on the way back which row it is. UTF-8 with byte order mark;
    no cell acts in a spreadsheet. Uploaded again the further columns are left out. Rows that are
    done with are not handed out: those that came back, or that a later full file replaced.
    """
    snapshot = require_upload(warehouse, snapshot_id)
    rows, accounts = _rows_to_correct(warehouse, version, snapshot_id)
    if not rows:
        raise KamError("nothing_quarantined", snapshot=snapshot_id)
    recipe = Recipe.of(snapshot.recipe)
    reading = read_part(warehouse.raw_bytes(snapshot.sha256), recipe)
    reading = fill_down(reading, recipe.columns, recipe.blanks)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(defused, [*reading.header, *columns.headings(lang).values()]))
    records = {record.line_no: record for record in reading.records}
    text, likely = Text(lang), suggest_names([detail for *_, detail in rows], accounts)
    for line_no, raw, codes, detail in rows:
        cells = _aligned_cells(records[line_no], len(reading.header))
        messages = findings(json.loads(detail), snapshot.table_name, text, likely)
        ours = {
            "line": str(line_no),
            "codes": " ".join(codes),
            "messages": in_one_cell(messages, text),
            "raw": "" if any(cells) else " ".join(raw.splitlines()),
            "reference": columns.make_reference(
                snapshot_id, line_no, snapshot.sha256, reading.header, cells, codes
            ),
        }
        writer.writerow(map(defused, [*cells, *(ours[name] for name in columns.headings(lang))]))
    return corrections_name(snapshot), (BYTE_ORDER_MARK + out.getvalue()).encode()


def suggest_names(details: Sequence[str], accounts: Sequence[AccountRef]) -> dict[str, str]:
    """Unknown account ids in details of quarantined rows -> id and name of whom they may mean."""
    unknown = unknown_ids(details)[:MOST_COMPARED]
    return {text: " ".join(ref) for text, ref in suggest_accounts(unknown, accounts).items()}


def require_upload(warehouse: Warehouse, snapshot_id: int) -> Snapshot:
    """The snapshot of that number, else KamError("unknown_snapshot")."""
    snapshot = warehouse.ledger.snapshot(snapshot_id)
    if snapshot is None:
        raise KamError("unknown_snapshot", snapshot=snapshot_id)
    return snapshot


def _rows_to_correct(
    warehouse: Warehouse, version: int, snapshot_id: int
) -> tuple[list[tuple], list[AccountRef]]:
    """An upload's rows to correct that nobody sent back yet, and every account of the version."""
    warehouse.require_version(version)
    with open_beside(intact_file(warehouse, version)) as connection:
        # The views of a version are those of its time; these are today's.
        for name in ("views/80_quarantine", "views/85_cells"):
            connection.execute(load_sql(name))
        query = load_sql("uploads/to_correct")
        rows = connection.execute(query, {"number": snapshot_id}).fetchall()
        accounts = connection.execute(load_sql("uploads/account_names")).fetchall()
    return rows, list(starmap(AccountRef, accounts))


def _aligned_cells(record: Record, width: int) -> list[str]:
    """Cells under their headers; of a row with another width nobody knows where they belong."""
    is_sure = record.kind not in MISALIGNED and len(record.fields) == width
    return record.fields if is_sure else [""] * width
