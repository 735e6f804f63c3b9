"""Cells that are empty because the one above holds for them too, as merged cells leave them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from kam_core.contract.declaration import Table
from kam_core.ingest.read.table_layout import BLANK, GOOD, Reading
from kam_core.settings.loader import load_settings

# What an empty cell of a column means.
ABOVE, EMPTY = MEANINGS = ("above", "empty")


def fill_down(reading: Reading, columns: Mapping[str, str], blanks: Mapping[str, str]) -> Reading:
    """The reading with the empty cells of some columns filled from above; raw texts stay.

    ``columns``: contract column -> header, ``blanks``: contract column -> "above" or "empty". A row
    that could not be read may have begun a block, so nothing is carried over it. Rows sent back for
    correction have lost their neighbours: theirs were filled when they were handed out.
    """
    headers = {columns.get(column) for column, rule in blanks.items() if rule == ABOVE} - {None}
    if not headers or reading.returned is not None:
        return reading
    positions = [index for index, name in enumerate(reading.names) if name in headers]
    above: dict[int, str] = {}
    records = []
    for record in reading.records:
        if record.kind == GOOD:
            above |= {index: cell for index in positions if (cell := record.fields[index]).strip()}
            fields = [above.get(n, cell) for n, cell in enumerate(record.fields)]
            record = record._replace(fields=fields)
        elif record.kind != BLANK:
            above = {}
        records.append(record)
    return replace(reading, records=records)


def find_blocks(
    table: Table, columns: Mapping[str, Sequence[str]], merged: Collection[str]
) -> list[str]:
    """The contract columns whose empty cells may mean the value above.

    ``columns``: contract column -> its cells, row by row; ``merged``: those with cells merged
    downwards. Of the others a required column speaks for itself, unless it alone is the key; any
    other does that is empty in the same rows.
    """
    empty = {name: _empty_rows(cells) for name, cells in columns.items()}
    key = table.id_column
    required = {column.name for column in table.required} - {key}
    sure = {name for name in required & {*columns} if _are_blocks(columns[name])}
    patterns = {empty[name] for name in sure}
    return [
        name
        for name in columns
        if (name in {*sure, *merged} or empty[name] in patterns) and _starts_block(columns[name])
    ]


def _empty_rows(cells: Sequence[str]) -> frozenset[int]:
    return frozenset(row for row, cell in enumerate(cells) if not cell.strip())


def _starts_block(cells: Sequence[str]) -> bool:
    """Whether there is an empty cell below one that is filled."""
    return any(above.strip() and not cell.strip() for above, cell in pairwise(cells))


def _are_blocks(cells: Sequence[str]) -> bool:
    """Whether each block begins with its value: often empty, and never the same twice in a row."""
    settings, empty = load_settings().reading.blocks, _empty_rows(cells)
    is_often = len(empty) >= max(settings.least_rows, settings.least_share * len(cells))
    is_repeated = any(one == other for one, other in pairwise(cells) if one.strip())
    return is_often and 0 not in empty and not is_repeated
