"""What a file seems to hold and mean, before anything is loaded or remembered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from kam_core.errors import KamError
from kam_core.ingest.corrections.inherited_rules import inherit_rules
from kam_core.ingest.corrections.source import source_of
from kam_core.ingest.fast_csv.fast_path import bytes_to_plan_by
from kam_core.ingest.mapping import name_map
from kam_core.ingest.mapping.feeds import Recall, Recipe
from kam_core.ingest.mapping.inference import filled
from kam_core.ingest.mapping.name_map import KnownNames
from kam_core.ingest.mapping.proposal_model import Proposal
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.read import sources
from kam_core.ingest.read.sources import Glimpse
from kam_core.ingest.read.table_layout import GOOD, Reading, ReadOptions
from kam_core.uploads.known_names import load_known_names
from kam_core.uploads.report_model import InspectedPart
from kam_core.warehouse import store


class Memory(NamedTuple):
    """What was uploaded and confirmed before, and the names of the live version, if any."""

    warehouse: store.Warehouse | None
    recall: Recall | None
    names: KnownNames


def open_memory(path: Path) -> Memory:
    """The memory of a warehouse folder; an empty one where there is none."""
    if not (path / "ledger.sqlite").is_file():
        return Memory(None, None, KnownNames())
    warehouse = store.Warehouse(path)
    live = warehouse.live_version()
    is_intact = live is not None and warehouse.is_intact(live.version)
    names = load_known_names(warehouse.file(live.version) if live and is_intact else None)
    return Memory(warehouse, warehouse.ledger.remembered, names)


def inspect_file(
    path: Path, options: ReadOptions, table: str | None, memory: Memory
) -> Iterator[InspectedPart]:
    """Each table-like part of a file, read as ``manner`` says; KamError where it cannot be opened.

    ``table`` is the one that a person named, if any.
    """
    if not path.is_file():
        raise KamError("file_not_found", file=str(path))
    sources.refuse_if_too_large(path.stat().st_size)
    parts = sources.inspect_file(bytes_to_plan_by(path), path.name, options)
    for glimpse, reading in parts:
        of_several = f"{glimpse.sheet}.xlsx" if glimpse.sheet and len(parts) > 1 else path.name
        yield _inspect_part(path, glimpse, reading, glimpse.member or of_several, table, memory)


def _inspect_part(
    path: Path,
    glimpse: Glimpse,
    reading: Reading | KamError,
    name: str,
    table: str | None,
    memory: Memory,
) -> InspectedPart:
    try:
        if isinstance(reading, KamError):
            raise reading
        proposals = list(_proposals(reading, name, table, memory))
    except KamError as error:
        return InspectedPart(path.name, glimpse, error=error.record())
    unused = [entry.written for entry in _list_unused(proposals, reading)]
    answered = [proposal.with_answers() for proposal in proposals]
    return InspectedPart(path.name, glimpse, answered, unused)


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
    recall = inherit_rules(memory.recall, source, reading)
    proposal = propose(reading.header, rows, table, name, recall, memory.names, reading.merged)
    if reading.returned is None:
        return proposal
    # Rows sent back are not filled from above: they stand beside other rows now.
    questions = tuple(question for question in proposal.questions if question.kind != "blanks")
    return replace(proposal, questions=questions)


def _list_unused(proposals: Sequence[Proposal], reading: Reading) -> list[name_map.Entry]:
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
