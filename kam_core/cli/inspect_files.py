"""``inspect``: what a file seems to hold and mean, before anything is loaded or remembered."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from kam_core.contract import declaration
from kam_core.errors import KamError, together
from kam_core.ingest.corrections.inherited_rules import inherited
from kam_core.ingest.corrections.source import source_of
from kam_core.ingest.fast_csv.fast_path import bytes_to_plan_by
from kam_core.ingest.mapping import name_map
from kam_core.ingest.mapping.feeds import Recall, Recipe
from kam_core.ingest.mapping.inference import filled
from kam_core.ingest.mapping.name_map import KnownNames
from kam_core.ingest.mapping.proposal_model import Proposal
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.read import sources
from kam_core.ingest.read.table_layout import GOOD, Reading
from kam_core.render.terminal import inspection
from kam_core.text.writer import Text
from kam_core.uploads.known_names import known_names
from kam_core.warehouse import store


class Memory(NamedTuple):
    """What was uploaded and confirmed before, and the names of the live version, if any."""

    warehouse: store.Warehouse | None
    recall: Recall | None
    known: KnownNames


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser of commands; its ``run`` takes the options and a Text."""
    command = commands.add_parser("inspect", help="show how files would be read and mapped")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--table", choices=tuple(declaration.tables()))
    command.add_argument("--encoding", metavar="NAME")
    command.add_argument("--delimiter", metavar="CHARACTER")
    command.add_argument("--header-line", type=int, metavar="N")
    command.add_argument("--sheet", metavar="NAME")
    command.add_argument("--member", metavar="NAME", help="a file inside an archive")
    command.add_argument("--json", action="store_true", help="with the answers to give to load")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, text: Text) -> None:
    """Print what was found about every file, and then refuse those that cannot be opened."""
    memory = _memory(options.warehouse)
    found: list[dict[str, Any]] = []
    refusals: list[KamError] = []
    for path in options.files:
        try:
            found += inspected(path, options, memory)
        except KamError as error:
            refusals.append(error)
            found.append(_closed(path, error))
    if options.json:
        sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    elif opened := [part for part in found if part["glimpse"]]:
        print("\n\n".join("\n".join(inspection.lines(part, text)) for part in opened))
    if refusals:
        raise together(refusals)


def _closed(path: Path, error: KamError) -> dict[str, Any]:
    """What a program is told of a file of which nothing can be shown."""
    return {"file": path.name, "glimpse": None, "proposals": [], "error": error.plain()}


def inspected(path: Path, options: argparse.Namespace, memory: Memory) -> Iterator[dict[str, Any]]:
    """For each table-like part of a file: file, glimpse, proposals, unused_names, error."""
    if not path.is_file():
        raise KamError("file_not_found", file=str(path))
    sources.refuse_if_too_large(path.stat().st_size)
    data = bytes_to_plan_by(path)
    how = (options.encoding, options.delimiter, options.header_line, options.member, options.sheet)
    glimpses = sources.inspect(data, path.name, *how)
    for glimpse, (_, seen) in zip(glimpses, sources.samples(data, *how), strict=True):
        part = {"file": path.name, "glimpse": glimpse.document(), "proposals": []}
        if isinstance(seen, KamError):
            yield {**part, "error": seen.plain()}
            continue
        name = f"{glimpse.sheet}.xlsx" if glimpse.sheet and len(glimpses) > 1 else path.name
        name = glimpse.member or name
        try:
            proposals = list(_proposals(seen, name, options.table, memory))
        except KamError as error:
            yield {**part, "error": error.plain()}
            continue
        unused = [entry.written for entry in _unused(proposals, seen)]
        yield {
            **part,
            "proposals": [proposal.document() for proposal in proposals],
            "unused_names": unused,
            "error": None,
        }


def _proposals(
    reading: Reading, name: str, table: str | None, memory: Memory
) -> Iterator[Proposal]:
    """One proposal for each table that the part holds."""
    source = source_of(memory.warehouse, reading) if memory.warehouse else None
    first = _proposal(reading, name, table or (source.table if source else None), memory, source)
    yield first
    for other in first.tables:
        if other != first.table:
            yield _proposal(reading, name, other, memory, source)


def _proposal(
    reading: Reading, name: str, table: str | None, memory: Memory, source: Recipe | None
) -> Proposal:
    rows = [record.fields for record in reading.records if record.kind == GOOD]
    recall = inherited(memory.recall, source, reading)
    found = propose(reading.header, rows, table, name, recall, memory.known, reading.merged)
    if reading.returned is None:
        return found
    # Rows sent back are not filled from above: they stand beside other rows now.
    asked = tuple(question for question in found.questions if question.kind != "blanks")
    return replace(found, questions=asked)


def _unused(proposals: Sequence[Proposal], reading: Reading) -> list[name_map.Entry]:
    """Entries of the map of names that no sampled row of a column of names needs."""
    written: dict[str, set[str]] = {}
    for proposal in proposals:
        for column in proposal.columns:
            kind = name_map.kind_of(proposal.table, column.column)
            if kind and column.header:
                position = reading.names.index(column.header)
                rows = (record.fields for record in reading.records if record.kind == GOOD)
                written.setdefault(kind, set()).update(filled(row[position] for row in rows))
    return [entry for entry in name_map.unused(written) if entry.kind in written]


def _memory(path: Path) -> Memory:
    if not (path / "ledger.sqlite").is_file():
        return Memory(None, None, KnownNames())
    warehouse = store.Warehouse(path)
    recall, live = warehouse.ledger.remembered, warehouse.live_version()
    if live is None or not warehouse.is_intact(live.version):
        return Memory(warehouse, recall, KnownNames())
    with store.open_version(warehouse.file(live.version)) as connection:
        return Memory(warehouse, recall, known_names(connection))
