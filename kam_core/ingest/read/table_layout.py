"""Where a table begins and ends among the rows of a file, whatever kind of file it is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from statistics import median
from typing import NamedTuple, Protocol

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.ingest.text_folding import fold, strip_marks, unique_names
from kam_core.settings.loader import load_settings

GOOD, BLANK = "good", "blank"


class Record(NamedTuple):
    """One record: ``kind`` is GOOD, BLANK or the code of its fault; ``raw`` has its line end."""

    line_no: int
    raw: str
    fields: list[str]
    kind: str


class Reference(NamedTuple):
    """The quarantined row that a row sent back stands for: its upload and its line there.

    ``sha256`` is the beginning of the hash of that upload's bytes.
    """

    snapshot_id: int
    line_no: int
    sha256: str


@dataclass(frozen=True)
class Dialect:
    """How the file is written; ``header_line`` counts physical lines from 1.

    ``encoding`` and ``delimiter`` are empty for a sheet of a workbook.
    """

    encoding: str
    delimiter: str
    header_line: int


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How one table of a file is read; what is None is found out.

    ``member`` is a file of an archive, ``sheet`` one of a workbook.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    member: str | None = None
    sheet: str | None = None


FIND_OUT = ReadOptions()


@dataclass(frozen=True)
class Reading:
    """A whole table: ``preamble + header_raw`` and the records' ``raw`` are its text, gapless.

    ``header`` is as written, ``names`` the same made unique and filled where blank. ``notes`` are
    (code, line) of what a person should know about the file beside the faults of its records.
    ``merged`` are names of columns with cells merged downwards. ``returned`` is known of a download
    of quarantined rows only: which row each line stands for.
    """

    dialect: Dialect
    preamble: str
    header_raw: str
    header: list[str]
    names: list[str]
    records: list[Record]
    notes: tuple[tuple[str, int], ...] = ()
    merged: frozenset[str] = frozenset()
    returned: Mapping[int, Reference] | None = None


class Rows(Protocol):
    """Rows of a file, one after the other; ``lines`` are their texts."""

    @property
    def lines(self) -> Sequence[str]: ...

    def record(self, start: int) -> tuple[Record, int]:
        """The record that starts at a line, of whatever width, and where the next one starts."""

    def records(self, start: int, width: int) -> Iterator[Record]:
        """All records from a line on, told apart by whether they have ``width`` fields."""


class Opening(NamedTuple):
    """The header, and the index of the line after it; two lines make one where cells are merged."""

    header_line: int
    header: list[str]
    header_raw: str
    body_start: int
    notes: tuple[tuple[str, int], ...]


def refuse_missing_header(lines: Sequence[str], options: ReadOptions) -> None:
    """Refuse an empty file, and one that does not have the line said to be its header."""
    if not any(line.strip() for line in lines):
        raise KamError("empty_file")
    if options.header_line is not None and not 1 <= options.header_line <= len(lines):
        raise KamError("no_such_line", line=options.header_line, lines=len(lines))


def read_opening(rows: Rows, start: int) -> Opening:
    """The header that stands at a line; refuses a file without rows below it."""
    head, body_start = rows.record(start)
    if head.kind != GOOD:
        raise KamError("broken_header", line=start + 1, text=head.raw.strip())
    header = [cell.strip() for cell in head.fields]
    if not any(line.strip() for line in rows.lines[body_start:]):
        raise KamError("no_rows", header=header)
    # A single column whose name holds separators is a table that was not taken apart.
    if len(header) == 1 and any(mark in header[0] for mark in load_settings().reading.separators):
        raise KamError("one_column", header=header)
    below, after = rows.record(body_start)
    if _completes_header(header, below.fields):
        lower = [cell.strip() for cell in below.fields]
        merged = [under or above for above, under in zip(header, lower, strict=True)]
        notes = (("two_line_header", start + 1),)
        return Opening(start + 1, merged, head.raw + below.raw, after, notes)
    return Opening(start + 1, header, head.raw, body_start, ())


def _completes_header(header: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row below a header names the columns that merged cells left without a name."""
    if len(header) != len(below) or not header[0] or below[0].strip():
        return False
    lower = [cell.strip() for cell in below]
    fills = any(under and not above for above, under in zip(header, lower, strict=True))
    names_more = count_known([*header, *lower]) > count_known(header)
    return fills and names_more and not any(map(is_figure, lower))


def read_table(rows: Rows, dialect: Dialect, opening: Opening, most: int | None = None) -> Reading:
    """The records below a header, with the rows that are no data named for what they are.

    With ``most`` only so many are read.
    """
    header = opening.header
    records = list(islice(rows.records(opening.body_start, len(header)), most))
    if width := _common_other_width(records, header):
        opening = opening._replace(header=[*header, *[""] * width][:width])
        records = list(islice(rows.records(opening.body_start, width), most))
    if most is None and all(record.kind == BLANK for record in records):
        raise KamError("no_rows", header=opening.header)
    return to_reading(rows.lines, dialect, opening, records)


def to_reading(
    lines: Sequence[str], dialect: Dialect, opening: Opening, records: list[Record]
) -> Reading:
    """The table of a header and the records below it; ``lines`` are those above, and more."""
    header = list(opening.header)
    return Reading(
        dialect=dialect,
        preamble="".join(lines[: opening.header_line - 1]),
        header_raw=opening.header_raw,
        header=header,
        names=unique_names(header),
        records=_name_special_rows(records, header),
        notes=opening.notes,
    )


def _common_other_width(records: Sequence[Record], header: Sequence[str]) -> int:
    """The width of all rows, if it is another than the header's by empty cells at the end only."""
    widths = {len(record.fields) for record in records if record.kind != BLANK}
    if len(widths) != 1 or (width := widths.pop()) in (0, len(header)):
        return 0
    surplus = [cell for record in records for cell in record.fields[len(header) :]]
    return 0 if any(cell.strip() for cell in [*surplus, *header[width:]]) else width


def _name_special_rows(records: list[Record], header: list[str]) -> list[Record]:
    """The records, where totals, footers and repeated headers are called what they are."""
    for position, record in enumerate(records):
        if record.kind == GOOD:
            cells = record.fields
            if cells[0].strip() == header[0] and [cell.strip() for cell in cells] == header:
                records[position] = record._replace(kind="repeated_header")
            elif is_totals(cells):
                records[position] = record._replace(kind="totals_row")
    for position in _find_footers(records, len(header)):
        records[position] = records[position]._replace(kind="footer")
    first = next((i for i, record in enumerate(records) if record.kind != BLANK), None)
    if first is not None and _are_units(records[first].fields):
        records[first] = records[first]._replace(kind="units_row")
    if records and _is_cut_off(records[-1], len(header)):
        records[-1] = records[-1]._replace(kind="cut_off_row")
    return records


def _is_cut_off(last: Record, width: int) -> bool:
    """A file that ends in the middle of a row has no line end there."""
    if last.raw.endswith(("\n", "\r")):
        return False
    is_short = last.kind == "ragged_row" and len(last.fields) < width
    return is_short or last.kind in ("broken_quotes", "undecodable_row")


def is_totals(fields: Sequence[str]) -> bool:
    """A row that begins with a word such as "total" and otherwise holds figures only."""
    first = next((i for i, cell in enumerate(fields) if cell and not cell.isspace()), None)
    if first is None or not _row_pattern("totals").fullmatch(fields[first].strip()):
        return False
    others = [cell for cell in fields[first + 1 :] if cell.strip()]
    return all(map(may_stand_beside_totals, others)) and (bool(others) or len(fields) > 1)


def may_stand_beside_totals(cell: str) -> bool:
    """Whether a filled cell is a figure, or says how the figures of its row were taken together."""
    return is_figure(cell) or bool(_row_pattern("taken_together").fullmatch(cell.strip()))


def is_figure(cell: str) -> bool:
    """Whether a cell holds an amount, a count or a share, or a dash in place of one."""
    return bool(cell.strip()) and bool(_row_pattern("figure").fullmatch(cell.strip()))


def _find_footers(records: Sequence[Record], width: int) -> list[int]:
    """Remarks below the last row: known phrases, or lone cells behind an empty line."""
    if width < 2:
        return []
    lone: list[int] = []
    footers: list[int] = []
    phrases: list[int] = []
    for position in range(len(records) - 1, -1, -1):
        record = records[position]
        filled = [cell for cell in record.fields if cell.strip()]
        if record.kind == BLANK:
            footers += lone
            lone = []
        elif record.kind in (GOOD, "ragged_row") and len(filled) <= 2:
            is_phrase = bool(filled) and bool(_row_pattern("footer").match(filled[0].strip()))
            if is_phrase:
                phrases.append(position)
            elif len(filled) == 1:
                lone.append(position)
            else:
                break
        elif record.kind != "totals_row":
            break
    else:
        # With no row above them lone cells are the table itself.
        return phrases
    return footers + phrases


def _are_units(fields: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in fields if cell.strip()]
    return bool(filled) and all(map(_row_pattern("unit").fullmatch, filled))


@cache
def _row_pattern(name: str) -> re.Pattern[str]:
    return re.compile(getattr(load_settings().reading.rows_set_apart, name), re.IGNORECASE)


def header_index(rows: Rows, skipped: int = 0) -> int:
    """Index of the line that is the header, looked for below ``skipped`` lines.

    The line that knows most of the contract's names; where none knows any, the first that is
    filled like the rows of the table and not like a title above it.
    """
    searched = _lines_to_search(rows, skipped)
    first = searched[0]
    names = {i: count_known(rows.record(i)[0].fields) for i in searched}
    # max keeps the first of equals: a header repeated further down is not the header.
    best = max(searched, key=lambda i: names[i])
    if names[best] > 1:
        return best
    filled = {i: _count_filled(rows.record(i)[0]) for i in searched}
    typical = median([count for count in filled.values() if count > 1] or [1])
    least = load_settings().reading.header_fill_share * typical
    likely = next((i for i in searched if filled[i] >= least), first)
    return _prefer_words_above(rows, likely, [i for i in searched if i < likely and filled[i] > 1])


def _prefer_words_above(rows: Rows, likely: int, above: Sequence[int]) -> int:
    """A line with figures is rather a row: then a sparse line of words above it is the header."""
    cells = rows.record(likely)[0].fields
    if not any(map(is_figure, cells)):
        return likely
    for index in reversed(above):
        words = rows.record(index)[0].fields
        if len(words) == len(cells) and not any(map(is_figure, words)):
            return index
    return likely


def _count_filled(record: Record) -> int:
    """How many cells of a record hold something; of a broken one, how many it seems to have."""
    if record.kind == GOOD:
        return sum(bool(cell.strip()) for cell in record.fields)
    return 1 + max(record.raw.count(mark) for mark in load_settings().reading.separators)


def _lines_to_search(rows: Rows, skipped: int) -> list[int]:
    most = load_settings().reading.header_search_lines
    filled = (i for i in range(skipped, len(rows.lines)) if rows.lines[i].strip())
    searched = [i for _, i in zip(range(most), filled, strict=False)]
    if not searched:
        raise KamError("no_rows", header=[])
    return searched


def count_known(fields: Sequence[str]) -> int:
    """How many names of the contract's columns are among the cells."""
    folded = {name for cell in fields for name in (fold(cell), fold(strip_marks(cell)))}
    return len(folded & known_headers())


@cache
def known_headers() -> frozenset[str]:
    """Every name the contract knows for a column, folded."""
    columns = [column for table in tables().values() for column in table.columns]
    return frozenset(
        fold(name)
        for column in columns
        for name in (column.name, column.zh, column.en, *column.aliases)
    )
