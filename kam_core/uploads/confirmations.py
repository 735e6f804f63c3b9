"""What an upload would do that nobody wants by accident, so that a person must confirm it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from kam_core.contract.day_origins import NO_FACTS
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.uploads.report_model import Confirmation, FileReport
from kam_core.warehouse.ledger import Snapshot
from kam_core.warehouse.row_diff import RowChanges, row_changes


def find_confirmations(
    live: Path | None,
    candidate: Path,
    fresh: Sequence[Snapshot],
    in_force: Sequence[Snapshot],
    corrected: Mapping[str, Collection[int]],
) -> list[Confirmation]:
    """What must be confirmed before ``candidate`` replaces ``live``; an empty table needs nothing.

    ``fresh`` are the snapshots to be added, ``in_force`` those of the live version in the order in
    which they apply; ``corrected`` names by file the uploads that its resubmitted rows come from.
    """
    reasons = [*_find_older_days(fresh, in_force), *_find_older_rows(fresh, in_force, corrected)]
    if live is None and in_force:
        reasons.append(Confirmation("live_damaged", "", _file_names(fresh)))
    if live is not None and any(snapshot.mode == "full" for snapshot in fresh):
        reasons += [_removal(c, fresh) for c in row_changes(live, candidate) if _is_large(c)]
    return reasons


def refuse_unless_confirmed(
    reasons: Sequence[Confirmation], confirmed: bool, reports: Sequence[FileReport]
) -> None:
    """The refusal holds what was counted, too: only a yes is missing."""
    if reasons and not confirmed:
        raise KamError("needs_confirmation", questions=list(reasons), reports=list(reports))


def _find_older_days(fresh: Sequence[Snapshot], in_force: Sequence[Snapshot]) -> list[Confirmation]:
    newest = {s.table_name: s.as_of for s in in_force if s.as_of_from != NO_FACTS}
    oldest: dict[str, date] = {}
    for snapshot in fresh:
        day = oldest.get(snapshot.table_name, snapshot.as_of)
        oldest[snapshot.table_name] = min(day, snapshot.as_of)
    return [
        Confirmation(
            "older_as_of",
            table,
            _file_names(fresh, table),
            as_of=day.isoformat(),
            in_force=newest[table].isoformat(),
        )
        for table, day in oldest.items()
        if day < newest.get(table, day)
    ]


def _find_older_rows(
    fresh: Sequence[Snapshot],
    in_force: Sequence[Snapshot],
    corrected: Mapping[str, Collection[int]],
) -> list[Confirmation]:
    """Who corrects rows of last week's file may undo what this week's says of them."""
    last_whole = {s.table_name: s.order for s in in_force if s.mode == "full"}
    replaced = {s.snapshot_id for s in in_force if s.order < last_whole.get(s.table_name, s.order)}
    return [
        Confirmation("older_rows", snapshot.table_name, (snapshot.file_name,))
        for snapshot in fresh
        if replaced & {*corrected.get(snapshot.file_name, ())}
    ]


def _is_large(changes: RowChanges) -> bool:
    return changes.gone > load_settings().warehouse.confirm_removed_share * changes.before


def _removal(changes: RowChanges, fresh: Sequence[Snapshot]) -> Confirmation:
    """A table may lose rows to its own upload, or to one of accounts that lacks theirs."""
    whole = [snapshot for snapshot in fresh if snapshot.mode == "full"]
    files = _file_names(whole, changes.table) or _file_names(fresh)
    return Confirmation(
        "removes_rows", changes.table, files, rows=changes.before, gone=changes.gone
    )


def _file_names(snapshots: Sequence[Snapshot], table: str | None = None) -> tuple[str, ...]:
    names = [s.file_name for s in snapshots if table in (None, s.table_name)]
    return tuple(dict.fromkeys(names))
