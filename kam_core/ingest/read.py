"""Bytes to text records that tile the file: each is good, blank or bad, and none is lost."""

import codecs
import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from kam_core.contract import tables
from kam_core.errors import KamError
from kam_core.ingest.conventions import conventions, fold

# The module's default of 131,072 characters would call a long but sound cell broken.
csv.field_size_limit(2**31 - 1)

GOOD, BLANK = "good", "blank"
# How xlsx (a zip archive) and xls begin.
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EXCEL_SEPARATOR = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)


class Record(NamedTuple):
    """One record: ``kind`` is GOOD, BLANK or the code of its fault; ``raw`` has its line end."""

    line_no: int
    raw: str
    fields: list[str]
    kind: str


@dataclass(frozen=True)
class Dialect:
    """How the file is written; ``header_line`` counts physical lines from 1."""

    encoding: str
    delimiter: str
    header_line: int


@dataclass(frozen=True)
class Reading:
    """A whole file: ``preamble + header_raw`` and the records' ``raw`` are its text, without a gap.

    ``header`` is as written, ``names`` the same made unique and filled where blank.
    """

    dialect: Dialect
    preamble: str
    header_raw: str
    header: list[str]
    names: list[str]
    records: list[Record]


def read(
    data: bytes,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_line: int | None = None,
) -> Reading:
    """Read a delimited file strictly; what is not given is found out."""
    scanner, opening = _open(data, encoding, delimiter, header_line)
    records = list(scanner.records(opening.body_start, len(opening.header)))
    if all(record.kind == BLANK for record in records):
        raise KamError("no_rows", header=opening.header)
    return Reading(
        dialect=opening.dialect,
        preamble="".join(scanner.lines[: opening.dialect.header_line - 1]),
        header_raw=opening.header_raw,
        header=opening.header,
        names=unique_names(opening.header),
        records=records,
    )


def sniff(
    data: bytes, encoding: str | None = None, delimiter: str | None = None
) -> tuple[Dialect, list[str]]:
    """Dialect and header, without reading the records."""
    opening = _open(data, encoding, delimiter, None)[1]
    return opening.dialect, opening.header


class _Opening(NamedTuple):
    dialect: Dialect
    header: list[str]
    header_raw: str
    body_start: int


def _open(
    data: bytes, encoding: str | None, delimiter: str | None, header_line: int | None
) -> tuple["_Scanner", _Opening]:
    text, encoding = decode(data, encoding)
    # Not str.splitlines: that also breaks at form feeds and other marks which csv keeps in a cell.
    lines = list(io.StringIO(text, newline=""))
    if not any(line.strip() for line in lines):
        raise KamError("empty_file")
    delimiter, start = _layout(lines, delimiter, header_line)
    scanner = _Scanner(lines, delimiter)
    head, body_start = scanner.record(start)
    header = [cell.strip() for cell in head.fields]
    if not any(line.strip() for line in lines[body_start:]):
        raise KamError("no_rows", header=header)
    dialect = Dialect(encoding, delimiter, start + 1)
    return scanner, _Opening(dialect, header, head.raw, body_start)


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the encoding used; an encoding is never guessed against the evidence."""
    if data.startswith(WORKBOOK_STARTS):
        raise KamError("spreadsheet_file")
    for attempt in [encoding] if encoding else _encodings(data):
        try:
            text = data.decode(attempt).removeprefix("\ufeff")
        except LookupError:
            raise KamError("unknown_encoding", encoding=attempt) from None
        except UnicodeError:
            continue
        if encoding or attempt != "gb18030" or _reads_like_chinese(text):
            return text, attempt
    raise KamError("undecodable_file", encoding=encoding)


def _encodings(data: bytes) -> list[str]:
    marked = [name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)]
    return marked[:1] or _utf16_without_mark(data) or ["utf-8", "gb18030"]


def _utf16_without_mark(data: bytes) -> list[str]:
    sample = np.frombuffer(data[:4096], dtype=np.uint8)
    least_share = conventions()["utf16_zero_share"]
    for encoding, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        zero_share = np.mean(sample[zeros::2] == 0) if len(sample) > 1 else 0
        if zero_share > least_share and np.all(sample[letters::2] != 0):
            return [encoding]
    return []


def _reads_like_chinese(text: str) -> bool:
    ascii_count = len(text.encode("ascii", "ignore"))
    # In GB 2312 the lead bytes B0 to D7 hold the common characters, A1 and A3 punctuation.
    known = np.frombuffer(text.encode("gb2312", "ignore"), dtype=np.uint8)
    leads = known[known >= 0x80][::2]
    common = ((leads >= 0xB0) & (leads <= 0xD7)) | (leads == 0xA1) | (leads == 0xA3)
    return common.sum() >= conventions()["gb18030_common_share"] * (len(text) - ascii_count)


def unique_names(header: list[str]) -> list[str]:
    """Header cells made usable as names: blank ones are numbered, repeated ones counted."""
    names: list[str] = []
    taken = set(header)
    for position, cell in enumerate(header, start=1):
        name = cell or f"column_{position}"
        if name in names or (not cell and name in taken):
            name = next(n for k in range(2, len(header) + 2) if (n := f"{name}_{k}") not in taken)
            taken.add(name)
        names.append(name)
    return names


def _layout(lines: list[str], delimiter: str | None, header_line: int | None) -> tuple[str, int]:
    """Delimiter and index of the header line: the pair that knows most of the contract's names."""
    separator = EXCEL_SEPARATOR.fullmatch(lines[0])
    if separator and not delimiter:
        delimiter = separator[1]
    candidates = []
    for candidate in [delimiter] if delimiter else conventions()["separators"]:
        scanner = _Scanner(lines, candidate)
        start = header_line - 1 if header_line else _header_index(scanner, bool(separator))
        fields = scanner.record(start)[0].fields
        evidence = (_known(fields), _agreement(scanner, start, len(fields)), len(fields))
        candidates.append((evidence, candidate, start))
    # max keeps the first of equals: a single column is taken to be separated by commas.
    _, delimiter, start = max(candidates, key=lambda found: found[0])
    return delimiter, start


def _header_index(scanner: "_Scanner", has_separator_line: bool) -> int:
    """The first line with content, or a later one with known names if that has none."""
    most_lines = conventions()["header_search_lines"]
    filled = (
        i
        for i, line in enumerate(scanner.lines)
        if line.strip() and not (has_separator_line and i == 0)
    )
    searched = [i for _, i in zip(range(most_lines), filled, strict=False)]
    if not searched:
        raise KamError("no_rows", header=[])
    first = searched[0]
    if _known(scanner.record(first)[0].fields):
        return first
    return next((i for i in searched if _known(scanner.record(i)[0].fields) > 1), first)


def _agreement(scanner: "_Scanner", start: int, width: int) -> float:
    """Share of the next lines that are as wide as the header; nothing below one column counts."""
    if width < 2:
        return 0.0
    sample = [
        scanner.record(start + k)[0].fields
        for k in range(1, conventions()["header_search_lines"] + 1)
        if start + k < len(scanner.lines)
    ]
    return sum(len(fields) == width for fields in sample) / max(len(sample), 1)


def _known(fields: list[str]) -> int:
    return sum(fold(cell) in known_headers() for cell in fields)


@cache
def known_headers() -> frozenset[str]:
    """Every name the contract knows for a column, folded."""
    columns = [column for table in tables().values() for column in table.columns]
    return frozenset(
        fold(name)
        for column in columns
        for name in (column.name, column.zh, column.en, *column.aliases)
    )


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

    def __init__(self, lines: list[str], delimiter: str) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.blank_marks = delimiter + ' "\t\r\n\u3000\xa0'
        self.feed = _OneLine()
        self.reader = csv.reader(self.feed, delimiter=delimiter, strict=True)

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
        while start < len(self.lines):
            fields, end = self._fields(start, width)
            raw = self.lines[start] if end == start + 1 else "".join(self.lines[start:end])
            yield Record(start + 1, raw, fields or [], self._kind(raw, fields, width))
            start = end

    def _kind(self, raw: str, fields: list[str] | None, width: int) -> str:
        if fields is None:
            return "broken_quotes"
        if not raw.strip(self.blank_marks):
            return BLANK
        if "\0" in raw:
            return "nul_character"
        return GOOD if len(fields) == width else "ragged_row"

    def _fields(self, start: int, width: int | None) -> tuple[list[str] | None, int]:
        line = self.lines[start]
        if '"' not in line:
            return line.rstrip("\r\n").split(self.delimiter), start + 1
        self.feed.line = line
        try:
            return next(self.reader), start + 1
        except csv.Error:
            is_open = line.count('"') % 2
            return self._fields_over_lines(start, width) if is_open else (None, start + 1)

    def _fields_over_lines(self, start: int, width: int | None) -> tuple[list[str] | None, int]:
        """A cell with line breaks ends in the next line whose quotes are odd, or nowhere.

        Looking no further keeps reading linear however many quotes are left open.
        """
        position = bisect_right(self.lines_with_odd_quotes, start)
        if position == len(self.lines_with_odd_quotes):
            return None, start + 1
        end = self.lines_with_odd_quotes[position] + 1
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

    def _parse(self, lines: list[str]) -> list[str] | None:
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            fields = next(reader)
        except csv.Error:
            return None
        return fields if reader.line_num == len(lines) else None
