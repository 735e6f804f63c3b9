"""The command that writes executive packs: a page and a workbook for each region asked for."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from kam_core.accounts import tiers
from kam_core.cli.common import Commands, chosen, day, existing, quarter
from kam_core.dashboard.sections import executive_pack
from kam_core.errors import KamError
from kam_core.metrics.day_cache import Day
from kam_core.render import pack_files
from kam_core.render.html import page
from kam_core.render.xlsx import workbook
from kam_core.text.writer import Text
from kam_core.warehouse.ledger import Version
from kam_core.warehouse.scope import Scope


def add(commands: Commands) -> None:
    pack = commands.add_parser("pack", help="write executive packs: one HTML page, one workbook")
    which = pack.add_mutually_exclusive_group()
    which.add_argument(
        "--region", action="append", metavar="R", help="a pack of this region (repeatable)"
    )
    which.add_argument("--each-region", action="store_true", help="a pack of every region")
    pack.add_argument("--quarter", type=quarter, metavar="2024-Q3", help="default: the last ended")
    pack.add_argument("--as-of", type=day, metavar="DATE", help="default: the newest upload's")
    pack.add_argument("--tier", action="append", metavar="T")
    pack.add_argument("--to", type=Path, required=True, metavar="DIR")
    pack.set_defaults(run=_pack)


def _pack(options: argparse.Namespace, text: Text) -> None:
    """Everything is made before anything is written: a refusal leaves no half set of files."""
    warehouse = existing(options)
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    opened = Day(warehouse.check_file(live.version), options.as_of or live.as_of)
    made = dict(_made(options, live, opened))
    for name, written in made.items():
        print(pack_files.write(options.to, name, written))


def _made(options: argparse.Namespace, live: Version, opened: Day) -> Iterator[tuple[str, bytes]]:
    with opened.cursor() as cursor:
        known_tiers = tiers.load_scheme(cursor).tiers
    shown = chosen(options.tier, known_tiers, "unknown_tier") if options.tier else None
    for regions in _packs(options, opened):
        scope = Scope(regions, opened.as_of, shown)
        pack = executive_pack.gather(opened, live, scope, options.quarter, options.lang)
        named = regions if options.region or options.each_region else None
        stem = pack_files.stem(
            pack.quarter, named, opened.regions, shown, options.as_of, options.lang
        )
        yield f"{stem}.html", page.render(pack)
        yield f"{stem}.xlsx", workbook.render(pack)


def _packs(options: argparse.Namespace, opened: Day) -> list[tuple[str, ...]]:
    """The regions of each pack asked for."""
    if options.each_region:
        return [(region,) for region in opened.regions]
    if options.region:
        return [(region,) for region in chosen(options.region, opened.regions, "unknown_region")]
    return [opened.regions]
