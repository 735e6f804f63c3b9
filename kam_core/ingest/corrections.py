"""Quarantined rows on their way back: a file with our columns beside the person's own is theirs."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from kam_core.contract import SETTINGS
from kam_core.formulas import undefused
from kam_core.ingest.conventions import fold
from kam_core.ingest.layout import GOOD, Reading, Record, Reference
from kam_core.ingest.problems import problems

# Upload, line, beginning of the upload's hash, hash of the cells as they were handed out.
REFERENCE = re.compile(r"(\d{1,9})-(\d{1,12})-([0-9a-f]{12})-([0-9a-f]{12})")
DIGITS = 12
# Thousands marks, and seconds or minutes of none.
LIGHTLY_TAKEN = re.compile(r"(?<=\d),(?=\d{3})|:00(?![\d])")
WORD = re.compile(r"(?<!\w)-\d+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")


@cache
def headings(lang: str) -> dict[str, str]:
    """The headings of our own columns, by what they hold: line, codes, messages, raw, reference."""
    document = tomllib.loads((SETTINGS / "corrections.toml").read_text("utf-8"))
    return {name: titles[lang] for name, titles in document.items()}


def own(header: Iterable[str]) -> list[str]:
    """Those cells of a header that head our own columns, in either language."""
    return [cell for cell in header if _holds(cell)]


def _holds(cell: str) -> str | None:
    """What a column with this heading holds, if it is one of ours."""
    return _ours().get(fold(cell))


@cache
def _ours() -> dict[str, str]:
    return {fold(title): name for lang in ("zh", "en") for name, title in headings(lang).items()}


def reference(snapshot_id: int, line_no: int, sha256: str, cells: Sequence[str]) -> str:
    """What tells on the way back which row this is, and whether its cells were touched."""
    return f"{snapshot_id}-{line_no}-{sha256[:DIGITS]}-{_fingerprint(cells)}"


def _fingerprint(cells: Sequence[str]) -> str:
    words = json.dumps([_words(cell) for cell in cells])
    return hashlib.sha256(words.encode()).hexdigest()[:DIGITS]


def _words(cell: str) -> list[str]:
    """Words and figures of a cell: a spreadsheet that saves it may write them in another way.

    2024-07-01 becomes 2024/7/1, 5.00 becomes 5, 1,200 becomes 1200, and 09:00:00 becomes 9:00.
    """
    text = unicodedata.normalize("NFKC", cell).casefold()
    found = WORD.findall(LIGHTLY_TAKEN.sub("", text))
    return [
        format(Decimal(word).normalize(), "f") if word[-1].isdecimal() else word for word in found
    ]


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
    records, returned = [], {}
    for record in reading.records:
        if record.kind == GOOD:
            told = {what: record.fields[place].strip() for what, place in ours.items()}
            record = record._replace(fields=[undefused(record.fields[place]) for place in kept])
            match = REFERENCE.fullmatch(told.get("reference", ""))
            if match and _is_as_it_was(record, match[4], told.get("codes", "")):
                record = record._replace(kind="not_corrected")
            elif match:
                returned[record.line_no] = Reference(int(match[1]), int(match[2]), match[3])
        records.append(record)
    return replace(
        reading,
        header=[reading.header[place] for place in kept],
        names=[reading.names[place] for place in kept],
        records=records,
        returned=returned,
    )


def _is_as_it_was(record: Record, fingerprint: str, codes: str) -> bool:
    known = problems()
    is_hidden = any(code in known and known[code].beside_others for code in codes.split())
    return is_hidden and _fingerprint(record.fields) == fingerprint
