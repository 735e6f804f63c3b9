"""Commands about what was loaded: versions, history, compare, rollback, rebuild, originals."""

import argparse
import sys
from pathlib import Path

from kam_core.cli.common import Commands, add_by, existing, live_number, print_json
from kam_core.errors import KamError
from kam_core.metrics import compare
from kam_core.render.terminal import changes
from kam_core.text.writer import Text
from kam_core.uploads import load as loads
from kam_core.uploads import upload_history
from kam_core.uploads.report_model import VersionLine
from kam_core.warehouse import store


def add(commands: Commands) -> None:
    _add_lists(commands)
    _add_deeds(commands)
    _add_files(commands)


def _add_lists(commands: Commands) -> None:
    versions = commands.add_parser("versions", help="list the versions")
    versions.set_defaults(run=_versions)
    history = commands.add_parser("history", help="list who published what, and when")
    history.set_defaults(run=_history)
    comparison = commands.add_parser("compare", help="show what differs between two versions")
    comparison.add_argument("before", type=int, metavar="A")
    comparison.add_argument("after", type=int, metavar="B")
    comparison.add_argument("--region", action="append", metavar="R", help="only these regions")
    comparison.set_defaults(run=_compare)
    for command in (versions, history, comparison):
        command.add_argument("--json", action="store_true")


def _add_deeds(commands: Commands) -> None:
    rollback = commands.add_parser("rollback", help="make an earlier version live again")
    rollback.add_argument("version", type=int)
    rollback.set_defaults(run=_rollback)
    rebuild = commands.add_parser("rebuild", help="make a version's file again from raw")
    rebuild.add_argument("version", type=int)
    rebuild.set_defaults(run=_rebuild)
    settings = commands.add_parser(
        "settings", help="publish the data under the settings as they are"
    )
    settings.set_defaults(run=_settings)
    for command in (rollback, settings):
        add_by(command)


def _add_files(commands: Commands) -> None:
    quarantine = commands.add_parser("quarantine", help="write an upload's quarantined rows as CSV")
    quarantine.add_argument("snapshot", type=int)
    quarantine.add_argument("--version", type=int, metavar="N", help="default: the live one")
    quarantine.add_argument("--to", type=Path, metavar="FILE", help="default: stdout")
    quarantine.set_defaults(run=_quarantine)
    original = commands.add_parser("original", help="write an uploaded file as it was received")
    original.add_argument("snapshot", type=int)
    original.add_argument("--to", type=Path, required=True, metavar="FILE")
    original.set_defaults(run=_original)


def _versions(options: argparse.Namespace, text: Text) -> None:
    warehouse = store.Warehouse(options.warehouse)
    live = warehouse.live_version()
    rows = [
        VersionLine(
            version.version,
            live=live is not None and version.version == live.version,
            as_of=version.as_of.isoformat(),
            created_at=version.created_at.isoformat(sep=" "),
            created_by=version.created_by,
            file=warehouse.file(version.version).exists(),
            content_hash=version.content_hash,
        )
        for version in warehouse.ledger.versions()
    ]
    if options.json:
        print_json(rows)
    else:
        print("\n".join(changes.render_version(row, text) for row in rows))


def _history(options: argparse.Namespace, text: Text) -> None:
    events = upload_history.list_events(existing(options))
    if options.json:
        print_json(list(map(upload_history.to_json, events)))
    else:
        print("\n".join(changes.render_event(event, text) for event in events))


def _compare(options: argparse.Namespace, text: Text) -> int:
    """Exit code 1 where the versions differ, as ``diff`` does."""
    warehouse = existing(options)
    before, after = (loads.intact_file(warehouse, n) for n in (options.before, options.after))
    if options.region:
        _refuse_unknown(options.region, (before, after))
    comparison = compare.compare(before, after, options.region)
    if options.json:
        print_json(comparison)
    else:
        print(changes.render_comparison(comparison, text))
    return 1 if comparison.differs else 0


def _refuse_unknown(named: list[str], files: tuple[Path, Path]) -> None:
    regions: set[str] = set()
    for file in files:
        with store.open_version(file) as connection:
            regions.update(store.regions(connection))
    for name in named:
        if name not in regions:
            raise KamError("unknown_region", name=name, known=sorted(regions))


def _rollback(options: argparse.Namespace, text: Text) -> None:
    loads.restore_version(store.Warehouse(options.warehouse), options.version, options.by)
    print(text("cli.rolled_back", version=options.version))


def _rebuild(options: argparse.Namespace, text: Text) -> None:
    version = loads.rebuild_version(store.Warehouse(options.warehouse), options.version)
    print(text("cli.rebuilt", version=version.version, content_hash=version.content_hash))


def _settings(options: argparse.Namespace, text: Text) -> None:
    version = loads.apply_settings(store.Warehouse(options.warehouse), options.by)
    print(text("cli.settings_applied", version=version.version))


def _quarantine(options: argparse.Namespace, text: Text) -> None:
    warehouse = existing(options)
    version = options.version or live_number(warehouse)
    _, content = upload_history.corrections_file(warehouse, version, options.snapshot, options.lang)
    if options.to:
        _save(options.to, content, text)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _original(options: argparse.Namespace, text: Text) -> None:
    _, content = upload_history.original_file(existing(options), options.snapshot)
    _save(options.to, content, text)


def _save(path: Path, content: bytes, text: Text) -> None:
    path.write_bytes(content)
    print(text("cli.saved", path=path))
