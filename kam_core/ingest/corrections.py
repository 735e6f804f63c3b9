"""Quarantined rows on their way back: a file with our columns beside the person's own is theirs."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from kam_core.contract import SETTINGS
from kam_core.formulas import undefused
from kam_core.ingest.conventions import fold
from kam_core.ingest.layout import GOOD, Reading


@cache
def headings(lang: str) -> dict[str, str]:
    """The headings of our own columns, by what they hold: line, codes, messages, raw."""
    document = tomllib.loads((SETTINGS / "corrections.toml").read_text("utf-8"))
    return {name: titles[lang] for name, titles in document.items()}


def own(header: Iterable[str]) -> list[str]:
    """Those cells of a header that head our own columns, in either language."""
    ours = {fold(title) for lang in ("zh", "en") for title in headings(lang).values()}
    return [cell for cell in header if fold(cell) in ours]


def restored(reading: Reading) -> Reading:
    """A download of quarantined rows as the person's own file; any other file as it is.

    Our columns are gone, and cells defused for spreadsheets are as they were. Lines and their texts
    stay those of the file at hand.
    """
    ours = set(own(reading.header))
    if not ours:
        return reading
    kept = [place for place, cell in enumerate(reading.header) if cell not in ours]
    return replace(
        reading,
        header=[reading.header[place] for place in kept],
        names=[reading.names[place] for place in kept],
        records=[
            record._replace(fields=[undefused(record.fields[place]) for place in kept])
            if record.kind == GOOD
            else record
            for record in reading.records
        ],
    )
