"""Which upload the rows of a correction come from: it is read as that upload was."""

from dataclasses import replace

from kam_core.contract.declaration import tables
from kam_core.ingest.fast_csv.fast_path import bytes_to_plan_by
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.mapping.inference import cells_of, filled
from kam_core.ingest.read.sources import first_rows
from kam_core.ingest.read.table_layout import GOOD, Reading, Reference
from kam_core.ingest.validate.cast import proven_order
from kam_core.warehouse.ledger import Snapshot
from kam_core.warehouse.store import Warehouse


def upload_of(warehouse: Warehouse, reference: Reference) -> Snapshot | None:
    """The upload that a reference names; None where it is one of another warehouse."""
    snapshot = warehouse.ledger.snapshot(reference.snapshot_id)
    return snapshot if snapshot and snapshot.sha256.startswith(reference.sha256) else None


def source_of(warehouse: Warehouse, reading: Reading) -> Recipe | None:
    """How the one upload was read that the rows of a correction come from, if it is only one."""
    references = {(r.snapshot_id, r.sha256): r for r in (reading.returned or {}).values()}
    if len(references) != 1:
        return None
    upload = upload_of(warehouse, next(iter(references.values())))
    return _with_proven_dates(warehouse, upload) if upload else None


def _with_proven_dates(warehouse: Warehouse, upload: Snapshot) -> Recipe:
    """The recipe of an upload, with the order of day and month that its first rows prove."""
    recipe = Recipe.of(upload.recipe)
    first = first_rows(bytes_to_plan_by(warehouse.raw_file(upload.sha256)), recipe)
    rows = [record.fields for record in first.records if record.kind == GOOD]
    orders = {
        column: proven_order(filled(cells_of(cell, first.names, rows)))
        for column, cell in recipe.columns.items()
        if tables()[recipe.table].column(column).type in ("date", "timestamp")
    }
    proven = {column: order for column, order in orders.items() if order}
    return replace(recipe, dates={**proven, **recipe.dates})
