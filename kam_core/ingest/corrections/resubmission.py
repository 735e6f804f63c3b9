"""Resubmitted rows: a download of quarantined rows, without our columns, is the person's file."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from kam_core.contract.problems import problems
from kam_core.contract.spreadsheet_formulas import undefused
from kam_core.ingest.read.table_layout import GOOD, Reading, Record, Reference
from kam_core.ingest.text_folding import fold, unique_names
from kam_core.settings.loader import load_settings

# Upload, line, and beginnings of hashes: of the upload, of its header, of its cells. Then
# whether the row looks sound by itself. Who insists that it is right writes "ok" before it.
REFERENCE = re.compile(
    r"(?P<insisted>ok\W+)?(?P<upload>\d{1,9})-(?P<line>\d{1,12})-(?P<sha256>[0-9a-f]{12})"
    r"-(?P<header>[0-9a-f]{4})-(?P<cells>[0-9a-f]{12})(?P<beside>-b)?",
    re.IGNORECASE,
)
# With so many of our columns a file is a download, even if that with the references is gone.
FEWEST_COLUMNS = 3
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
# Thousands marks, and seconds or minutes of none.
LIGHTLY_TAKEN = re.compile(r"(?<=\d),(?=\d{3})|:00(?!\d)")


@cache
def headings(lang: str) -> dict[str, str]:
    """The headings of our own columns, by what they hold: line, codes, messages, raw, reference."""
    return {name: title.text(lang) for name, title in load_settings().corrections}


def own_columns(header: Iterable[str]) -> list[str]:
    """Those cells of a header that head our own columns, in either language."""
    return [cell for cell in header if _own_name(cell)]


def _own_name(cell: str) -> str | None:
    """What a column with this heading holds, if it is one of ours."""
    return _own_titles().get(fold(cell))


@cache
def _own_titles() -> dict[str, str]:
    return {fold(title): name for lang in ("zh", "en") for name, title in headings(lang).items()}


def make_reference(
    snapshot_id: int,
    line_no: int,
    sha256: str,
    header: Sequence[str],
    cells: Sequence[str],
    codes: Iterable[str],
) -> str:
    """What tells on the way back which row this is, and whether its cells were touched."""
    is_beside = any(problems()[code].beside_others for code in codes)
    return (
        f"{snapshot_id}-{line_no}-{sha256[:12]}-{_header_mark(header)}"
        f"-{_cells_mark(header, cells)}{'-b' if is_beside else ''}"
    )


def _header_mark(header: Sequence[str]) -> str:
    return _hash_json(sorted(map(fold, header)))[:4]


def _cells_mark(header: Sequence[str], cells: Sequence[str]) -> str:
    pairs = zip(map(fold, header), map(_normalize_cell, cells), strict=True)
    return _hash_json(sorted(pairs))[:12]


def _hash_json(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _normalize_cell(cell: str) -> str:
    """What stays of a cell when a spreadsheet saves it: it writes figures and dates in its own way.

    2024-07-01 becomes 2024/7/1 or 7/1/2024, 5.00 becomes 5, 1,200 becomes 1200, 75% becomes 0.75
    and 09:00:00 becomes 9:00. Words stay as they are.
    """
    text = " ".join(unicodedata.normalize("NFKC", cell).split())
    if any(character.isalpha() for character in text):
        return text.upper() if text.upper() in ("TRUE", "FALSE") else text
    figures = [Decimal(figure) for figure in FIGURE.findall(_without_dashes(text))]
    if text.endswith("%"):
        figures = [figure / 100 for figure in figures]
    return " ".join(sorted(format(figure.normalize(), "f") for figure in figures))


def _without_dashes(text: str) -> str:
    """The text with the minus sign of a figure, but without the dashes between parts of a date."""
    text = re.sub(r"^\((.*)\)$", r"-\1", LIGHTLY_TAKEN.sub("", text))
    return re.sub(r"(?<=\d)-", " ", text)


def restore_reading(reading: Reading) -> Reading:
    """A download of quarantined rows as the person's own file; any other file as it is.

    Our columns are gone, and cells defused for spreadsheets are as they were. Lines and their texts
    stay those of the file at hand. A row that nobody touched, and whose fault only shows beside
    other rows of the upload it came from, is no row of data: here it would look sound.
    """
    own = {_own_name(cell): index for index, cell in enumerate(reading.header) if _own_name(cell)}
    if not own:
        return reading
    kept = [index for index, cell in enumerate(reading.header) if not _own_name(cell)]
    header = [reading.header[index] for index in kept]
    back = [_restore(record, header, kept, own.get("reference")) for record in reading.records]
    is_download = "reference" in own or len(own) >= FEWEST_COLUMNS
    returned = {record.line_no: stands_for for record, stands_for in back if stands_for}
    return replace(
        reading,
        header=header,
        names=unique_names(header),
        records=[record for record, _ in back],
        returned=returned if is_download else None,
    )


def _restore(
    record: Record, header: Sequence[str], kept: Sequence[int], index: int | None
) -> tuple[Record, Reference | None]:
    """A row as the person's own, and the one it stands for; ``index`` is that of the reference."""
    if record.kind != GOOD:
        return record, None
    own = record._replace(fields=[undefused(record.fields[n]) for n in kept])
    match = REFERENCE.fullmatch(record.fields[index].strip()) if index is not None else None
    if match is None:
        return own, None
    if match["beside"] and not match["insisted"] and _is_untouched(own, header, match):
        own = own._replace(kind="not_corrected")
    return own, Reference(int(match["upload"]), int(match["line"]), match["sha256"].lower())


def _is_untouched(record: Record, header: Sequence[str], match: re.Match[str]) -> bool:
    """Where columns are missing nobody can tell, so that a row is not taken for corrected."""
    is_same_header = match["header"].lower() == _header_mark(header)
    return not is_same_header or match["cells"].lower() == _cells_mark(header, record.fields)
