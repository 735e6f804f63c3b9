"""Workbooks: each sheet as rows of text, with its errors and dead formulas where they stand."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import python_calamine as calamine

from kam_core.errors import KamError
from kam_core.ingest.read.sheet_scan import Scan, Scanner, scan_ods, scan_xls, scan_xlsx
from kam_core.ingest.read.table_layout import (
    BLANK,
    GOOD,
    Dialect,
    Reading,
    ReadOptions,
    Record,
    header_index,
    read_opening,
    read_table,
    refuse_missing_header,
)
from kam_core.ingest.read.zip_archive import Archive, is_zip
from kam_core.settings.loader import load_settings

OLE_START = b"\xd0\xcf\x11\xe0"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# From here on a spreadsheet no longer has the digits of a whole number.
DIGITS_LOST = 1e16


class Sheet(NamedTuple):
    """A sheet as its workbook lists it."""

    name: str
    is_hidden: bool


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an xlsx, ods or xls workbook, judged by their content."""
    if data.startswith(OLE_START):
        return True
    return is_zip(data) and _zip_kind(data) is not None


def _zip_kind(data: bytes) -> str | None:
    archive = Archive(data, load_settings().reading.limits.unpacked_bytes)
    if "xl/workbook.xml" in archive.infos:
        return "xlsx"
    is_ods = "mimetype" in archive.infos and archive.unpack("mimetype").strip() == ODS_TYPE
    return "ods" if is_ods else None


class Book:
    """A workbook within the limits; nothing is read before its size is known.

    Raises KamError: "file_too_large", "too_large_unpacked", "protected_file", "damaged_file".
    """

    def __init__(self, data: bytes) -> None:
        most = load_settings().reading.limits.workbook_bytes
        if len(data) > most:
            raise KamError("file_too_large", size=len(data), most=most)
        self._scan = _guard(lambda: _make_scanner(data))
        self._book = _guard(lambda: calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
        self.sheets = [
            Sheet(sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]

    def read(self, options: ReadOptions, most: int | None = None) -> Reading:
        """One sheet as a table, the first where none is named; lines are its row numbers."""
        name = options.sheet or self.sheets[0].name
        if name not in [sheet.name for sheet in self.sheets]:
            raise KamError("no_such_sheet", name=name, known=[s.name for s in self.sheets])
        number = [*self._book.sheet_names].index(name)
        scan = _guard(lambda: self._scan(name, number))
        sheet = _guard(lambda: self._book.get_sheet_by_name(name))
        rows = _Grid(_read_texts(sheet, scan), scan)
        refuse_missing_header(rows.lines, options)
        start = options.header_line - 1 if options.header_line else header_index(rows)
        dialect = Dialect("", "", start + 1)
        reading = read_table(rows, dialect, read_opening(rows, start), most)
        merged = _guard(lambda: sheet.merged_cell_ranges) or []
        return _with_merged_cells(reading, merged, sheet.start[1])


def _with_merged_cells(
    reading: Reading, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]], first_column: int
) -> Reading:
    """The reading that knows where cells are merged, and in which columns downwards."""
    in_body = [(first, last) for first, last in merged if first[0] >= reading.dialect.header_line]
    notes = [("merged_cells", row) for row in sorted({first[0] + 1 for first, _ in in_body})]
    rows = {record.line_no - 1: record.fields for record in reading.records if record.kind == GOOD}
    # A block is one column wide, begins with its value and stands beside rows of data.
    blocks = {
        first[1] - first_column
        for first, last in in_body
        if last[0] > first[0] and last[1] == first[1]
        if all(row in rows for row in range(first[0], last[0] + 1))
        if 0 <= first[1] - first_column < len(reading.names)
        if rows[first[0]][first[1] - first_column].strip()
    }
    names = frozenset(reading.names[position] for position in blocks)
    return replace(reading, notes=(*reading.notes, *notes), merged=names)


def _make_scanner(data: bytes) -> Scanner:
    """How to learn a sheet's extent, errors and dead formulas."""
    if data.startswith(OLE_START):
        return scan_xls(data)
    archive = Archive(data, load_settings().reading.limits.workbook_unpacked_bytes)
    return scan_xlsx(archive) if "xl/workbook.xml" in archive.infos else scan_ods(archive)


def _guard(step: Callable[[], Any]) -> Any:
    """What the reader returns; whatever it raises on a broken workbook becomes a plain refusal."""
    try:
        return step()
    except KamError:
        raise
    except calamine.PasswordError as error:
        raise KamError("protected_file") from error
    except (KeyboardInterrupt, SystemExit):
        raise
    # A panic of the reader's own language is no Exception.
    except BaseException as error:
        raise KamError("damaged_file", detail=str(error)) from error


def _read_texts(sheet: Any, scan: Scan) -> list[list[str]]:
    """All rows from the first of the sheet on, as texts of equal width."""
    if sheet.start is None:
        return []
    first_row, first_column = sheet.start
    cells = _guard(lambda: sheet.to_python(skip_empty_area=True))
    rows: list[list[str]] = [[] for _ in range(first_row)]
    rows += [[cell_as_text(value) for value in row] for row in cells]
    for (row, column), text in [*scan.errors.items(), *scan.dead.items()]:
        if row < len(rows) and 0 <= column - first_column < len(rows[row]):
            rows[row][column - first_column] = text
    width = max((_filled_width(row) for row in rows), default=0)
    return [row[:width] for row in rows]


def _filled_width(row: Sequence[str]) -> int:
    return next((i for i in range(len(row), 0, -1) if row[i - 1].strip()), 0)


def cell_as_text(value: object) -> str:
    """A cell as a person would write it in a CSV: ISO dates, whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _format_number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        return _format_duration(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _format_number(value: float) -> str:
    """The shortest digits that make this number, without exponent while they are all known."""
    if value != value or abs(value) >= DIGITS_LOST:
        return repr(value)
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _format_duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


class _Grid:
    """Rows of a sheet, each the text a CSV would have for it; row n is line n."""

    def __init__(self, rows: list[list[str]], scan: Scan) -> None:
        self.rows = rows
        self.lines = [_as_csv(row) for row in rows]
        self.dead_rows = {row for row, _ in scan.dead}
        self.most_characters = load_settings().reading.limits.cell_characters

    def record(self, start: int) -> tuple[Record, int]:
        """The row at an index, of whatever width, and the index of the next."""
        return Record(start + 1, self.lines[start], self.rows[start], GOOD), start + 1

    def records(self, start: int, width: int) -> Iterator[Record]:
        """All rows from an index on; every row of a sheet is as wide as the sheet."""
        for index in range(start, len(self.rows)):
            row, line = self.rows[index], self.lines[index]
            if len(line) > self.most_characters and max(map(len, row)) > self.most_characters:
                raise KamError("cell_too_long", line=index + 1, most=self.most_characters)
            yield Record(index + 1, line, row, self._kind(index, row))

    def _kind(self, index: int, row: Sequence[str]) -> str:
        if not any(cell.strip() for cell in row):
            return BLANK
        if any("\0" in cell for cell in row):
            return "nul_character"
        return "uncalculated_formula" if index in self.dead_rows else GOOD


def _as_csv(row: Sequence[str]) -> str:
    if not any(cell.strip() for cell in row):
        return "\n"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()
