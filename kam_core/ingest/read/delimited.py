"""Bytes to text records that tile the file: each is good, blank or bad, and none is lost."""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from kam_core.errors import KamError
from kam_core.ingest.read.encoding import REPLACEMENT, Decoded, decode_bytes
from kam_core.ingest.read.table_layout import (
    BLANK,
    FIND_OUT,
    GOOD,
    Dialect,
    Opening,
    Reading,
    ReadOptions,
    Record,
    count_known,
    header_index,
    read_opening,
    read_table,
    refuse_missing_header,
)
from kam_core.settings.loader import load_settings

# The module's default of 131,072 characters would call a long but sound cell broken.
csv.field_size_limit(2**31 - 1)

GLUED_QUOTE = re.compile(r'[^\s"]"[^\W\d_]')
EXCEL_SEPARATOR = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)


def read_file(data: bytes, options: ReadOptions = FIND_OUT, most: int | None = None) -> Reading:
    """Read a delimited file strictly, ``most`` records at most."""
    scanner, dialect, head, decoded = _open_scanner(data, options)
    reading = read_table(scanner, dialect, head, most)
    notes = [*reading.notes, *(("escaped_quotes", line) for line in scanner.escaped_lines)]
    if decoded.is_guess:
        notes.append(("encoding_guessed", 1))
    return replace(reading, notes=tuple(notes))


def read_head(data: bytes, options: ReadOptions = FIND_OUT) -> tuple[Dialect, Opening]:
    """Dialect, and the header with the line where the rows below it begin."""
    _, dialect, head, _ = _open_scanner(data, options)
    return dialect, head


def extract_records(
    top: list[str], lines: list[str], delimiter: str, width: int
) -> tuple[Iterator[Record], list[int]]:
    """Records of some lines of a file that begins with ``top``; lines count from 1 in ``lines``.

    The list fills while the records are read: lines with escaped quotes.
    """
    scanner = _Scanner([*top, *lines], delimiter)
    records = scanner.records(len(top), width)
    moved = (record._replace(line_no=record.line_no - len(top)) for record in records)
    return moved, scanner.escaped_lines


def _open_scanner(
    data: bytes, options: ReadOptions
) -> tuple["_Scanner", Dialect, Opening, Decoded]:
    _refuse_vast_lines(data)
    decoded = decode_bytes(data, options.encoding)
    # Not str.splitlines: that also breaks at form feeds and other marks which csv keeps in a cell.
    lines = list(io.StringIO(decoded.text, newline=""))
    refuse_missing_header(lines, options)
    delimiter, start = _layout(lines, _one_character(options.delimiter), options.header_line)
    scanner = _Scanner(lines, delimiter, decoded.is_damaged)
    head = read_opening(scanner, start)
    return scanner, Dialect(decoded.encoding, delimiter, start + 1), head, decoded


def _one_character(delimiter: str | None) -> str | None:
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise KamError("bad_delimiter", delimiter=delimiter)
    return delimiter


def _refuse_vast_lines(data: bytes) -> None:
    """Refuse a line, or as many of them, as no table has, before anything is made of it."""
    limits = load_settings().reading.limits
    # Four bytes are the most that one character takes.
    window, start = 4 * limits.cell_characters, 0
    while start + window < len(data):
        end = max(data.rfind(mark, start, start + window) for mark in (b"\n", b"\r"))
        if end < 0:
            raise KamError("cell_too_long", line=None, most=limits.cell_characters)
        start = end + 1
    # Every line takes memory of its own, however short it is.
    if len(data) > limits.lines and max(map(data.count, (b"\n", b"\r"))) > limits.lines:
        raise KamError("too_many_lines", most=limits.lines)


def _layout(lines: list[str], delimiter: str | None, header_line: int | None) -> tuple[str, int]:
    """Delimiter and index of the header line: the pair that knows most of the contract's names."""
    separator = EXCEL_SEPARATOR.fullmatch(lines[0])
    if separator and not delimiter:
        delimiter = _one_character(separator[1])
    candidates = []
    for candidate in [delimiter] if delimiter else load_settings().reading.separators:
        scanner = _Scanner(lines, candidate)
        start = header_line - 1 if header_line else header_index(scanner, int(bool(separator)))
        fields = scanner.record(start)[0].fields
        evidence = (count_known(fields), _agreement(scanner, start, len(fields)), len(fields))
        candidates.append((evidence, candidate, start))
    # max keeps the first of equals: a single column is taken to be separated by commas.
    _, delimiter, start = max(candidates, key=lambda each: each[0])
    return delimiter, start


def _agreement(scanner: "_Scanner", start: int, width: int) -> float:
    """Share of the next records that are as wide as the header; below two columns none counts."""
    if width < 2:
        return 0.0
    most = load_settings().reading.header_search_lines
    widths: list[int] = []
    _, position = scanner.record(start)
    while position < len(scanner.lines) and len(widths) < most:
        record, position = scanner.record(position)
        widths.append(len(record.fields))
    return widths.count(width) / max(len(widths), 1)


class _OneLine:
    """Hands csv one line at a time: it cannot run on into the next when a quote is left open."""

    def __init__(self) -> None:
        self.line: str | None = None

    def __iter__(self) -> "_OneLine":
        return self

    def __next__(self) -> str:
        line, self.line = self.line, None
        if line is None:
            raise StopIteration
        return line


class _Scanner:
    """Records of one file, one after the other, each line looked at a bounded number of times."""

    def __init__(self, lines: list[str], delimiter: str, is_damaged: bool = False) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.is_damaged = is_damaged
        self.blank_marks = delimiter + ' "\t\r\n\u3000\xa0'
        self.escaped_lines: list[int] = []
        self.most_characters = load_settings().reading.limits.cell_characters
        # In a quoted cell a quote is doubled, and the one that opens it stands behind a separator.
        self.glued_quote = re.compile(rf'[^\s"{re.escape(delimiter)}]"[^\W\d_]')
        self.skips_blanks = self._quotes_stand_behind_blanks()
        self.feed = _OneLine()
        self.reader = self._reader(self.feed)

    def _reader(self, lines: Iterable[str], escapes: bool = False) -> Any:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            strict=True,
            skipinitialspace=self.skips_blanks,
            escapechar="\\" if escapes else None,
            doublequote=not escapes,
        )

    def _quotes_stand_behind_blanks(self) -> bool:
        """Whether cells are written ``a, "b"`` throughout, with a blank behind each separator."""
        sample = self.lines[: load_settings().reading.header_search_lines]
        behind_blank = any(f'{self.delimiter} "' in line for line in sample)
        return behind_blank and not any(f'{self.delimiter}"' in line for line in sample)

    @cached_property
    def lines_with_odd_quotes(self) -> list[int]:
        return [i for i, line in enumerate(self.lines) if line.count('"') % 2]

    def record(self, start: int) -> tuple[Record, int]:
        """The record that starts at a line, of whatever width, and where the next one starts."""
        fields, end = self._fields(start, None)
        kind = GOOD if fields is not None else "broken_quotes"
        raw = "".join(self.lines[start:end])
        return Record(start + 1, raw, fields if fields is not None else [raw.strip()], kind), end

    def records(self, start: int, width: int) -> Iterator[Record]:
        """All records from a line on, told apart by whether they have ``width`` fields."""
        self.escaped_lines.clear()
        while start < len(self.lines):
            fields, end = self._fields(start, width)
            raw = self.lines[start] if end == start + 1 else "".join(self.lines[start:end])
            if len(raw) > self.most_characters:
                self._refuse_long_cells(start, fields)
            yield Record(start + 1, raw, fields or [], self._kind(raw, fields, width))
            start = end

    def _refuse_long_cells(self, start: int, fields: list[str] | None) -> None:
        if fields is None or max(map(len, fields)) > self.most_characters:
            raise KamError("cell_too_long", line=start + 1, most=self.most_characters)

    def _kind(self, raw: str, fields: list[str] | None, width: int) -> str:
        if fields is None:
            return "broken_quotes"
        if not raw.strip(self.blank_marks):
            return BLANK
        if "\0" in raw:
            return "nul_character"
        if self.is_damaged and REPLACEMENT in raw:
            return "undecodable_row"
        if '"' in raw and self._has_glued_quote(raw, fields):
            return "broken_quotes"
        return GOOD if len(fields) == width else "ragged_row"

    def _has_glued_quote(self, raw: str, fields: Sequence[str]) -> bool:
        """Whether a quoted cell sticks to the one before: ``Boots"warm, dry"`` lacks a separator.

        Its own separators then stand in for the missing one, so that the width proves nothing.
        """
        if not self.glued_quote.search(raw):
            return False
        first = next((i for i, cell in enumerate(fields) if GLUED_QUOTE.search(cell)), len(fields))
        return any(cell.endswith('"') for cell in fields[first + 1 :])

    def _fields(self, start: int, width: int | None) -> tuple[list[str] | None, int]:
        line = self.lines[start]
        if '"' not in line:
            return line.rstrip("\r\n").split(self.delimiter), start + 1
        self.feed.line = line
        try:
            return next(self.reader), start + 1
        except csv.Error:
            is_open = line.count('"') % 2
        if is_open:
            fields, end = self._fields_over_lines(start, width)
            if fields is not None:
                return fields, end
        return self._fields_with_escapes(start, width), start + 1

    def _fields_with_escapes(self, start: int, width: int | None) -> list[str] | None:
        r"""The cells of a line that reads only if ``\"`` is a quote inside a cell."""
        if '\\"' not in self.lines[start]:
            return None
        fields = self._parse([self.lines[start]], escapes=True)
        if fields is None or len(fields) != width:
            return None
        self.escaped_lines.append(start + 1)
        return fields

    def _fields_over_lines(self, start: int, width: int | None) -> tuple[list[str] | None, int]:
        """A cell with line breaks ends in the next line whose quotes are odd, or nowhere.

        Looking no further keeps reading linear however many quotes are left open.
        """
        position = bisect_right(self.lines_with_odd_quotes, start)
        if position == len(self.lines_with_odd_quotes):
            return None, start + 1
        end = self.lines_with_odd_quotes[position] + 1
        if sum(map(len, self.lines[start:end])) > self.most_characters:
            return None, start + 1
        fields = self._parse(self.lines[start:end])
        if fields is None or self._swallows_records(start, end, fields, width):
            return None, start + 1
        return fields, end

    def _swallows_records(self, start: int, end: int, fields: list[str], width: int | None) -> bool:
        """Whether an open quote met a stray one further down, with whole records between them."""
        if width is None or width < 2:
            return False
        alone = [line.count(self.delimiter) == width - 1 for line in self.lines[start:end]]
        # A sound record of two lines is what it says, however many separators its text holds.
        between_are_records = len(alone) > 2 and all(alone)
        return between_are_records if len(fields) == width else any(alone[1:])

    def _parse(self, lines: list[str], escapes: bool = False) -> list[str] | None:
        reader = self._reader(lines, escapes)
        try:
            fields = next(reader)
        except csv.Error:
            return None
        return fields if reader.line_num == len(lines) else None
