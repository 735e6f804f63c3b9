"""Who changed which target and when, publication by publication: same-day edits and roll-backs too.

A version keeps only what was in force at the end of a day. What each publication changed is changes
from the uploads it consists of, which are kept for ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from kam_core.errors import KamError
from kam_core.ingest.fast_csv.fast_path import stage_file
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.metrics import quarterly_targets
from kam_core.metrics.quarterly_targets import QuarterlyTarget, TargetChange, TargetKey
from kam_core.warehouse.ledger import Publication, Snapshot
from kam_core.warehouse.store import Warehouse

# Reads the targets of an upload by its number.
Read = Callable[[int], tuple[QuarterlyTarget, ...]]


@dataclass(frozen=True)
class Edit:
    """One target changed by one publication; ``file`` is the upload that did it, if one did."""

    change: TargetChange
    version: int
    reason: str
    by: str
    at: datetime
    file: str | None


def history(warehouse: Warehouse, read: Read | None = None) -> list[Edit]:
    """Every change of a target, newest first."""
    read = read or (lambda number: uploaded(warehouse, number))
    edits: list[Edit] = []
    before: dict[TargetKey, QuarterlyTarget] = {}
    seen: set[int] = set()
    for publication in warehouse.ledger.publications():
        snapshots = [
            snapshot
            for snapshot in warehouse.ledger.snapshots(publication.version)
            if snapshot.table_name == "targets"
        ]
        after = _list_in_force(snapshots, read)
        new = [snapshot for snapshot in snapshots if snapshot.snapshot_id not in seen]
        changes = quarterly_targets.changes(before.values(), after.values())
        edits = [_edit(change, publication, new) for change in changes] + edits
        seen |= {snapshot.snapshot_id for snapshot in snapshots}
        before = after
    return edits


def uploaded(warehouse: Warehouse, snapshot_id: int) -> tuple[QuarterlyTarget, ...]:
    """The targets that an upload holds, read again from its bytes by its recipe."""
    snapshot = warehouse.ledger.snapshot(snapshot_id)
    if snapshot is None:
        raise KamError("unknown_snapshot", snapshot=snapshot_id)
    staged = stage_file(warehouse.raw_file(snapshot.sha256), Recipe.of(snapshot.recipe))
    names = ("metric", "quarter", "region", "tier", "target", "extra", "scheme", "owner")
    return tuple(
        quarterly_targets.make_target(*(row[name] for name in names))
        for row in staged.accepted.to_pylist()
    )


def _list_in_force(snapshots: Iterable[Snapshot], read: Read) -> dict[TargetKey, QuarterlyTarget]:
    """The targets in force after some uploads, as a version applies them."""
    in_force: dict[TargetKey, QuarterlyTarget] = {}
    for snapshot in snapshots:
        if snapshot.mode == "full":
            in_force = {}
        in_force |= {target.key: target for target in read(snapshot.snapshot_id)}
    return in_force


def _edit(change: TargetChange, publication: Publication, new: list[Snapshot]) -> Edit:
    return Edit(
        change,
        publication.version,
        publication.reason,
        publication.published_by,
        publication.published_at,
        new[-1].file_name if new and publication.reason == "load" else None,
    )
