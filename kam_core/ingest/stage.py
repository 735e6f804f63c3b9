"""One file and one recipe in, checked rows and quarantined rows out; nothing is stored yet."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import Table, tables
from kam_core.contract.problems import is_note, problems
from kam_core.errors import KamError
from kam_core.ingest.corrections.inherited_rules import inherit_rules
from kam_core.ingest.mapping import feeds
from kam_core.ingest.mapping import headers as mapping
from kam_core.ingest.mapping.column_rules import column_rules
from kam_core.ingest.mapping.feeds import Recipe, Shaped
from kam_core.ingest.mapping.overrides import Overrides
from kam_core.ingest.read import sources
from kam_core.ingest.read.fill_down import fill_down
from kam_core.ingest.read.table_layout import (
    BLANK,
    FIND_OUT,
    GOOD,
    Dialect,
    Reading,
    ReadOptions,
    Record,
    Reference,
)
from kam_core.ingest.validate.row_checks import CheckedRows, Finding, Origin, check_rows
from kam_core.settings.loader import load_settings

# What a person overrides in a part, by its header.
OverridesByHeader = Callable[[Sequence[str]], Overrides | None]
# How the upload was read that the rows of a correction come from; None of any other file.
Source = Callable[[Reading], Recipe | None]
FIRST_LINES = 5
# So many cells are named for each problem, each with so many characters.
MOST_EXAMPLES, EXAMPLE_LENGTH = 3, 60
# Refusals of a part that may be no table at all.
UNTELLING = {"empty_file", "no_header", "unknown_table", "hidden_sheet", "unsupported_file"}
CELLS = pa.schema(
    [
        ("line_no", pa.int64()),
        ("column_name", pa.string()),
        ("cell", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
    ]
)
REJECTED = pa.schema(
    [
        ("line_no", pa.int64()),
        ("raw", pa.string()),
        ("codes", pa.list_(pa.string())),
        ("detail", pa.string()),
    ]
)


@dataclass(frozen=True)
class CellExample:
    """A cell in which a problem shows, and in how many rows it stands."""

    column: str
    value: str
    rows: int


class Remarks(NamedTuple):
    """What is told of rows that were let in, by code: how many, the first lines, and examples."""

    problems: dict[str, int]
    first_lines: dict[str, tuple[int, ...]]
    examples: dict[str, list[CellExample]]


@dataclass(frozen=True)
class Staged:
    """What a file held for one table: received = accepted + rejected, else KamError("rows_lost").

    ``accepted``: contract columns, then ``extra`` and ``line_no``. ``rejected``: ``line_no``,
    ``raw``, ``codes``, ``detail``. ``problems`` counts rows per code, notes included,
    ``first_lines`` names the first few lines of each, and ``examples`` the cells it shows in most
    often. ``returned``: of a download of quarantined rows, the row that each line stands for; None
    of any other file. ``cells``: those of accepted rows that could not be read and are empty there.
    ``timed``: the moments of which every filled cell names a time.
    """

    table: str
    accepted: pa.Table
    rejected: pa.Table
    received: int
    blank: int
    set_aside: int
    problems: dict[str, int]
    first_lines: dict[str, tuple[int, ...]]
    examples: dict[str, list[CellExample]]
    cells: pa.Table
    timed: tuple[str, ...]
    returned: Mapping[int, Reference] | None = None

    def __post_init__(self) -> None:
        kept = {"accepted": self.accepted.num_rows, "rejected": self.rejected.num_rows}
        if self.received != sum(kept.values()):
            raise KamError("rows_lost", table=self.table, received=self.received, **kept)


def plan_recipes(
    data: bytes,
    file_name: str,
    table: str | None = None,
    options: ReadOptions = FIND_OUT,
    overrides: Overrides | OverridesByHeader | None = None,
    recall: feeds.Recall | None = None,
    parts: Sequence[str] | None = None,
    source: Source | None = None,
) -> list[Recipe]:
    """The recipes by which this file is read, with dialect, part and time zone pinned.

    One for each table that a sheet or a member holds; those that fit none are named as ``unused``
    on the first. ``parts`` names those to use; hidden sheets are used only if named. Rows sent back
    go to the table of their ``source``. KamError if none fits, or one that was named does not.
    """
    samples = list(sources.read_samples(data, options))
    _refuse_unknown_parts(parts or (), [part.name for part, _ in samples])
    is_alone = sum(not part.is_hidden for part, _ in samples) <= 1
    is_named = options.sheet is not None or len(samples) == 1
    recipes: list[Recipe] = []
    refusals = []
    for part, seen in samples:
        try:
            reading = _require(part, seen, parts, is_named)
            name = _name_to_plan_by(file_name, part, is_alone)
            of_part = overrides(reading.header) if callable(overrides) else overrides
            for recipe in _plan_part(name, reading, table, of_part, recall, source):
                recipes.append(_pin_recipe(recipe, reading.dialect, part))
        except KamError as error:
            refusals.append((part, error))
    chosen = [refusal for refusal in refusals if refusal[0].name in (parts or ())]
    if chosen or not recipes:
        raise _worst_refusal(chosen or refusals, file_name, len(samples) == 1)
    # An empty sheet is how a new workbook begins: there is nothing in it to be told of.
    unused = [part.name for part, error in refusals if error.code != "empty_file"]
    return [replace(recipes[0], unused=unused), *recipes[1:]]


def _plan_part(
    name: str,
    reading: Reading,
    table: str | None,
    overrides: Overrides | None,
    recall: feeds.Recall | None,
    source: Source | None,
) -> list[Recipe]:
    """The recipes of one table-like part; rows sent back go where the rows were that they were."""
    origin = source(reading) if source else None
    named = table or (origin.table if origin else None)
    rows = [record.fields for record in reading.records if record.kind == GOOD]
    recalled = inherit_rules(recall, origin, reading)
    return feeds.plan(name, reading.header, named, overrides, recalled, rows)


def _refuse_unknown_parts(parts: Sequence[str], names: Sequence[str]) -> None:
    for name in parts:
        if name not in names:
            raise KamError("no_such_part", name=name, known=names)


def _require(
    part: sources.FilePart, seen: Reading | KamError, parts: Sequence[str] | None, is_named: bool
) -> Reading:
    """What was read of a part; KamError where it cannot be read or is not to be used."""
    if isinstance(seen, KamError):
        raise seen
    if parts is None and part.is_hidden and not is_named:
        raise KamError("hidden_sheet", name=part.name)
    if parts is not None and part.name not in parts:
        raise KamError("part_not_chosen", name=part.name)
    return seen


def _pin_recipe(recipe: Recipe, dialect: Dialect, part: sources.FilePart) -> Recipe:
    return replace(
        recipe,
        encoding=dialect.encoding or None,
        delimiter=dialect.delimiter or None,
        header_line=dialect.header_line,
        member=part.member,
        sheet=part.sheet,
    )


def _name_to_plan_by(file_name: str, part: sources.FilePart, is_alone: bool) -> str:
    """The name that tells the table best: of a sheet among several, of a member, else the file."""
    if part.sheet and (not is_alone or mapping.table_named_by(f"{part.sheet}.xlsx")):
        return f"{part.sheet}.xlsx"
    return PurePosixPath(part.member).name if part.member else file_name


def _worst_refusal(
    refusals: Sequence[tuple[sources.FilePart, KamError]], file_name: str, is_only: bool
) -> KamError:
    """The refusal that helps most: of a part that almost fits, rather than of one that does not."""
    telling = [refusal for refusal in refusals if refusal[1].code not in UNTELLING]
    if not refusals:
        return KamError("empty_file")
    part, error = (telling or refusals)[0]
    if is_only or not part.name:
        return error
    name = f"{file_name}{sources.WITHIN}{part.name}"
    return KamError(error.code, **{**error.details, "file": name})


def stage_bytes(data: bytes, recipe: Recipe) -> Staged:
    """Read, map and check one file for one table."""
    return stage_reading(sources.read_part(data, recipe), recipe)


def stage_reading(reading: Reading, recipe: Recipe) -> Staged:
    """Map and check the records of one file for one table."""
    reading = fill_down(reading, recipe.columns, recipe.blanks)
    good = [record for record in reading.records if record.kind == GOOD]
    unreadable = [record for record in reading.records if record.kind not in (GOOD, BLANK)]
    cells = [record.fields for record in good]
    shaped = feeds.shape(pd.DataFrame(cells, columns=reading.names, dtype="str"), recipe)
    rows = [good[position] for position in shaped.kept]
    checked = _check(shaped, rows, reading.names, recipe)
    findings = [*checked.findings, *_conflict_notes(shaped, good)]
    # What nobody looked for when the recipe was made is left as it is.
    findings = [f for f in findings if problems()[f.code].since <= recipe.format]
    rejected = {finding.row for finding in findings if _costs_row(finding, recipe.declared)}
    lines = _lines_by_problem(reading, recipe, unreadable, rows, findings)
    is_accepted = pa.array([row not in rejected for row in range(len(rows))], pa.bool_())
    extra = pa.array(shaped.extra, pa.string())
    line_numbers = pa.array([row.line_no for row in rows], pa.int64())
    every = pa.table({**checked.columns, "extra": extra, "line_no": line_numbers})
    accepted = every.filter(is_accepted)
    remarks = remark_rows(accepted, recipe.declared)
    return Staged(
        table=recipe.table,
        accepted=accepted,
        rejected=_rejected_rows(unreadable, len(reading.names), rows, findings, rejected),
        received=len(rows) + len(unreadable),
        blank=sum(record.kind == BLANK for record in reading.records),
        set_aside=len(good) - len(rows),
        problems={code: len(own) for code, own in lines.items()} | remarks.problems,
        first_lines={code: tuple(own[:FIRST_LINES]) for code, own in lines.items()}
        | remarks.first_lines,
        examples=_collect_examples(findings) | remarks.examples,
        cells=_cells_set_apart(findings, rejected, rows),
        timed=checked.timed,
        returned=reading.returned,
    )


def _check(shaped: Shaped, rows: list[Record], names: Sequence[str], recipe: Recipe) -> CheckedRows:
    origin = Origin([row.line_no for row in rows], [row.fields for row in rows])
    position = names.index(recipe.currency) if recipe.currency is not None else None
    beside = None if position is None else [row.fields[position] for row in rows]
    return check_rows(
        shaped.cells, recipe.declared, origin, column_rules(recipe), recipe.elapsed, beside
    )


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


def _costs_row(finding: Finding, table: Table) -> bool:
    """Whether it is more than a remark, or a cell without which the row can stand."""
    name = finding.details.get("column")
    is_of_cell = any(c.name == name and not table.is_essential(c) for c in table.columns)
    return not is_note(finding.code) and not is_of_cell


def _cells_set_apart(
    findings: Iterable[Finding], rejected: Collection[int], rows: Sequence[Record]
) -> pa.Table:
    """The cells of rows that stand without them, in the order of the lines."""
    cells = [
        {
            "line_no": rows[finding.row].line_no,
            "column_name": finding.details["column"],
            "cell": finding.details["value"],
            "code": finding.code,
            "detail": feeds.to_json([{"code": finding.code, **finding.details}]),
        }
        for finding in findings
        if not is_note(finding.code) and finding.row not in rejected
    ]
    cells.sort(key=lambda cell: (cell["line_no"], cell["column_name"]))
    return pa.Table.from_pylist(cells, CELLS)


def _rejected_rows(
    unreadable: list[Record],
    width: int,
    rows: list[Record],
    findings: Iterable[Finding],
    rejected: Collection[int],
) -> pa.Table:
    details: dict[int, list[dict]] = {row: [] for row in rejected}
    for finding in findings:
        if finding.row in rejected:
            details[finding.row].append({"code": finding.code, **finding.details})
    entries = [_quarantine_entry(record, [_fault(record, width)]) for record in unreadable]
    entries += [_quarantine_entry(rows[row], own) for row, own in details.items()]
    entries.sort(key=lambda entry: entry["line_no"])
    return pa.Table.from_pylist(entries, REJECTED)


def _fault(record: Record, width: int) -> dict[str, Any]:
    counts = {"expected": width, "found": len(record.fields)}
    detail = {"code": record.kind, "column": None, "value": None}
    return detail | counts if record.kind == "ragged_row" else detail


def _quarantine_entry(record: Record, details: list[dict]) -> dict[str, Any]:
    """Notes stand among the details, but only reasons among the codes."""
    codes = [detail["code"] for detail in details if not is_note(detail["code"])]
    return {
        "line_no": record.line_no,
        "raw": record.raw.rstrip("\r\n"),
        "codes": list(dict.fromkeys(codes)),
        "detail": feeds.to_json(details),
    }


def _lines_by_problem(
    reading: Reading,
    recipe: Recipe,
    unreadable: Iterable[Record],
    rows: Sequence[Record],
    findings: Iterable[Finding],
) -> dict[str, list[int]]:
    """The lines with each problem; a row with two bad numbers counts once."""
    occurrences = {
        *_file_notes(reading),
        *((record.kind, record.line_no) for record in unreadable),
        *((finding.code, rows[finding.row].line_no) for finding in findings),
    }
    if recipe.unused:
        occurrences.add(("unused_part", reading.dialect.header_line))
    if recipe.personal:
        occurrences.add(("personal_data", reading.dialect.header_line))
    lines: dict[str, list[int]] = defaultdict(list)
    for code, line in sorted(occurrences):
        lines[code].append(line)
    return lines


def _file_notes(reading: Reading) -> list[tuple[str, int]]:
    """Remarks on the lines above the rows."""
    line_no = reading.dialect.header_line
    preamble = reading.preamble.splitlines()
    notes = [("preamble", i) for i, line in enumerate(preamble, start=1) if line.strip()]
    notes += [("blank_header", line_no) for cell in reading.header if not cell]
    named = Counter(cell for cell in reading.header if cell)
    notes += [("duplicate_header", line_no) for count in named.values() if count > 1]
    return [*notes, *reading.notes]


def _collect_examples(findings: Sequence[Finding]) -> dict[str, list[CellExample]]:
    cells: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for finding in findings:
        if column := finding.details.get("column"):
            cells[finding.code][str(column), str(finding.details.get("value") or "")] += 1
    return {code: to_examples(counts.most_common(MOST_EXAMPLES)) for code, counts in cells.items()}


def to_examples(counted: Iterable[tuple[tuple[str, str], int]]) -> list[CellExample]:
    """Cells as a report names them, cut to a length that a line has room for."""
    return [CellExample(column, value[:EXAMPLE_LENGTH], rows) for (column, value), rows in counted]


def remark_rows(accepted: pa.Table, table: Table) -> Remarks:
    """The rows that were let in and count nowhere, or are in another currency than the figures."""
    lines: dict[str, list[pa.Array]] = defaultdict(list)
    cells: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for code, column, values in _remarkable_values(accepted, table):
        rows = accepted.filter(pc.is_in(accepted[column], values))
        if not rows.num_rows:
            continue
        lines[code] += rows["line_no"].chunks
        counted = Counter(rows[column].to_pylist())
        cells[code].update({(column, _write_cell(value)): n for value, n in counted.items()})
    distinct = {code: np.unique(pa.chunked_array(parts)) for code, parts in lines.items()}
    return Remarks(
        {code: len(numbers) for code, numbers in distinct.items()},
        {code: tuple(numbers[:FIRST_LINES].tolist()) for code, numbers in distinct.items()},
        {code: to_examples(counts.most_common(MOST_EXAMPLES)) for code, counts in cells.items()},
    )


def _write_cell(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _not_counted(table: Table) -> Iterator[tuple[str, pa.Array]]:
    """Columns, each with its values with which a row counts nowhere."""
    for column, values in table.not_counted.items():
        is_bool = table.column(column).type == "bool"
        yield column, pa.array([value == "true" for value in values] if is_bool else values)


def _remarkable_values(accepted: pa.Table, table: Table) -> Iterator[tuple[str, str, pa.Array]]:
    """Codes, each with a column and those of its values that it is about."""
    for column, values in _not_counted(table):
        yield "not_counted", column, values
    if table.currency and table.amounts:
        usual = (None, load_settings().thresholds.reporting_currency)
        present = accepted[table.currency].unique().to_pylist()
        if others := [code for code in present if code not in usual]:
            yield "other_currency", table.currency, pa.array(others)


def newest_fact(accepted: pa.Table, table: str, until: date) -> date | None:
    """The last day, up to ``until``, on which something in the accepted rows happened.

    None where nothing did, and of a table that sets no day.
    """
    newest = []
    declared = tables()[table]
    for column, only in declared.facts.items() if declared.sets_day else ():
        days = accepted[column].cast(pa.date32(), safe=False)
        is_fact = pc.less_equal(days, pa.scalar(until))
        for name, values in only.items():
            is_fact = pc.and_(is_fact, pc.is_in(accepted[name], pa.array(values)))
        for name, values in _not_counted(declared):
            is_fact = pc.and_(is_fact, pc.invert(pc.is_in(accepted[name], values)))
        newest.append(pc.max(days.filter(is_fact)).as_py())
    return max(filter(None, newest), default=None)
