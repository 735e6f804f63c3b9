"""What the workbook reader does not tell: how far a sheet reaches, its errors, dead formulas."""

import io
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import olefile
from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml

from kam_core.errors import KamError
from kam_core.ingest.read.zip_archive import Archive
from kam_core.settings.loader import load_settings

CELL_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
# The longest text that may be cut in two between one piece of a sheet and the next.
OVERLAP = 64
NEEDS_A_CLOSER_LOOK = (b'"e"', b"'e'", b"<f", b":f>", b":f ")
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# Records of the older binary format: where a sheet begins, cells, errors, encryption.
XLS_SHEET, XLS_LOCK, XLS_FORMULA, XLS_ERROR, XLS_MANY = 0x85, 0x2F, 0x06, 0x205, 0xBD
XLS_CELLS = {XLS_FORMULA, XLS_ERROR, XLS_MANY, 0x203, 0xFD, 0x27E, 0x204, 0xD6}
XLS_END = 0x0A
XLS_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass
class Scan:
    """A sheet's filled cells: first and last row and column (from 0), and how many there are.

    ``errors``: (row, column) -> the error shown there. ``dead``: (row, column) -> the formula of a
    cell whose result was never stored.
    """

    first_row: int | None = None
    first_column: int = 0
    last_row: int = 0
    last_column: int = 0
    filled: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    dead: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        """Count a filled cell, or a block of them."""
        if self.first_row is None:
            self.first_row, self.first_column = row, column
        self.first_row = min(self.first_row, row)
        self.first_column = min(self.first_column, column)
        self.last_row = max(self.last_row, row + rows - 1)
        self.last_column = max(self.last_column, column + columns - 1)
        self.filled += rows * columns

    def refuse_if_vast(self, sheet: str) -> None:
        """A reader that holds the whole rectangle must not be given a vast or an empty one."""
        limit = load_settings().reading.limits
        if self.first_row is None:
            return
        rows = self.last_row + 1
        cells = rows * (self.last_column - self.first_column + 1)
        is_sparse = cells > limit.sparse_cells and self.filled < limit.sparse_share * cells
        if cells > limit.cells or is_sparse:
            raise KamError("sheet_too_large", sheet=sheet, cells=cells, most=limit.cells)


# Scans a sheet by its name and its number, from 0.
Scanner = Callable[[str, int], Scan]


def scan_xlsx(archive: Archive) -> Scanner:
    """How to scan each sheet of a modern workbook."""
    parts = _parts_of_sheets(archive)

    def scan(sheet: str, _: int) -> Scan:
        part = parts.get(sheet)
        return _xlsx_sheet(archive, part, sheet) if part and part in archive.infos else Scan()

    return scan


def _xlsx_sheet(archive: Archive, part: str, sheet: str) -> Scan:
    scan, rest, look_closer = Scan(), b"", False
    for chunk in archive.chunks(part):
        text = rest + chunk
        # A byte order that hides names from this look is used by no spreadsheet program.
        if b"<!" in text or b"\0" in text:
            _refuse_declarations(text)
        look_closer = look_closer or any(mark in text for mark in NEEDS_A_CLOSER_LOOK)
        for match in CELL_REFERENCE.finditer(text):
            scan.add(int(match[2]) - 1, _column_number(match[1].decode()))
        rest = text[-OVERLAP:]
    if not look_closer:
        try:
            scan.refuse_if_vast(sheet)
        except KamError:
            look_closer = True
    if look_closer:
        scan = _scan_in_detail(_read_events(archive.chunks(part)))
    scan.refuse_if_vast(sheet)
    return scan


def _refuse_declarations(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
        raise KamError("damaged_file", detail="XML declarations")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class _Feed(io.RawIOBase):
    """Pieces of bytes as a file that the XML reader can read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks

    def read(self, size: int = -1) -> bytes:
        return next(self.chunks, b"")


def _read_events(chunks: Iterator[bytes]) -> Iterator[tuple[str, Element]]:
    """Elements of an XML document as they begin and end; declarations of entities are refused."""
    try:
        yield from SafeXml.iterparse(_Feed(chunks), events=("start", "end"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, UnicodeError) as error:
        raise KamError("damaged_file", detail=str(error)) from error


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _scan_in_detail(events: Iterator[tuple[str, Element]]) -> Scan:
    scan, row, column = Scan(), -1, -1
    for event, element in events:
        name = _local_name(element)
        if event == "start" and name == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "start" and name == "c":
            match = CELL_REFERENCE.fullmatch(f'r="{element.get("r", "")}"'.encode())
            column = _column_number(match[1].decode()) if match else column + 1
            row = int(match[2]) - 1 if match else row
        elif event == "end" and name == "c":
            _add_cell(scan, row, column, element)
        elif event == "end" and name == "row":
            element.clear()
    return scan


def _add_cell(scan: Scan, row: int, column: int, cell: Element) -> None:
    parts = {_local_name(child): child for child in cell}
    value = parts["v"].text if "v" in parts else None
    if value or "f" in parts or "is" in parts:
        scan.add(row, column)
    if cell.get("t") == "e":
        scan.errors[row, column] = value or "#N/A"
    elif "f" in parts and not value and cell.get("t") != "str":
        scan.dead[row, column] = f"={parts['f'].text or ''}"


def _parts_of_sheets(archive: Archive) -> dict[str, str]:
    """The name of the part that holds each sheet."""
    book = _parse_xml(archive, "xl/workbook.xml")
    relations = _parse_xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    return {
        sheet.get("name", ""): _part(targets.get(sheet.get(RELATION) or sheet.get(STRICT_RELATION)))
        for sheet in book.iter()
        if _local_name(sheet) == "sheet"
    }


def _part(target: str | None) -> str:
    target = target or ""
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parse_xml(archive: Archive, name: str) -> Any:
    if name not in archive.infos:
        raise KamError("damaged_file", detail=name)
    try:
        return SafeXml.fromstring(archive.unpack(name), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, UnicodeError) as error:
        raise KamError("damaged_file", detail=str(error)) from error


def scan_ods(archive: Archive) -> Scanner:
    """How to scan each sheet of an OpenDocument workbook; all of them stand in one part."""
    if "content.xml" not in archive.infos:
        raise KamError("damaged_file", detail="content.xml")
    scans = _ods_sheets(_read_events(archive.chunks("content.xml")))
    # The reader takes all sheets when it opens the workbook.
    for sheet, extent in scans.items():
        extent.refuse_if_vast(sheet)
    return lambda sheet, _: scans.get(sheet, Scan())


def _ods_sheets(events: Iterator[tuple[str, Element]]) -> dict[str, Scan]:
    scans: dict[str, Scan] = {}
    scan, row = Scan(), 0
    for event, element in events:
        if event == "start" and element.tag == f"{TABLE}table":
            scan, row = scans.setdefault(element.get(f"{TABLE}name", ""), Scan()), 0
        elif event == "end" and element.tag == f"{TABLE}table-row":
            rows = _count_repeats(element, "rows")
            _add_ods_row(scan, row, rows, element)
            row += rows
            element.clear()
    return scans


def _count_repeats(element: Element, what: str) -> int:
    return int(element.get(f"{TABLE}number-{what}-repeated", "1"))


def _add_ods_row(scan: Scan, row: int, rows: int, element: Element) -> None:
    column = 0
    for cell in element:
        columns = _count_repeats(cell, "columns")
        texts = ["".join(p.itertext()) for p in cell if p.tag == f"{TEXT}p"]
        formula = cell.get(f"{TABLE}formula")
        if texts or formula or cell.get(f"{OFFICE}value-type"):
            scan.add(row, column, rows, columns)
        if cell.get(f"{CALC}value-type") == "error" or (formula and texts[:1] == ["#N/A"]):
            scan.errors[row, column] = texts[0] if texts else "#N/A"
        elif formula and not cell.get(f"{OFFICE}value-type"):
            scan.dead[row, column] = f"={formula.rpartition('=')[2]}"
        column += columns


def scan_xls(data: bytes) -> Scanner:
    """How to scan the sheets of an older binary workbook; a locked one is refused."""
    stream = _xls_stream(data)
    scans = [
        _xls_sheet(stream, struct.unpack_from("<I", body)[0])
        for _, kind, body in _read_xls_records(stream, 0)
        if kind == XLS_SHEET and len(body) >= 4
    ]
    # The reader takes all sheets when it opens the workbook.
    for number, extent in enumerate(scans, start=1):
        extent.refuse_if_vast(str(number))

    def scan(name: str, number: int) -> Scan:
        if number >= len(scans):
            raise KamError("damaged_file", detail=name)
        return scans[number]

    return scan


def _xls_stream(data: bytes) -> bytes:
    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        if ole.exists("EncryptedPackage"):
            raise KamError("protected_file")
        name = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
        if name is None:
            raise KamError("unsupported_file")
        return ole.openstream(name).read()
    except KamError:
        raise
    # The library raises whatever a broken structure leads it to.
    except Exception as error:
        raise KamError("damaged_file", detail=str(error)) from error


def _read_xls_records(stream: bytes, position: int) -> Iterator[tuple[int, int, bytes]]:
    """(position, kind, body) of each record up to the end of the sheet that begins here."""
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        if kind == XLS_LOCK:
            raise KamError("protected_file")
        yield position, kind, stream[position + 4 : position + 4 + size]
        if kind == XLS_END:
            return
        position += 4 + size


def _xls_sheet(stream: bytes, begin: int) -> Scan:
    scan = Scan()
    for _, kind, body in _read_xls_records(stream, begin):
        if kind not in XLS_CELLS or len(body) < 6:
            continue
        row, column = struct.unpack_from("<HH", body)
        if kind == XLS_MANY:
            last = struct.unpack_from("<H", body, len(body) - 2)[0]
            scan.add(row, column, columns=max(last - column + 1, 1))
            continue
        scan.add(row, column)
        if error := _xls_error(kind, body):
            scan.errors[row, column] = error
    return scan


def _xls_error(kind: int, body: bytes) -> str | None:
    if kind == XLS_ERROR and len(body) >= 8 and body[7] == 1:
        return XLS_ERRORS.get(body[6], "#N/A")
    # The result of a formula that is no number says its type first; 2 is an error.
    if kind == XLS_FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return XLS_ERRORS.get(body[8], "#N/A")
    return None
