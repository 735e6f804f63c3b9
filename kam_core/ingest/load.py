"""Loads files into the warehouse: all of one call become one new version, or nothing does."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from kam_core import build, config, contract
from kam_core.errors import KamError
from kam_core.ingest import read
from kam_core.ingest.feeds import Recipe
from kam_core.ingest.stage import Staged, recipes_for, stage
from kam_core.ledger import Snapshot, Version, now
from kam_core.store import Warehouse, limits

DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class FileReport:
    """What became of one file in one table; ``received == accepted + quarantined``.

    ``problems`` counts rows by code, notes included; ``first_lines`` names up to five of each.
    """

    file: str
    table: str
    received: int
    accepted: int
    quarantined: int
    blank: int
    problems: dict[str, int]
    version: int | None
    mode: str
    as_of: str
    set_aside: int
    already_loaded: bool
    first_lines: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class _Part:
    """One table's worth of one file, read and checked but not yet in a version."""

    file_name: str
    sha256: str
    recipe: Recipe
    mode: str
    staged: Staged


def load(
    warehouse: Warehouse,
    paths: Sequence[Path],
    *,
    table: str | None = None,
    mode: str = "full",
    as_of: date | None = None,
    encoding: str | None = None,
    by: str = "",
    dry_run: bool = False,
) -> list[FileReport]:
    """Load files as one new version and report on each; KamError refuses the whole call.

    ``mode="full"``: the file is the whole table. ``mode="update"``: its rows are added or replaced
    by key. Several files of one table in one call together are that table. ``encoding`` names that
    of every file where it should not be found out. With ``dry_run`` everything is checked and
    counted and nothing is published.
    """
    with warehouse.building():
        parts = _checked_parts(warehouse, paths, table, mode, encoding)
        live = warehouse.live_version()
        known = warehouse.ledger.snapshots(live.version) if live else []
        snapshots = _new_snapshots(warehouse, parts, as_of or _default_as_of(parts, live), by)
        repeats = _repeats(snapshots, known)
        fresh = [snapshot for snapshot in snapshots if snapshot.snapshot_id not in repeats]
        counts, gone = warehouse.ledger.counts(live.version) if live else {}, {}
        if fresh:
            built = _publish(warehouse, fresh, parts, by, dry_run)
            counts, gone = _counts(built), built.gone
        published = None if dry_run else warehouse.live_version()
    return [
        _report(part, snapshot, repeats.get(snapshot.snapshot_id), counts, gone, published)
        for part, snapshot in zip(parts, snapshots, strict=True)
    ]


def restore(warehouse: Warehouse, number: int, by: str) -> None:
    """Make an earlier version live again, after rebuilding its file where that is gone."""
    warehouse.known(number)
    if not warehouse.is_intact(number):
        rebuild(warehouse, number)
    warehouse.rollback(number, by)


def rebuild(warehouse: Warehouse, number: int) -> Version:
    """Make a version's file again from the raw uploads and the recipes they were read with."""
    with warehouse.building():
        return warehouse.rebuild(number, lambda snapshot: _step(warehouse, snapshot))


def apply_settings(warehouse: Warehouse, by: str) -> Version:
    """Publish the live version's data under the settings files as they are now."""
    with warehouse.building():
        if warehouse.live_version() is None:
            raise KamError("empty_warehouse")
        document = config.settings_document()
        version, _ = warehouse.add_version(
            [], lambda snapshot: _step(warehouse, snapshot), document, by, "settings"
        )
        return version


def _checked_parts(
    warehouse: Warehouse,
    paths: Sequence[Path],
    table: str | None,
    mode: str,
    encoding: str | None,
) -> list[_Part]:
    """All files read and checked; one that cannot be used refuses the whole call."""
    read_parts = [part for path in paths for part in _parts(warehouse, Path(path), table, encoding)]
    parts = _with_modes(_in_contract_order(read_parts), mode)
    for part in parts:
        _refuse_if_unreadable(part)
    if mode == "full":
        _refuse_clashes(parts)
    return parts


def _parts(
    warehouse: Warehouse, path: Path, table: str | None, encoding: str | None
) -> list[_Part]:
    if not path.is_file():
        raise KamError("file_not_found", file=str(path))
    data = path.read_bytes()
    sha256 = warehouse.keep_raw(data)
    try:
        recipes = recipes_for(data, path.name, table, encoding)
        return [_Part(path.name, sha256, recipe, "", stage(data, recipe)) for recipe in recipes]
    except KamError as error:
        raise KamError(error.code, **{"file": path.name, **error.details}) from error


def _in_contract_order(parts: Iterable[_Part]) -> list[_Part]:
    """Accounts before what refers to them."""
    order = list(contract.tables())
    return sorted(parts, key=lambda part: order.index(part.recipe.table))


def _with_modes(parts: Sequence[_Part], mode: str) -> list[_Part]:
    """A further file of a table adds to the first one's rows instead of replacing them."""
    seen: set[str] = set()
    result = []
    for part in parts:
        result.append(replace(part, mode="update" if part.recipe.table in seen else mode))
        seen.add(part.recipe.table)
    return result


def _refuse_if_unreadable(part: _Part) -> None:
    staged, details = part.staged, {"file": part.file_name, "table": part.recipe.table}
    rejected = staged.rejected.num_rows
    if staged.received == 0:
        raise KamError("no_rows", **details)
    if rejected > limits()["max_quarantined_share"] * staged.received:
        raise KamError(
            "too_many_broken_rows",
            **details,
            rejected=rejected,
            received=staged.received,
            problems=staged.problems,
            first_lines=staged.first_lines,
        )


def _refuse_clashes(parts: Sequence[_Part]) -> None:
    """Two files that are one table together must not say two things about one row."""
    seen: dict[tuple, tuple[dict, str]] = {}
    tables = [part.recipe.table for part in parts]
    for part in parts:
        if tables.count(part.recipe.table) == 1:
            continue
        for row in part.staged.accepted.drop_columns(["line_no"]).to_pylist():
            key = tuple(row[name] for name in contract.tables()[part.recipe.table].key)
            earlier, other = seen.setdefault((part.recipe.table, *key), (row, part.file_name))
            if earlier != row:
                raise KamError(
                    "clashing_rows",
                    file=part.file_name,
                    other=other,
                    table=part.recipe.table,
                    key=" / ".join(str(value) for value in key),
                )


def _default_as_of(parts: Sequence[_Part], live: Version | None) -> date:
    """The date in a file's name, else the newest fact in the files, but never before the live."""
    named = [day for part in parts if (day := _date_in_name(part.file_name))]
    if named:
        return max(named)
    today = now().date()
    facts = [min(part.staged.newest_fact, today) for part in parts if part.staged.newest_fact]
    if live is not None:
        facts.append(live.as_of)
    return max(facts, default=today)


def _date_in_name(file_name: str) -> date | None:
    match = DATE_IN_NAME.search(file_name)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _new_snapshots(
    warehouse: Warehouse, parts: Sequence[_Part], as_of: date, by: str
) -> list[Snapshot]:
    _, first = warehouse.ledger.next_numbers()
    loaded_at = now()
    return [
        Snapshot(
            snapshot_id=first + offset,
            sha256=part.sha256,
            file_name=part.file_name,
            table_name=part.recipe.table,
            mode=part.mode,
            as_of=as_of,
            recipe=part.recipe.document(),
            received=part.staged.received,
            blank=part.staged.blank,
            set_aside=part.staged.set_aside,
            problems=part.staged.problems,
            loaded_by=by,
            loaded_at=loaded_at,
        )
        for offset, part in enumerate(parts)
    ]


def _repeats(snapshots: Sequence[Snapshot], known: Sequence[Snapshot]) -> dict[int, Snapshot]:
    """The snapshots that were loaded before and still have the last word, with their originals.

    All files of a table are judged together: they repeat an earlier upload only as a whole.
    """
    repeats: dict[int, Snapshot] = {}
    for table in {snapshot.table_name for snapshot in snapshots}:
        new = [snapshot for snapshot in snapshots if snapshot.table_name == table]
        before = [
            earlier
            for earlier in known
            if earlier.table_name == table and earlier.as_of <= new[0].as_of
        ]
        last = before[-len(new) :]
        if [_what(earlier) for earlier in last] == [_what(snapshot) for snapshot in new]:
            repeats |= {
                snapshot.snapshot_id: earlier for snapshot, earlier in zip(new, last, strict=True)
            }
    return repeats


def _what(snapshot: Snapshot) -> tuple:
    recipe = json.dumps(snapshot.recipe, sort_keys=True)
    return snapshot.sha256, snapshot.mode, snapshot.as_of, recipe


def _publish(
    warehouse: Warehouse,
    fresh: Sequence[Snapshot],
    parts: Sequence[_Part],
    by: str,
    dry_run: bool,
) -> build.Built:
    """Build a version with the fresh snapshots, and publish it unless this is a dry run."""
    staged = {(part.sha256, part.recipe.table): part.staged for part in parts}

    def step_of(snapshot: Snapshot) -> build.Step:
        return _step(warehouse, snapshot, staged.get((snapshot.sha256, snapshot.table_name)))

    settings = config.settings_document()
    if dry_run:
        return warehouse.try_version(fresh, step_of, settings)
    return warehouse.add_version(fresh, step_of, settings, by)[1]


def _counts(built: build.Built) -> dict[int, tuple[int, int]]:
    """(accepted, quarantined) of each snapshot in a version."""
    return {snapshot: (accepted, rejected) for snapshot, _, accepted, rejected in built.counts}


def _step(warehouse: Warehouse, snapshot: Snapshot, staged: Staged | None = None) -> build.Step:
    recipe = Recipe.of(snapshot.recipe)
    staged = staged or stage(warehouse.raw_bytes(snapshot.sha256), recipe)

    def raw_lines(line_numbers: Collection[int]) -> dict[int, str]:
        reading = read.read(
            warehouse.raw_bytes(snapshot.sha256),
            recipe.encoding,
            recipe.delimiter,
            recipe.header_line,
        )
        return {
            record.line_no: record.raw.rstrip("\r\n")
            for record in reading.records
            if record.line_no in line_numbers
        }

    return build.Step(snapshot, staged.accepted, staged.rejected, raw_lines)


def _report(
    part: _Part,
    snapshot: Snapshot,
    earlier: Snapshot | None,
    counts: dict[int, tuple[int, int]],
    gone: dict[str, int],
    published: Version | None,
) -> FileReport:
    rejected = part.staged.rejected.num_rows
    accepted, quarantined = counts[(earlier or snapshot).snapshot_id]
    problems = dict(part.staged.problems)
    if quarantined > rejected:
        problems["unknown_account"] = quarantined - rejected
    if part.recipe.table in gone:
        problems["account_gone"] = gone[part.recipe.table]
    return FileReport(
        file=part.file_name,
        table=part.recipe.table,
        received=part.staged.received,
        accepted=accepted,
        quarantined=quarantined,
        blank=part.staged.blank,
        problems=problems,
        version=published.version if published else None,
        mode=part.mode,
        as_of=snapshot.as_of.isoformat(),
        set_aside=part.staged.set_aside,
        already_loaded=earlier is not None,
        first_lines=part.staged.first_lines,
    )


def as_json(reports: Sequence[FileReport]) -> list[dict]:
    """The reports as plain values, in the order of the command line's JSON."""
    return [asdict(report) for report in reports]
