"""The commands that write something to begin with: templates of tables, the sample company."""

import argparse
import sys
from pathlib import Path

from kam_core import demo
from kam_core.cli.common import Commands
from kam_core.contract import declaration, templates
from kam_core.text.writer import Text


def add(commands: Commands) -> None:
    template = commands.add_parser("template", help="write the CSV template of a table to stdout")
    template.add_argument("table", choices=tuple(declaration.tables()), metavar="TABLE")
    template.set_defaults(run=_template)
    sample = commands.add_parser("demo", help="write the sample company as CSV files")
    sample.add_argument("--to", type=Path, required=True, metavar="DIR")
    sample.add_argument("--seed", type=int, default=demo.DEFAULT)
    sample.set_defaults(run=_demo)


def _template(options: argparse.Namespace, text: Text) -> None:
    sys.stdout.buffer.write(templates.csv_bytes(options.table, text.lang))
    sys.stdout.buffer.flush()


def _demo(options: argparse.Namespace, text: Text) -> None:
    for path in demo.write_files(options.to, options.seed):
        print(path)
