"""``inspect``: what a file seems to hold and mean, before anything is loaded or remembered."""

import argparse
from dataclasses import fields

from kam_core.cli.common import add_reading, print_json
from kam_core.errors import KamError, together
from kam_core.ingest.read.table_layout import ReadOptions
from kam_core.render.terminal.inspection import render_parts
from kam_core.text.writer import Text
from kam_core.uploads.inspection import inspect_file, open_memory
from kam_core.uploads.report_model import InspectedPart


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser of commands; its ``run`` takes the options and a Text."""
    command = commands.add_parser("inspect", help="show how files would be read and mapped")
    add_reading(command)
    command.add_argument("--json", action="store_true", help="with the answers to give to load")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace, text: Text) -> None:
    """Print what was found about every file, and then refuse those that cannot be opened."""
    memory = open_memory(options.warehouse)
    how = ReadOptions(**{part.name: getattr(options, part.name) for part in fields(ReadOptions)})
    parts: list[InspectedPart] = []
    refusals: list[KamError] = []
    for path in options.files:
        try:
            parts += inspect_file(path, how, options.table, memory)
        except KamError as error:
            refusals.append(error)
            parts.append(InspectedPart(path.name, None, error=error.record()))
    if options.json:
        print_json([part.document() for part in parts])
    elif opened := [part for part in parts if part.glimpse]:
        print(render_parts(opened, text))
    if refusals:
        raise together(refusals)
