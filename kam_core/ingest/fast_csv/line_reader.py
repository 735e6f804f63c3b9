"""Lines of a large file: those that read in one way only, and strictly read records of the rest."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, tee
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from kam_core.ingest.read.delimited import extract_records
from kam_core.ingest.read.table_layout import Record
from kam_core.settings.loader import load_settings

NEW_LINE, RETURN, QUOTE, NUL = b'\n\r"\0'
MOST_BYTES_OF_CHARACTER = 4
SEARCHED_AT_A_TIME = 1 << 18


class Unsuited(Exception):
    """The file is not suited to the fast path; nothing need be wrong with it."""


class Piece(NamedTuple):
    """Whole lines of a file: its bytes from ``start`` to ``end``; lines count from 1."""

    start: int
    end: int
    first_line: int
    line_count: int

    @property
    def last_line(self) -> int:
        return self.first_line + self.line_count - 1


class DoubtfulRows(NamedTuple):
    """Strictly read records, and the lines of those whose quotes are escaped by a backslash."""

    records: list[Record]
    escaped_lines: list[int]

    def extend(self, other: "DoubtfulRows") -> None:
        self.records.extend(other.records)
        self.escaped_lines.extend(other.escaped_lines)


class Plain(NamedTuple):
    """Rows with the cells of their lines as text, the numbers of these lines, and all others.

    ``starts`` says where in the piece each of its lines starts, and where the last one ends.
    """

    rows: pa.Table
    numbers: np.ndarray
    others: np.ndarray
    starts: np.ndarray


class OpenLine(NamedTuple):
    """A line with an odd number of quotes, and its bytes."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class CsvFile:
    """The bytes of a UTF-8 file, its first lines, its separator, and the names of its columns."""

    data: memoryview
    top: list[str]
    delimiter: str
    names: list[str]

    def block(self, piece: Piece) -> np.ndarray:
        return np.frombuffer(self.data[piece.start : piece.end], np.uint8)

    def decode_lines(self, start: int, end: int) -> list[str]:
        try:
            file = bytes(self.data[start:end]).decode("utf-8")
        except UnicodeDecodeError:
            raise Unsuited from None
        return list(io.StringIO(file, newline=""))


def is_utf8(data: memoryview) -> bool:
    """Whether all of the bytes are sound UTF-8."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def is_utf8_throughout(data: memoryview, size: int, each: Callable[..., Iterable] = map) -> bool:
    """The same of a whole file, in parts of about ``size`` bytes; ``each`` as in ``pieces``."""
    cuts = [
        0,
        *(_character_start(data, position) for position in range(size, len(data), size)),
        len(data),
    ]
    return all(each(lambda cut: is_utf8(data[cut[0] : cut[1]]), pairwise(cuts)))


def _character_start(data: memoryview, position: int) -> int:
    """The next byte where a character begins, or the end; what is no UTF-8 is cut anywhere."""
    end = min(position + MOST_BYTES_OF_CHARACTER, len(data))
    return next((i for i in range(position, end) if data[i] & 0b1100_0000 != 0b1000_0000), end)


def cut_pieces(
    file: CsvFile, start: int, first_line: int, size: int, each: Callable[..., Iterable] = map
) -> Iterator[Piece]:
    """Cut the bytes from ``start`` on into pieces of whole lines of about ``size`` bytes.

    ``each`` may be the map of a pool: the lines of every piece are counted by themselves.
    """
    cuts, to_count = tee(_cut_bytes(file.data, start, size))
    counts = each(lambda cut: _count_lines(file.data[cut[0] : cut[1]]), to_count)
    for (begin, end), line_count in zip(cuts, counts, strict=True):
        yield Piece(begin, end, first_line, line_count)
        first_line += line_count


def _cut_bytes(data: memoryview, start: int, size: int) -> Iterator[tuple[int, int]]:
    while start < len(data):
        end = min(start + size, len(data))
        if end < len(data):
            end = _end_of_last_line(data, start, end)
        if end == start:
            raise Unsuited
        yield start, end
        start = end


def _end_of_last_line(data: memoryview, start: int, end: int) -> int:
    """Where the last line that ends between two bytes ends; ``start`` where none does."""
    begin = end
    while begin > start:
        begin = max(start, begin - SEARCHED_AT_A_TIME)
        if length := bytes(data[begin:end]).rfind(b"\n") + 1:
            return begin + length
    return start


def _count_lines(lines: memoryview) -> int:
    block = np.frombuffer(lines, np.uint8)
    ends = sum(int(np.count_nonzero(is_end)) for _, is_end in _match_byte(block, NEW_LINE))
    return ends + int(block[-1] != NEW_LINE)


def _match_byte(block: np.ndarray, character: int) -> Iterator[tuple[int, np.ndarray]]:
    """Whether each byte is the character, part by part: a part fits into the processor's cache."""
    for start in range(0, len(block), SEARCHED_AT_A_TIME):
        yield start, block[start : start + SEARCHED_AT_A_TIME] == character


def _find_byte(block: np.ndarray, character: int) -> np.ndarray:
    """Where a character stands."""
    positions = [np.empty(0, np.int64)]
    for start, is_there in _match_byte(block, character):
        if is_there.any():
            positions.append(np.flatnonzero(is_there) + start)
    return np.concatenate(positions)


def _find_line_starts(block: np.ndarray) -> np.ndarray:
    """Where each line starts, and where the last one ends."""
    ends = _find_byte(block, NEW_LINE) + 1
    is_closed = len(ends) > 0 and ends[-1] == len(block)
    return np.concatenate([[0], ends] if is_closed else [[0], ends, [len(block)]])


def _count_by_line(positions: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How many of the positions, which are in order, lie in each line."""
    return np.diff(np.searchsorted(positions, starts))


# lines in which a quote is left open


def find_open_lines(file: CsvFile, piece: Piece) -> list[OpenLine]:
    """The lines of a piece in which a quote is left open."""
    block = file.block(piece)
    quotes = _find_byte(block, QUOTE)
    if not len(quotes):
        return []
    starts = _find_line_starts(block)
    positions = np.flatnonzero(_count_by_line(quotes, starts) % 2).tolist()
    bounds = (starts + piece.start).tolist()
    return [OpenLine(piece.first_line + i, bounds[i], bounds[i + 1]) for i in positions]


def read_open(file: CsvFile, opened: Sequence[OpenLine]) -> tuple[DoubtfulRows, np.ndarray]:
    """The records that begin with an open quote, and the numbers of all lines they take.

    Such a record ends in its own line or in the next one of its kind; the strict reader decides.
    """
    doubtful = DoubtfulRows([], [])
    taken = [np.empty(0, np.int64)]
    position = 0
    while position < len(opened):
        first = opened[position]
        record, escaped, length = _first_record(file, first, opened[position + 1 : position + 2])
        doubtful.records.append(record._replace(line_no=first.number))
        doubtful.escaped_lines.extend([first.number] * len(escaped))
        taken.append(np.arange(first.number, first.number + length))
        position += 2 if length > 1 else 1
    return doubtful, np.concatenate(taken)


def _first_record(
    file: CsvFile, first: OpenLine, following: Sequence[OpenLine]
) -> tuple[Record, list[int], int]:
    """The record at an open line, where its quotes are escaped, and how many lines it takes."""
    end = following[0].end if following else first.end
    # The strict reader joins no lines that hold more characters than a cell may.
    if end - first.start > MOST_BYTES_OF_CHARACTER * load_settings().reading.limits.cell_characters:
        end = first.end
    lines = file.decode_lines(first.start, end)
    records, escaped = extract_records(file.top, lines, file.delimiter, len(file.names))
    record = next(records)
    is_joined = following and len(record.raw) > len(lines[0])
    length = following[0].number - first.number + 1 if is_joined else 1
    return record, list(escaped), length


# all other lines


def read_plain(file: CsvFile, piece: Piece, taken: np.ndarray, is_coded: Sequence[bool]) -> Plain:
    """The lines of a piece that can be read in one way only, as text; the others by number.

    ``taken`` are lines that belong to records with open quotes. A column that ``is_coded`` becomes
    a dictionary. The rows are counted twice: by the reader, and by the ends of lines.
    """
    block = file.block(piece)
    _refuse_lone_returns(block)
    starts = _find_line_starts(block)
    is_long = np.diff(starts).max() > load_settings().reading.limits.cell_characters
    if is_long or not is_utf8(file.data[piece.start : piece.end]):
        raise Unsuited
    is_taken = np.zeros(len(starts) - 1, dtype=bool)
    is_here = (taken >= piece.first_line) & (taken <= piece.last_line)
    is_taken[taken[is_here] - piece.first_line] = True
    is_plain = ~(is_taken | _is_unusual(block, starts, ord(file.delimiter)))
    rows, ragged = _parse_rows(_join_lines(file, piece, starts, is_plain), file, is_coded)
    positions = np.flatnonzero(is_plain)
    is_plain[positions[ragged]] = False
    positions = np.delete(positions, ragged)
    if rows.num_rows != len(positions):
        raise Unsuited
    others = np.flatnonzero(~is_plain & ~is_taken)
    return Plain(rows, positions + piece.first_line, others + piece.first_line, starts)


def read_lines(
    file: CsvFile, piece: Piece, numbers: np.ndarray, starts: np.ndarray | None = None
) -> DoubtfulRows:
    """Strictly read records of single lines of a piece."""
    starts = _find_line_starts(file.block(piece)) if starts is None else starts
    positions = numbers - piece.first_line
    bounds = zip(starts[positions] + piece.start, starts[positions + 1] + piece.start, strict=True)
    lines = [line for start, end in bounds for line in file.decode_lines(int(start), int(end))]
    records, escaped = extract_records(file.top, lines, file.delimiter, len(file.names))
    placed = [record._replace(line_no=int(numbers[record.line_no - 1])) for record in records]
    return DoubtfulRows(placed, [int(numbers[i - len(file.top) - 1]) for i in escaped])


def _refuse_lone_returns(block: np.ndarray) -> None:
    """A carriage return by itself ends a line too, and lines are counted by their new line here."""
    returns = _find_byte(block, RETURN) + 1
    if len(returns) and (returns[-1] == len(block) or (block[returns] != NEW_LINE).any()):
        raise Unsuited


def _is_unusual(block: np.ndarray, starts: np.ndarray, delimiter: int) -> np.ndarray:
    """Whether a line holds a NUL, or a quote elsewhere than around a cell or doubled in it."""
    is_unusual = np.zeros(len(starts) - 1, dtype=bool)
    if len(nuls := _find_byte(block, NUL)):
        is_unusual |= _count_by_line(nuls, starts) > 0
    quotes = _find_byte(block, QUOTE)
    if not len(quotes):
        return is_unusual
    counts = _count_by_line(quotes, starts)
    line = np.repeat(np.arange(len(counts)), counts)
    opens = (np.arange(len(quotes)) - (np.cumsum(counts) - counts)[line]) % 2 == 0
    edges = np.zeros(256, dtype=bool)
    edges[[delimiter, NEW_LINE, RETURN, QUOTE]] = True
    # Clipped, a quote at either end of the piece stands beside itself, and that is sound.
    beside = block.take(np.where(opens, quotes - 1, quotes + 1), mode="clip")
    is_unusual[line[~edges[beside]]] = True
    return is_unusual


def _join_lines(file: CsvFile, piece: Piece, starts: np.ndarray, is_plain: np.ndarray) -> pa.Buffer:
    """The bytes of the plain lines of a piece."""
    whole = file.data[piece.start : piece.end]
    if is_plain.all():
        return pa.py_buffer(whole)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_plain, [False]]).astype(np.int8)))
    bounds = starts[changes].tolist()
    runs = zip(bounds[::2], bounds[1::2], strict=True)
    return pa.py_buffer(b"".join(whole[start:end] for start, end in runs))


def _parse_rows(
    content: pa.Buffer, file: CsvFile, is_coded: Sequence[bool]
) -> tuple[pa.Table, list[int]]:
    """Rows of text, and the positions of lines that have more or fewer cells than the header."""
    ragged: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.number - 1)
        return "skip"

    kinds = [pa.dictionary(pa.int32(), pa.string()) if coded else pa.string() for coded in is_coded]
    if not content.size:
        return pa.table([pa.array([], kind) for kind in kinds], names=file.names), ragged
    try:
        rows = arrow_csv.read_csv(
            pa.BufferReader(content),
            arrow_csv.ReadOptions(
                use_threads=False, block_size=content.size + 1, column_names=file.names
            ),
            arrow_csv.ParseOptions(
                delimiter=file.delimiter, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            arrow_csv.ConvertOptions(
                column_types=dict(zip(file.names, kinds, strict=True)),
                null_values=[],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        raise Unsuited from None
    return rows.combine_chunks(), ragged
