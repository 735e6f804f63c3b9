"""The command line: what cron jobs and other programs may rely on.

Results go to stdout, messages to stderr. Exit code 0: done; 1: refused; 2: wrong call.
"""

import argparse
import getpass
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import orjson
import pandas as pd

from kam_core import contract, demo, periods, scorecard, store, tiers
from kam_core.access import Scope
from kam_core.errors import KamError
from kam_core.ingest import load as loading
from kam_core.present.text import Text

DEFAULT_WAREHOUSE = "data/warehouse"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    text = Text(options.lang)
    try:
        options.run(options, text)
    except KamError as error:
        return _refused(text.error(error))
    except (OSError, sqlite3.Error, duckdb.Error) as error:
        return _refused(text.error(KamError("storage_failed", detail=error)))
    return 0


def _refused(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _load(options: argparse.Namespace, text: Text) -> None:
    warehouse = store.Warehouse(options.warehouse)
    if options.if_empty and warehouse.live_version():
        return
    reports = loading.load(
        warehouse,
        options.files,
        table=options.table,
        mode=options.mode,
        as_of=options.as_of,
        encoding=options.encoding,
        by=options.by,
        dry_run=options.dry_run,
    )
    if options.json:
        _print_json(loading.as_json(reports))
    else:
        print("\n".join(text.load_report(report) for report in loading.as_json(reports)))


def _versions(options: argparse.Namespace, text: Text) -> None:
    warehouse = store.Warehouse(options.warehouse)
    live = warehouse.live_version()
    rows = [
        {
            "version": version.version,
            "live": live is not None and version.version == live.version,
            "as_of": version.as_of.isoformat(),
            "created_at": version.created_at.isoformat(sep=" "),
            "created_by": version.created_by,
            "file": warehouse.file(version.version).exists(),
            "content_hash": version.content_hash,
        }
        for version in warehouse.ledger.versions()
    ]
    if options.json:
        _print_json(rows)
    else:
        print("\n".join(text.version_line(row) for row in rows))


def _rollback(options: argparse.Namespace, text: Text) -> None:
    loading.restore(store.Warehouse(options.warehouse), options.version, options.by)
    print(text("cli.rolled_back", version=options.version))


def _rebuild(options: argparse.Namespace, text: Text) -> None:
    version = loading.rebuild(store.Warehouse(options.warehouse), options.version)
    print(text("cli.rebuilt", version=version.version, content_hash=version.content_hash))


def _settings(options: argparse.Namespace, text: Text) -> None:
    version = loading.apply_settings(store.Warehouse(options.warehouse), options.by)
    print(text("cli.settings_applied", version=version.version))


def _kpis(options: argparse.Namespace, text: Text) -> None:
    if not options.warehouse.is_dir():
        raise KamError("empty_warehouse")
    warehouse = store.Warehouse(options.warehouse)
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    with store.open_version(warehouse.check_file(live.version)) as connection:
        regions = _chosen(options.region, store.regions(connection), "unknown_region")
        chosen_tiers = _chosen(options.tier, tiers.scheme(connection).tiers, "unknown_tier")
        scope = Scope(regions, options.as_of or live.as_of, chosen_tiers if options.tier else None)
        cursor = store.cursor(connection, scope)
        scores = scorecard.scorecard(cursor, scorecard.quarter(cursor, options.quarter))
    _print_scores(scores, options.format, text)


def _chosen(wanted: list[str] | None, known: tuple[str, ...], code: str) -> tuple[str, ...]:
    """What the person named, or everything; a name nobody knows is refused with those known."""
    for name in wanted or ():
        if name not in known:
            raise KamError(code, name=name, known=known)
    return tuple(dict.fromkeys(wanted)) if wanted else known


def _print_scores(scores: Sequence[scorecard.Score], form: str, text: Text) -> None:
    if form == "json":
        _print_json([scorecard.plain(score) for score in scores])
    elif form == "csv":
        rows = pd.DataFrame([scorecard.plain(score) for score in scores])
        rows.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        print(text.scorecard_table(scores))


def _demo(options: argparse.Namespace, text: Text) -> None:
    for path in demo.write(options.to, options.seed):
        print(path)


def _print_json(rows: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kam_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_load(commands)
    _add_version_commands(commands)
    _add_kpis(commands)
    sample = commands.add_parser("demo", help="write the sample company as CSV files")
    sample.add_argument("--to", type=Path, required=True, metavar="DIR")
    sample.add_argument("--seed", type=int, default=demo.DEFAULT)
    sample.set_defaults(run=_demo)
    for command in commands.choices.values():
        _add_common(command)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    warehouse = os.environ.get("KAM_WAREHOUSE", DEFAULT_WAREHOUSE)
    command.add_argument("--warehouse", type=Path, default=Path(warehouse), metavar="DIR")
    command.add_argument("--lang", choices=("zh", "en"), default=_language())


def _add_load(commands: argparse._SubParsersAction) -> None:
    load = commands.add_parser("load", help="load files as one new version")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument(
        "--table", choices=tuple(contract.tables()), help="default: by name and headers"
    )
    load.add_argument("--mode", choices=("full", "update"), default="full")
    load.add_argument("--as-of", type=_day, metavar="DATE", help="default: docs/decisions/0003")
    load.add_argument("--encoding", metavar="NAME", help="such as big5; default: found out")
    load.add_argument("--by", default=getpass.getuser(), metavar="NAME")
    load.add_argument("--dry-run", action="store_true", help="check and count, publish nothing")
    load.add_argument("--if-empty", action="store_true", help="do nothing where data is loaded")
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=_load)


def _add_version_commands(commands: argparse._SubParsersAction) -> None:
    versions = commands.add_parser("versions", help="list the versions")
    versions.add_argument("--json", action="store_true")
    versions.set_defaults(run=_versions)
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
        command.add_argument("--by", default=getpass.getuser(), metavar="NAME")


def _add_kpis(commands: argparse._SubParsersAction) -> None:
    kpis = commands.add_parser("kpis", help="print the scorecard of a quarter")
    kpis.add_argument("--quarter", type=_quarter, required=True, metavar="2024-Q3")
    kpis.add_argument("--region", action="append", metavar="R")
    kpis.add_argument("--tier", action="append", metavar="T")
    kpis.add_argument("--as-of", type=_day, metavar="DATE")
    kpis.add_argument("--format", choices=("table", "json", "csv"), default="table")
    kpis.set_defaults(run=_kpis)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: YYYY-MM-DD") from None


def _quarter(text: str) -> str:
    try:
        return periods.quarter(text).period
    except KamError:
        raise argparse.ArgumentTypeError(f"{text!r}: 2024-Q3") from None


def _language() -> str:
    return "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"


if __name__ == "__main__":
    # A reader such as `head` may close the pipe early; that is no defect of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
