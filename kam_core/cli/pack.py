"""The command that writes executive packs: a page and a workbook for each region asked for."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from kam_core.cli.common import Commands, day, quarter
from kam_core.dashboard.company import Company, open_company
from kam_core.dashboard.sections.executive_pack import gather_pack
from kam_core.dashboard.view import choose_view
from kam_core.render import pack_files
from kam_core.render.html import page
from kam_core.render.xlsx import workbook
from kam_core.text.writer import Text


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
    company = open_company(options.warehouse)
    files = dict(_render_packs(options, company))
    for name, content in files.items():
        print(pack_files.write(options.to, name, content))


def _render_packs(options: argparse.Namespace, company: Company) -> Iterator[tuple[str, bytes]]:
    every_region = company.holdings().regions
    is_by_region = bool(options.region or options.each_region)
    regions = tuple(options.region or (every_region if options.each_region else ()))
    for named in [(region,) for region in dict.fromkeys(regions)] if is_by_region else [()]:
        view = choose_view(
            company, options.lang, options.quarter, named, options.tier or (), options.as_of
        )
        pack = gather_pack(view)
        stem = pack_files.stem(
            pack.quarter, named or None, every_region, view.scope.tiers, options.as_of, options.lang
        )
        yield f"{stem}.html", page.render_page(pack)
        yield f"{stem}.xlsx", workbook.render_workbook(pack)
