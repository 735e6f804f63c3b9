"""Commands that bring files in: load, preview, watch."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from kam_core.cli.common import REFUSALS, Commands, add_by, add_loading, as_refusal, print_json
from kam_core.errors import KamError
from kam_core.ingest.mapping.overrides import bad_answers
from kam_core.ingest.progress import Listener
from kam_core.render.terminal import changes
from kam_core.render.terminal.load_progress import draw_progress
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from kam_core.uploads import load as loads
from kam_core.uploads import preview as previews
from kam_core.uploads import watch
from kam_core.uploads.refused_files import report_refusal
from kam_core.uploads.report_model import Preview
from kam_core.uploads.report_sentences import describe_report
from kam_core.uploads.upload_part import LoadOptions
from kam_core.warehouse import store

LOAD_EXITS = (
    "Exit code 0: done; 1: refused, also for want of a confirmation (--yes). "
    "A dry run ends with 0 where only that yes is missing, and tells what is asked: "
    "under 'confirm' with --json."
)
DEFAULT_INBOX = Path("data/inbox")


def add(commands: Commands) -> None:
    _add_load(commands)
    _add_preview(commands)
    _add_watch(commands)


def _add_load(commands: Commands) -> None:
    load = commands.add_parser("load", help="load files as one new version", epilog=LOAD_EXITS)
    add_loading(load)
    load.add_argument("--dry-run", action="store_true", help="check and count, publish nothing")
    load.add_argument("--if-empty", action="store_true", help="do nothing where data is loaded")
    load.add_argument("--yes", action="store_true", help="confirm, where a confirmation is needed")
    load.add_argument(
        "--expect-version", type=int, metavar="N", help="only if N is still live (0: none)"
    )
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=_load)


def _add_preview(commands: Commands) -> None:
    preview = commands.add_parser("preview", help="show what a load would change")
    add_loading(preview)
    preview.add_argument("--region", action="append", metavar="R", help="only these regions")
    preview.add_argument("--json", action="store_true")
    preview.set_defaults(run=_preview)


def _add_watch(commands: Commands) -> None:
    command = commands.add_parser("watch", help="load what lands in a folder")
    command.add_argument("folder", nargs="?", type=Path, default=DEFAULT_INBOX, metavar="DIR")
    command.add_argument("--mode", choices=("full", "update"), default="full")
    command.add_argument("--once", action="store_true", help="load what is there and end")
    command.add_argument(
        "--interval", type=float, default=load_settings().watch.poll_seconds, metavar="SECONDS"
    )
    add_by(command)
    command.set_defaults(run=_watch)


def _load(options: argparse.Namespace, text: Text) -> None:
    warehouse = store.Warehouse(options.warehouse)
    if options.if_empty and warehouse.live_version():
        return
    if options.dry_run and not options.json:
        print(changes.render_preview(_try_upload(options, text, None), text))
        return
    with (
        _printed_refusal(options, list),
        draw_progress(options.progress, text) as tell,
    ):
        reports = loads.load(
            warehouse,
            options.files,
            dry_run=options.dry_run,
            confirmed=options.yes,
            expect_version=options.expect_version,
            **_load_options(options, tell),
        )
    if options.json:
        print_json(reports)
    else:
        print("\n".join(describe_report(report, text) for report in reports))


@contextmanager
def _printed_refusal(
    options: argparse.Namespace, wrapped: Callable[[list[dict]], object]
) -> Iterator[None]:
    """With ``--json`` a refusal is told on stdout as well, where a program looks for reports."""
    try:
        yield
    except REFUSALS as error:
        if options.json:
            print_json(wrapped(report_refusal(as_refusal(error), options.files)))
        raise


def _preview(options: argparse.Namespace, text: Text) -> None:
    with _printed_refusal(options, lambda files: {"files": files}):
        preview = _try_upload(options, text, options.region)
    if options.json:
        print_json(preview)
    else:
        print(changes.render_preview(preview, text))


def _try_upload(options: argparse.Namespace, text: Text, regions: list[str] | None) -> Preview:
    with draw_progress(options.progress, text) as tell:
        return previews.preview(
            store.Warehouse(options.warehouse),
            options.files,
            regions=regions,
            **_load_options(options, tell),
        )


def _watch(options: argparse.Namespace, text: Text) -> int:
    if options.folder == DEFAULT_INBOX:
        options.folder.mkdir(parents=True, exist_ok=True)
    if not options.folder.is_dir():
        raise KamError("no_such_folder", folder=options.folder)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    watcher = watch.Watcher(
        store.Warehouse(options.warehouse), options.folder, text, options.by, options.mode, _say
    )
    if not options.once:
        _say(text("cli.watching", folder=options.folder))
    watcher.run(stop, options.once, options.interval)
    return 1 if options.once and watcher.failures else 0


def _say(line: str) -> None:
    print(line, flush=True)


def _load_options(options: argparse.Namespace, progress: Listener) -> LoadOptions:
    return {
        "progress": progress,
        "mode": options.mode,
        "as_of": options.as_of,
        "by": options.by,
        "table": options.table,
        "encoding": options.encoding,
        "delimiter": options.delimiter,
        "header_line": options.header_line,
        "sheet": options.sheet,
        "member": options.member,
        "answers": _answers(options.answers),
    }


def _answers(path: Path | None) -> object:
    if path is None:
        return None
    if not path.is_file():
        raise KamError("file_not_found", file=str(path))
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise bad_answers(error) from error
