"""One file and one recipe in, checked rows and quarantined rows out; nothing is stored yet."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract import Table, tables
from kam_core.ingest import feeds
from kam_core.ingest.cast import Manner
from kam_core.ingest.check import Checked, Finding, Origin, check
from kam_core.ingest.conventions import conventions
from kam_core.ingest.feeds import Recipe, Shaped
from kam_core.ingest.problems import is_note
from kam_core.ingest.read import BLANK, GOOD, Reading, Record, read, sniff

FIRST_LINES = 5
to_json = json.JSONEncoder(ensure_ascii=False).encode
REJECTED = pa.schema(
    [
        ("line_no", pa.int64()),
        ("raw", pa.string()),
        ("codes", pa.list_(pa.string())),
        ("detail", pa.string()),
    ]
)


@dataclass(frozen=True)
class Staged:
    """What a file held for one table: ``received == accepted.num_rows + rejected.num_rows``.

    ``accepted``: contract columns, then ``extra`` and ``line_no``. ``rejected``: ``line_no``,
    ``raw``, ``codes``, ``detail``. ``problems`` counts rows per code, notes included, and
    ``first_lines`` names the first few lines of each.
    """

    table: str
    accepted: pa.Table
    rejected: pa.Table
    received: int
    blank: int
    set_aside: int
    problems: dict[str, int]
    first_lines: dict[str, tuple[int, ...]]
    newest_fact: date | None


def recipes_for(
    data: bytes,
    file_name: str,
    table: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> list[Recipe]:
    """The recipes by which this file is read, with dialect and time zone pinned."""
    dialect, header = sniff(data, encoding, delimiter)
    return [
        replace(
            recipe,
            encoding=dialect.encoding,
            delimiter=dialect.delimiter,
            header_line=dialect.header_line,
        )
        for recipe in feeds.plan(file_name, header, table)
    ]


def stage(data: bytes, recipe: Recipe) -> Staged:
    """Read, map and check one file for one table."""
    reading = read(data, recipe.encoding, recipe.delimiter, recipe.header_line)
    table = tables()[recipe.table]
    good = [record for record in reading.records if record.kind == GOOD]
    unreadable = [record for record in reading.records if record.kind not in (GOOD, BLANK)]
    cells = [record.fields for record in good]
    shaped = feeds.shape(pd.DataFrame(cells, columns=reading.names, dtype="str"), recipe)
    rows = [good[position] for position in shaped.kept]
    origin = Origin([row.line_no for row in rows], [row.fields for row in rows])
    checked = check(shaped.cells, table, origin, _manners(recipe), _elapsed(recipe))
    findings = [*checked.findings, *_conflict_notes(shaped, good)]
    by_row = _by_row(findings)
    is_rejected = _is_rejected(by_row, len(rows))
    accepted = _accepted(table, checked, shaped, origin).filter(pa.array(~is_rejected))
    rejected = _rejected(unreadable, len(reading.names), rows, by_row, is_rejected)
    occurrences = [
        *_file_notes(reading),
        *((record.kind, record.line_no) for record in unreadable),
        *((finding.code, origin.line_numbers[finding.row]) for finding in findings),
    ]
    return Staged(
        table=recipe.table,
        accepted=accepted,
        rejected=rejected,
        received=len(rows) + len(unreadable),
        blank=sum(record.kind == BLANK for record in reading.records),
        set_aside=len(good) - len(rows),
        problems=_counts(occurrences),
        first_lines=_first_lines(occurrences),
        newest_fact=_newest_fact(accepted, recipe.table),
    )


def _manners(recipe: Recipe) -> dict[str, Manner]:
    return {
        column.name: Manner(
            meanings=recipe.values.get(column.name),
            factor=recipe.factors.get(column.name),
            scale=_pair(recipe.scales.get(column.name)),
            date_order=recipe.dates.get(column.name),
            timezone=recipe.timezone,
        )
        for column in tables()[recipe.table].columns
    }


def _pair(scale: Any) -> tuple[str, str] | None:
    return (scale[0], scale[1]) if scale else None


def _elapsed(recipe: Recipe) -> dict[str, dict[str, str]]:
    return {name: {**duration, "column": name} for name, duration in recipe.elapsed.items()}


def _conflict_notes(shaped: Shaped, good: list[Record]) -> list[Finding]:
    return [
        Finding(
            conflict.row,
            "conflicting_repeat",
            {
                "column": conflict.column,
                "value": conflict.value,
                "other_value": conflict.other_value,
                "other_line": good[conflict.other_row].line_no,
            },
        )
        for conflict in shaped.conflicts
    ]


def _by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_row[finding.row].append(finding)
    return by_row


def _is_rejected(by_row: dict[int, list[Finding]], row_count: int) -> np.ndarray:
    is_rejected = np.zeros(row_count, dtype=bool)
    for row, findings in by_row.items():
        is_rejected[row] = any(not is_note(finding.code) for finding in findings)
    return is_rejected


def _accepted(table: Table, checked: Checked, shaped: Shaped, origin: Origin) -> pa.Table:
    columns = {column.name: checked.columns[column.name] for column in table.columns}
    columns["extra"] = pa.array(shaped.extra, pa.string())
    columns["line_no"] = pa.array(origin.line_numbers, pa.int64())
    return pa.table(columns)


def _rejected(
    unreadable: list[Record],
    width: int,
    rows: list[Record],
    by_row: dict[int, list[Finding]],
    is_rejected: np.ndarray,
) -> pa.Table:
    entries = [_unreadable_entry(record, width) for record in unreadable]
    entries += [_entry(rows[i], by_row[i]) for i in np.flatnonzero(is_rejected).tolist()]
    entries.sort(key=lambda entry: entry["line_no"])
    return pa.Table.from_pylist(entries, REJECTED)


def _unreadable_entry(record: Record, width: int) -> dict[str, Any]:
    detail: dict[str, Any] = {"code": record.kind, "column": None, "value": None}
    if record.kind == "ragged_row":
        detail |= {"expected": width, "found": len(record.fields)}
    return _quarantined(record, [record.kind], [detail])


def _entry(record: Record, findings: list[Finding]) -> dict[str, Any]:
    """Notes are told beside the reasons, but only reasons are codes."""
    codes = [finding.code for finding in findings if not is_note(finding.code)]
    details = [{"code": finding.code, **finding.details} for finding in findings]
    return _quarantined(record, list(dict.fromkeys(codes)), details)


def _quarantined(record: Record, codes: list[str], details: list[dict]) -> dict[str, Any]:
    return {
        "line_no": record.line_no,
        "raw": record.raw.rstrip("\r\n"),
        "codes": codes,
        "detail": to_json(details),
    }


def _file_notes(reading: Reading) -> list[tuple[str, int]]:
    """Remarks on the lines above the rows."""
    line_no = reading.dialect.header_line
    preamble = reading.preamble.splitlines()
    notes = [("preamble", i) for i, line in enumerate(preamble, start=1) if line.strip()]
    notes += [("blank_header", line_no) for cell in reading.header if not cell]
    named = Counter(cell for cell in reading.header if cell)
    return notes + [("duplicate_header", line_no) for count in named.values() if count > 1]


def _counts(occurrences: list[tuple[str, int]]) -> dict[str, int]:
    """Rows with each code; a row with two bad numbers counts once."""
    return dict(sorted(Counter(code for code, _ in set(occurrences)).items()))


def _first_lines(occurrences: list[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    ordered = sorted(set(occurrences))
    return {
        code: tuple(line for _, line in list(group)[:FIRST_LINES])
        for code, group in groupby(ordered, key=lambda occurrence: occurrence[0])
    }


def _newest_fact(accepted: pa.Table, table: str) -> date | None:
    newest = []
    for fact in conventions()["facts"]:
        if fact["table"] == table:
            moments = accepted.column(fact["column"])
            for column, values in fact.get("only", {}).items():
                is_fact = pc.is_in(accepted.column(column), pa.array(values))
                moments = moments.filter(pc.and_(is_fact, pc.is_valid(moments)))
            newest.append(pc.max(moments).as_py())
    days = [m.date() if isinstance(m, datetime) else m for m in newest if m is not None]
    return max(days, default=None)
