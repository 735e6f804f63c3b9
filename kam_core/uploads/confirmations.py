"""What an upload would do that nobody wants by accident, so that it needs a second yes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.uploads.report_model import Confirmation, FileReport
from kam_core.warehouse.ledger import Snapshot
from kam_core.warehouse.row_diff import RowChanges, row_changes


def questions(
    live: Path | None,
    candidate: Path,
    fresh: Sequence[Snapshot],
    known: Sequence[Snapshot],
    corrected: Mapping[str, Collection[int]],
) -> list[Confirmation]:
    """What must be asked before ``candidate`` replaces ``live``; an empty table asks nothing.

    ``fresh`` are the snapshots to be added, ``known`` those of the live version; ``corrected``
    names by file the uploads that its rows were sent back from.
    """
    asked = [*_older(fresh, known), *_older_rows(fresh, known, corrected)]
    if live is None and known:
        asked.append(Confirmation("live_damaged", "", _all_files(fresh)))
    if live is not None and any(snapshot.mode == "full" for snapshot in fresh):
        asked += [_removal(c, fresh) for c in row_changes(live, candidate) if _is_large(c)]
    return asked


def refuse_unless_confirmed(
    asked: Sequence[Confirmation], confirmed: bool, reports: Sequence[FileReport]
) -> None:
    """The refusal tells what was counted, too: only a yes is missing."""
    if asked and not confirmed:
        raise KamError("needs_confirmation", questions=list(asked), reports=list(reports))


def _older(fresh: Sequence[Snapshot], known: Sequence[Snapshot]) -> list[Confirmation]:
    asked = []
    for table, files in _files_by_table(fresh).items():
        as_of = next(snapshot.as_of for snapshot in fresh if snapshot.table_name == table)
        days = [snapshot.as_of for snapshot in known if snapshot.table_name == table]
        if days and as_of < max(days):
            asked.append(
                Confirmation(
                    "older_as_of",
                    table,
                    files,
                    as_of=as_of.isoformat(),
                    in_force=max(days).isoformat(),
                )
            )
    return asked


def _older_rows(
    fresh: Sequence[Snapshot],
    known: Sequence[Snapshot],
    corrected: Mapping[str, Collection[int]],
) -> list[Confirmation]:
    """Who corrects rows of last week's file may undo what this week's says of them."""
    last_whole = {s.table_name: s.order for s in known if s.mode == "full"}
    replaced = {s.snapshot_id for s in known if s.order < last_whole.get(s.table_name, s.order)}
    return [
        Confirmation("older_rows", snapshot.table_name, (snapshot.file_name,))
        for snapshot in fresh
        if replaced & {*corrected.get(snapshot.file_name, ())}
    ]


def _is_large(changes: RowChanges) -> bool:
    return changes.gone > load_settings().warehouse.confirm_removed_share * changes.before


def _removal(changes: RowChanges, fresh: Sequence[Snapshot]) -> Confirmation:
    """A table may lose rows to its own upload, or to one of accounts that lacks theirs."""
    by_table = _files_by_table([snapshot for snapshot in fresh if snapshot.mode == "full"])
    files = by_table.get(changes.table) or _all_files(fresh)
    return Confirmation(
        "removes_rows", changes.table, files, rows=changes.before, gone=changes.gone
    )


def _all_files(snapshots: Sequence[Snapshot]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(snapshot.file_name for snapshot in snapshots))


def _files_by_table(snapshots: Sequence[Snapshot]) -> dict[str, tuple[str, ...]]:
    files: dict[str, list[str]] = defaultdict(list)
    for snapshot in snapshots:
        files[snapshot.table_name].append(snapshot.file_name)
    return {table: tuple(named) for table, named in files.items()}
