"""Any file a person may upload: its tables, wherever they stand, each read the same way."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kam_core.errors import ErrorRecord, KamError
from kam_core.ingest.corrections.resubmission import restore_reading
from kam_core.ingest.read import delimited, zip_archive
from kam_core.ingest.read.table_layout import BLANK, FIND_OUT, GOOD, Reading, ReadOptions
from kam_core.ingest.read.workbook import OLE_START, Book, is_workbook
from kam_core.settings.loader import load_settings

# Between the names of an archive, its member and a sheet.
WITHIN = " › "
# How xlsx and ods (zip archives) and xls begin.
WORKBOOK_STARTS = (*zip_archive.ZIP_STARTS, OLE_START)


class FilePart(NamedTuple):
    """Where a table stands in a file: which member of an archive, which sheet of a workbook."""

    member: str | None = None
    sheet: str | None = None
    is_hidden: bool = False

    @property
    def name(self) -> str:
        return WITHIN.join(filter(None, (self.member, self.sheet)))


@dataclass(frozen=True)
class LineNote:
    """Something noticed about the file: the code of a problem, and the line where it shows."""

    code: str
    line: int


@dataclass(frozen=True)
class Glimpse:
    """What was found out about one table of a file, for a person to confirm or correct.

    ``rows`` are the first rows below the header, as written; ``preamble`` the lines above it.
    ``error`` says why the table cannot be read, if so.
    ``other_encodings`` are worth a try where the text looks garbled.
    """

    member: str | None
    sheet: str | None
    is_hidden: bool
    encoding: str
    delimiter: str
    header_line: int = 0
    preamble: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    notes: list[LineNote] = field(default_factory=list)
    error: ErrorRecord | None = None
    other_encodings: list[str] = field(default_factory=list)


def refuse_if_too_large(size: int) -> None:
    """Refuse a file by its size in bytes, before it is read."""
    most = load_settings().reading.limits.file_bytes
    if size > most:
        raise KamError("file_too_large", size=size, most=most)


def list_parts(data: bytes, options: ReadOptions = FIND_OUT) -> list[FilePart]:
    """All parts of a file where a table may stand, or the one of a member and sheet."""
    member, sheet = options.member, options.sheet
    refuse_if_too_large(len(data))
    _refuse_other_kinds(data)
    if not zip_archive.is_zip(data) or is_workbook(data):
        if member is not None:
            raise KamError("no_such_member", name=member, known=[])
        return _parts_of_table_file(data, None, sheet)
    names = zip_archive.list_files(data)
    if "[Content_Types].xml" in names:
        raise KamError("unsupported_file", kind="office")
    if member is not None and member not in names:
        raise KamError("no_such_member", name=member, known=names)
    chosen = [name for name in names if member in (None, name)]
    parts = []
    for name in chosen:
        content = zip_archive.unpack_file(data, name)
        if zip_archive.is_zip(content) and not is_workbook(content):
            raise KamError("archive_in_archive", name=name)
        is_book = content.startswith(WORKBOOK_STARTS)
        parts += _parts_of_table_file(content, name, sheet) if is_book else [FilePart(name)]
    if not parts:
        raise KamError("no_table_in_archive", known=names)
    return parts


def _parts_of_table_file(data: bytes, member: str | None, sheet: str | None) -> list[FilePart]:
    if not is_workbook(data):
        if sheet is not None:
            raise KamError("no_such_sheet", name=sheet, known=[])
        return [FilePart(member)]
    sheets = Book(data).sheets
    if sheet is not None and sheet not in [s.name for s in sheets]:
        raise KamError("no_such_sheet", name=sheet, known=[s.name for s in sheets])
    return [FilePart(member, s.name, s.is_hidden) for s in sheets if sheet in (None, s.name)]


def _refuse_other_kinds(data: bytes) -> None:
    """Name what is no table instead of showing it as garbled text."""
    start = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind, starts in load_settings().reading.no_tables.items():
        if start.startswith(tuple(text.encode("latin-1") for text in starts)):
            raise KamError("web_page" if kind == "markup" else "unsupported_file", kind=kind)


def content_of(data: bytes, member: str | None) -> bytes:
    """The bytes of a file, or of one file of an archive."""
    return data if member is None else zip_archive.unpack_file(data, member)


def read_part(data: bytes, options: ReadOptions, most: int | None = None) -> Reading:
    """The table of a file that the options, such as a recipe, name; ``most`` rows of it at most."""
    content = content_of(data, options.member)
    # A long file is looked at from its beginning only, so that nothing of it is copied.
    if not content[:256].strip() and not content.strip():
        raise KamError("empty_file")
    _refuse_other_kinds(content)
    if not content.startswith(WORKBOOK_STARTS):
        return restore_reading(delimited.read_file(content, options, most))
    if not is_workbook(content):
        raise KamError("archive_in_archive")
    book = Book(content)
    if not book.sheets:
        raise KamError("empty_file")
    return restore_reading(book.read(options, most))


def first_rows(data: bytes, options: ReadOptions) -> Reading:
    """The same, but only the beginning of it."""
    return read_part(data, options, load_settings().reading.sample_rows)


def read_samples(
    data: bytes, options: ReadOptions = FIND_OUT
) -> Iterator[tuple[FilePart, Reading | KamError]]:
    """Each part of a file with the first rows of its table, or why it holds none."""
    for part in list_parts(data, options):
        try:
            yield part, first_rows(data, replace(options, member=part.member, sheet=part.sheet))
        except KamError as error:
            yield part, error


def inspect_file(
    data: bytes, file_name: str, options: ReadOptions = FIND_OUT
) -> list[tuple[Glimpse, Reading | KamError]]:
    """What is found in a file: a glimpse of each table-like part, and its first rows.

    A part that cannot be read has its ``error``; a file that cannot be opened raises KamError.
    """
    try:
        samples = list(read_samples(data, options))
    except KamError as error:
        raise KamError(error.code, **{"file": file_name, **error.details}) from error
    return [(_make_glimpse(part, seen, options), seen) for part, seen in samples]


def _make_glimpse(part: FilePart, reading: Reading | KamError, options: ReadOptions) -> Glimpse:
    if isinstance(reading, KamError):
        return _make_failed_glimpse(part, reading, options)
    dialect, settings = reading.dialect, load_settings().reading
    shown = [record for record in reading.records if record.kind != BLANK]
    shown = shown[: settings.limits.glimpse_rows]
    faults = [(record.kind, record.line_no) for record in shown if record.kind != GOOD]
    others = [e for e in settings.encodings if e != dialect.encoding.removesuffix("-sig")]
    return Glimpse(
        *part,
        **vars(dialect),
        preamble=reading.preamble.splitlines(),
        header=reading.header,
        rows=[record.fields or [record.raw.rstrip("\r\n")] for record in shown],
        notes=[LineNote(code, line) for code, line in [*reading.notes, *faults]],
        other_encodings=others if dialect.encoding else [],
    )


def _make_failed_glimpse(part: FilePart, error: KamError, options: ReadOptions) -> Glimpse:
    proposals = error.details.get("proposals")
    return Glimpse(
        *part,
        encoding=options.encoding or "",
        delimiter=options.delimiter or "",
        error=error.record(),
        other_encodings=list(proposals) if isinstance(proposals, list) else [],
    )
