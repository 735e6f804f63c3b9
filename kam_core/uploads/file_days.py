"""The day up to which each file of a load speaks, and where that day comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kam_core.contract.day_origins import (
    FILE_NAME,
    NEWEST_FACT,
    NO_FACTS,
    OF_TABLE,
    OF_VERSION,
    SAID,
)
from kam_core.contract.declaration import tables
from kam_core.ingest.stage import newest_fact
from kam_core.uploads.day_in_name import find_day
from kam_core.uploads.upload_part import UploadPart
from kam_core.warehouse.as_of_day import today
from kam_core.warehouse.ledger import Snapshot


@dataclass(frozen=True)
class FileDay:
    """A day and its source, one of the names that Snapshot.as_of_from can have."""

    day: date
    source: str


def find_days(
    parts: Sequence[UploadPart], given: date | None, in_force: Sequence[Snapshot]
) -> list[FileDay]:
    """The day of each part: said, in its name, of its newest fact, or of what is there already.

    Files that together are one table have the newest of their days. A part without a day of its own
    has that of its table where its kind sets one (a correction always), else the version's newest;
    where there is no fact at all, today until one comes.
    """
    own = _own_days(parts, given)
    by_table = _newest_by_table(in_force)
    for part, day in zip(parts, own, strict=True):
        if day:
            table = part.recipe.table
            by_table[table] = max(day.day, by_table.get(table, day.day))
    return [
        day or _day_of_others(part, given, by_table) for part, day in zip(parts, own, strict=True)
    ]


def _own_days(parts: Sequence[UploadPart], given: date | None) -> list[FileDay | None]:
    """The day each part sets by itself; files of one update have each their own."""
    days = [_own_day(part, given) for part in parts]
    whole = {part.recipe.table for part in parts if part.mode == "full"}
    newest: dict[str, FileDay] = {}
    for part, day in zip(parts, days, strict=True):
        if day and part.recipe.table in whole:
            best = newest.setdefault(part.recipe.table, day)
            newest[part.recipe.table] = max(best, day, key=lambda each: each.day)
    return [
        day and newest.get(part.recipe.table, day) for part, day in zip(parts, days, strict=True)
    ]


def _own_day(part: UploadPart, given: date | None) -> FileDay | None:
    if part.is_correction:
        return None
    if given is not None:
        return FileDay(given, SAID)
    newest = newest_fact(part.staged.accepted, part.recipe.table, today())
    if named := find_day(part.name, today(), newest):
        return FileDay(named, FILE_NAME)
    return FileDay(newest, NEWEST_FACT) if newest else None


def _newest_by_table(in_force: Sequence[Snapshot]) -> dict[str, date]:
    """The days of tables as far as facts or persons set them."""
    newest: dict[str, date] = {}
    for snapshot in in_force:
        if snapshot.as_of_from != NO_FACTS:
            newest[snapshot.table_name] = max(
                snapshot.as_of, newest.get(snapshot.table_name, snapshot.as_of)
            )
    return newest


def _day_of_others(part: UploadPart, given: date | None, by_table: Mapping[str, date]) -> FileDay:
    """The day of a part that sets none; a correction may be put in its place, never move one."""
    table = tables()[part.recipe.table]
    if table.name in by_table and (part.is_correction or table.sets_day):
        return FileDay(min(given or date.max, by_table[table.name]), OF_TABLE)
    if by_table:
        return FileDay(max(by_table.values()), OF_VERSION)
    return FileDay(today(), NO_FACTS)
