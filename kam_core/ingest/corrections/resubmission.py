"""Quarantined rows on their way back: a file with our columns beside the person's own is theirs."""

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


def own(header: Iterable[str]) -> list[str]:
    """Those cells of a header that head our own columns, in either language."""
    return [cell for cell in header if _holds(cell)]


def _holds(cell: str) -> str | None:
    """What a column with this heading holds, if it is one of ours."""
    return _ours().get(fold(cell))


@cache
def _ours() -> dict[str, str]:
    return {fold(title): name for lang in ("zh", "en") for name, title in headings(lang).items()}


def reference(
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
    return _hash(sorted(map(fold, header)))[:4]


def _cells_mark(header: Sequence[str], cells: Sequence[str]) -> str:
    pairs = zip(map(fold, header), map(_plain, cells), strict=True)
    return _hash(sorted(pairs))[:12]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _plain(cell: str) -> str:
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


def restored(reading: Reading) -> Reading:
    """A download of quarantined rows as the person's own file; any other file as it is.

    Our columns are gone, and cells defused for spreadsheets are as they were. Lines and their texts
    stay those of the file at hand. A row that nobody touched, and whose fault only shows beside
    other rows of the upload it came from, is no row of data: here it would look sound.
    """
    ours = {_holds(cell): place for place, cell in enumerate(reading.header) if _holds(cell)}
    if not ours:
        return reading
    kept = [place for place, cell in enumerate(reading.header) if not _holds(cell)]
    header = [reading.header[place] for place in kept]
    back = [_sent_back(record, header, kept, ours.get("reference")) for record in reading.records]
    is_download = "reference" in ours or len(ours) >= FEWEST_COLUMNS
    returned = {record.line_no: stands_for for record, stands_for in back if stands_for}
    return replace(
        reading,
        header=header,
        names=unique_names(header),
        records=[record for record, _ in back],
        returned=returned if is_download else None,
    )


def _sent_back(
    record: Record, header: Sequence[str], kept: Sequence[int], place: int | None
) -> tuple[Record, Reference | None]:
    """A row as the person's own, and the one it stands for; ``place`` is that of the reference."""
    if record.kind != GOOD:
        return record, None
    own = record._replace(fields=[undefused(record.fields[n]) for n in kept])
    found = REFERENCE.fullmatch(record.fields[place].strip()) if place is not None else None
    if found is None:
        return own, None
    if found["beside"] and not found["insisted"] and _is_untouched(own, header, found):
        own = own._replace(kind="not_corrected")
    return own, Reference(int(found["upload"]), int(found["line"]), found["sha256"].lower())


def _is_untouched(record: Record, header: Sequence[str], found: re.Match[str]) -> bool:
    """Where columns are missing nobody can tell, so that a row is not taken for corrected."""
    is_same_header = found["header"].lower() == _header_mark(header)
    return not is_same_header or found["cells"].lower() == _cells_mark(header, record.fields)
