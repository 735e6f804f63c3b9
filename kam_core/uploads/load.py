"""Loads files into the warehouse: all of one call become one new version, or nothing does."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Unpack

from kam_core.contract import declaration
from kam_core.contract.day_origins import FILE_NAME, NO_FACTS, SAID
from kam_core.contract.formats import FORMAT
from kam_core.errors import KamError
from kam_core.ingest.corrections.source import upload_of
from kam_core.ingest.fast_csv.fast_path import raw_lines, stage_file
from kam_core.ingest.mapping import name_map
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.progress import Listener, Progress, nobody
from kam_core.ingest.stage import Staged
from kam_core.settings import loader
from kam_core.uploads import locations
from kam_core.uploads.confirmations import find_confirmations, refuse_unless_confirmed
from kam_core.uploads.file_days import FileDay, find_days
from kam_core.uploads.known_names import load_known_names
from kam_core.uploads.report_model import Confirmation, EarlierUpload, FileReport, Tried
from kam_core.uploads.upload_part import LoadOptions, UploadPart, check_parts, keep_overrides
from kam_core.warehouse import build
from kam_core.warehouse.as_of_day import refuse_unusable_day
from kam_core.warehouse.ledger import Snapshot, Version, now, settle_days
from kam_core.warehouse.row_diff import quarantine_changes
from kam_core.warehouse.store import Warehouse

# Looks at the live version file (None before the first load) and at the candidate to replace it.
Look = Callable[[Path | None, Path], object]


def load(
    warehouse: Warehouse,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    confirmed: bool = False,
    expect_version: int | None = None,
    **options: Unpack[LoadOptions],
) -> list[FileReport]:
    """Load files as one new version and report on each part; KamError refuses the whole call.

    Several files of one table in one call together are that table. With ``dry_run`` everything is
    checked and counted and nothing is published.

    What needs a second yes (KamError("needs_confirmation")) is done with ``confirmed``. With
    ``expect_version`` (0: none) another live version refuses the call: KamError("version_moved").
    """
    if dry_run:
        return try_load(warehouse, paths, **options)[0].files
    with _prepare_load(warehouse, paths, options) as offer:
        offer.refuse_if_moved(expect_version)
        by = options.get("by", "")
        reports = offer.publish(by, confirmed)
        keep_overrides(warehouse, offer.parts, options, by)
        return reports


def try_load(
    warehouse: Warehouse,
    paths: Sequence[Path],
    look: Look | None = None,
    **options: Unpack[LoadOptions],
) -> tuple[Tried, Any]:
    """Build the version that ``load`` would publish, look at it, and leave everything as it was.

    What would be done, and what ``look`` returned.
    """
    with _prepare_load(warehouse, paths, options) as offer:
        return offer.try_out(look)


def restore_version(warehouse: Warehouse, number: int, by: str) -> None:
    """Make an earlier version live again, after rebuilding its file where that is gone."""
    intact_file(warehouse, number)
    warehouse.rollback(number, by)


def intact_file(warehouse: Warehouse, number: int) -> Path:
    """The file of a version, rebuilt from raw where it was pruned or damaged."""
    if not warehouse.is_intact(number):
        rebuild_version(warehouse, number)
    return warehouse.file(number)


def rebuild_version(warehouse: Warehouse, number: int) -> Version:
    """Make a version's file again from the raw uploads and the recipes they were read with."""
    with warehouse.building():
        return warehouse.rebuild(number, partial(read_steps, warehouse))


def apply_settings(warehouse: Warehouse, by: str) -> Version:
    """Publish the live version's data under the settings files as they are now."""
    with warehouse.building(by):
        if warehouse.live_version() is None:
            raise KamError("empty_warehouse")
        document = loader.copy_version_settings()
        version, _ = warehouse.add_version(
            [], partial(read_steps, warehouse), document, by, "settings"
        )
        return version


@dataclass(frozen=True)
class _NewUpload:
    """A part and its snapshot, with the one of the live version that it repeats, if any.

    ``earlier`` says who brought the same bytes before, ``names`` remarks on regions and persons.
    """

    part: UploadPart
    snapshot: Snapshot
    repeated: Snapshot | None
    earlier: EarlierUpload | None
    names: list[name_map.NameNote]


@dataclass(frozen=True)
class _PendingLoad:
    """The files of one call, read and checked, and what they would change in the live version.

    All of it is collected before anything is published: a failure after that would belie what was
    done.
    """

    warehouse: Warehouse
    uploads: list[_NewUpload]
    live: Version | None
    live_file: Path | None
    in_force: list[Snapshot]
    tell: Listener

    @property
    def parts(self) -> list[UploadPart]:
        return [upload.part for upload in self.uploads]

    @property
    def fresh(self) -> list[Snapshot]:
        return [upload.snapshot for upload in self.uploads if upload.repeated is None]

    @cached_property
    def settled(self) -> dict[int, Snapshot]:
        """Every snapshot of the version to be, by number, with the day that it then has."""
        every = settle_days([*self.in_force, *self.fresh])
        return {snapshot.snapshot_id: snapshot for snapshot in every}

    @property
    def newest_day(self) -> date:
        return max(snapshot.as_of for snapshot in self.settled.values())

    def refuse_if_moved(self, expected: int | None) -> None:
        number = self.live.version if self.live else 0
        if expected is not None and expected != number:
            by = self.live.created_by if self.live else ""
            raise KamError("version_moved", expected=expected, found=number, by=by)

    def publish(self, by: str, confirmed: bool) -> list[FileReport]:
        if not self.fresh:
            number = self.live.version if self.live else None
            return [replace(report, version=number) for report in self._reports()]
        reports: list[FileReport] = []

        def approve(candidate: Path, built: build.Built) -> None:
            confirmations = self._confirmations(candidate)
            reports.extend(self._reports(candidate, built, confirmations))
            refuse_unless_confirmed(confirmations, confirmed, reports)

        version, _ = self.warehouse.add_version(
            self.fresh,
            self._steps,
            loader.copy_version_settings(),
            by,
            approve=approve,
            tell=self._tell_phase,
        )
        return [replace(report, version=version.version) for report in reports]

    def try_out(self, look: Look | None) -> tuple[Tried, Any]:
        live, version = self.live_file, self.live.version if self.live else 0
        if not self.fresh:
            look_result = look(live, live) if look and live else None
            return Tried(self._reports(), [], version), look_result
        built = self.warehouse.try_version(
            self.fresh, self._steps, loader.copy_version_settings(), self._tell_phase
        )
        candidate = self.warehouse.candidate
        try:
            look_result = look(live, candidate) if look else None
            confirmations = self._confirmations(candidate)
            reports = self._reports(candidate, built, confirmations)
            return Tried(reports, confirmations, version), look_result
        finally:
            candidate.unlink()

    def _confirmations(self, candidate: Path) -> list[Confirmation]:
        corrected = {
            part.name: {
                upload for upload, _ in _find_resubmitted(self.warehouse, part.staged).values()
            }
            for part in self.parts
        }
        return find_confirmations(self.live_file, candidate, self.fresh, self.in_force, corrected)

    def _tell_phase(self, phase: str) -> None:
        self.tell(Progress(phase))

    def _steps(self, snapshots: Sequence[Snapshot]) -> Iterator[build.Step]:
        """Steps from the parts at hand, else from raw, each reported to the listener first."""
        staged = {new.snapshot.snapshot_id: new.part.staged for new in self.uploads}
        total = sum(snapshot.received for snapshot in snapshots)
        done = 0
        for number, snapshot in enumerate(snapshots, start=1):
            of_files = snapshot.file_name, number, len(snapshots)
            self.tell(Progress("build", *of_files, rows=done, total=total))
            yield _step_of(self.warehouse, snapshot, staged.get(snapshot.snapshot_id))
            done += snapshot.received

    def _reports(
        self,
        candidate: Path | None = None,
        built: build.Built | None = None,
        confirmations: Sequence[Confirmation] = (),
    ) -> list[FileReport]:
        """One report per part; without a candidate nothing is new and the live version's hold."""
        if built:
            counts = {number: (accepted, rest) for number, _, accepted, rest in built.counts}
        else:
            counts = self.warehouse.ledger.counts(self.live.version) if self.live else {}
        remarks = built.remarks if built else {}
        file = candidate or self.live_file
        reports = [
            replace(
                self._report(new, counts, remarks.get(new.part.recipe.table, {}), file),
                confirm=[reason for reason in confirmations if new.part.name in reason.files],
            )
            for new in self.uploads
        ]
        if candidate and self.live_file:
            moved = quarantine_changes(self.live_file, candidate)
            reports[0] = replace(reports[0], elsewhere=moved)
        return reports

    def _report(
        self,
        new: _NewUpload,
        counts: dict[int, tuple[int, int]],
        remarks: dict[str, int],
        file: Path | None,
    ) -> FileReport:
        staged = new.part.staged
        stored = self.settled[(new.repeated or new.snapshot).snapshot_id]
        number = stored.snapshot_id
        unknown_rows = counts[number][1] - staged.rejected.num_rows
        # Not the file itself shows these, but the other tables of the version.
        across = ({"unknown_account": unknown_rows} if unknown_rows else {}) | remarks
        lines = locations.first_lines(file, number, staged, across) if file else {}
        unknown = locations.list_unknown_accounts(file, number) if file and unknown_rows else {}
        return replace(
            _describe_upload(new.snapshot, counts[number]),
            problems=staged.problems | across,
            as_of=stored.as_of.isoformat(),
            as_of_from=stored.as_of_from,
            version_as_of=self.newest_day.isoformat(),
            already_loaded=new.repeated is not None,
            first_lines=staged.first_lines | lines,
            earlier=new.earlier,
            names=[] if new.repeated else new.names,
            examples=staged.examples | unknown,
            cells_set_apart=staged.cells.num_rows,
            unanswered=new.part.unanswered,
        )


@contextmanager
def _prepare_load(
    warehouse: Warehouse, paths: Sequence[Path], options: LoadOptions
) -> Iterator[_PendingLoad]:
    """Read and check the files of one call, and hold the build lock for what follows."""
    as_of, by = options.get("as_of"), options.get("by", "")
    tell = options.get("progress", nobody)
    if as_of is not None:
        refuse_unusable_day(as_of)
    with warehouse.building(by, lambda holder: tell(Progress("queued", holder=holder))):
        parts = check_parts(warehouse, paths, options.get("mode", "full"), options, tell)
        live = warehouse.live_version()
        in_force = warehouse.ledger.snapshots(live.version) if live else []
        snapshots = _new_snapshots(warehouse, parts, find_days(parts, as_of, in_force), by)
        repeats = _find_repeats(snapshots, in_force)
        live_file = _readable_file(warehouse, live)
        names = load_known_names(live_file)
        uploads = [
            _NewUpload(
                part,
                snapshot,
                repeats.get(snapshot.snapshot_id),
                _describe_earlier(warehouse, snapshot),
                name_map.notes(part.recipe.table, part.staged.accepted, names, part.mode),
            )
            for part, snapshot in zip(parts, snapshots, strict=True)
        ]
        yield _PendingLoad(warehouse, uploads, live, live_file, in_force, tell)


def _readable_file(warehouse: Warehouse, live: Version | None) -> Path | None:
    """The file of the live version, made again where it is damaged; None where that fails."""
    if live is None:
        return None
    try:
        return warehouse.verified_file(live.version)
    except KamError:
        with suppress(KamError):
            warehouse.rebuild(live.version, partial(read_steps, warehouse))
            return warehouse.file(live.version)
        return None


def _describe_earlier(warehouse: Warehouse, snapshot: Snapshot) -> EarlierUpload | None:
    """Who brought the same bytes to this table before, and when."""
    last = warehouse.ledger.last_upload(snapshot.sha256, snapshot.table_name, snapshot.snapshot_id)
    if last is None:
        return None
    earlier, version = last
    return EarlierUpload(
        by=earlier.loaded_by,
        at=earlier.loaded_at.isoformat(sep=" "),
        as_of=earlier.as_of.isoformat(),
        version=version,
    )


def _new_snapshots(
    warehouse: Warehouse, parts: Sequence[UploadPart], days: Sequence[FileDay], by: str
) -> list[Snapshot]:
    _, first = warehouse.ledger.next_numbers()
    loaded_at = now()
    return [
        Snapshot(
            snapshot_id=first + offset,
            sha256=part.sha256,
            file_name=part.name,
            table_name=part.recipe.table,
            mode=part.mode,
            as_of=day.day,
            recipe=part.recipe.document(),
            received=part.staged.received,
            blank=part.staged.blank,
            set_aside=part.staged.set_aside,
            problems=part.staged.problems,
            loaded_by=by,
            loaded_at=loaded_at,
            as_of_from=day.source,
        )
        for offset, (part, day) in enumerate(zip(parts, days, strict=True))
    ]


def _find_repeats(
    snapshots: Sequence[Snapshot], in_force: Sequence[Snapshot]
) -> dict[int, Snapshot]:
    """The snapshots that were loaded before and still have the last word, with their originals.

    All files of a table are judged together: they repeat an earlier upload only as a whole. For
    another day they are a repeat only where nobody named that day (see docs/decisions/0016).
    """
    repeats: dict[int, Snapshot] = {}
    for table in {snapshot.table_name for snapshot in snapshots}:
        new = sorted((s for s in snapshots if s.table_name == table), key=lambda s: s.order)
        before = [
            earlier
            for earlier in in_force
            if earlier.table_name == table
            and (earlier.as_of <= new[-1].as_of or earlier.as_of_from == NO_FACTS)
        ]
        last = before[-len(new) :]
        is_same_day = [earlier.as_of for earlier in last] == [snapshot.as_of for snapshot in new]
        is_same = [_key_of(earlier) for earlier in last] == [_key_of(snapshot) for snapshot in new]
        is_named = any(snapshot.as_of_from in (SAID, FILE_NAME) for snapshot in new)
        if is_same and (is_same_day or not is_named):
            repeats |= {
                snapshot.snapshot_id: earlier for snapshot, earlier in zip(new, last, strict=True)
            }
    return repeats


def _key_of(snapshot: Snapshot) -> tuple:
    # As a recipe of today would be written: one stored before a field was added is the same.
    recipe = replace(Recipe.of(snapshot.recipe), format=FORMAT)
    return snapshot.sha256, snapshot.mode, json.dumps(recipe.document(), sort_keys=True)


def read_steps(warehouse: Warehouse, snapshots: Sequence[Snapshot]) -> Iterator[build.Step]:
    """Steps from the raw files alone."""
    return (_step_of(warehouse, snapshot) for snapshot in snapshots)


def _step_of(warehouse: Warehouse, snapshot: Snapshot, staged: Staged | None = None) -> build.Step:
    recipe = Recipe.of(snapshot.recipe)
    declaration.refuse_unknown(recipe.table, recipe.given)
    staged = staged or stage_file(warehouse.raw_file(snapshot.sha256), recipe)

    def raw_of(line_numbers: Collection[int]) -> dict[int, str]:
        return raw_lines(warehouse.raw_file(snapshot.sha256), recipe, line_numbers)

    returned = _find_resubmitted(warehouse, staged)
    return build.Step(
        snapshot,
        staged.accepted,
        staged.rejected,
        staged.cells,
        staged.timed,
        raw_of,
        returned,
    )


def _find_resubmitted(warehouse: Warehouse, staged: Staged) -> dict[int, tuple[int, int]]:
    """The rows of earlier uploads to this table that lines stand for."""
    references = staged.returned or {}
    meant = {(ref.snapshot_id, ref.sha256): ref for ref in references.values()}
    uploads = {upload: upload_of(warehouse, ref) for upload, ref in meant.items()}
    return {
        line: (ref.snapshot_id, ref.line_no)
        for line, ref in references.items()
        if (upload := uploads[ref.snapshot_id, ref.sha256]) and upload.table_name == staged.table
    }


def report_of(warehouse: Warehouse, snapshot: Snapshot) -> FileReport:
    """The report of an upload of an earlier call, as the ledger remembers it."""
    version = warehouse.ledger.first_version(snapshot.snapshot_id)
    return replace(
        _describe_upload(snapshot, warehouse.ledger.counts(version)[snapshot.snapshot_id]),
        version=version,
        version_as_of=warehouse.require_version(version).as_of.isoformat(),
        already_loaded=True,
        earlier=_describe_earlier(warehouse, snapshot),
    )


def _describe_upload(snapshot: Snapshot, counts: tuple[int, int]) -> FileReport:
    """What the ledger says of an upload, with its accepted and its quarantined rows."""
    accepted, quarantined = counts
    return FileReport(
        file=snapshot.file_name,
        table=snapshot.table_name,
        received=snapshot.received,
        accepted=accepted,
        quarantined=quarantined,
        blank=snapshot.blank,
        problems=snapshot.problems,
        version=None,
        mode=snapshot.mode,
        as_of=snapshot.as_of.isoformat(),
        as_of_from=snapshot.as_of_from,
        set_aside=snapshot.set_aside,
        already_loaded=False,
        first_lines={},
        earlier=None,
    )
