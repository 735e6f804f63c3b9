"""The command that writes the template of a table: headers and two example rows."""

import argparse
import sys

from kam_core.cli.common import Commands
from kam_core.contract import declaration, templates
from kam_core.text.writer import Text


def add(commands: Commands) -> None:
    template = commands.add_parser("template", help="write the CSV template of a table to stdout")
    template.add_argument("table", choices=tuple(declaration.tables()), metavar="TABLE")
    template.set_defaults(run=_template)


def _template(options: argparse.Namespace, text: Text) -> None:
    sys.stdout.buffer.write(templates.csv_bytes(options.table, text.lang))
    sys.stdout.buffer.flush()
