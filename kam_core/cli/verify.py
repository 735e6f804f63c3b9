"""The command that puts a version to the proof: every figure another way, hashes and trail."""

import argparse
from functools import partial

from kam_core.cli.common import Commands, day, existing, live_number, print_json, quarter
from kam_core.render.terminal import proof
from kam_core.text.writer import Text
from kam_core.uploads.load import read_steps
from kam_core.verify import report


def add(commands: Commands) -> None:
    verify = commands.add_parser(
        "verify", help="recount every figure another way and check hashes and trail"
    )
    verify.add_argument("--version", type=int, metavar="N", help="default: the live one")
    verify.add_argument(
        "--quarter", action="append", type=quarter, metavar="2024-Q3", help="default: the last 8"
    )
    verify.add_argument("--region", action="append", metavar="R")
    verify.add_argument("--as-of", type=day, metavar="DATE")
    verify.add_argument(
        "--deep", action="store_true", help="read every stored upload again, and compare its rows"
    )
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace, text: Text) -> int:
    """Exit code 1 where anything differs."""
    warehouse = existing(options)
    number = options.version or live_number(warehouse)
    result = report.verify_version(
        warehouse,
        number,
        options.quarter or (),
        options.region or (),
        options.as_of,
        partial(read_steps, warehouse) if options.deep else None,
    )
    if options.json:
        print_json(report.to_json(result))
    else:
        print(proof.render_proof(result, text))
    return 0 if result.holds else 1
